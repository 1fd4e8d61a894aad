"""Officers as their operator manages them, with their links and tokens."""

import functools
from collections.abc import Callable
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from comity.api import answers, calls, routes, shapes
from comity.desk import people, proposing, staff
from comity.policy import asks


class NewOfficer(calls.Body):
    """Who, and in what role: officer, desk_head, oversight or operator."""

    name: Annotated[str, Field(min_length=2, max_length=80)]
    role: Annotated[str, Field(max_length=20)] = "officer"


class NewToken(calls.Body):
    """What the token is for, how many days it lasts, and what it can be used for."""

    label: Annotated[str, Field(max_length=80)] = ""
    days: Annotated[int, Field(ge=1, le=people.TOKEN_DAYS_MAX)] = 30
    scope: tuple[asks.Scope, ...] = ("read", "act")


class Officers(TypedDict):
    """Everyone who acts for this authority.

    `alone` until two of them have a passkey and may give rights: from then on it takes two.
    """

    officers: list[shapes.Officer]
    alone: bool


class Secret(TypedDict):
    """A secret, shown now and never again. `url` is where a link is opened."""

    secret: str
    expires_at: str
    url: str | None


def made(base_url: str) -> list[routes.Route]:
    """The routes. `base_url` is where officers open their links."""
    route = functools.partial(routes.Route, action="manage.officers", tag="officers")
    return [
        route(
            method="GET",
            path="/officers",
            name="list_officers",
            title="Everyone who acts for this authority",
            answer=shapes.schema(Officers),
            work=_listed,
        ),
        route(
            method="POST",
            path="/officers",
            name="add_officer",
            title="Add a person",
            body=routes.Body(schema=NewOfficer.model_json_schema()),
            status=201,
            answer=shapes.schema(shapes.Officer),
            work=_added,
        ),
        route(
            method="POST",
            path="/officers/{officer}/links",
            name="issue_link",
            title="A link by which an officer signs in once",
            status=201,
            answer=shapes.schema(Secret),
            work=_link(base_url),
        ),
        route(
            method="POST",
            path="/officers/{officer}/tokens",
            name="issue_token",
            title="A token by which a program acts as an officer",
            body=routes.Body(schema=NewToken.model_json_schema()),
            status=201,
            answer=shapes.schema(Secret),
            work=_token,
        ),
        route(
            method="POST",
            path="/officers/{officer}/deactivate",
            name="deactivate_officer",
            title="Keep a person out, at once and with everything that names them",
            answer=shapes.schema(shapes.Officer),
            work=_deactivated,
        ),
    ]


def _listed(call: calls.Call) -> answers.Answer:
    said: Officers = {
        "officers": [shapes.officer(one) for one in staff.listed(call.desk)],
        "alone": staff.alone(call.desk),
    }
    return answers.json_reply(said)


def _added(call: calls.Call) -> answers.Answer:
    said = call.form(NewOfficer)
    made = staff.add(call.desk, said.name, said.role)
    if isinstance(made, proposing.Proposal):
        return answers.json_reply({"proposal": made.digest, "status": made.status}, 202)
    return answers.json_reply(shapes.officer(made), 201)


def _link(base_url: str) -> Callable[[calls.Call], answers.Answer]:
    def work(call: calls.Call) -> answers.Answer:
        issued = staff.link(call.desk, call.path["officer"])
        return _issued(issued, f"{base_url}/sign-in/{issued.secret}")

    return work


def _token(call: calls.Call) -> answers.Answer:
    said = call.form(NewToken)
    issued = staff.token(
        call.desk,
        call.path["officer"],
        label=said.label,
        days=said.days,
        scope=frozenset(said.scope),
    )
    return _issued(issued, None)


def _issued(issued: staff.Issued, url: str | None) -> answers.Answer:
    said: Secret = {
        "secret": issued.secret,
        "expires_at": shapes.instant(issued.expires_at) or "",
        "url": url,
    }
    return answers.json_reply(said, 201)


def _deactivated(call: calls.Call) -> answers.Answer:
    return answers.json_reply(shapes.officer(staff.deactivate(call.desk, call.path["officer"])))
