"""Matters in memory: the same as in the store, whatever happened in between."""

import datetime
import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from comity import errors
from comity.desk import cabinet, performing, receiving
from comity.matters import waiting
from comity.policy import denials
from comity.records import record
from comity.records.ids import MatterId, RecordId
from comity.store import port, tables
from tests.store.conftest import pen_held
from tests.world import by_hand
from tests.world.world import TURIN, Member, World

NOWHERE = MatterId("0" * 64)


def case_of(world: World, member: Member, *parties: str) -> MatterId:
    said = {"title": "Night Bazaar", "parties": list(parties)}
    return world.act(member, "case.opened/1", said).matter


def note(world: World, member: Member, matter: MatterId, text: str = "seen") -> RecordId:
    return world.act(member, "note.made/1", {"text": text}, matter).record


def other(member: Member) -> cabinet.Cabinet:
    """A cabinet that has seen nothing yet, over the same store."""
    return cabinet.Cabinet(member.tools.store, member.tools.registry)


def digest(found: cabinet.Cabinet, matter: MatterId) -> str:
    with found.holding(matter) as folder:
        return folder.matter.digest()


def in_thread(work: Callable[[], object], seconds: float = 10) -> bool:
    """Whether `work` came to its end in time, in a thread of its own."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


def altered(member: Member, one: RecordId, **values: Any) -> None:
    """Change a stored record behind the store's back."""
    statement = sa.update(tables.records).where(tables.records.c.id == one).values(**values)
    member.tools.store._pen.change(lambda connection: connection.execute(statement)).result()


def test_a_matter_that_grew_in_memory_is_the_one_in_the_store(shared: World, lyon: Member) -> None:
    case = case_of(shared, lyon)
    with lyon.tools.cabinet.holding(case) as folder:
        found = folder.matter
    note(shared, lyon, case)
    with lyon.tools.cabinet.holding(case) as folder:
        assert folder.matter is found
        assert (len(found), folder.title) == (2, "Night Bazaar")
    with other(lyon).holding(case) as folder:
        assert (folder.matter.digest(), folder.title) == (found.digest(), "Night Bazaar")


def test_a_matter_that_is_not_here_is_told_of_as_a_hidden_one(lyon: Member) -> None:
    with pytest.raises(errors.NotFound) as absent, lyon.tools.cabinet.holding(NOWHERE):
        pass
    hidden = denials.unknown_matter()
    told = absent.value
    assert (told.code, told.message, told.next_step) == (
        hidden.code,
        hidden.message,
        hidden.next_step,
    )
    with lyon.tools.cabinet.holding(NOWHERE, new=True) as folder:
        assert len(folder.matter) == 0


def test_a_damaged_record_is_told_of_at_every_look(shared: World, lyon: Member) -> None:
    case = case_of(shared, lyon)
    damaged = note(shared, lyon, case)
    stored = lyon.tools.store.record(damaged)
    assert stored is not None
    wrong = stored.envelope.replace(b'"payload":"e', b'"payload":"f')
    altered(lyon, damaged, envelope=wrong)
    found = other(lyon)
    for _ in range(2):
        with pytest.raises(errors.Unverified) as fault, found.holding(case):
            pass
        assert fault.value.code == "record-damaged"
        assert "backup" in fault.value.next_step
    altered(lyon, damaged, envelope=stored.envelope)
    assert digest(found, case) == digest(lyon.tools.cabinet, case)


def test_asking_for_what_does_not_exist_displaces_nothing(
    shared: World, lyon: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cabinet, "MATTERS_MAX", 4)
    found = other(lyon)
    with found.holding(case_of(shared, lyon)) as folder:
        matter = folder.matter
    for number in range(8):
        with pytest.raises(errors.NotFound), found.holding(MatterId(f"{number:064x}")):
            pass
    with found.holding(matter.id) as folder:
        assert folder.matter is matter


@pytest.mark.parametrize(("matters", "records"), [(1, 1_000), (100, 3)])
def test_the_matter_unused_longest_makes_room_unless_it_is_used(
    shared: World, lyon: Member, monkeypatch: pytest.MonkeyPatch, matters: int, records: int
) -> None:
    monkeypatch.setattr(cabinet, "MATTERS_MAX", matters)
    monkeypatch.setattr(cabinet, "RECORDS_MAX", records)
    cases = [case_of(shared, lyon) for _ in range(3)]
    for case in cases:
        note(shared, lyon, case)
    found = other(lyon)
    with found.holding(cases[0]) as kept, found.holding(cases[1]) as dropped:
        matter, gone = kept.matter, dropped.matter
    with found.holding(cases[0]):
        with found.holding(cases[2]):
            pass
        with found.holding(cases[0]) as folder:
            assert folder.matter is matter
    with found.holding(cases[1]) as folder:
        assert folder.matter is not gone
        assert folder.matter.digest() == gone.digest()


def test_what_is_still_on_its_way_to_the_disk_is_read_too(
    shared: World, lyon: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_of(shared, lyon)
    act = performing.Act(kind="note.made/1", matter=case, said={"text": "queued"})
    seen: list[int] = []

    def look() -> None:
        with lyon.tools.cabinet.holding(case) as folder:
            seen.append(len(folder.matter))

    with pen_held(lyon.tools.store):
        performing.say(shared.desk(lyon), act)
        # Another matter takes its place while the record is not durable.
        monkeypatch.setattr(cabinet, "MATTERS_MAX", 1)
        fresh = performing.Act(kind="case.opened/1", said={"title": "Another"})
        _, queued = performing.say(shared.desk(lyon), fresh)
        thread = threading.Thread(target=look)
        thread.start()
        thread.join(0.2)
        assert seen == []
    thread.join(10)
    performing.finish(queued)
    assert seen == [2]


def test_looking_for_what_is_absent_writes_nothing(shared: World, lyon: Member) -> None:
    """Else it would take the time of a commit, and who measures could tell absent from hidden."""
    commits: list[port.Appended] = []
    store = lyon.tools.store
    store.on_commit(commits.append)
    for _ in range(3):
        with pytest.raises(errors.NotFound), lyon.tools.cabinet.holding(MatterId("e" * 64)):
            pass
    # The writer's thread tells of commits in their order.
    store.save_setting("looked", "yes")
    assert commits == []


def test_a_matter_is_not_exchanged_under_whoever_uses_it(shared: World, lyon: Member) -> None:
    case = case_of(shared, lyon)
    found = lyon.tools.cabinet
    with found.holding(case) as folder:
        matter = folder.matter
        found.forget(case)
        with found.holding(case) as again:
            assert again is folder
            assert again.matter is matter
    with found.holding(case) as afterwards:
        assert afterwards is folder
        assert afterwards.matter is not matter
        assert afterwards.matter.digest() == matter.digest()


def test_the_directory_is_known_while_somebody_is_changing_it(lyon: Member) -> None:
    own = lyon.tools
    pinned = own.directory().matter.id
    known: list[object] = []
    with own.cabinet.holding(pinned):
        assert in_thread(lambda: known.append(own.cabinet.directory()))
        own.cabinet.forget(pinned)
        assert in_thread(lambda: known.append(own.cabinet.directory()))
    assert known[0] is known[1]
    assert known[0] is not None
    assert own.directory().listing(TURIN) is not None


def test_an_act_and_a_parcel_that_need_each_others_matters_both_end(
    shared: World, lyon: Member
) -> None:
    own, case = lyon.tools, case_of(shared, lyon)
    at_case, at_directory = threading.Event(), threading.Event()

    def act() -> None:
        with own.cabinet.holding(case):
            at_case.set()
            assert at_directory.wait(10)
            own.directory()

    def parcel() -> None:
        with own.cabinet.holding(own.directory().matter.id):
            at_directory.set()
            assert at_case.wait(10)
            with own.cabinet.holding(case):
                pass

    other_thread = threading.Thread(target=parcel, daemon=True)
    other_thread.start()
    assert in_thread(act)
    other_thread.join(10)
    assert not other_thread.is_alive()


def test_a_directory_that_was_doubted_is_read_again(lyon: Member) -> None:
    own = lyon.tools
    before = own.directory()
    assert own.directory() is before
    own.cabinet.forget(before.matter.id)
    after = own.directory()
    assert after.matter is not before.matter
    assert after.listings == before.listings


def test_the_account_of_access_is_never_folded(shared: World, lyon: Member) -> None:
    account = MatterId(str(lyon.tools.store.setting("access")))
    with pytest.raises(errors.NotFound), lyon.tools.cabinet.holding(account):
        pass
    with lyon.tools.cabinet.holding(account, new=True) as folder:
        assert len(folder.matter) == 0


def test_records_that_found_no_room_to_wait_count_once_their_ancestors_are_here(
    shared: World, lyon: Member, turin: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WAITING_MAX", 4)
    case = case_of(shared, lyon, TURIN)
    shared.settle()
    notes = [note(shared, turin, case, f"note {number}") for number in range(9)]
    first, *others = [arrived(turin, one) for one in notes]
    receiving.take_in(lyon.tools, others, TURIN)
    with lyon.tools.cabinet.holding(case) as folder:
        assert (len(folder.matter), folder.matter.turned_away) == (1, 4)
    receiving.take_in(lyon.tools, [first], TURIN)
    with lyon.tools.cabinet.holding(case) as folder:
        assert (len(folder.matter), folder.matter.turned_away) == (10, 0)
    assert digest(lyon.tools.cabinet, case) == digest(turin.tools.cabinet, case)


def arrived(member: Member, one: RecordId) -> receiving.Arrived:
    """A record as a parcel brings it."""
    stored = member.tools.store.record(one)
    assert stored is not None
    return receiving.Arrived(
        cabinet.read_stored(stored, member.tools.registry), stored.envelope, ()
    )


def test_nobody_can_have_a_matter_folded_again_at_each_record(
    shared: World, lyon: Member, turin: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WAITING_MAX", 4)
    case = case_of(shared, lyon, TURIN)
    shared.settle()
    notes = [note(shared, turin, case) for _ in range(8)]
    receiving.take_in(lyon.tools, [arrived(turin, one) for one in notes[1:]], TURIN)
    with lyon.tools.cabinet.holding(case) as folder:
        matter = folder.matter
    for _ in range(3):
        note(shared, lyon, case)
        with lyon.tools.cabinet.holding(case) as folder:
            assert folder.matter is matter
            assert matter.turned_away == 3


def test_what_a_record_claims_to_be_said_later_than_it_came_heads_no_list(
    shared: World, lyon: Member, turin: Member
) -> None:
    case = case_of(shared, lyon, TURIN)
    shared.settle()
    claim = datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)
    made = by_hand.say(turin, case, said_at=claim)
    by_hand.send(shared, turin, lyon, items=by_hand.items(made))
    line = lyon.tools.store.matter(case)
    assert line is not None
    assert line.changed_at < record.instant(shared.now())
    later = case_of(shared, lyon)
    newest = lyon.tools.store.matters(port.MatterQuery(limit=2))
    assert [one.id for one in newest] == [later, case]
    # The same in memory, read anew, and after the next act.
    for found in (lyon.tools.cabinet, other(lyon)):
        with found.holding(case) as folder:
            assert cabinet.row_of(folder) == line
            assert folder.matter.changed_at == "2999-01-01T00:00:00.000Z"
    note(shared, lyon, case)
    moved = lyon.tools.store.matter(case)
    assert moved is not None
    assert line.changed_at < moved.changed_at < record.instant(shared.now())


def test_the_line_of_a_matter_is_read_off_its_records(shared: World, lyon: Member) -> None:
    case = case_of(shared, lyon)
    with lyon.tools.cabinet.holding(case) as folder:
        opened = cabinet.row_of(folder)
    assert (opened.type, opened.status, opened.priority) == ("case", "open", "routine")
    shared.act(lyon, "priority.set/1", {"priority": "urgent", "reason": "new"}, case)
    closing = {"outcome": "disrupted", "reason": "gone"}
    shared.act(lyon, "case.closed/1", closing, case, role="desk_head")
    with lyon.tools.cabinet.holding(case) as folder:
        closed = cabinet.row_of(folder)
    assert (closed.status, closed.priority, closed.records) == ("closed", "urgent", 3)
    assert closed == lyon.tools.store.matter(case)
    report = shared.act(lyon, "report.filed/1", {"title": "A tip", "account": None}).matter
    shared.act(lyon, "triage.asked/1", {}, report)
    with lyon.tools.cabinet.holding(report) as folder:
        assert (cabinet.row_of(folder).status, folder.title) == ("waiting", "A tip")


def test_a_title_that_was_not_disclosed_is_empty(shared: World, lyon: Member) -> None:
    stored = lyon.tools.store.record(RecordId(case_of(shared, lyon)))
    assert stored is not None
    opening = cabinet.read_stored(stored, lyon.tools.registry)
    assert cabinet.title_of(lyon.tools.registry, opening, []) == ""
    assert cabinet.title_in(None) == ""
