"""Matches: asking one other authority, blindly, whether it chases the same target."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from comity.api import answers, calls, routes, shapes
from comity.desk import matching
from comity.records.ids import AuthorityRef, MatterId, MatterRef


class Ask(calls.Body):
    """The matter whose identifiers are compared, and with whom."""

    source: MatterRef
    peer: Annotated[AuthorityRef, Field(alias="with")]
    contact: Annotated[str, Field(min_length=3, max_length=300)]
    classes: list[Annotated[str, Field(max_length=20)]] = Field(default_factory=list, max_length=20)


class Answer(calls.Body):
    """Whom the other side may call once both consent."""

    contact: Annotated[str, Field(min_length=3, max_length=300)]


class JointCase(calls.Body):
    """How the joint case is opened."""

    title: Annotated[str, Field(min_length=3, max_length=200)]
    summary: Annotated[str, Field(max_length=10_000)] | None = None
    priority: Literal["routine", "urgent", "emergency"] = "routine"


class Begun(TypedDict):
    """The match that was begun."""

    matter: str


class Hit(TypedDict):
    """An identifier of ours that the other side holds too."""

    cls: str
    value: str


class Hits(TypedDict):
    """What is common."""

    hits: list[Hit]


def made() -> list[routes.Route]:
    """The routes."""
    return [*_compared(), *_known()]


def _compared() -> list[routes.Route]:
    return [
        routes.Route(
            method="POST",
            path="/matches",
            name="ask_match",
            action="act:match.asked/1",
            title="Ask an authority blindly about the identifiers of a matter",
            tag="matches",
            body=routes.Body(schema=Ask.model_json_schema()),
            status=201,
            answer=shapes.schema(Begun),
            work=_ask,
            slow=True,
        ),
        routes.Route(
            method="POST",
            path="/matches/{match}/answer",
            name="answer_match",
            action="act:match.answered/1",
            title="Answer a blind question",
            tag="matches",
            body=routes.Body(schema=Answer.model_json_schema()),
            status=201,
            answer=shapes.schema(shapes.Done),
            work=_answer,
            slow=True,
        ),
        routes.Route(
            method="POST",
            path="/matches/{match}/conclude",
            name="conclude_match",
            action="act:match.found/1",
            title="Read the answer and say which classes are common",
            told="What is common is shown to this authority alone.",
            tag="matches",
            answer=shapes.schema(Hits),
            work=_conclude,
            slow=True,
        ),
    ]


def _known() -> list[routes.Route]:
    return [
        routes.Route(
            method="GET",
            path="/matches/{match}/hits",
            name="read_hits",
            action="read.matter",
            title="What is common, as the side that asked knows it",
            tag="matches",
            answer=shapes.schema(Hits),
            work=_hits,
        ),
        routes.Route(
            method="POST",
            path="/matches/{match}/case",
            name="open_joint_case",
            action="act:case.opened/1",
            title="Open the joint case that a match led to",
            told="Only after both sides consented, and only by the side that asked.",
            tag="matches",
            body=routes.Body(schema=JointCase.model_json_schema()),
            status=201,
            answer=shapes.schema(shapes.Done),
            work=_case,
            slow=True,
        ),
    ]


def _ask(call: calls.Call) -> answers.Answer:
    said = call.form(Ask)
    match = matching.ask(
        call.desk, said.source, said.peer, contact=said.contact, classes=said.classes
    )
    return answers.json_reply({"matter": match}, 201, _where(match))


def _answer(call: calls.Call) -> answers.Answer:
    said = call.form(Answer)
    return routes.done_reply(matching.answer(call.desk, call.matter("match"), contact=said.contact))


def _conclude(call: calls.Call) -> answers.Answer:
    return _shown(matching.conclude(call.desk, call.matter("match")))


def _hits(call: calls.Call) -> answers.Answer:
    return _shown(matching.hits_of(call.desk, call.matter("match")))


def _case(call: calls.Call) -> answers.Answer:
    said = call.form(JointCase)
    return routes.done_reply(
        matching.open_joint_case(
            call.desk,
            call.matter("match"),
            title=said.title,
            summary=said.summary,
            priority=said.priority,
        )
    )


def _shown(hits: tuple[matching.Hit, ...]) -> answers.Answer:
    said: Hits = {"hits": [{"cls": hit.cls, "value": hit.value} for hit in hits]}
    return answers.json_reply(said)


def _where(matter: MatterId) -> tuple[bytes, bytes]:
    return b"location", f"{routes.PREFIX}/matters/{matter}".encode()
