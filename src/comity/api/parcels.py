"""Parcels by file: what waits for a peer as one file, and a file from a peer taken in."""

from comity.api import answers, calls, routes
from comity.desk import carrying


def made() -> list[routes.Route]:
    """The routes."""
    return [
        routes.Route(
            method="POST",
            path="/parcels/export",
            name="export_parcel",
            action="parcel.export",
            title="What waits for a peer, as a sealed file",
            told="It counts as delivered only when the parcel with the receipt is imported here.",
            tag="parcels",
            query={"to": {"type": "string", "x-required": True}},
            media=answers.PARCEL,
            work=_export,
            slow=True,
        ),
        routes.Route(
            method="POST",
            path="/parcels/import",
            name="import_parcel",
            action="parcel.import",
            title="Take in a parcel that came by file",
            told="The answer is the parcel with the receipt, for the way back.",
            tag="parcels",
            body=routes.Body(media=answers.PARCEL, bytes_max=carrying.BYTES_MAX),
            media=answers.PARCEL,
            work=_import,
            slow=True,
        ),
    ]


def _export(call: calls.Call) -> answers.Answer:
    parcel = carrying.export(call.desk, call.authority("to"))
    headers = (
        answers.attachment(parcel.name),
        (b"comity-records", str(parcel.records).encode()),
    )
    return answers.Reply(200, parcel.data, answers.PARCEL, headers)


def _import(call: calls.Call) -> answers.Answer:
    answer = carrying.take(call.desk, call.body)
    return answers.Reply(200, answer, answers.PARCEL, (answers.attachment("RECEIPT.comity"),))
