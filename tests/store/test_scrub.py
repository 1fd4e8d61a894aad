"""Whatever is changed behind the store's back is found and named."""

import pytest

from comity.store import durable, port, scrub
from tests.store import acts
from tests.store.acts import TURIN
from tests.store.conftest import Place


def filled(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    more = tuple(acts.record(n, opening.matter) for n in range(1, 300))
    shown = acts.disclosures(more[4], "one", "two")
    store.append(
        port.Append(
            records=(opening, *more),
            disclosures=shown,
            blobs=(acts.blob(b"evidence"), acts.blob(b"more")),
        )
    ).result()
    store.append(acts.act(300, opening.matter, peers=[TURIN])).result()
    store.erase(more[4].id, [shown[0].digest])


def test_a_store_as_it_was_written_is_whole(store: durable.DurableStore) -> None:
    assert scrub.check(store) is None
    filled(store)
    assert scrub.check(store) is None


FLIPPED = {
    True: "set_byte({0}, {1}, get_byte({0}, {1}) # 1)",
    False: "CAST(substr({0}, 1, {1}) || X'01' || substr({0}, {1} + 2) AS BLOB)",
}


@pytest.mark.parametrize(
    ("statement", "place_word", "what"),
    [
        ("UPDATE records SET envelope = FLIP(envelope, 60) WHERE leaf = 7", "leaf 7", ""),
        (
            "UPDATE records SET envelope = (SELECT envelope FROM records WHERE leaf = 8)"
            " WHERE leaf = 7",
            "at leaf 7",
            "has the digest",
        ),
        (f"UPDATE records SET id = '{'ab' * 32}' WHERE leaf = 200", "at leaf 200", "digest"),
        (f"UPDATE records SET matter = '{'ab' * 32}' WHERE leaf = 9", "at leaf 9", "matter"),
        ("UPDATE records SET kind = 'note.made/1' WHERE leaf = 9", "at leaf 9", "kind"),
        ("UPDATE records SET author = 'xx-other' WHERE leaf = 9", "at leaf 9", "author"),
        ("DELETE FROM records WHERE leaf = 100", "leaf 100", "missing"),
        (
            "UPDATE tiles SET hashes = FLIP(hashes, 3210) WHERE level = 0 AND number = 0",
            "leaf 100",
            "differs",
        ),
        (
            "UPDATE tiles SET hashes = FLIP(hashes, 40) WHERE level = 0 AND number = 1",
            "leaf 257",
            "differs",
        ),
        ("UPDATE tiles SET hashes = FLIP(hashes, 0) WHERE level = 1", "leaf 0", "differs"),
        ("DELETE FROM tiles WHERE level = 0 AND number = 0", "leaf 0", "differs"),
        ("DELETE FROM tiles WHERE level = 0 AND number = 1", "tiles", "bytes"),
        (
            "UPDATE disclosures SET text = text || 'A' WHERE text <> '' AND leaf = 5",
            "disclosure",
            "digest",
        ),
        ("UPDATE blobs SET bytes = FLIP(bytes, 2)", "blob", "digest"),
    ],
)
def test_damage_is_found_and_named(
    place: Place, statement: str, place_word: str, what: str
) -> None:
    store = place.open()
    filled(store)
    while "FLIP(" in statement:
        head, _, rest = statement.partition("FLIP(")
        inside, _, tail = rest.partition(")")
        flipped = FLIPPED[bool(place.url)].format(*inside.split(", "))
        statement = head + flipped + tail
    place.run(statement)
    fault = scrub.check(store)
    assert fault is not None
    assert place_word in fault.place
    assert what in fault.what


def test_damage_to_the_file_itself_is_found(sqlite_place: Place) -> None:
    """An index that no longer knows a row would hide a record from its matter."""
    store = sqlite_place.open()
    filled(store)
    sqlite_place.close()
    sqlite_place.run("DROP INDEX records_matter")
    sqlite_place.run("CREATE INDEX records_matter ON records (matter, leaf) WHERE leaf <> 3")
    # Now claim that the index holds every row.
    hide = "replace(sql, ' WHERE leaf <> 3', '')"
    sqlite_place.run(
        f"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = {hide}"
        " WHERE name = 'records_matter'"
    )
    fault = scrub.check(sqlite_place.open())
    assert fault is not None
    assert fault.place == "database"
    assert "records_matter" in fault.what


def test_what_is_appended_during_a_scrub_does_not_disturb_it(
    store: durable.DurableStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(store)
    opening = store.leaves(0, 1)[0]
    read = store.all_records
    extra = iter(range(301, 1000))

    def growing(after_leaf: int = -1) -> object:
        for one in read(after_leaf):
            if one.leaf % 50 == 0:
                store.append(acts.act(next(extra), opening)).result()
            yield one

    monkeypatch.setattr(store, "all_records", growing)
    assert scrub.check(store) is None
    assert store.size > 301
