"""Stories with what they add up to, for other implementations; made again and compared.

`python -m tests.matters.test_vectors` writes them anew. A difference is a change of the protocol.
"""

import datetime
import itertools
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comity.matters import subjects
from comity.matters.matter import Matter
from comity.records import envelope, record, strict_json
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.records.record import Place, Record
from tests.matters.telling import BERN, GENT, LYON, OSLO, TURIN
from tests.records import signing

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "protocol" / "vectors" / "fold"
BEGUN = datetime.datetime(2026, 11, 25, 9, tzinfo=datetime.UTC)
SEALED: dict[str, dict[str, Any]] = {
    "request.filed/1": {"ask": "a", "necessity": "n"},
    "request.answered/1": {"answer": "a"},
    "clarification.asked/1": {"question": "q"},
    "request.clarified/1": {"answer": "a"},
    "note.made/1": {"text": "t"},
    "case.opened/1": {"title": "Market"},
    "exhibit.taken/1": {
        "content": {"name": "f", "sha256": "0" * 64, "size": 1}, "description": "d", "source": "s",
    },
    "exhibit.offered/1": {"key": "0" * 64},
    "exhibit.received/1": {"sha256": "0" * 64},
}  # fmt: skip


class Story:
    """A case told by members who hear of each other when the story says so."""

    def __init__(self, *members: AuthorityId) -> None:
        self.payloads: list[bytes] = []
        self._count = itertools.count()
        first = Place(matter=None, after=(), control=None, lamport=0, seq=0)
        opened = self._made("case.opened/1", members[0], first, {"parties": list(members[1:])})
        self._copies = {who: Matter(opened.matter, subjects.REGISTRY) for who in members}
        self._told: list[Record] = []
        self._keep(opened)
        self.meet()

    def _made(self, kind: str, who: AuthorityId, place: Place, said: dict[str, Any]) -> Record:
        number = next(self._count)
        sealed = SEALED.get(kind, {"reason": "r"})
        known = subjects.REGISTRY[kind].statement.model_fields
        values = said | {name: one for name, one in sealed.items() if name in known}
        signed, _, _ = record.build(
            subjects.REGISTRY[kind],
            record.draft(subjects.REGISTRY[kind], values),
            place=place,
            officer="o-1",
            said_at=BEGUN + datetime.timedelta(minutes=number),
            charter=MatterId("c" * 64),
            handling=record.Handling(),
            seen={},
            signer=signing.Signer(who),
            salt=signing.salts(str(number)),
        )
        return self._read(envelope.parse(signed).payload)

    def _read(self, payload: bytes) -> Record:
        self.payloads.append(payload)
        return record.parse(payload, record.id_of(payload), subjects.REGISTRY)

    def _keep(self, one: Record) -> None:
        self._told.append(one)
        self._copies[one.author].admit(one)

    def says(self, who: AuthorityId, kind: str, **said: Any) -> RecordId:
        """A member says something on what it has heard so far."""
        one = self._made(kind, who, self._copies[who].place(who), said)
        self._keep(one)
        return one.id

    def says_twice(
        self, who: AuthorityId, kind: str, one: dict[str, Any], other: dict[str, Any]
    ) -> tuple[RecordId, RecordId]:
        """A member says two things at one position."""
        place = self._copies[who].place(who)
        made = [self._made(kind, who, place, said) for said in (one, other)]
        for twin in made:
            self._keep(twin)
        return made[0].id, made[1].id

    def alters(self, earlier: RecordId, **members: Any) -> RecordId:
        """The payload of an earlier record with members changed."""
        by_id = {record.id_of(payload): payload for payload in self.payloads}
        one = self._read(strict_json.dumps(json.loads(by_id[earlier]) | members))
        self._told.append(one)
        return one.id

    def meet(self, *who: AuthorityId) -> None:
        """These members (all, if none) hear all that was said."""
        for member in who or self._copies:
            if member not in self._copies:
                self._copies[member] = Matter(self._told[0].matter, subjects.REGISTRY)
            for one in self._told:
                self._copies[member].admit(one)


def work() -> Story:
    story = Story(LYON, TURIN, OSLO)
    asked = story.says(LYON, "request.filed/1", to=TURIN, measure="search", basis="Art. 5")
    story.says(OSLO, "priority.set/1", priority="urgent")
    story.says(TURIN, "priority.set/1", priority="emergency")
    story.meet()
    story.says(TURIN, "clarification.asked/1", request=asked)
    story.meet()
    story.says(LYON, "request.clarified/1", request=asked)
    story.meet()
    story.says(TURIN, "request.answered/1", request=asked, outcome="partly-executed")
    exhibit = story.says(TURIN, "exhibit.taken/1", method="seizure", basis="Art. 6")
    story.says(TURIN, "exhibit.offered/1", exhibit=exhibit, to=LYON, purpose="p", pieces=[])
    story.meet()
    story.says(LYON, "exhibit.received/1", exhibit=exhibit)
    note = story.says(OSLO, "note.made/1")
    story.alters(note, kind="sketch.drawn/4", said={"of": "something new"})
    story.meet()
    story.says(OSLO, "note.made/1")
    return story


def races() -> Story:
    story = Story(LYON, TURIN, OSLO)
    asked = [
        story.says(LYON, "request.filed/1", to=TURIN, measure="other", basis=str(number))
        for number in range(4)
    ]
    exhibit = story.says(LYON, "exhibit.taken/1", method="other", basis="b")
    story.meet()
    story.says(LYON, "request.withdrawn/1", request=asked[0])
    story.says(TURIN, "request.answered/1", request=asked[0], outcome="executed")
    story.says(LYON, "request.withdrawn/1", request=asked[1])
    story.says(TURIN, "clarification.asked/1", request=asked[1])
    one, _ = story.says_twice(
        TURIN, "request.declined/1",
        {"request": asked[2], "ground": "other"}, {"request": asked[3], "ground": "immunity"},
    )  # fmt: skip
    story.meet()
    both = story.says_twice(
        LYON, "exhibit.offered/1",
        {"exhibit": exhibit, "to": TURIN, "purpose": "p", "pieces": []},
        {"exhibit": exhibit, "to": OSLO, "purpose": "p", "pieces": []},
    )  # fmt: skip
    story.meet()
    story.says(TURIN, "exhibit.received/1", exhibit=exhibit)
    story.says(LYON, "conflict.settled/1", about=exhibit, keep=both[1])
    story.meet()
    story.says(OSLO, "exhibit.disputed/1", exhibit=exhibit)
    story.says(OSLO, "conflict.settled/1", about=asked[2], keep=one)
    return story


def hand_over() -> Story:
    story = Story(LYON, TURIN)
    story.says(LYON, "lead.offered/1", to=TURIN)
    story.says(LYON, "party.added/1", party=OSLO)
    story.meet()
    story.says(TURIN, "lead.declined/1")
    story.meet()
    story.says(LYON, "lead.offered/1", to=TURIN)
    story.meet()
    story.says(TURIN, "lead.accepted/1")
    story.meet()
    story.says(LYON, "party.added/1", party=OSLO)
    story.says(TURIN, "party.added/1", party=BERN)
    story.says(LYON, "note.made/1")
    story.says(TURIN, "case.closed/1", outcome="disrupted")
    story.meet(TURIN)
    story.says(TURIN, "note.made/1")
    return story


def quarantine() -> Story:
    story = Story(LYON, TURIN, OSLO)
    asked = story.says(LYON, "request.filed/1", to=TURIN, measure="other", basis="b")
    story.meet()
    story.says(TURIN, "note.made/1")
    story.meet()
    story.says(TURIN, "request.declined/1", request=asked, ground="other")
    own = story.says(TURIN, "request.filed/1", to=OSLO, measure="other", basis="b")
    story.says(TURIN, "priority.set/1", priority="urgent")
    story.meet(OSLO)
    story.says(OSLO, "request.answered/1", request=own, outcome="executed")
    note = story.says(LYON, "note.made/1")
    story.says(LYON, "party.removed/1", party=TURIN)
    story.meet()
    story.says(TURIN, "note.made/1")
    story.says(LYON, "work.ratified/1", records=[note])
    story.says(LYON, "work.ratified/1", records=[own])
    story.says(LYON, "party.added/1", party=TURIN)
    story.meet()
    story.says(TURIN, "note.made/1")
    return story


def fork() -> Story:
    story = Story(LYON, TURIN, OSLO)
    one, other = story.says_twice(LYON, "party.added/1", {"party": BERN}, {"party": GENT})
    story.meet()
    story.says(LYON, "party.removed/1", party=TURIN)
    story.says(TURIN, "note.made/1")
    story.says(TURIN, "fork.voted/1", keep=one)
    story.says(OSLO, "fork.voted/1", keep=other)
    story.says(TURIN, "fork.voted/1", keep=other)
    story.says(OSLO, "fork.resolved/1", keep=other)
    story.meet()
    story.says(LYON, "fork.voted/1", keep=one)
    story.says(TURIN, "fork.voted/1", keep=other)
    story.meet()
    story.says(OSLO, "fork.voted/1", keep=other)
    story.says(OSLO, "fork.resolved/1", keep=other)
    story.meet()
    story.says(LYON, "lead.offered/1", to=GENT)
    return story


def cheat() -> Story:
    story = Story(LYON, TURIN, OSLO, BERN)
    one, other = story.says_twice(LYON, "party.added/1", {"party": GENT}, {"party": "xx-more"})
    story.meet()
    first, second = story.says_twice(TURIN, "fork.voted/1", {"keep": one}, {"keep": other})
    # Turin shows Oslo one vote and Bern the other: each sees a majority and resolves.
    for who, keep, vote in ((OSLO, one, first), (BERN, other, second)):
        by_id = {told.id: told for told in story._told}
        story._copies[who].admit(by_id[vote])
        story.says(who, "fork.voted/1", keep=keep)
        story.says(who, "fork.resolved/1", keep=keep)
    story.meet()
    story.says(OSLO, "fork.voted/1", keep=one)
    story.meet(BERN)
    story.says(BERN, "fork.voted/1", keep=one)
    story.says(BERN, "fork.resolved/1", keep=one)
    return story


def refused() -> Story:
    story = Story(LYON, TURIN)
    note = story.says(TURIN, "note.made/1")
    story.meet()
    good = story.says(LYON, "note.made/1")
    story.alters(good, lamport=7)
    story.alters(good, seq=9)
    story.alters(good, control=note)
    story.alters(good, author=OSLO)
    wrong = story.alters(good, after=sorted([story._told[0].id, note]))
    story.alters(good, after=[wrong], lamport=3, seq=2)
    story.alters(good, after=["f" * 64])
    void = [
        story.says(TURIN, "party.added/1", party=OSLO),
        story.says(TURIN, "request.answered/1", request=note, outcome="executed"),
        story.says(TURIN, "fork.voted/1", keep=note),
        story.alters(note, said={"text": "in the open"}),
    ]
    story.meet()
    story.says(TURIN, "work.ratified/1", records=void[:1])
    story.says(LYON, "note.made/1")
    return story


STORIES: dict[str, Callable[[], Story]] = {
    "work": work,
    "races": races,
    "hand_over": hand_over,
    "quarantine": quarantine,
    "fork": fork,
    "cheat": cheat,
    "refused": refused,
}


def summed_up(found: Matter) -> dict[str, Any]:
    """What a matter adds up to."""
    membership, point = found.membership, found.point
    return {
        "timeline": [one.id for one in found.timeline()],
        "rejected": {
            one.record.id: {"stands": one.stands, "because": one.reason} for one in found.rejections
        },
        "waiting": [one.id for one in found.waiting],
        "missing": list(found.missing),
        "heads": list(found.heads),
        "said_twice": [list(ids) for ids in found.forks()],
        "control_head": point.head,
        "branches": list(point.branches),
        "lead": membership.lead,
        "offered": membership.offered,
        "parties": sorted(membership.parties),
        "closed": membership.closed,
        "things": {
            one.id: {
                "thing": one.thing,
                "status": one.status,
                "acts": [act.id for act in one.acts],
                "rivals": [act.id for act in one.rivals],
                "quarantined": one.quarantined,
            }
            for one in found.things()
        },
        "priority": [one.id for one in found.register("priority")],
        "quarantined": list(found.quarantined()),
    }


def told(payloads: list[bytes]) -> Matter:
    records = [record.parse(one, record.id_of(one), subjects.REGISTRY) for one in payloads]
    found = Matter(MatterId(records[0].id), subjects.REGISTRY)
    for one in records:
        if one.matter == found.id:
            found.admit(one)
    return found


def vector(name: str) -> dict[str, Any]:
    payloads = STORIES[name]().payloads
    return {
        "clauses": ["F2", "F4", "F6", "F8", "F9"],
        "records": [{"id": record.id_of(one), "payload": one.decode()} for one in payloads],
        "matter": summed_up(told(payloads)),
    }


def written(name: str) -> str:
    return json.dumps(vector(name), indent=2) + "\n"


def kept(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", STORIES)
def test_the_vectors_that_are_kept_are_what_is_made(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == written(name)


def test_no_vector_is_kept_that_nothing_makes() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(STORIES)


@pytest.mark.parametrize("name", STORIES)
def test_a_kept_story_adds_up_to_the_same_in_any_order(name: str) -> None:
    vectors = kept(name)
    payloads = [one["payload"].encode() for one in vectors["records"]]
    assert [record.id_of(one) for one in payloads] == [one["id"] for one in vectors["records"]]
    for seed in range(5):
        order = payloads[1:]
        random.Random(seed).shuffle(order)
        assert summed_up(told([payloads[0], *order])) == vectors["matter"]


def test_the_stories_show_what_they_are_for() -> None:
    found = {name: kept(name)["matter"] for name in STORIES}
    statuses = {
        name: sorted(one["status"] for one in of["things"].values()) for name, of in found.items()
    }
    assert statuses["work"] == ["partly-executed", "received"]
    assert len(found["work"]["priority"]) == 2
    assert found["work"]["rejected"] == {}
    assert statuses["races"] == ["declined", "declined", "disputed", "executed", "withdrawn"]
    assert [one["stands"] for one in found["races"]["rejected"].values()] == [True, True]
    assert (found["hand_over"]["lead"], found["hand_over"]["closed"]) == (TURIN, True)
    assert len(found["hand_over"]["rejected"]) == 3
    assert len(found["quarantine"]["quarantined"]) == 2
    assert statuses["quarantine"] == ["executed", "open"]
    assert found["quarantine"]["priority"] == []
    assert (found["fork"]["branches"], found["fork"]["offered"]) == ([], GENT)
    assert found["cheat"]["branches"] == []
    assert len(found["cheat"]["said_twice"]) == 2
    assert found["refused"]["missing"] == ["f" * 64]
    stands = [one["stands"] for one in found["refused"]["rejected"].values()]
    assert (stands.count(False), stands.count(True)) == (6, 5)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for story in STORIES:
        (FOLDER / f"{story}.json").write_text(written(story), encoding="utf-8")
