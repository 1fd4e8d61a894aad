"""Peers and the directory: who there is, how each is reached, and how a node comes among them."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from comity.api import answers, calls, routes, shapes
from comity.desk import founding, neighbours, permitting
from comity.matters import directory

_DIRECTORY_BYTES_MAX = 2**24


class Founding(calls.Body):
    """The name of the alliance."""

    name: Annotated[str, Field(min_length=3, max_length=120)]
    listing: directory.Listing


class Admission(calls.Body):
    """The listing of an authority, as `comity init` wrote it at its node."""

    listing: directory.Listing


class Peers(TypedDict):
    """Every listed authority but this one."""

    peers: list[shapes.Peer]


class Founded(TypedDict):
    """The id of the directory: what members compare by voice."""

    directory: str


class Alliance(TypedDict):
    """The directory."""

    directory: str
    name: str
    lead: str
    authorities: list[dict[str, object]]


def made() -> list[routes.Route]:
    """The routes."""
    return [*_peers(), *_read(), *_entered()]


def _peers() -> list[routes.Route]:
    return [
        routes.Route(
            method="GET",
            path="/peers",
            name="list_peers",
            action="manage.peers",
            title="The peers, and the line to each",
            tag="peers",
            answer=shapes.schema(Peers),
            work=_listed_peers,
        )
    ]


def _read() -> list[routes.Route]:
    return [
        routes.Route(
            method="GET",
            path="/directory",
            name="read_directory",
            action="read.matter",
            title="Who is in the directory",
            tag="directory",
            answer=shapes.schema(Alliance),
            work=_alliance,
        ),
        routes.Route(
            method="GET",
            path="/directory/export",
            name="export_directory",
            action="read.matter",
            title="The directory's records, for a node that joins",
            told="One signed record a line. Nothing in it is secret; its id is compared by voice.",
            tag="directory",
            media=answers.BYTES,
            work=_exported,
        ),
    ]


def _entered() -> list[routes.Route]:
    return [
        routes.Route(
            method="POST",
            path="/directory/found",
            name="found_directory",
            action="act:directory.founded/1",
            title="Found a directory",
            tag="directory",
            body=routes.Body(schema=Founding.model_json_schema()),
            status=201,
            answer=shapes.schema(Founded),
            work=_found,
        ),
        routes.Route(
            method="POST",
            path="/directory/authorities",
            name="admit_authority",
            action="act:authority.listed/1",
            title="List an authority",
            tag="directory",
            body=routes.Body(schema=Admission.model_json_schema()),
            status=201,
            answer=shapes.schema(Founded),
            work=_admit,
        ),
        routes.Route(
            method="POST",
            path="/directory/join",
            name="join_directory",
            action="manage.peers",
            title="Join a directory whose id is pinned",
            tag="directory",
            query={"pin": {"type": "string", "pattern": "^[0-9a-f]{64}$", "x-required": True}},
            body=routes.Body(media=answers.BYTES, bytes_max=_DIRECTORY_BYTES_MAX),
            answer=shapes.schema(Founded),
            work=_join,
        ),
    ]


def _listed_peers(call: calls.Call) -> answers.Answer:
    return answers.json_reply({"peers": [shapes.peer(one) for one in neighbours.peers(call.desk)]})


def _alliance(call: calls.Call) -> answers.Answer:
    found = neighbours.alliance(call.desk)
    said: Alliance = {
        "directory": found.matter,
        "name": found.name,
        "lead": found.lead,
        "authorities": [one.model_dump(mode="json") for one in found.authorities],
    }
    return answers.json_reply(said)


def _exported(call: calls.Call) -> answers.Answer:
    neighbours.alliance(call.desk)
    data = founding.export(call.desk.tools)
    return answers.Reply(200, data, answers.BYTES, (answers.attachment("directory.jsonl"),))


def _found(call: calls.Call) -> answers.Answer:
    said = call.form(Founding)
    permitting.permitted(call.desk, "act:directory.founded/1")
    return _founded(founding.found(call.desk, said.name, said.listing), 201)


def _admit(call: calls.Call) -> answers.Answer:
    founding.admit(call.desk, call.form(Admission).listing)
    return _founded(call.desk.tools.directory().matter.id, 201)


def _join(call: calls.Call) -> answers.Answer:
    permitting.permitted(call.desk, "manage.peers")
    return _founded(founding.join(call.desk.tools, call.body, call.one("pin")), 200)


def _founded(matter: str, status: int) -> answers.Answer:
    return answers.json_reply({"directory": matter}, status)
