"""Whether this node may write and vouch at present (docs/protocol/ledger.md, L11).

A node that starts asks its peers what they saw of its ledger. Until they have answered it appends
but releases no checkpoint; if its ledger lacks what it once signed, it writes nothing at all.
"""

from dataclasses import dataclass

from comity import errors


@dataclass(slots=True)
class Halt:
    """The one switch of a node. Set by whoever serves it; everything that writes looks at it."""

    reason: str = ""
    """Why nothing may be written; empty when it may."""
    asking: bool = False
    """Whether peers are still being asked, so that no checkpoint may be released."""

    def bar_writing(self) -> None:
        """`Unavailable` if nothing may be appended."""
        if self.reason:
            raise errors.Unavailable(
                "node-read-only",
                f"this node writes nothing: {self.reason}",
                next_step="Call the operator of this node; the ledger must be repaired first.",
            )

    def bar_vouching(self) -> None:
        """`Unavailable` if no checkpoint of this ledger may be released."""
        self.bar_writing()
        if self.asking:
            raise errors.Unavailable(
                "node-starting",
                "this node is asking its peers what they saw of its ledger",
                next_step="Try again in a few seconds.",
            )
