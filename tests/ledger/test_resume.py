from comity.ledger import checkpoint, resume
from tests.ledger import growing
from tests.ledger.growing import LYON, TURIN

LEDGER = growing.grown(300)
KEYS = [LYON.owner_key]


def signed(size: int, ledger: growing.Ledger = LEDGER) -> bytes:
    return LYON.sign(ledger.head(LYON, size))


def forked() -> growing.Ledger:
    other = growing.grown(280)
    other.append(*(growing.record_id(n) for n in range(1000, 1020)))
    return other


def test_a_node_that_nobody_knows_may_sign() -> None:
    assert resume.standing(0, growing.Ledger().read, [], KEYS) == resume.Sound(0)


def test_a_node_whose_peers_saw_less_or_the_same_may_sign() -> None:
    remembered = [signed(size) for size in (0, 1, 256, 299, 300)]
    assert resume.standing(300, LEDGER.read, remembered, KEYS) == resume.Sound(300)
    assert resume.standing(300, LEDGER.read, remembered[:3], KEYS) == resume.Sound(256)


def test_a_node_restored_from_an_old_copy_is_read_only() -> None:
    remembered = [signed(250), signed(300), signed(290)]
    answer = resume.standing(260, LEDGER.read, remembered, KEYS)
    assert answer == resume.ReadOnly("behind", signed(300), 300)


def test_a_node_that_started_again_from_nothing_is_read_only() -> None:
    answer = resume.standing(0, growing.Ledger().read, [signed(1)], KEYS)
    assert answer == resume.ReadOnly("behind", signed(1), 1)


def test_a_node_whose_ledger_parted_from_what_it_signed_is_read_only() -> None:
    for size in (281, 299, 300):
        answer = resume.standing(300, forked().read, [signed(280), signed(size)], KEYS)
        assert answer == resume.ReadOnly("forked", signed(size), size)
    assert resume.standing(300, forked().read, [signed(280)], KEYS) == resume.Sound(280)


def test_a_fork_outweighs_a_rewind() -> None:
    remembered = [LYON.sign(checkpoint.Checkpoint(LYON.origin, 900, bytes(32))), signed(299)]
    for notes in (remembered, remembered[::-1]):
        answer = resume.standing(300, forked().read, notes, KEYS)
        assert answer == resume.ReadOnly("forked", signed(299), 299)


def test_nobody_else_can_stop_a_node() -> None:
    stranger = checkpoint.Checkpoint(LYON.origin, 900, bytes(32))
    body = stranger.body()
    key = TURIN.owner_key
    false = body + b"\n" + signed(300).split(b"\n\n")[1]
    others = TURIN.sign(checkpoint.Checkpoint(key.name, 900, bytes(32)))
    remembered = [b"", b"\xff", others, false, signed(300)]
    assert resume.standing(300, LEDGER.read, remembered, KEYS) == resume.Sound(300)
