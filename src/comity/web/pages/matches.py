"""Asking another authority blindly, answering, concluding, and the joint case that may follow."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from comity import errors
from comity.desk import finding, matching, permitting, showing
from comity.records.ids import AuthorityRef, MatterId, MatterRef
from comity.web import asking, choosing, once, paths, seats, words
from comity.web.forms import fields, shapes
from comity.web.i18n import N_
from comity.web.seats import AtDesk, Seat

ASKED, ANSWERED, CONCLUDED, JOINED = "match-asked", "match-answered", "match-concluded", "joined"
NOTICES = {
    ASKED: N_("The question is on its way. The answer comes when the other side gives it."),
    ANSWERED: N_(
        "Your answer is on its way. The asker learns what is common, and tells you how much."
    ),
    CONCLUDED: N_("The answer is read. See below what is common."),
    JOINED: N_("The joint case is open, with the common identifiers in it."),
}
_SOURCES_MAX = 200
_CONTACT = Field(
    title=N_("Contact"),
    description=N_("Shown to the other side only after both consent: a desk and a number."),
    json_schema_extra={"x-sealed": True},
)


class Asking(BaseModel):
    """What is asked, of whom."""

    model_config = ConfigDict(extra="forbid")

    source: MatterRef = Field(
        title=N_("Identifiers of"),
        description=N_("An open matter of yours that holds identifiers."),
        json_schema_extra={"x-choices": "sources"},
    )
    peer: AuthorityRef = Field(title=N_("Ask"), json_schema_extra={"x-choices": "peers"})
    contact: Annotated[str, Field(min_length=3, max_length=300)] = _CONTACT
    classes: list[str] = Field(
        [],
        title=N_("Only these classes"),
        description=N_("Choose none to ask about all."),
        json_schema_extra={"x-choices": "classes"},
    )


class Answering(BaseModel):
    """What the answerer gives beside its answer."""

    model_config = ConfigDict(extra="forbid")

    contact: Annotated[str, Field(min_length=3, max_length=300)] = _CONTACT


class Joining(BaseModel):
    """How the joint case begins."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=3, max_length=200)] = Field(
        title=N_("Title"),
        description=N_("What officers call this case. Name no person."),
        json_schema_extra={"x-sealed": True},
    )
    summary: Annotated[str, Field(max_length=10_000)] | None = Field(
        None,
        title=N_("Summary"),
        description=N_("What is known, and what this case is meant to reach."),
        json_schema_extra={"x-sealed": True},
    )
    priority: Literal["routine", "urgent", "emergency"] = Field("routine", title=N_("Priority"))


ASKING = shapes.read(Asking.model_json_schema())
ANSWERING = shapes.read(Answering.model_json_schema())
JOINING = shapes.read(Joining.model_json_schema())

router = APIRouter()


@router.get("/matches/new")
def ask(seat: AtDesk, source: str = "") -> Response:
    """Of whom, about what."""
    permitting.permitted_act(seat.desk, seat.desk.tools.registry["match.opened/1"])
    filled = {"source": source, "contact": _own_contact(seat)}
    return asking.draw(seat, _asking(seat, source), filled=filled)


@router.post("/matches/new")
def asked(seat: AtDesk) -> Response:
    """Blind the identifiers and ask."""
    form = _asking(seat, str(seat.page.form.get("source", "")))
    given = asking.entered(seat, ASKING, Asking)
    if given.mistakes:
        return asking.draw(seat, form, wrong=given.mistakes)
    said = Asking.model_validate(given.values)

    def work() -> str:
        made = matching.ask(
            seat.desk, said.source, said.peer, contact=said.contact, classes=said.classes
        )
        return paths.matter(made)

    return _done(seat, form, work, ASKED)


def _asking(seat: Seat, source: str) -> asking.Form:
    say = seat.page.say
    return asking.Form(
        title=say(N_("Ask another authority blindly")),
        lead=say(N_("Find out whether you pursue the same target, without showing your list.")),
        action="/matches/new",
        back=paths.matter(seats.matter_id(source)) if source else "/",
        submit=say(N_("Ask blindly")),
        shapes=ASKING,
        choices={
            "sources": _sources(seat),
            "peers": choosing.authorities(seat, choosing.others(seat)),
            "classes": _classes(seat, source),
        },
        values={
            "explained": [
                say(N_("They learn that you ask, which classes, and roughly how many.")),
                say(N_("They do not learn which identifiers you hold, nor you which they hold.")),
                say(N_("You learn which of yours they hold too. They learn how many, by class.")),
            ]
        },
    )


def _sources(seat: Seat) -> list[fields.Choice]:
    page = finding.find(seat.desk, types=("case", "report"), limit=_SOURCES_MAX)
    return [
        fields.Choice(
            row.id, f"{row.title or row.id[:16]} ({words.type_of(seat.page.reader, row.type)})"
        )
        for row in page.rows
        if row.status != "closed"
    ]


def _classes(seat: Seat, source: str) -> list[fields.Choice]:
    """The classes that the source holds, and how many of each; all classes for no source yet."""
    reader = seat.page.reader
    if not source:
        return [fields.Choice(c, words.identifier_class(reader, c)) for c in words.CLASSES]
    wanted = showing.Wanted(identifiers=True, count=100_000)
    shown = showing.show(seat.desk, seat.site.board, seats.matter_id(source), wanted)
    counts = Counter(row.cls for row in shown.identifiers)
    return [
        fields.Choice(c, f"{words.identifier_class(reader, c)} ({reader.number(n)})")
        for c, n in counts.most_common()
    ]


def _own_contact(seat: Seat) -> str:
    directory = seat.site.tools.cabinet.directory()
    listing = directory.listing(seat.desk.authority) if directory else None
    return listing.contact if listing else ""


@router.get("/matters/{matter}/answer")
def ask_answer(seat: AtDesk, matter: str) -> Response:
    """What answering tells, and what it does not."""
    form = _answering(seat, seats.matter_id(matter))
    return asking.draw(seat, form, filled={"contact": _own_contact(seat)})


@router.post("/matters/{matter}/answer")
def answer(seat: AtDesk, matter: str) -> Response:
    """Answer from everything of the asked classes that this node holds."""
    match = seats.matter_id(matter)
    form = _answering(seat, match)
    given = asking.entered(seat, ANSWERING, Answering)
    if given.mistakes:
        return asking.draw(seat, form, wrong=given.mistakes)

    def work() -> str:
        matching.answer(seat.desk, match, contact=str(given.values["contact"]))
        return paths.matter(match)

    return _done(seat, form, work, ANSWERED)


def _answering(seat: Seat, match: MatterId) -> asking.Form:
    shown = _match(seat, match, "match.answered/1")
    say = seat.page.say
    return asking.Form(
        title=say(N_("Answer blindly")),
        lead=say(N_("%(authority)s asks whether you pursue the same target."))
        % {"authority": _other(seat, shown)},
        action=paths.matter(match, "answer"),
        back=paths.matter(match),
        submit=say(N_("Answer blindly")),
        shapes=ANSWERING,
        within=shown.row,
        values={
            "explained": [
                say(N_("Everything of the asked classes that this node holds is compared.")),
                say(N_("They learn which of their own identifiers you hold too, and no others.")),
                say(N_("You learn how many are common, by class. Nobody is named yet.")),
            ]
        },
    )


@router.get("/matters/{matter}/conclude")
def ask_conclude(seat: AtDesk, matter: str) -> Response:
    """What concluding does."""
    return _confirm(seat, _match(seat, seats.matter_id(matter), "match.found/1"))


@router.post("/matters/{matter}/conclude")
def conclude(seat: AtDesk, matter: str) -> Response:
    """Read the answer, and tell both sides how much is common."""
    match = seats.matter_id(matter)

    def work() -> str:
        matching.conclude(seat.desk, match)
        return paths.matter(match)

    try:
        return seat.do(work, notice=CONCLUDED)
    except errors.ComityError as refusal:
        return _confirm(seat, _match(seat, match, "match.found/1"), refusal=refusal)


def _confirm(
    seat: Seat, shown: showing.Shown, *, refusal: errors.ComityError | None = None
) -> Response:
    return seat.draw(
        "match_conclude.html",
        shown=shown,
        status=refusal.status if refusal else 200,
        other=_other(seat, shown),
        action=paths.matter(shown.row.id, "conclude"),
        back=paths.matter(shown.row.id),
        refusal=refusal,
        ticket=once.ticket(),
    )


@router.get("/matters/{matter}/joint-case")
def ask_join(seat: AtDesk, matter: str) -> Response:
    """How the joint case begins."""
    return asking.draw(seat, _joining(seat, seats.matter_id(matter)))


@router.post("/matters/{matter}/joint-case")
def join(seat: AtDesk, matter: str) -> Response:
    """Open it, with the common identifiers in it."""
    match = seats.matter_id(matter)
    form = _joining(seat, match)
    given = asking.entered(seat, JOINING, Joining)
    if given.mistakes:
        return asking.draw(seat, form, wrong=given.mistakes)
    said = Joining.model_validate(given.values)

    def work() -> str:
        case = matching.open_joint_case(
            seat.desk, match, title=said.title, summary=said.summary, priority=said.priority
        )
        return paths.matter(case.matter)

    return _done(seat, form, work, JOINED)


def _joining(seat: Seat, match: MatterId) -> asking.Form:
    shown = _match(seat, match, "")
    permitting.permitted_act(seat.desk, seat.desk.tools.registry["case.opened/1"])
    say = seat.page.say
    return asking.Form(
        title=say(N_("Open the joint case")),
        lead=say(N_("With %(authority)s. Your authority leads until the lead is handed over."))
        % {"authority": _other(seat, shown)},
        action=paths.matter(match, "joint-case"),
        back=paths.matter(match),
        submit=say(N_("Open the joint case")),
        shapes=JOINING,
        within=shown.row,
        values={
            "explained": [
                say(
                    N_("The common identifiers become part of the case, for both parties to read.")
                ),
            ]
        },
    )


def _match(seat: Seat, match: MatterId, kind: str) -> showing.Shown:
    """The match, if the officer may say `kind` in it."""
    shown = showing.show(seat.desk, seat.site.board, match, showing.Wanted())
    if kind:
        said = seat.desk.tools.registry[kind]
        permitting.permitted_act(seat.desk, said, permitting.about_row(seat.desk, shown.row))
    return shown


def _other(seat: Seat, shown: showing.Shown) -> str:
    others: Sequence[str] = [
        seat.name(one) for one in shown.row.parties if one != seat.desk.authority
    ]
    return ", ".join(others)


def _done(seat: Seat, form: asking.Form, work: Callable[[], str], notice: str) -> Response:
    try:
        return seat.do(work, notice=notice)
    except errors.ComityError as refusal:
        return asking.draw(seat, form, refusal=refusal)
