"""Deconfliction: asking one other authority, blindly, whether it chases the same target.

Each step is a record that both ledgers hold. The lists never leave their nodes; what travels is
blinded with keys used for one run. After a hit each side consents before a contact is shown, and
then a joint case opens in one step.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comity import errors
from comity.desk import performing, permitting, reading, tools
from comity.matching import blinded, identifiers, sizes
from comity.matters import matches
from comity.records import record, strict_json
from comity.records.ids import AuthorityId, BlobId, MatterId, RecordId

PIECE_BYTES = 2**20
NOTED_AT_ONCE = 200
"""Identifiers in one record."""

_KEPT = "match:"
_HITS = "hits:"
_INFO = b"comity match question "
_CLASSES = frozenset(cls.value for cls in identifiers.IdentifierClass)
_NOTHING = BlobId("0" * 64)
"""Stands for pieces that are not made yet."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One of our own identifiers that the other side holds too."""

    cls: str
    value: str


def ask(
    desk: tools.Desk,
    source: MatterId,
    peer: AuthorityId,
    *,
    contact: str,
    classes: Sequence[str] = (),
) -> MatterId:
    """Ask `peer` blindly about the identifiers of the matter `source`; the new match's id.

    1. The source is an open matter of ours: no fishing without a case.
    2. Everything that could be refused is tried: a match that asks nothing is of no use.
    3. A match is begun with the peer alone.
    4. The question is blinded; what undoes the blinding stays here, until the answer is read.
    """
    # (1)
    own = desk.tools
    wanted = _known(classes) if classes else _CLASSES
    if unknown := sorted(set(classes) - wanted):
        raise errors.Invalid(
            "class-unknown",
            f"{unknown[0]!r} is no class of identifiers",
            next_step=f"Choose among {', '.join(sorted(_CLASSES))}.",
        )
    with own.cabinet.holding(source) as folder:
        permitting.permitted(desk, "read.matter", permitting.about(desk, folder.matter))
        if folder.matter.membership.closed:
            raise errors.Refused(
                "matter-closed",
                "a match needs a matter that is open",
                next_step="Open a new case that names this one as its origin.",
            )
        counted = {one.id for one in folder.matter.timeline()} - set(folder.matter.quarantined())
    rows = own.store.identifiers(source)
    # Not what somebody sent who may not: it would be asked for in our name.
    noted = {(one.cls, one.value) for one in rows if one.record in counted}
    held = sorted(one for one in noted if one[0] in wanted)
    if not held:
        raise errors.Invalid(
            "nothing-to-match",
            "this matter holds no identifiers of these classes",
            next_step="Note or import identifiers first.",
        )

    # (2)
    opening = performing.Act(kind="match.opened/1", said={"parties": [peer]})
    if peer == desk.authority:
        raise errors.Invalid(
            "match-with-self",
            "a match is with another authority",
            next_step="Choose another authority.",
        )
    performing.check(desk, opening)
    said = {
        "to": peer,
        "classes": sorted({cls for cls, _ in held}),
        "size_class": sizes.size_class(len(held)),
        "question": [_NOTHING],
        "contact": contact,
    }
    record.draft(own.registry["match.asked/1"], said)

    # (3)
    with performing.several(desk) as several:
        match = several.say(opening).matter

        # (4)
        kept, question = blinded.ask(_elements(match, held), random=own.random)
        memory = {"kept": base64.b64encode(kept).decode(), "held": [list(one) for one in held]}
        pieces = split(question)
        several.say(
            performing.Act(
                kind="match.asked/1",
                matter=match,
                said={**said, "question": [piece_id for piece_id, _ in pieces]},
                blobs=tuple(piece for _, piece in pieces),
                secrets=((_KEPT + match, _locked(own, match, memory)),),
            )
        )
    return match


def answer(desk: tools.Desk, match: MatterId, *, contact: str) -> performing.Done:
    """Answer a blind question from everything of the asked classes that this node holds."""
    own = desk.tools
    asked_id, asked = _asked(desk, match)
    said = {"match": asked_id, "size_class": 1, "answer": [_NOTHING], "contact": contact}
    # Tried before the work, which may take as long as a minute.
    performing.check(desk, performing.Act(kind="match.answered/1", matter=match, said=said))
    question = joined(own, asked.question)
    held = sorted(own.store.identifiers_of(_known(asked.classes)))
    response = blinded.answer(
        _elements(match, held),
        question,
        random=own.random,
        # What the asker claims bounds nothing unless it is bounded itself.
        asked_max=min(asked.size_class, sizes.CLASS_MAX),
    )
    pieces = split(response)
    return performing.perform(
        desk,
        performing.Act(
            kind="match.answered/1",
            matter=match,
            said={
                **said,
                "size_class": sizes.size_class(len(held)),
                "answer": [piece_id for piece_id, _ in pieces],
            },
            blobs=tuple(piece for _, piece in pieces),
        ),
    )


def conclude(desk: tools.Desk, match: MatterId) -> tuple[Hit, ...]:
    """Read the answer and say what is common: classes and how many, to both; which, to us alone."""
    own = desk.tools
    asked_id, _ = _asked(desk, match)
    memory = own.store.secret(_KEPT + match)
    answered = _answered(desk, match)
    if memory is None:
        raise errors.NotFound(
            "match-not-ours",
            "this node keeps no open question for this match",
            next_step="Only the side that asked concludes a match, and once.",
        )
    empty = {"match": asked_id}
    performing.check(desk, performing.Act(kind="match.empty/1", matter=match, said=empty))
    kept = _unlocked(own, match, memory)
    response = joined(own, answered.answer)
    places = blinded.hits(base64.b64decode(kept["kept"]), response)
    hits = tuple(Hit(*kept["held"][place]) for place in places)
    counts: dict[str, int] = {}
    for hit in hits:
        counts[hit.cls] = counts.get(hit.cls, 0) + 1
    said = {"match": asked_id, "classes": counts} if hits else {"match": asked_id}
    performing.perform(
        desk,
        performing.Act(
            kind="match.found/1" if hits else "match.empty/1",
            matter=match,
            said=said,
            secrets=((_HITS + match, strict_json.dumps([[h.cls, h.value] for h in hits])),),
        ),
    )
    # A crash before this line keeps a blinding key that is of no use any more.
    own.store.take_secret(_KEPT + match)
    return hits


def hits_of(desk: tools.Desk, match: MatterId) -> tuple[Hit, ...]:
    """What this node found in a match that it asked; empty for the answerer. The look is noted."""
    permitting.permitted_on(desk, "read.matter", match)
    reading.note(desk, "read", matter=match, place="hits")
    return _hits(desk, match)


def _hits(desk: tools.Desk, match: MatterId) -> tuple[Hit, ...]:
    kept = desk.tools.store.secret(_HITS + match)
    return tuple(Hit(*one) for one in strict_json.loads(kept, size_max=2**26)) if kept else ()


def open_joint_case(
    desk: tools.Desk, match: MatterId, *, title: str, summary: str | None, priority: str = "routine"
) -> performing.Done:
    """Open the joint case that a match led to, with the common identifiers in it.

    Only after both sides released their contacts, and only by the side that asked: it alone knows
    what is common. It leads until the lead is handed over.
    """
    view = reading.read(desk, match)
    thing = view.things[0] if view.things else None
    if thing is None or thing.status != "released":
        raise errors.Refused(
            "consent-missing",
            f"the match is {thing.status if thing else 'not asked'}; both sides must consent first",
            next_step="Ask the other side to release the contacts.",
        )
    hits = _hits(desk, match)
    if not hits:
        raise errors.Refused(
            "no-hits-here",
            "only the side that asked knows what is common",
            next_step="Ask the other side to open the joint case.",
        )
    others = sorted(set(view.row.parties) - {desk.authority})
    noted = [{"cls": hit.cls, "value": hit.value} for hit in hits]
    opening = performing.Act(
        kind="case.opened/1",
        said={
            "title": title,
            "summary": summary,
            "priority": priority,
            "parties": others,
            "origin": match,
        },
    )
    noting = statements(desk.tools, noted, source="blinded match")
    with performing.several(desk) as several:
        case = several.say(opening).matter
        for said in noting:
            several.say(performing.Act(kind=NOTING, matter=case, said=said))
    return several.done[0]


NOTING = "identifiers.noted/1"


def statements(
    own: tools.Tools, noted: Sequence[Mapping[str, str | None]], *, source: str | None
) -> list[dict[str, Any]]:
    """What notes these identifiers, in as many records as it takes; `Invalid` if one cannot be.

    All are tried before any is said, so that a list is noted whole or not at all.
    """
    found = []
    for start in range(0, len(noted), NOTED_AT_ONCE):
        said = {"identifiers": noted[start : start + NOTED_AT_ONCE], "source": source}
        record.draft(own.registry[NOTING], said)
        found.append(said)
    return found


def note_identifiers(
    desk: tools.Desk,
    matter: MatterId,
    noted: Sequence[Mapping[str, str | None]],
    *,
    source: str | None,
) -> int:
    """Note identifiers in a matter, in as many records as it takes; how many were noted."""
    said = statements(desk.tools, noted, source=source)
    with performing.several(desk) as several:
        for one in said:
            several.say(performing.Act(kind=NOTING, matter=matter, said=one))
    return len(noted)


def _locked(own: tools.Tools, match: MatterId, memory: dict[str, Any]) -> bytes:
    """What undoes the blinding, sealed to this node: a stolen store alone opens no question."""
    return own.keys.opener.wrap(strict_json.dumps(memory), info=_INFO + match.encode())


def _unlocked(own: tools.Tools, match: MatterId, sealed: bytes) -> dict[str, Any]:
    opened = own.keys.opener.open(sealed, info=_INFO + match.encode())
    memory: dict[str, Any] = strict_json.loads(opened, size_max=2**26)
    return memory


def _known(classes: Iterable[str]) -> frozenset[str]:
    """Those that this version can compare; a record may name others."""
    return _CLASSES & frozenset(classes)


def _elements(run: MatterId, held: Iterable[tuple[str, str]]) -> list[bytes]:
    return [
        blinded.element(
            run,
            identifiers.Identifier(
                cls=identifiers.IdentifierClass(cls), value=value, original=value
            ),
        )
        for cls, value in held
    ]


def _asked(desk: tools.Desk, match: MatterId) -> tuple[RecordId, matches.MatchAsked]:
    with desk.tools.cabinet.holding(match) as folder:
        permitting.permitted(desk, "read.matter", permitting.about(desk, folder.matter))
        views = folder.matter.things("match")
    said = views[0].opening.said if views else None
    if not isinstance(said, matches.MatchAsked):
        raise errors.NotFound(
            "match-unknown",
            f"{match} is no match that was asked",
            next_step="Choose a match from the registry.",
        )
    return views[0].id, said


def _answered(desk: tools.Desk, match: MatterId) -> matches.MatchAnswered:
    with desk.tools.cabinet.holding(match) as folder:
        for view in folder.matter.things("match"):
            for act in view.acts:
                if isinstance(act.said, matches.MatchAnswered):
                    return act.said
    raise errors.Conflict(
        "match-unanswered",
        "the other side has not answered yet",
        next_step="Wait for its answer, or call its contact.",
    )


def split(data: bytes) -> list[tuple[BlobId, bytes]]:
    """`data` in pieces that fit a parcel, each with its id."""
    pieces = (data[at : at + PIECE_BYTES] for at in range(0, len(data), PIECE_BYTES))
    return [(performing.blob_id(piece), piece) for piece in pieces]


def joined(own: tools.Tools, pieces: Sequence[BlobId]) -> bytes:
    """The pieces put together; `Unavailable` while one has not arrived."""
    found = []
    for piece in pieces:
        data = own.store.blob(piece)
        if data is None:
            raise errors.Unavailable(
                "piece-missing",
                f"the piece {piece} has not arrived",
                next_step="Wait for the next parcel, or ask the sender to send again.",
            )
        found.append(data)
    return b"".join(found)
