"""The ledger of this node for officers who may read it: checkpoint, tiles, entry bundles."""

from comity.api import answers, calls, routes
from comity.desk import publishing


def made() -> list[routes.Route]:
    """The routes. Each spelling of C2SP tlog-tiles has as many parts as its number needs."""
    return [
        routes.Route(
            method="GET",
            path="/ledger/checkpoint",
            name="read_checkpoint",
            action="read.ledger",
            title="The signed head of this ledger",
            told="A C2SP checkpoint with the cosignatures that fit it.",
            tag="ledger",
            media=answers.TEXT,
            work=_checkpoint,
        ),
        routes.Route(
            method="GET",
            path="/ledger/tile/{path:path}",
            name="read_tile",
            action="read.ledger",
            title="A tile or an entry bundle",
            told="As C2SP tlog-tiles spells it: `<level>/<n>` or `entries/<n>`, with `.p/<width>`.",
            tag="ledger",
            media=answers.BYTES,
            work=_piece,
        ),
    ]


def _checkpoint(call: calls.Call) -> answers.Answer:
    return answers.Reply(200, publishing.ledger_checkpoint(call.desk), answers.TEXT)


def _piece(call: calls.Call) -> answers.Answer:
    piece = publishing.ledger_piece(call.desk, f"tile/{call.path['path']}")
    keeping = answers.FOR_EVER if piece.full else answers.NO_STORE
    return answers.Reply(200, piece.data, answers.BYTES, (), keeping)
