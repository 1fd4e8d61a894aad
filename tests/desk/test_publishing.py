"""The ledger as files, and single records with their proofs: for whom, and checked by whom."""

from collections.abc import Callable

import pytest

from comity import errors
from comity.desk import cabinet, publishing
from comity.ledger import audit, bundles, checkpoint, paths, receipt, tiles
from comity.records import envelope
from comity.records.ids import RecordId
from tests.world.world import TURIN, Member, World, refused

NOWHERE = RecordId("0" * 64)


def owner(member: Member) -> list[checkpoint.notes.Key]:
    return [checkpoint.owner_key(member.authority, member.tools.keys.checkpoint.public)]


@pytest.fixture
def note(shared: World, lyon: Member) -> RecordId:
    """A note in a case of Lyon's."""
    case = shared.act(lyon, "case.opened/1", {"title": "Night Bazaar", "parties": [TURIN]}).matter
    return shared.act(lyon, "note.made/1", {"text": "seen"}, case).record


def test_the_files_of_a_ledger_are_all_that_an_audit_needs(
    shared: World, lyon: Member, note: RecordId
) -> None:
    own = lyon.tools
    head = checkpoint.verify(publishing.checkpoint(own), owner(lyon))
    assert head.size == own.store.size

    def read(level: int, number: int) -> bytes:
        width = tiles.width(level, number, head.size)
        return publishing.piece(own, paths.tile_path(level, number, width)).data

    def entries() -> list[bytes]:
        found: list[bytes] = []
        for number in range(-(-head.size // paths.WIDTH_FULL)):
            width = tiles.width(0, number, head.size)
            data = publishing.piece(own, paths.entries_path(number, width)).data
            found += bundles.parse_entries(data, width=width)
        return found

    assert audit.first_fault(entries(), read, head) is None
    assert bytes.fromhex(note) in entries()


def test_an_officer_reads_the_same_ledger_if_its_role_lets_it(
    shared: World, lyon: Member, note: RecordId
) -> None:
    path = paths.tile_path(0, 0, 1)
    for role, purpose in (("operator", "operation"), ("oversight", "oversight")):
        desk = shared.desk(lyon, role, purpose)
        assert publishing.ledger_piece(desk, path) == publishing.piece(lyon.tools, path)
        checkpoint.verify(publishing.ledger_checkpoint(desk), owner(lyon))
    for call in (publishing.ledger_checkpoint, lambda d: publishing.ledger_piece(d, path)):
        refused("role-needed", lambda c=call: c(shared.desk(lyon)))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("tile/0/999", "tile-beyond"),
        ("tile/entries/999", "tile-beyond"),
        ("tile/7/000", "tile-beyond"),
        ("tile/0/x036/x028/x797/x018/x963/967", "tile-beyond"),
        ("tile/entries/x036/x028/x797/x018/x963/967", "tile-beyond"),
        ("tile/0/x999/x999/x999/x999/x999/999", "tile-number"),
        ("tile/8/000", "tile-path"),
        ("tile/0/000.p/256", "tile-path"),
        ("tile/0/../../keys", "tile-path"),
        ("checkpoint", "tile-path"),
        ("", "tile-path"),
    ],
)
def test_what_no_ledger_has_is_not_found(lyon: Member, path: str, code: str) -> None:
    fault = refused(code, lambda: publishing.piece(lyon.tools, path))
    assert fault.status == 404


def test_a_piece_beyond_the_end_is_not_there_yet(lyon: Member) -> None:
    own, size = lyon.tools, lyon.tools.store.size
    last = tiles.width(0, size // 256, size)
    for path in (
        paths.tile_path(0, size // 256, last),
        paths.entries_path(size // 256, last),
    ):
        assert not publishing.piece(own, path).full
    fault = refused(
        "tile-beyond",
        lambda: publishing.piece(own, paths.entries_path(size // 256, last + 1)),
    )
    assert str(size) in fault.message
    assert fault.next_step


def test_a_record_is_given_out_as_it_was_signed_and_the_look_is_noted(
    shared: World, lyon: Member, note: RecordId
) -> None:
    before = lyon.tools.store.size
    data = publishing.envelope(shared.desk(lyon), note)
    signed = envelope.parse(data)
    assert signed.digest == note
    envelope.verify(signed, lyon.tools.directory().keys_of(lyon.authority))
    noted = [
        cabinet.read_stored(one, lyon.tools.registry).said
        for one in lyon.tools.store.all_records(before - 1)
    ]
    assert [(one.what, one.record, one.place) for one in noted] == [("read", note, "record")]


def test_a_proof_is_checked_with_the_owner_s_key_alone(
    shared: World, lyon: Member, turin: Member, note: RecordId
) -> None:
    proof = receipt.parse(publishing.proof(shared.desk(lyon), note))
    receipt.verify(proof, bytes.fromhex(note), owner(lyon))
    with pytest.raises(errors.Unverified):
        receipt.verify(proof, bytes.fromhex(note), owner(turin))


def account(world: World, member: Member) -> RecordId:
    """A record of the account of access."""
    stored = next(one for one in member.tools.store.all_records() if one.kind == "access.begun/1")
    return stored.id


def test_a_hidden_record_and_one_that_is_not_here_are_told_alike(
    shared: World, lyon: Member, oslo: Member, note: RecordId
) -> None:
    calls: list[Callable[..., object]] = [publishing.envelope, publishing.proof]
    told = []
    size = lyon.tools.store.size
    for call in calls:
        for desk, one in (
            (shared.desk(lyon, "operator"), note),
            (shared.desk(lyon), NOWHERE),
            (shared.desk(oslo), note),
        ):
            fault = refused("record-unknown", lambda c=call, d=desk, o=one: c(d, o))
            told.append((type(fault), fault.message, fault.next_step))
    assert len(set(told)) == 1
    assert told[0][2]
    assert lyon.tools.store.size == size


def test_the_account_of_access_is_shown_to_oversight_alone_and_never_read_whole(
    shared: World, lyon: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = account(shared, lyon)

    def whole(_: object, matter: str) -> None:
        raise AssertionError(f"{matter} was read whole")

    monkeypatch.setattr(type(lyon.tools.store), "records", whole)
    review = shared.desk(lyon, "oversight", "oversight")
    assert envelope.parse(publishing.envelope(review, one)).digest == one
    for role in ("officer", "desk_head", "operator"):
        with pytest.raises(errors.ComityError) as fault:
            publishing.envelope(shared.desk(lyon, role), one)
        assert fault.value.code in {"access-is-for-oversight", "record-unknown"}
