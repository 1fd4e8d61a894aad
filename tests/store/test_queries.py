"""Reading, on each engine: beyond what the contract's tests read."""

import pytest

from comity import errors
from comity.records.ids import BlobId, RecordId
from comity.store import durable, port, queries
from tests.store import acts
from tests.store.acts import OSLO, TURIN
from tests.store.conftest import Place

NOBODY = RecordId("f" * 64)


def test_what_is_not_here_is_answered_with_nothing(store: durable.DurableStore) -> None:
    assert store.record(NOBODY) is None
    assert store.leaf(NOBODY) is None
    assert store.blob(BlobId(NOBODY)) is None
    assert store.held([NOBODY]) == store.held([]) == set()
    assert store.disclosures([NOBODY]) == store.decisions([NOBODY]) == {}
    assert list(store.pending(TURIN, 5)) == []
    assert store.waiting_peers() == {}
    assert store.peer(TURIN) == port.PeerRow(peer=TURIN)
    assert store.secret("x") is store.setting("x") is store.answered("o", "k") is None
    assert store.size == 0
    assert list(store.leaves(0, 9)) == list(store.all_records()) == []


def test_thousands_of_ids_are_one_question(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    made = tuple(acts.record(n, opening.matter) for n in range(1, 400))
    shown = tuple(one for of in made for one in acts.disclosures(of, of.seq))
    store.append(port.Append(records=(opening, *made), disclosures=shown)).result()
    strangers = [RecordId(f"{n:064x}") for n in range(40_000)]
    ids = [one.id for one in made]
    assert store.held([*strangers, *ids]) == set(ids)
    assert store.disclosures([*strangers, *ids]) == {one.record: [one.text] for one in shown}


def test_a_matter_gives_only_its_own_records_in_ledger_order(store: durable.DurableStore) -> None:
    one, two = acts.record(0), acts.record(0, by=TURIN, own=False)
    later = [acts.record(n, (one, two)[n % 2].matter) for n in range(1, 8)]
    store.append(port.Append(records=(one, two, *later))).result()
    assert [found.leaf for found in store.records(one.matter)] == [0, 3, 5, 7]
    last = store.last(one.matter)
    assert last is not None
    assert last.leaf == 7
    assert list(store.leaves(2, 4)) == [later[0].id, later[1].id]
    assert store.leaf(later[0].id) == 2


def test_what_was_ever_queued_for_a_peer_is_told_by_matter(store: durable.DurableStore) -> None:
    one, two = acts.record(0), acts.record(0, by=OSLO, own=False)
    store.append(port.Append(records=(one, two))).result()
    rows = [(TURIN, one, "d1"), (TURIN, one, ""), (TURIN, one, "d2 d3"), (TURIN, two, "d4")]
    outgoing = [port.Outgoing(peer, of.id, tuple(told.split())) for peer, of, told in rows]
    store.append(port.Append(outgoing=(*outgoing, port.Outgoing(OSLO, one.id)))).result()
    store.delivered(TURIN, 1, [one.id])
    assert store.queued(TURIN, one.matter) == {one.id: {"d1", "d2", "d3"}}
    assert store.queued(OSLO, one.matter) == {one.id: set()}
    assert store.queued(OSLO, two.matter) == {}


def test_the_oldest_undelivered_rows_come_first(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    for n in range(1, 6):
        store.append(acts.act(n, opening.matter, peers=[TURIN] + [OSLO] * (n % 2))).result()
    ids = [row.record for row in store.pending(TURIN, 9)]
    store.delivered(TURIN, 4, [ids[1], ids[4]])  # The last is numbered beyond what was sent.
    assert [row.number for row in store.pending(TURIN, 2)] == [1, 3]
    assert store.waiting_peers() == {TURIN: 4, OSLO: 3}
    store.delivered(TURIN, 5, ids)
    assert store.waiting_peers() == {OSLO: 3}


def test_looking_for_what_waits_does_not_read_what_was_delivered(sqlite_place: Place) -> None:
    sqlite_place.open()
    reader = sqlite_place.opened[0]._readers._engine.connect()
    for statement in (queries._PENDING, queries._COUNTS):
        plan = str(statement.compile(reader)).replace("?", "'x'")
        steps = [row[-1] for row in reader.exec_driver_sql(f"EXPLAIN QUERY PLAN {plan}")]
        assert any("COVERING INDEX outbox_waiting" in step for step in steps)
        assert not any("PRIMARY KEY (peer=?)" in step for step in steps)
    reader.close()


def test_a_damaged_blob_is_not_given_out(place: Place) -> None:
    store = place.open()
    id_, data = acts.blob(b"evidence")
    store.append(port.Append(blobs=((id_, data),))).result()
    assert store.blob(id_) == b"evidence"
    kind = "bytea" if place.url else "blob"
    place.run(f"UPDATE blobs SET bytes = CAST('Evidence' AS {kind})")
    with pytest.raises(errors.Unverified) as caught:
        store.blob(id_)
    assert caught.value.code == "blob-damaged"


def test_a_store_whose_last_tile_does_not_fit_its_records_does_not_open(place: Place) -> None:
    store = place.open()
    opening = acts.record(0)
    store.append(port.Append(records=(opening, acts.record(1, opening.matter)))).result()
    place.close()
    place.run(f"UPDATE records SET id = '{NOBODY}' WHERE leaf = 1")
    with pytest.raises(errors.Unverified) as caught:
        place.open()
    assert caught.value.code == "tile-damaged"
    place.run("DELETE FROM tiles")
    with pytest.raises(errors.Unverified):
        place.open()


def test_officers_are_listed_by_name(store: durable.DurableStore) -> None:
    for id_, name in (("o-1", "øster"), ("o-2", "Anna"), ("o-3", "berta"), ("o-4", "anna")):
        store.save_officer(port.Officer(id=id_, name=name, role="officer"))
    assert [one.id for one in store.officers()] == ["o-2", "o-4", "o-3", "o-1"]
