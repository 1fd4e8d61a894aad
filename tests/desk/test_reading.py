"""A matter is shown as far as it was disclosed, and no look at it is without its leaf."""

from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest

from comity import errors
from comity.desk import cabinet, reading, tools
from comity.matters import access
from comity.records import record, sealed
from comity.records.ids import MatterId, RecordId
from comity.store import port
from tests.world import by_hand
from tests.world.world import OSLO, TURIN, Member, World, refused


@pytest.fixture
def case(shared: World, lyon: Member) -> MatterId:
    """A case of Lyon and Turin that both have."""
    made = shared.act(lyon, "case.opened/1", {"title": "Depot", "parties": [TURIN]}).matter
    shared.settle()
    return made


def account(member: Member) -> list[record.Record]:
    """The account of access, as it lies in the store."""
    begun = MatterId(str(member.tools.store.setting("access")))
    stored = member.tools.store.records(begun)
    return [cabinet.read_stored(one, member.tools.registry) for one in stored]


def noted(member: Member) -> access.AccessNoted:
    """The last line of it."""
    said = account(member)[-1].said
    assert isinstance(said, access.AccessNoted)
    return said


def test_a_matter_is_shown_with_what_is_open_here_and_where_each_record_stands(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    note = shared.act(lyon, "note.made/1", {"text": "hello"}, case)
    shared.settle()
    view = reading.read(shared.desk(turin), case)
    assert [one.record.kind for one in view.timeline] == ["case.opened/1", "note.made/1"]
    entry = view.entry(note.record)
    assert entry.said is not None
    assert entry.said.text.shown == "hello"
    assert (entry.own, entry.quarantined) == (False, False)
    assert entry.leaf == turin.tools.store.leaf(note.record)
    assert reading.read(shared.desk(lyon), case).entry(note.record).own
    assert (view.row.title, view.row.records) == ("Depot", 2)


def test_what_was_erased_is_withheld_and_not_empty(
    shared: World, lyon: Member, turin: Member, case: MatterId
) -> None:
    note = shared.act(lyon, "note.made/1", {"text": "hello"}, case).record
    shared.settle()
    (text,) = turin.tools.store.disclosures([note])[note]
    turin.tools.store.erase(note, [sealed.digest_of(text)])
    said = reading.read(shared.desk(turin), case).entry(note).said
    assert said is not None
    assert (said.text.withheld, said.text.shown) == (True, None)


def test_a_read_is_durable_in_the_account_with_its_purpose_before_anything_is_shown(
    shared: World, lyon: Member, case: MatterId
) -> None:
    size = lyon.tools.store.size
    view = reading.read(shared.desk(lyon, purpose="prosecution"), case)
    last = account(lyon)[-1]
    assert lyon.tools.store.leaf(last.id) == size
    assert last.id not in view.by_id
    assert (noted(lyon).what, noted(lyon).matter, noted(lyon).purpose) == (
        "read",
        case,
        "prosecution",
    )
    assert last.officer == lyon.people["officer"].id


@pytest.mark.parametrize("role", ["operator", "oversight"])
def test_a_read_that_is_not_permitted_shows_and_leaves_nothing(
    shared: World, lyon: Member, case: MatterId, role: str
) -> None:
    before = by_hand.whole(lyon)
    with pytest.raises(errors.ComityError) as hidden:
        reading.read(shared.desk(lyon, role), case)
    assert by_hand.whole(lyon) == before
    if role == "operator":
        absent = refused(
            hidden.value.code,
            lambda: reading.read(shared.desk(lyon, role), MatterId("0" * 64)),
        )
        told = (absent.message, absent.next_step)
        assert told == (hidden.value.message, hidden.value.next_step)


def test_a_matter_of_others_that_lies_here_is_refused_as_one_that_does_not(
    shared: World, lyon: Member, turin: Member
) -> None:
    built = by_hand.say(turin, None, "case.opened/1", {"title": "Hidden", "parties": [OSLO]})
    by_hand.send(shared, turin, lyon, items=by_hand.items(built))
    told = [
        refused("matter-unknown", lambda one=one: reading.read(shared.desk(lyon), one))
        for one in (built.record.matter, MatterId("0" * 64))
    ]
    assert told[0].message == told[1].message
    assert told[0].next_step == told[1].next_step


def test_where_no_account_can_be_kept_nothing_is_read(
    shared: World, lyon: Member, case: MatterId
) -> None:
    lyon.tools.halt.reason = "it was restored from an old copy"
    try:
        refused("node-read-only", lambda: reading.read(shared.desk(lyon), case))
    finally:
        lyon.tools.halt.reason = ""


def test_the_account_is_one_chain_however_many_read_at_once(
    shared: World, lyon: Member, case: MatterId
) -> None:
    desks = [shared.desk(lyon) for _ in range(24)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda desk: reading.note(desk, "read", matter=case), desks))
    lines = account(lyon)
    assert len(lines) > 24
    for one, following in pairwise(lines):
        assert following.after == (one.id,)
        assert (following.seq, following.lamport) == (one.seq + 1, one.lamport + 1)


def test_the_chain_goes_on_where_the_store_left_it(
    shared: World, lyon: Member, case: MatterId
) -> None:
    reading.note(shared.desk(lyon), "read", matter=case)
    before = account(lyon)[-1]
    lyon.tools.access.last = None  # As after a start.
    reading.note(shared.desk(lyon), "read", matter=case)
    assert account(lyon)[-1].after == (before.id,)


def test_a_line_that_was_not_written_is_no_link_of_the_chain(
    shared: World, lyon: Member, case: MatterId
) -> None:
    """Else every later line would follow one that nobody has."""
    reading.note(shared.desk(lyon), "read", matter=case)
    last = account(lyon)[-1]
    own = lyon.tools

    def taken(what: port.Append) -> Future[port.Appended]:
        refusal: Future[port.Appended] = Future()
        refusal.set_exception(errors.Conflict("matter-moved", "another process was faster"))
        return refusal

    desk = shared.desk(lyon)
    stubborn = Refusing(own.store, taken)
    refused("matter-moved", lambda: reading.note(with_store(desk, stubborn), "read", matter=case))
    reading.note(desk, "read", matter=case)
    assert account(lyon)[-1].after == (last.id,)


class Refusing:
    """A store that refuses what is appended and is otherwise the one it stands before."""

    def __init__(self, store: port.Store, append: Any) -> None:
        self._store = store
        self.append = append

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def with_store(desk: tools.Desk, store: Any) -> tools.Desk:
    values = {name: getattr(desk.tools, name) for name in tools.Tools.__dataclass_fields__}
    made = tools.Tools(**{**values, "store": store})
    return tools.Desk(officer=desk.officer, purpose=desk.purpose, now=desk.now, tools=made)


def test_an_act_that_was_refused_while_its_matter_was_looked_at_is_not_shown(
    shared: World, lyon: Member, case: MatterId
) -> None:
    """It was in memory for a moment, and never in the store."""
    lost = by_hand.say(lyon, case)
    with lyon.tools.cabinet.holding(case) as folder:
        folder.matter.admit(lost.record)
    try:
        view = reading.read(shared.desk(lyon), case)
        assert [one.record.id for one in view.timeline] == [RecordId(case)]
    finally:
        lyon.tools.cabinet.forget(case)


def test_what_changes_nothing_is_shown_with_its_reason_and_what_waits_as_waiting(
    shared: World, lyon: Member, turin: Member, oslo: Member, case: MatterId
) -> None:
    with lyon.tools.cabinet.holding(case) as folder:
        place = folder.matter.place(OSLO)
    intruding = by_hand.say(oslo, case, place=place)
    by_hand.send(shared, oslo, turin, items=by_hand.items(intruding))
    early = by_hand.say(lyon, case, place=by_hand.after(case, "9" * 64, lamport=5))
    by_hand.send(shared, lyon, turin, items=by_hand.items(early))
    view = reading.read(shared.desk(turin), case)
    assert [one.record.id for one in view.rejections] == [intruding.record.id]
    assert [one.id for one in view.waiting] == [early.record.id]
    assert [one.record.id for one in view.timeline] == [RecordId(case)]


def test_a_node_that_accounts_for_nothing_yet_says_so(shared: World, lyon: Member) -> None:
    class Blank(Refusing):
        def setting(self, name: str) -> None:
            return None

    desk = with_store(shared.desk(lyon), Blank(lyon.tools.store, None))
    refused("no-access-account", lambda: reading.note(desk, "read"))
