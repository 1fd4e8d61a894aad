"""Exhibits: taken in while they stream, handed over, received, and given out as plain bytes."""

from typing import Annotated

from pydantic import Field

from comity.api import answers, calls, routes, shapes, uploads
from comity.desk import evidence
from comity.records.ids import AuthorityRef

EXHIBIT_BYTES_MAX = 2**40
"""A terabyte: the vault's disk is the bound that counts."""


class Description(calls.Body):
    """What an officer says of an item of evidence."""

    name: Annotated[str, Field(min_length=1, max_length=500)]
    description: Annotated[str, Field(max_length=2000)]
    source: Annotated[str, Field(max_length=500)]
    method: Annotated[str, Field(max_length=40)]
    basis: Annotated[str, Field(max_length=200)]


class HandOver(calls.Body):
    """To whom, and for what purpose."""

    to: AuthorityRef
    purpose: Annotated[str, Field(min_length=1, max_length=200)]


def made() -> list[routes.Route]:
    """The routes."""
    form = {
        "type": "object",
        "properties": {
            "about": Description.model_json_schema(),
            "file": {"type": "string", "format": "binary"},
        },
        "required": ["about", "file"],
    }
    return [
        routes.Route(
            method="POST",
            path="/matters/{matter}/exhibits",
            name="take_exhibit",
            action="exhibit.take",
            title="Take evidence in",
            told="A form: the part `about` (JSON) first, then the part `file`.",
            tag="exhibits",
            body=routes.Body(
                media=uploads.MEDIA, bytes_max=EXHIBIT_BYTES_MAX, schema=form, streamed=True
            ),
            status=201,
            answer=shapes.schema(shapes.Done),
            work=_take,
            slow=True,
        ),
        *_taken(),
    ]


def _taken() -> list[routes.Route]:
    one = "/matters/{matter}/exhibits/{exhibit}"
    return [
        routes.Route(
            method="POST",
            path=f"{one}/hand-over",
            name="hand_over_exhibit",
            action="act:exhibit.offered/1",
            title="Hand an exhibit over to another party",
            tag="exhibits",
            body=routes.Body(schema=HandOver.model_json_schema()),
            status=201,
            answer=shapes.schema(shapes.Done),
            work=_hand_over,
            slow=True,
        ),
        routes.Route(
            method="POST",
            path=f"{one}/receive",
            name="receive_exhibit",
            action="act:exhibit.received/1",
            title="Take what was handed over into the vault, and confirm or dispute it",
            tag="exhibits",
            status=201,
            answer=shapes.schema(shapes.Done),
            work=_receive,
            slow=True,
        ),
        routes.Route(
            method="GET",
            path=f"{one}/content",
            name="read_exhibit",
            action="exhibit.read",
            title="The bytes of an exhibit, verified",
            told="Always as an attachment of plain bytes; nothing here looks into it.",
            tag="exhibits",
            media=answers.BYTES,
            work=_content,
            slow=True,
        ),
    ]


def _take(call: calls.Call) -> answers.Answer:
    matter = call.matter()
    about, pieces = uploads.read(call.headers.get(b"content-type", b""), call.chunks)
    told = calls.form(Description, about)
    return routes.done_reply(
        evidence.take(
            call.desk,
            matter,
            pieces,
            evidence.Description(**told.model_dump()),
        )
    )


def _hand_over(call: calls.Call) -> answers.Answer:
    said = call.form(HandOver)
    return routes.done_reply(
        evidence.hand_over(call.desk, call.matter(), call.record("exhibit"), said.to, said.purpose)
    )


def _receive(call: calls.Call) -> answers.Answer:
    return routes.done_reply(evidence.receive(call.desk, call.matter(), call.record("exhibit")))


def _content(call: calls.Call) -> answers.Answer:
    about, pieces = evidence.content(call.desk, call.matter(), call.record("exhibit"))
    headers = (answers.attachment(about.name), (b"content-length", str(about.size).encode()))
    return answers.Stream(pieces, answers.BYTES, headers)
