"""Single records: the exact bytes that were signed, and why this ledger holds them."""

from comity.api import answers, calls, routes
from comity.desk import publishing


def made() -> list[routes.Route]:
    """The routes."""
    return [
        routes.Route(
            method="GET",
            path="/records/{record}",
            name="read_record",
            action="read.matter",
            title="A record as it was signed",
            told="The DSSE envelope, byte for byte. Its id is the digest of what was signed.",
            tag="records",
            media=answers.ENVELOPE,
            work=_envelope,
        ),
        routes.Route(
            method="GET",
            path="/records/{record}/proof",
            name="read_proof",
            action="read.matter",
            title="Why the ledger of this node holds a record",
            told="A C2SP tlog-proof: index, inclusion proof and checkpoint.",
            tag="records",
            media=answers.TEXT,
            work=_proof,
        ),
    ]


def _envelope(call: calls.Call) -> answers.Answer:
    one = call.record()
    data = publishing.envelope(call.desk, one)
    return answers.Reply(200, data, answers.ENVELOPE, (answers.etag(one),))


def _proof(call: calls.Call) -> answers.Answer:
    return answers.Reply(200, publishing.proof(call.desk, call.record()), answers.TEXT)
