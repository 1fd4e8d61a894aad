import pytest

from comity.ledger import audit, checkpoint
from tests.ledger import growing
from tests.ledger.growing import LYON

SIZE = 600


@pytest.fixture
def ledger() -> growing.Ledger:
    return growing.grown(SIZE)


def fault(ledger: growing.Ledger, head: checkpoint.Checkpoint) -> audit.Fault | None:
    return audit.first_fault(ledger.ids, ledger.read, head)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, SIZE])
def test_a_sound_ledger_has_no_fault_at_any_size_it_was_signed_at(
    size: int, ledger: growing.Ledger
) -> None:
    assert fault(ledger, ledger.head(LYON, size)) is None


@pytest.mark.parametrize("at", [0, 255, 256, 511, 512, SIZE - 1])
def test_an_edited_added_removed_or_exchanged_record_is_named(
    at: int, ledger: growing.Ledger
) -> None:
    head, true = ledger.head(LYON), list(ledger.ids)
    stranger = growing.record_id(9999)
    edited = [*true[:at], stranger, *true[at + 1 :]]
    added = [*true[:at], stranger, *true[at:]]
    removed = [*true[:at], *true[at + 1 :]]
    exchanged = list(true)
    exchanged[at], exchanged[at - 1] = true[at - 1], true[at]
    for ids, leaf in ((edited, at), (added, at), (removed, at), (exchanged, max(0, at - 1))):
        ledger.ids = ids
        found = fault(ledger, head)
        assert found is not None
        assert found.leaf == leaf


def test_a_ledger_cut_off_with_its_tiles_is_shorter_than_what_was_signed() -> None:
    short = growing.grown(512)
    found = fault(short, growing.grown(SIZE).head(LYON))
    assert found == audit.Fault(512, "512 entries are stored, 600 were signed")


def test_a_ledger_rewritten_with_its_tiles_does_not_lead_to_the_signed_root() -> None:
    rewritten = growing.Ledger()
    rewritten.append(*(growing.record_id(n + 1) for n in range(SIZE)))
    found = fault(rewritten, growing.grown(SIZE).head(LYON))
    assert found is not None
    assert "signed at 600" in found.what


def test_every_flipped_byte_of_a_tile_is_found(ledger: growing.Ledger) -> None:
    head = ledger.head(LYON)
    for key, tile in list(ledger.stored.items()):
        level, n = key
        for at in {*range(0, len(tile), 501), len(tile) - 1}:
            ledger.stored[key] = tile[:at] + bytes([tile[at] ^ 4]) + tile[at + 1 :]
            found = fault(ledger, head)
            assert found is not None
            assert found.leaf == (n * 256 + at // 32) << 8 * level
        ledger.stored[key] = tile
    assert fault(ledger, head) is None


def test_a_missing_or_cut_tile_is_found(ledger: growing.Ledger) -> None:
    head = ledger.head(LYON)
    for key, tile in list(ledger.stored.items()):
        del ledger.stored[key]
        assert fault(ledger, head) is not None
        ledger.stored[key] = tile[:-32]
        assert fault(ledger, head) is not None
        ledger.stored[key] = tile
