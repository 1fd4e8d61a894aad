"""Small changes beside appends, on each engine."""

import dataclasses
import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest

from comity.records.ids import RecordId
from comity.store import durable, port, sqlite
from tests.store import acts
from tests.store.acts import NOW, OSLO, TURIN
from tests.store.conftest import Place

HOUR = datetime.timedelta(hours=1)
LINK = port.Credential(
    digest=b"\x01" * 32,
    officer="o-1",
    sort="link",
    label="first sign-in",
    created_at=NOW,
    expires_at=NOW + HOUR,
    proved_at=NOW,
)


def with_disclosures(store: durable.DurableStore) -> tuple[port.NewDisclosure, ...]:
    """A record with an identifier and a sentence, both sealed."""
    made = acts.record(0)
    shown = acts.disclosures(made, {"cls": "email", "value": "jane@example.org"}, "a sentence")
    row = port.IdentifierRow("email", "jane@example.org", made.matter, made.id)
    store.append(port.Append(records=(made,), disclosures=shown, identifiers=(row,))).result()
    return shown


def test_what_is_erased_is_gone_with_the_identifier_that_it_disclosed(
    store: durable.DurableStore,
) -> None:
    named, sentence = with_disclosures(store)
    assert store.erase(named.record, [named.digest, "no such digest"]) == 1
    assert store.disclosures([named.record]) == {named.record: [sentence.text]}
    assert list(store.identifiers_of(["email"])) == []
    assert store.erase(named.record, [named.digest]) == 0
    assert store.erase(RecordId("f" * 64), [named.digest]) == 0


def test_what_was_erased_does_not_come_back_with_a_second_copy(
    store: durable.DurableStore,
) -> None:
    named, _ = with_disclosures(store)
    store.erase(named.record, [named.digest])
    store.append(port.Append(records=(acts.record(0),), disclosures=(named,))).result()
    assert named.text not in store.disclosures([named.record])[named.record]


def test_erased_text_is_overwritten_in_the_file(sqlite_place: Place) -> None:
    store = sqlite_place.open()
    named, _ = with_disclosures(store)
    path = sqlite_place.folder / sqlite.FILE

    def files() -> bytes:
        return b"".join(one.read_bytes() for one in path.parent.glob(f"{sqlite.FILE}*"))

    assert named.text.encode() in files()
    store.erase(named.record, [named.digest])
    sqlite_place.close()  # The last connection folds the write-ahead log into the file.
    assert named.text.encode() not in files()
    assert b"jane@example.org" not in files()


def test_only_rows_that_were_sent_and_proved_are_delivered(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    for n in range(1, 4):
        store.append(acts.act(n, opening.matter, peers=[TURIN, OSLO])).result()
    rows = store.pending(TURIN, 9)
    # The first record goes out once more, after the parcel was made.
    store.append(port.Append(outgoing=(port.Outgoing(TURIN, rows[0].record),))).result()
    store.delivered(TURIN, 3, [rows[0].record, rows[2].record])
    assert [row.number for row in store.pending(TURIN, 9)] == [2, 4]
    assert [row.number for row in store.pending(OSLO, 9)] == [1, 2, 3]
    store.delivered(TURIN, 9, [])
    assert [row.number for row in store.pending(TURIN, 9)] == [2, 4]


def test_what_is_known_of_a_peer_is_kept_whole(place: Place) -> None:
    store = place.open()
    row = port.PeerRow(
        peer=TURIN,
        seen_size=2**40,
        seen_root=bytes(range(32)),
        seen_note="comity/it-turin\n5\n…\n",
        acknowledged_size=7,
        cosignature="— it-turin abc",
        last_contact=NOW.astimezone(datetime.timezone(HOUR)),
        last_fault="peer-unreachable",
        split_view="two notes",
    )
    store.save_peer(row)
    store.save_peer(dataclasses.replace(row, peer=OSLO, last_contact=None))
    store = place.reopen()
    assert store.peer(TURIN) == row
    assert store.peer(OSLO).last_contact is None


def test_a_secret_is_taken_once(store: durable.DurableStore) -> None:
    secret = port.Append(secrets=(("psi:1", b"state"), ("psi:2", b"other")))
    store.append(secret).result()
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: store.take_secret("psi:1"), range(16)))
    assert [one for one in taken if one is not None] == [b"state"]
    assert store.secret("psi:1") is None
    assert store.secret("psi:2") == b"other"


def test_a_secret_can_be_put_again(store: durable.DurableStore) -> None:
    for value in (b"one", b"two"):
        store.append(port.Append(secrets=(("name", value),))).result()
    assert store.take_secret("name") == b"two"


def test_an_officer_is_added_and_replaced(store: durable.DurableStore) -> None:
    made = port.Officer(
        id="o-1", name="Zoë", role="officer", preferences={"language": "fr", "note": '"é"'}
    )
    store.save_officer(made)
    assert store.officer("o-1") == made
    changed = dataclasses.replace(made, role="desk_head", active=False, preferences={})
    store.save_officer(changed)
    assert list(store.officers()) == [changed]
    assert store.officer("o-2") is None


def test_a_credential_is_good_until_it_expires_and_only_as_what_it_is(
    store: durable.DurableStore,
) -> None:
    store.save_credential(LINK)
    before = LINK.expires_at - datetime.timedelta(microseconds=1)
    assert store.credential(LINK.digest, "link", before) == LINK
    assert store.credential(LINK.digest, "link", LINK.expires_at) is None
    assert store.credential(LINK.digest, "token", NOW) is None
    assert store.credential(b"\x02" * 32, "link", NOW) is None
    assert store.take_credential(LINK.digest, "session", NOW) is None
    assert store.take_credential(LINK.digest, "link", LINK.expires_at) is None
    assert list(store.credentials("o-1")) == [LINK]


def test_of_many_who_take_a_link_at_once_one_gets_it(store: durable.DurableStore) -> None:
    store.save_credential(LINK)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: store.take_credential(LINK.digest, "link", NOW), range(16)))
    assert [one for one in taken if one is not None] == [LINK]
    assert store.credential(LINK.digest, "link", NOW) is None


@pytest.mark.parametrize(("sort", "left"), [("", []), ("session", ["token", "link"])])
def test_credentials_of_one_officer_are_ended_by_sort_or_all(
    store: durable.DurableStore, sort: str, left: list[str]
) -> None:
    for n, one in enumerate(("link", "session", "session", "token")):
        store.save_credential(
            dataclasses.replace(LINK, digest=bytes([n]) * 32, sort=one, created_at=NOW + n * HOUR)
        )
    store.save_credential(dataclasses.replace(LINK, digest=b"\xff" * 32, officer="o-2"))
    assert store.end_credentials("o-1", sort) == 4 - len(left)
    assert [one.sort for one in store.credentials("o-1")] == left
    assert len(store.credentials("o-2")) == 1
    assert store.end_credentials("o-3") == 0


def test_a_setting_is_kept_and_replaced(place: Place) -> None:
    store = place.open()
    for value in ("first", "sécond"):
        store.save_setting("directory", value)
    assert place.reopen().setting("directory") == "sécond"
