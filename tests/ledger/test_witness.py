from dataclasses import replace

import pytest

from comity import errors
from comity.ledger import checkpoint, proofs, tiles, tree, witness
from tests.ledger import growing
from tests.ledger.growing import LYON, TURIN

KEYS = [LYON.owner_key]


def forked(size: int, at: int) -> growing.Ledger:
    """A ledger like the others, but for the record at `at`."""
    ledger = growing.Ledger()
    ids = [growing.record_id(n) for n in range(size)]
    ids[at] = growing.record_id(10_000)
    ledger.append(*ids)
    return ledger


TRUE = growing.grown(24)
FALSE = forked(24, 3)


def seen(size: int, ledger: growing.Ledger = TRUE) -> witness.Seen | None:
    head = ledger.head(LYON, size)
    return witness.Seen(head, LYON.sign(head)) if size else None


def request(old: int, new: int, ledger: growing.Ledger = TRUE) -> witness.Request:
    return witness.Request(
        old=old,
        proof=proofs.consistency(old, new, ledger.read),
        note=LYON.sign(ledger.head(LYON, new)),
    )


def test_a_ledger_that_only_grew_is_accepted_from_any_size_to_any_other() -> None:
    for new in range(25):
        for old in range(new + 1):
            answer = witness.decide(seen(old), request(old, new), KEYS)
            head = TRUE.head(LYON, new)
            assert answer == witness.Accept(witness.Seen(head, LYON.sign(head)))


def test_what_was_never_seen_is_proved_from_zero() -> None:
    assert witness.decide(None, request(5, 9), KEYS) == witness.Conflict("old-size", 0)


def test_a_request_from_another_size_is_told_the_size_that_was_seen() -> None:
    for old in (0, 6, 8):
        assert witness.decide(seen(7), request(old, 9), KEYS) == witness.Conflict("old-size", 7)
    assert witness.decide(seen(7), request(5, 6), KEYS) == witness.Conflict("old-size", 7)


def test_a_proof_that_does_not_hold_is_not_cosigned_and_accuses_nobody() -> None:
    """Anyone may send an owner's note with a proof of their own making."""
    good = request(7, 20)
    for proof in ((), good.proof[1:], (bytes(32), *good.proof[1:]), good.proof[::-1]):
        answer = witness.decide(seen(7), replace(good, proof=proof), KEYS)
        assert answer == witness.Conflict("proof", 7)


def test_one_size_with_two_roots_is_a_split_view_whatever_old_says() -> None:
    for old in (0, 7, 9):
        answer = witness.decide(seen(9), request(old, 9, FALSE), KEYS)
        assert isinstance(answer, witness.SplitView)
        assert witness.verify_split_view(answer, KEYS) == LYON.origin


def test_a_true_proof_of_a_false_ledger_is_itself_the_evidence() -> None:
    for new in range(6, 25):
        for old in range(5, new):
            answer = witness.decide(seen(old), request(old, new, FALSE), KEYS)
            if old & (old - 1):
                assert isinstance(answer, witness.SplitView)
                assert witness.verify_split_view(answer, KEYS) == LYON.origin
            else:
                # The proof does not repeat a root of a complete subtree, so it tells nothing yet.
                assert answer == witness.Conflict("proof", old)


def test_two_notes_and_the_tiles_of_the_larger_prove_every_split() -> None:
    for new in range(4, 25):
        for old in range(4, new):
            notes = LYON.sign(TRUE.head(LYON, old)), LYON.sign(FALSE.head(LYON, new))
            for one, other in (notes, notes[::-1]):
                evidence = witness.compare(one, other, FALSE.read, KEYS)
                assert evidence is not None
                assert (evidence.earlier, evidence.later) == notes
                assert witness.verify_split_view(evidence, KEYS) == LYON.origin


def test_two_notes_of_one_size_prove_a_split_without_tiles() -> None:
    notes = LYON.sign(TRUE.head(LYON, 9)), LYON.sign(FALSE.head(LYON, 9))
    evidence = witness.compare(*notes, growing.Ledger().read, KEYS)
    assert evidence is not None
    assert witness.verify_split_view(evidence, KEYS) == LYON.origin


def test_notes_of_one_ledger_prove_nothing() -> None:
    for new in range(25):
        for old in range(new + 1):
            notes = LYON.sign(TRUE.head(LYON, old)), LYON.sign(TRUE.head(LYON, new))
            assert witness.compare(*notes, TRUE.read, KEYS) is None


def test_before_they_part_two_versions_are_one() -> None:
    notes = LYON.sign(TRUE.head(LYON, 3)), LYON.sign(FALSE.head(LYON, 24))
    assert witness.compare(*notes, FALSE.read, KEYS) is None


def test_tiles_that_are_not_the_owners_accuse_nobody() -> None:
    notes = LYON.sign(TRUE.head(LYON, 9)), LYON.sign(TRUE.head(LYON, 24))
    with pytest.raises(errors.Unverified):
        witness.compare(*notes, FALSE.read, KEYS)


def test_evidence_cannot_be_made_up() -> None:
    true = witness.SplitView(
        earlier=LYON.sign(TRUE.head(LYON, 7)),
        later=LYON.sign(TRUE.head(LYON, 20)),
        beginning=tiles.root(7, TRUE.read),
        proof=proofs.consistency(7, 20, TRUE.read),
    )
    split = witness.compare(true.earlier, LYON.sign(FALSE.head(LYON, 20)), FALSE.read, KEYS)
    assert split is not None
    for false in (
        true,
        replace(true, beginning=bytes(32)),
        replace(true, proof=()),
        replace(true, earlier=true.later, later=true.earlier),
        replace(split, beginning=bytes(32)),
        replace(split, later=true.later),
        replace(split, earlier=TURIN.sign(TRUE.head(TURIN, 7))),
        replace(split, earlier=LYON.sign(FALSE.head(LYON, 7))),
    ):
        with pytest.raises(errors.Unverified):
            witness.verify_split_view(false, [*KEYS, TURIN.owner_key])


def test_two_owners_ledgers_do_not_contradict_each_other() -> None:
    """Both are signed, by known keys, and differ: still no split view."""
    two = LYON.sign(TRUE.head(LYON, 9)), TURIN.sign(FALSE.head(TURIN, 9))
    both = [*KEYS, TURIN.owner_key]
    with pytest.raises(errors.Invalid):
        witness.compare(*two, TRUE.read, both)
    crossed = witness.SplitView(
        earlier=two[0], later=two[1], beginning=tiles.root(9, FALSE.read), proof=()
    )
    with pytest.raises(errors.Unverified):
        witness.verify_split_view(crossed, both)


def test_an_unsigned_checkpoint_is_not_considered() -> None:
    with pytest.raises(errors.Unverified):
        witness.decide(seen(7), request(7, 9), [TURIN.owner_key])


def test_what_was_seen_of_one_ledger_says_nothing_of_another() -> None:
    other = TURIN.sign(TRUE.head(TURIN, 9))
    with pytest.raises(errors.Invalid):
        witness.decide(seen(7), replace(request(7, 9), note=other), [TURIN.owner_key])


def test_a_ledger_is_not_proved_from_a_size_beyond_it() -> None:
    with pytest.raises(errors.Invalid):
        witness.decide(seen(7), replace(request(7, 9), old=10), KEYS)


def test_a_witness_that_follows_its_own_answers_never_goes_back() -> None:
    """Requests in any order: what is cosigned only ever grows, and is always of one ledger."""
    last: witness.Seen | None = None
    sizes = [3, 9, 5, 9, 20, 12, 24, 1]
    for new in sizes:
        for ledger in (TRUE, FALSE):
            known = last.head.size if last else 0
            answer = witness.decide(last, request(min(known, new), new, ledger), KEYS)
            if isinstance(answer, witness.Accept):
                assert answer.seen.head.size >= known
                assert answer.seen.head == TRUE.head(LYON, answer.seen.head.size)
                last = answer.seen
    assert last is not None
    assert last.head.size == 24


def test_a_request_is_spelled_as_tlog_witness_says_and_reads_back() -> None:
    for old, new in ((0, 9), (7, 9), (9, 9)):
        made = request(old, new)
        text = witness.encode_request(made)
        assert text.startswith(b"old %d\n" % old)
        assert text.endswith(b"\n\n" + made.note) or not made.proof
        assert witness.parse_request(text) == made


TEXT = witness.encode_request(request(7, 9))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TEXT.replace(b"old 7", b"old 07"),
        TEXT.replace(b"old 7", b"old"),
        TEXT.replace(b"old 7", b"new 7"),
        TEXT.replace(b"old 7\n", b"old 7\n\n"),
        TEXT.replace(b"old 7\n", b"old 7\nAAAA\n"),
        TEXT.replace(b"old 7\n", b"old 7\n" + b"A" * 43 + b"=\n" * 64),
        TEXT.replace(b"\n", b"\r\n"),
        TEXT.split(b"\n\n")[0],
        TEXT + b"x",
        TEXT + b" " * 300_000,
    ],
)
def test_what_is_not_a_request_is_refused(data: bytes) -> None:
    with pytest.raises(errors.Invalid):
        witness.parse_request(data)


def test_a_request_carries_at_most_63_hashes() -> None:
    with pytest.raises(errors.Invalid):
        witness.encode_request(replace(request(7, 9), proof=(bytes(32),) * 64))


def test_the_first_checkpoint_may_be_of_the_empty_ledger() -> None:
    head = checkpoint.Checkpoint(LYON.origin, 0, tree.EMPTY_ROOT)
    answer = witness.decide(None, witness.Request(old=0, proof=(), note=LYON.sign(head)), KEYS)
    assert isinstance(answer, witness.Accept)
    assert witness.decide(answer.seen, request(0, 9), KEYS) == witness.Accept(
        witness.Seen(TRUE.head(LYON, 9), LYON.sign(TRUE.head(LYON, 9)))
    )
