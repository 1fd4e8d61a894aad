"""Records that no desk would let its authority say, and directories made of them."""

from collections.abc import Sequence
from typing import Any

from comity.desk import cabinet, receiving
from comity.matters.matter import Matter
from comity.records.ids import AuthorityId, MatterId
from tests.world import by_hand
from tests.world.world import Member


def forge(
    member: Member,
    matter: Matter,
    kind: str,
    said: dict[str, Any],
    author: AuthorityId | None = None,
) -> receiving.Arrived:
    """A record of `member`, or of `author` in whose name it signs, after all that `matter` has."""
    who = author or member.authority
    place, signer = matter.place(who), by_hand.As(member, who)
    built = by_hand.say(member, matter.id, kind, said, place=place, signer=signer)
    return receiving.Arrived(built.record, built.signed, built.disclosures)


def arrived(member: Member, matter: MatterId) -> list[receiving.Arrived]:
    """The records of a matter as this member would send them, ancestors first, all sealed."""
    own = member.tools
    found = [
        receiving.Arrived(cabinet.read_stored(one, own.registry), one.envelope, ())
        for one in own.store.records(matter)
    ]
    return sorted(found, key=lambda one: one.record.lamport)


def folded(records: Sequence[receiving.Arrived], member: Member) -> Matter:
    """These records as a matter that nobody else sees."""
    matter = Matter(records[0].record.matter, member.tools.registry)
    for one in records:
        matter.admit(one.record)
    return matter


def lines(records: Sequence[receiving.Arrived]) -> bytes:
    """The file of a directory with these records."""
    return b"".join(one.signed + b"\n" for one in records)
