"""Acts: one endpoint for each kind that people say, made from the kinds themselves.

`POST /acts/request.filed/1` says a record of that kind. With `?preview=true` nothing is said:
the answer is who would receive what of it. With an `Idempotency-Key` the same request may be sent
again.
"""

import dataclasses
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from comity.api import answers, calls, routes, shapes, workers
from comity.desk import offering, performing, repeating
from comity.policy import actions
from comity.records import ids, kinds, record
from comity.records.ids import MatterId

PATH = "/acts/"
_MEMBERS = frozenset({"matter", "said", "handling"})
_PLAIN = record.Handling()
_KEY = routes.REPEAT_KEY.lower().encode()

_PREVIEW = {
    "preview": {
        "type": "boolean",
        "description": "Say nothing; answer with who would receive what.",
    }
}
_HEADERS = {
    routes.REPEAT_KEY: "The same request with the same key has one effect and one answer.",
}


def path_of(kind: kinds.Kind) -> str:
    """Where acts of `kind` are said, below the prefix."""
    return PATH + kind.name


def made(registry: kinds.Registry) -> list[routes.Route]:
    """One route for each kind that people say by themselves."""
    repeats = repeating.Repeats()
    return [_route(kind, registry, repeats) for kind in offering.sayable(registry)]


def _route(kind: kinds.Kind, registry: kinds.Registry, repeats: repeating.Repeats) -> routes.Route:
    return routes.Route(
        method="POST",
        path=path_of(kind),
        name=f"act_{kind.name.replace('.', '_').replace('-', '_').replace('/', '_')}",
        action=actions.act(kind.name),
        title=kind.title,
        told=(kind.statement.__doc__ or "").strip(),
        tag=f"acts: {kind.subject}",
        query=_PREVIEW,
        headers=_HEADERS,
        body=routes.Body(schema=body_schema(kind, registry.schemas[kind.name])),
        status=201,
        answer=shapes.schema(shapes.Said),
        also={200: shapes.schema(shapes.Preview)},
        work=_work(kind, repeats),
    )


def body_schema(kind: kinds.Kind, said: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of the body of an act."""
    digest = {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "The matter."}
    properties: dict[str, Any] = {"said": said, "handling": shapes.schema(record.Handling)}
    required = ["said"]
    if not isinstance(kind.effect, kinds.Genesis):
        properties["matter"] = digest
        required.append("matter")
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _work(
    kind: kinds.Kind, repeats: repeating.Repeats
) -> Callable[[calls.Call], answers.Answer | workers.Waiting[answers.Answer]]:
    begins = isinstance(kind.effect, kinds.Genesis)

    def work(call: calls.Call) -> answers.Answer | workers.Waiting[answers.Answer]:
        act = _act(kind.name, begins, call)
        if call.query and call.flag("preview"):
            recipients = [dataclasses.asdict(one) for one in performing.preview(call.desk, act)]
            return answers.json_reply({"recipients": recipients})
        key = call.headers.get(_KEY)
        if key is not None:
            return _repeatable(call, act, repeats, key.decode("latin-1"))
        said, queued = performing.say(call.desk, act)
        return workers.Waiting(queued.future, lambda _: _finished(act, said, queued))

    return work


def _act(kind: str, begins: bool, call: calls.Call) -> performing.Act:
    value = call.json()
    if not value.keys() <= _MEMBERS:
        strange = sorted(value.keys() - _MEMBERS)[0]
        raise calls.malformed(strange[:60], "there is no such member here")
    said = value.get("said")
    if not isinstance(said, dict):
        raise calls.malformed("said", "an object is required")
    matter = value.get("matter")
    if begins and matter is not None:
        raise calls.malformed("matter", f"{kind} begins a matter; name none")
    if not begins and not (isinstance(matter, str) and ids.is_digest(matter)):
        raise calls.malformed("matter", f"{kind} needs the id of a matter")
    return performing.Act(
        kind=kind,
        matter=None if matter is None else MatterId(matter),
        said=said,
        handling=_handling(value) if "handling" in value else _PLAIN,
    )


def _handling(value: Mapping[str, Any]) -> record.Handling:
    return calls.form(record.Handling, value["handling"], within="handling")


def _finished(
    act: performing.Act, said: performing.Said, queued: performing.Queued
) -> answers.Reply:
    performing.finish(queued)
    return _said_reply(_body(act.kind, said), said.record)


def _body(kind: str, said: performing.Said) -> bytes:
    # Ids are digits and kinds are plain letters: nothing here needs escaping.
    return f'{{"record":"{said.record}","matter":"{said.matter}","kind":"{kind}"}}'.encode()


def _said_reply(body: bytes, one: str) -> answers.Reply:
    return answers.Reply(201, body, answers.JSON, (routes.location(one), answers.etag(one)))


def _repeatable(
    call: calls.Call, act: performing.Act, repeats: repeating.Repeats, key: str
) -> workers.Waiting[answers.Answer]:
    given: Future[Any] = repeats.say(
        call.desk,
        act,
        lambda said: _body(act.kind, said),
        key=key,
        request=repeating.digest(call.url.encode(), call.body),
    )
    return workers.Waiting(given, _again)


def _again(given: Future[Any]) -> answers.Reply:
    body: bytes = given.result().body
    return _said_reply(body, body[len(b'{"record":"') :][:64].decode())
