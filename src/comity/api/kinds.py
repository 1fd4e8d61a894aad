"""Kinds and callers: what can be said in this version, and who is asking."""

from comity import errors
from comity.api import acts, answers, calls, routes, shapes
from comity.desk import offering
from comity.records import kinds

_JSON_SCHEMA = "application/schema+json"


def made(registry: kinds.Registry) -> list[routes.Route]:
    """The routes."""

    def listed(call: calls.Call) -> answers.Answer:
        return routes.unless_known(call, {"kinds": [_kind(one) for one in registry.values()]})

    def schema(call: calls.Call) -> answers.Answer:
        name = f"{call.path['name']}/{call.path['number']}"
        if name not in registry:
            raise errors.NotFound(
                "kind-unknown",
                "There is no such kind in this version.",
                next_step=f"List those that there are: GET {routes.PREFIX}/kinds",
            )
        made = answers.json_reply(registry.schemas[name])
        return answers.Reply(200, made.body, _JSON_SCHEMA)

    return [
        routes.Route(
            method="GET",
            path="/kinds",
            name="list_kinds",
            action=routes.SIGNED_IN,
            title="The kinds of record that this version knows",
            tag="kinds",
            answer=shapes.schema(shapes.Kinds),
            also={answers.NOT_MODIFIED: {}},
            work=listed,
        ),
        routes.Route(
            method="GET",
            path="/kinds/{name}/{number}",
            name="read_kind",
            action=routes.SIGNED_IN,
            title="The JSON Schema of what a kind says",
            told="Fields marked `x-sealed` travel as digests; their values go to those entitled.",
            tag="kinds",
            media=_JSON_SCHEMA,
            work=schema,
        ),
        routes.Route(
            method="GET",
            path="/me",
            name="read_me",
            action=routes.SIGNED_IN,
            title="Who is asking, and what they may begin",
            tag="kinds",
            answer=shapes.schema(shapes.Me),
            work=_me,
        ),
    ]


def _kind(kind: kinds.Kind) -> shapes.Kind:
    effect, procedure = kind.effect, offering.PROCEDURES.get(kind.name)
    begins = effect.matter if isinstance(effect, kinds.Genesis) else None
    sayable = procedure is None and kind.needs != "node"
    return {
        "name": kind.name,
        "title": kind.title,
        "done": kind.done,
        "told": (kind.statement.__doc__ or "").strip(),
        "family": kind.family,
        "needs": kind.needs,
        "coercive": kind.coercive,
        "begins": begins,
        "within": [] if isinstance(effect, kinds.Genesis) else sorted(effect.within),
        "said_at": routes.PREFIX + acts.path_of(kind) if sayable else None,
        "procedure": procedure,
        "schema": f"{routes.PREFIX}/kinds/{kind.name}",
    }


def _me(call: calls.Call) -> answers.Answer:
    officer = call.desk.officer
    said: shapes.Me = {
        "officer": shapes.officer(officer),
        "authority": call.desk.authority,
        "purpose": call.desk.purpose,
        "begin": [kind.name for kind in offering.beginnings(call.desk)],
    }
    return answers.json_reply(said)
