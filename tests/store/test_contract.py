"""What the port promises of appending, on each engine."""

import dataclasses
import datetime
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from comity import errors
from comity.ledger import tiles, tree
from comity.records.ids import MatterId
from comity.store import durable, port, scrub
from tests.store import acts
from tests.store.acts import LYON, OSLO, TURIN
from tests.store.conftest import Place, pen_held


def queued_together(
    store: durable.DurableStore, *appends: port.Append
) -> list[Future[port.Appended]]:
    """Queue appends while the pen is held, so that one transaction takes them all."""
    with pen_held(store):
        return [store.append(one) for one in appends]


def test_an_append_is_answered_with_its_leaves_and_the_size(store: durable.DurableStore) -> None:
    first = acts.record(0)
    appended = store.append(port.Append(records=(first, acts.record(1, first.matter)))).result()
    assert appended == port.Appended((0, 1), 2)
    assert store.size == 2


def test_what_was_queued_first_has_the_lower_leaf(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    futures = [store.append(acts.act(n, opening.matter)) for n in range(1, 60)]
    assert [future.result().leaves for future in futures] == [(n,) for n in range(1, 60)]


def test_everything_of_an_append_is_read_after_its_answer(store: durable.DurableStore) -> None:
    made = acts.record(0)
    shown = acts.disclosures(made, {"cls": "onion", "value": "abc"}, "plain")
    blob = acts.blob(b"a picture")
    row = port.IdentifierRow("onion", "abc", made.matter, made.id)
    answer = port.Answered("o-1", "key", "digest", 201, b"{}", acts.NOW)
    why = port.Decision(made.id, "o-1", "case.open", ("a b", "c"), "0" * 64, acts.NOW)
    line = acts.matter_row(made.matter)
    store.append(
        port.Append(
            records=(made,),
            disclosures=shown,
            blobs=(blob,),
            outgoing=(port.Outgoing(TURIN, made.id, (shown[0].digest,), (blob[0],)),),
            matters=(line,),
            identifiers=(row,),
            decisions=(why,),
            answered=(answer,),
            secrets=(("psi:1", b"\x00\xff"),),
        )
    ).result()
    stored = port.StoredRecord(made.id, made.matter, made.kind, LYON, 0, made.envelope)
    assert store.record(made.id) == store.last(made.matter) == stored
    assert list(store.records(made.matter)) == [stored]
    assert set(store.disclosures([made.id])[made.id]) == {one.text for one in shown}
    assert store.blob(blob[0]) == b"a picture"
    waiting = port.Pending(1, made.id, (shown[0].digest,), (blob[0],))
    assert list(store.pending(TURIN, 10)) == [waiting]
    assert store.matter(made.matter) == line
    assert list(store.identifiers(made.matter)) == [row]
    assert store.decisions([made.id]) == {made.id: why}
    assert store.answered("o-1", "key") == answer
    assert store.secret("psi:1") == b"\x00\xff"


def test_a_duplicate_keeps_its_leaf_and_adds_only_disclosures(store: durable.DurableStore) -> None:
    made = acts.record(0, own=False, by=TURIN)
    one, two = acts.disclosures(made, "first", "second")
    store.append(port.Append(records=(made,), disclosures=(one,))).result()
    store.append(port.Append(records=(acts.record(1),))).result()
    again = store.append(port.Append(records=(made,), disclosures=(one, two))).result()
    assert again == port.Appended((0,), 2)
    assert sorted(store.disclosures([made.id])[made.id]) == sorted([one.text, two.text])
    assert len(store.records(made.matter)) == 1


def test_a_duplicate_in_the_same_append_and_in_the_same_batch_is_one_record(
    store: durable.DurableStore,
) -> None:
    made = acts.record(0, own=False, by=TURIN)
    futures = queued_together(
        store, port.Append(records=(made, made)), port.Append(records=(made,))
    )
    assert [future.result().leaves for future in futures] == [(0, 0), (0,)]
    assert store.size == 1


def test_a_taken_place_in_the_matter_fails_alone(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    rival = dataclasses.replace(acts.act(7, opening.matter, peers=[OSLO]))
    moved = dataclasses.replace(rival.records[0], seq=0)
    lost = dataclasses.replace(
        rival, records=(moved,), blobs=(acts.blob(b"lost"),), secrets=(("lost", b"x"),)
    )
    before, late, after = queued_together(
        store,
        acts.act(1, opening.matter, peers=[TURIN]),
        lost,
        acts.act(2, opening.matter, peers=[TURIN, OSLO]),
    )
    assert before.result() == port.Appended((1,), 3)
    assert after.result() == port.Appended((2,), 3)
    with pytest.raises(errors.Conflict) as caught:
        late.result()
    assert caught.value.code == "matter-moved"
    # Nothing of the refused one is left, and no number of a stream was used up.
    assert store.record(moved.id) is None
    assert store.secret("lost") is None
    assert store.blob(acts.blob(b"lost")[0]) is None
    assert [row.number for row in store.pending(OSLO, 9)] == [1]
    assert [row.number for row in store.pending(TURIN, 9)] == [1, 2]
    assert scrub.check(store) is None


def test_a_foreign_record_may_have_the_place_that_an_own_one_has(
    store: durable.DurableStore,
) -> None:
    opening = acts.record(0)
    store.append(port.Append(records=(opening, acts.record(1, opening.matter)))).result()
    foreign = acts.record(1, opening.matter, own=False, by=TURIN)
    assert store.append(port.Append(records=(foreign,))).result().leaves == (2,)


def test_an_idempotency_key_serves_once(store: durable.DurableStore) -> None:
    answer = port.Answered("o-1", "key", "digest", 201, b"first", acts.NOW)
    second = dataclasses.replace(answer, body=b"second")
    one, two = queued_together(
        store,
        port.Append(records=(acts.record(0),), answered=(answer,)),
        port.Append(records=(acts.record(1),), answered=(second,)),
    )
    assert one.result().size == 1
    with pytest.raises(errors.Conflict) as caught:
        two.result()
    assert caught.value.code == "key-used"
    found = store.answered("o-1", "key")
    assert found is not None
    assert found.body == b"first"


@pytest.mark.parametrize(
    "bad",
    [
        port.Append(disclosures=(port.NewDisclosure(acts.record(5).id, "digest", "text"),)),
        port.Append(outgoing=(port.Outgoing(TURIN, acts.record(5).id),)),
        port.Append(records=(dataclasses.replace(acts.record(5), seq=2**70),)),
        port.Append(records=(dataclasses.replace(acts.record(5), said_at="\udc80"),)),
        port.Append(records=(dataclasses.replace(acts.record(5), id="not hex"),)),
    ],
    ids=["stray disclosure", "stray row", "number too large", "no text", "no id"],
)
def test_a_malformed_append_fails_alone(store: durable.DurableStore, bad: port.Append) -> None:
    opening = acts.record(0)
    before, wrong, after = queued_together(
        store, port.Append(records=(opening,)), bad, acts.act(1, opening.matter)
    )
    assert before.result().leaves == (0,)
    assert isinstance(wrong.exception(), errors.Invalid)
    assert after.result() == port.Appended((1,), 2)
    assert store.failed == ""


def test_a_refused_change_fails_alone(store: durable.DurableStore) -> None:
    def refuse(_: object) -> None:
        raise errors.NotFound("no-such-thing", "it is not here")

    future = store._pen.change(refuse)
    assert isinstance(future.exception(), errors.NotFound)
    assert store.append(acts.act(0)).result().size == 1


def test_listeners_hear_of_every_commit_and_cannot_harm_it(store: durable.DurableStore) -> None:
    heard: list[port.Appended] = []

    def harmful(_: port.Appended) -> None:
        raise RuntimeError("a listener's own fault")

    store.on_commit(harmful)
    store.on_commit(heard.append)
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    futures = queued_together(store, acts.act(1, opening.matter), acts.act(2, opening.matter))
    assert [future.result().size for future in futures] == [3, 3]
    store.save_setting("name", "value")  # Runs after the listeners of the commit before.
    assert heard == [port.Appended((0,), 1), port.Appended((1, 2), 3)]


def test_the_tiles_are_those_of_the_leaves(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    more = tuple(acts.record(n, opening.matter) for n in range(1, 600))
    for start in (0, 1, 200, 254, 255, 256, 510, 599):
        stop = {0: 1, 1: 200, 200: 254, 254: 255, 255: 256, 256: 510, 510: 599}.get(start, 599)
        store.append(port.Append(records=more[start:stop])).result()
    ids = store.leaves(0, 600)
    hashes = [tree.leaf_hash(bytes.fromhex(one)) for one in ids]
    assert len(ids) == store.size == 600
    assert store.tile(0, 0) == b"".join(hashes[:256])
    assert store.tile(0, 2) == b"".join(hashes[512:])
    assert store.tile(1, 0) == tree.root(hashes[:256]) + tree.root(hashes[256:512])
    assert store.tile(1, 1) == store.tile(9, 0) == b""
    assert tiles.root(600, store.tile) == tree.root(hashes)


def test_streams_are_numbered_without_gaps_also_after_opening_again(place: Place) -> None:
    store = place.open()
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    for n in range(1, 4):
        store.append(acts.act(n, opening.matter, peers=[TURIN])).result()
    store.delivered(TURIN, 3, [row.record for row in store.pending(TURIN, 9)])
    store = place.reopen()
    assert store.size == 4
    assert store.append(acts.act(4, opening.matter, peers=[TURIN, OSLO])).result().leaves == (4,)
    assert [row.number for row in store.pending(TURIN, 9)] == [4]
    assert [row.number for row in store.pending(OSLO, 9)] == [1]


def test_many_callers_at_once_each_read_what_they_appended(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()

    def caller(number: int) -> list[int]:
        leaves = []
        for n in range(20):
            made = acts.act(1 + number * 20 + n, opening.matter, peers=[TURIN])
            appended = store.append(made).result()
            stored = store.record(made.records[0].id)
            assert stored is not None
            assert (stored.leaf,) == appended.leaves
            assert store.size > stored.leaf
            leaves.append(stored.leaf)
        return leaves

    with ThreadPoolExecutor(12) as pool:
        leaves = [leaf for some in pool.map(caller, range(12)) for leaf in some]
    assert sorted(leaves) == list(range(1, 241))
    assert [row.number for row in store.pending(TURIN, 1000)] == list(range(1, 241))
    assert scrub.check(store) is None


def test_closing_writes_what_is_queued_and_refuses_what_comes_later(place: Place) -> None:
    store = place.open()
    opening = acts.record(0)
    futures = [store.append(port.Append(records=(opening,)))]
    futures += [store.append(acts.act(n, opening.matter)) for n in range(1, 40)]
    store.close()
    assert [future.result().leaves for future in futures] == [(n,) for n in range(40)]
    late = store.append(acts.act(40, opening.matter)).exception()
    assert isinstance(late, errors.Unavailable)
    assert late.code == "store-closed"
    assert place.reopen().size == 40


def test_a_queued_append_cannot_be_cancelled(store: durable.DurableStore) -> None:
    (future,) = queued_together(store, acts.act(0))
    assert not future.cancel()
    assert future.result().size == 1


def test_after_a_storage_fault_nothing_is_written_and_reading_goes_on(place: Place) -> None:
    store = place.open()
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    with pen_held(store):
        waiting = [store.append(acts.act(n, opening.matter)) for n in (1, 2)]
        place.cut(store)
    waiting.append(store.append(acts.act(3, opening.matter)))
    for future in waiting:
        fault = future.exception()
        assert isinstance(fault, errors.Unavailable)
        assert fault.code == "storage-failed"
    later = store.append(acts.act(4, opening.matter)).exception()
    assert isinstance(later, errors.Unavailable)
    assert later.code == "storage-failed"
    with pytest.raises(errors.Unavailable):
        store.save_setting("name", "value")
    assert "store failed" in store.failed
    assert store.size == len(store.records(opening.matter)) == 1
    store.close()
    again = place.reopen()
    assert again.failed == ""
    assert again.size == 1
    assert scrub.check(again) is None


def test_a_flipped_bit_in_a_leaf_hash_is_never_committed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Yeti 2022: one flipped bit of one leaf ended a public ledger."""
    store = place.open()
    store.append(acts.act(0)).result()
    right = tree.leaf_hash

    def flipped(data: bytes) -> bytes:
        made = bytearray(right(data))
        made[7] ^= 1
        return bytes(made)

    monkeypatch.setattr(tree, "leaf_hash", flipped)
    fault = store.append(acts.act(1)).exception()
    monkeypatch.undo()
    assert isinstance(fault, errors.Unavailable)
    assert "leaf 1" in fault.message
    again = place.reopen()
    assert again.size == 1
    assert scrub.check(again) is None


def test_every_leaf_is_streamed_in_order(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    more = tuple(acts.record(n, opening.matter) for n in range(1, 1203))
    store.append(port.Append(records=(opening, *more))).result()
    assert [one.leaf for one in store.all_records()] == list(range(1203))
    assert [one.leaf for one in store.all_records(1200)] == [1201, 1202]
    assert [one.id for one in store.all_records()] == list(store.leaves(0, 5000))


def test_a_matter_is_found_by_all_its_records(store: durable.DurableStore) -> None:
    assert store.records(MatterId("0" * 64)) == []
    assert store.last(MatterId("0" * 64)) is None


def test_old_answers_are_cleared_of_those_officers_and_no_others(
    store: durable.DurableStore,
) -> None:
    def answer(officer: str, key: str, days: int) -> port.Answered:
        at = acts.NOW - datetime.timedelta(days=days)
        return port.Answered(officer, key, "digest", 201, b"body", at)

    old = [answer("o-1", f"old-{n:04d}", 31) for n in range(1_203)]
    kept = [answer("o-1", "new", 29), answer("o-3", "old", 31), answer("o-1", "zz", 30)]
    other = [answer("o-2", "old", 400)]
    store.append(port.Append(answered=(*old, *kept, *other))).result()
    before = acts.NOW - datetime.timedelta(days=30)
    assert store.clear_answered(["o-1", "o-2"], before) == 1_204
    assert store.clear_answered(["o-1", "o-2"], before) == store.clear_answered([], before) == 0
    assert [store.answered(one.officer, one.key) for one in kept] == kept
    for one in (old[0], old[-1], *other):
        assert store.answered(one.officer, one.key) is None
