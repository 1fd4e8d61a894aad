"""What a node asks a sender for: the ancestors that the records it has just sent lack here.

Only what the sender's own records name, so that nobody fills the list of what is asked of others.
Who is no party of a matter is told what it would be told if the matter were not here: neither what
is asked for nor what is not says that something exists.
"""

from collections.abc import Callable, Iterable

from comity.matters.matter import Matter
from comity.records import record
from comity.records.ids import AuthorityId, RecordId

Known = Callable[[RecordId], record.Record | None]
"""Where the walk goes on: a record behind which ancestors may be missing."""


def wanted(
    found: Matter, come: Iterable[record.Record], held: set[RecordId], sender: AuthorityId
) -> list[RecordId]:
    """The records to ask `sender` for, after `come` was taken in; `held` were here before."""
    sent = {one.id: one for one in come}
    if found.opening is None or sender in found.membership.parties:
        waiting = {one.id: one for one in found.waiting}
        lacking = [one for one in sent.values() if one.id in waiting]
        return _ends(lacking, waiting.get, lambda one: _judged(found, one))
    fresh = [one for one in sent.values() if one.id not in held]
    return _ends(
        fresh, lambda one: sent.get(one) or _said_by(sender, found, one), lambda one: False
    )


def _ends(
    begin: Iterable[record.Record], known: Known, settled: Callable[[RecordId], bool]
) -> list[RecordId]:
    """Where the walk from `begin` through their ancestors ends, each once, in the order met."""
    ends: dict[RecordId, None] = {}
    walk = list(begin)
    met = {one.id for one in walk}
    while walk:
        for one in walk.pop().after:
            if one in met or settled(one):
                continue
            met.add(one)
            further = known(one)
            if further is None:
                ends[one] = None
            else:
                walk.append(further)
    return list(ends)


def _judged(found: Matter, one: RecordId) -> bool:
    return one in found or found.rejection(one) is not None


def _said_by(sender: AuthorityId, found: Matter, one: RecordId) -> record.Record | None:
    """A record that `sender` said and this node holds: it need not be asked for."""
    rejection = found.rejection(one)
    said = rejection.record if rejection is not None else found.record(one)
    return said if said is not None and said.author == sender else None
