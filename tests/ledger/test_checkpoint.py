import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigstore._internal.rekor import checkpoint as rekor

from comity import errors
from comity.ledger import checkpoint, notes, tree
from comity.records import envelope
from comity.records.ids import AuthorityId
from tests.ledger.growing import LYON, OSLO, TURIN, Authority

HEAD = checkpoint.Checkpoint(LYON.origin, 20_852_163, bytes(range(32)))
AT = 1_792_000_000

# The example of the C2SP specification of cosignatures.
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv"
    "2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b"
    "2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()


def rewritten(body: bytes, signer: Authority = LYON) -> bytes:
    """A note over any text, signed as a careless owner would."""
    key = signer.owner_key
    signature = notes.Signature(key.name, key.key_id, signer.sign_bytes(body))
    return body + b"\n" + notes.line(signature)


def test_the_example_of_the_specification_is_read() -> None:
    head, note = checkpoint.parse(SOFA)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert head.body() == note.text
    assert struct.unpack(">Q", note.signatures[1].blob[:8]) == (1_679_315_147,)
    signed = checkpoint.cosigned_message(note.text, 1_679_315_147)
    assert signed.startswith(
        b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
    )


def test_a_signed_checkpoint_verifies_with_its_owners_key() -> None:
    assert checkpoint.verify(LYON.sign(HEAD), [LYON.owner_key]) == HEAD


def test_rekors_reader_reads_it() -> None:
    theirs = rekor.LogCheckpoint.from_text(checkpoint.parse(LYON.sign(HEAD))[1].text.decode())
    assert (theirs.origin, theirs.log_size, theirs.log_hash, theirs.other_content) == (
        HEAD.origin,
        HEAD.size,
        HEAD.root.hex(),
        [],
    )


def test_no_flipped_bit_leaves_a_checkpoint_that_verifies() -> None:
    data = LYON.sign(HEAD)
    for place in range(len(data)):
        for bit in range(8):
            changed = data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
            with pytest.raises((errors.Invalid, errors.Unverified)):
                checkpoint.verify(changed, [LYON.owner_key])


@given(st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_reads_back(size: int, root: bytes) -> None:
    head = checkpoint.Checkpoint(LYON.origin, size, root)
    assert checkpoint.parse(LYON.sign(head))[0] == head


@pytest.mark.parametrize(
    "body",
    [
        HEAD.body() + b"an extension\n",
        HEAD.body().replace(b"20852163", b"020852163"),
        HEAD.body().replace(b"20852163", b"+20852163"),
        HEAD.body().replace(b"20852163", b""),
        HEAD.body().replace(b"20852163", b"9223372036854775808"),
        HEAD.body().replace(b"20852163", b"0"),
        HEAD.body().replace(b"\n20852163", b""),
        HEAD.body().replace(b"=\n", b"\n"),
        HEAD.body().replace(b"AAEC", b"AAE"),
        b"\n" + HEAD.body(),
        b"20852163\n" + HEAD.body(),
    ],
)
def test_what_is_not_exactly_three_lines_is_refused_even_if_signed(body: bytes) -> None:
    with pytest.raises(errors.Invalid):
        checkpoint.parse(rewritten(body))


def test_the_empty_ledger_has_its_one_root() -> None:
    empty = checkpoint.Checkpoint(LYON.origin, 0, tree.EMPTY_ROOT)
    assert checkpoint.verify(LYON.sign(empty), [LYON.owner_key]) == empty


@pytest.mark.parametrize(
    "origin",
    ["example.com/log", "comity/", "comity/Lyon", "comity/fr-lyon/2", "cosignature/v1", "DSSEv1 1"],
)
def test_only_the_ledger_of_an_authority_is_signed(origin: str) -> None:
    with pytest.raises(errors.Invalid):
        LYON.sign(replace(HEAD, origin=origin))
    with pytest.raises(errors.Invalid):
        TURIN.cosign(replace(HEAD, origin=origin), AT)


@pytest.mark.parametrize("head", [replace(HEAD, size=2**63), replace(HEAD, root=bytes(31))])
def test_what_nobody_could_read_is_not_signed(head: checkpoint.Checkpoint) -> None:
    with pytest.raises(errors.Invalid):
        LYON.sign(head)


def test_another_key_another_owner_or_another_type_signs_nothing() -> None:
    data = LYON.sign(HEAD)
    later = Authority(LYON.id, epoch=2)
    for keys in ([], [later.owner_key], [TURIN.owner_key], [LYON.witness_key]):
        with pytest.raises(errors.Unverified):
            checkpoint.verify(data, keys)
    assert checkpoint.verify(data, [later.owner_key, TURIN.owner_key, LYON.owner_key]) == HEAD


def test_a_key_for_cosignatures_signs_no_checkpoint() -> None:
    key = LYON.witness_key
    line = notes.line(notes.Signature(key.name, key.key_id, LYON.sign_bytes(HEAD.body())))
    with pytest.raises(errors.Unverified):
        checkpoint.verify(HEAD.body() + b"\n" + line, [key])


def test_a_peer_cannot_sign_the_ledger_of_another() -> None:
    """Turin's key is known and trusted, for Turin's ledger alone."""
    with pytest.raises(errors.Unverified):
        checkpoint.verify(rewritten(HEAD.body(), TURIN), [LYON.owner_key, TURIN.owner_key])


def test_a_line_that_only_claims_to_be_the_owners_fails_the_note() -> None:
    key = LYON.owner_key
    false = notes.line(notes.Signature(key.name, key.key_id, bytes(64)))
    for lines in (
        false,
        false + LYON.sign(HEAD).split(b"\n\n")[1],
        LYON.sign(HEAD).split(b"\n\n")[1] + false,
    ):
        with pytest.raises(errors.Unverified):
            checkpoint.verify(HEAD.body() + b"\n" + lines, [key])


def test_unknown_signatures_are_passed_over_and_kept() -> None:
    post_quantum = notes.Key(TURIN.origin, notes.COSIGNATURE_ML_DSA_44, bytes(1312))
    unknown = notes.Signature(TURIN.origin, post_quantum.key_id, bytes(8 + 2420))
    data = LYON.sign(HEAD) + notes.line(unknown)
    assert checkpoint.verify(data, [LYON.owner_key]) == HEAD
    kept = checkpoint.with_cosignatures(data, OSLO.cosign(HEAD, AT), [OSLO.witness_key])
    assert unknown in notes.parse(kept).signatures
    assert checkpoint.witnesses(kept, [post_quantum, OSLO.witness_key]) == {OSLO.id: AT}


def test_witnesses_are_named_with_their_times() -> None:
    data = LYON.sign(HEAD) + TURIN.cosign(HEAD, AT) + OSLO.cosign(HEAD, AT + 5)
    keys = [TURIN.witness_key, OSLO.witness_key]
    assert checkpoint.witnesses(data, keys) == {TURIN.id: AT, OSLO.id: AT + 5}
    assert checkpoint.witnesses(data, keys[:1]) == {TURIN.id: AT}
    assert checkpoint.witnesses(LYON.sign(HEAD), keys) == {}


def test_a_witness_counts_once_with_its_earliest_time() -> None:
    later = Authority(TURIN.id, epoch=2)
    data = (
        LYON.sign(HEAD)
        + TURIN.cosign(HEAD, AT + 9)
        + TURIN.cosign(HEAD, AT)
        + later.cosign(HEAD, AT + 1)
    )
    assert checkpoint.witnesses(data, [later.witness_key, TURIN.witness_key]) == {TURIN.id: AT}


def test_an_owner_is_no_witness_of_its_own_ledger() -> None:
    data = LYON.sign(HEAD) + LYON.cosign(HEAD, AT)
    assert checkpoint.witnesses(data, [LYON.witness_key]) == {}


def test_a_cosignature_is_of_one_head_at_one_time() -> None:
    line = TURIN.cosign(HEAD, AT)
    for other in (
        replace(HEAD, size=7),
        replace(HEAD, root=bytes(32)),
        replace(HEAD, origin=OSLO.origin),
    ):
        with pytest.raises(errors.Unverified):
            checkpoint.witnesses(rewritten(other.body()) + line, [TURIN.witness_key])
    signature = notes.parse_lines(line)[0]
    moved = replace(signature, blob=struct.pack(">Q", AT + 1) + signature.blob[8:])
    with pytest.raises(errors.Unverified):
        checkpoint.witnesses(LYON.sign(HEAD) + notes.line(moved), [TURIN.witness_key])


@pytest.mark.parametrize("blob", [b"\x00", bytes(8), bytes(71), b"\xff" * 72])
def test_a_cosignature_of_the_wrong_form_is_unverified(blob: bytes) -> None:
    key = TURIN.witness_key
    line = notes.line(notes.Signature(key.name, key.key_id, blob))
    with pytest.raises(errors.Unverified):
        checkpoint.witnesses(LYON.sign(HEAD) + line, [key])


def test_a_time_beyond_2_to_the_63_is_unverified() -> None:
    with pytest.raises(errors.Unverified):
        checkpoint.witnesses(LYON.sign(HEAD) + TURIN.cosign(HEAD, 2**63), [TURIN.witness_key])


def test_only_verified_lines_of_known_keys_are_taken_over_and_each_once() -> None:
    data = LYON.sign(HEAD)
    keys = [TURIN.witness_key]
    answer = TURIN.cosign(HEAD, AT) + TURIN.cosign(HEAD, AT + 1) + OSLO.cosign(HEAD, AT)
    with_one = checkpoint.with_cosignatures(data, answer, keys)
    assert with_one == data + TURIN.cosign(HEAD, AT)
    assert checkpoint.with_cosignatures(with_one, TURIN.cosign(HEAD, AT + 2), keys) == with_one
    with pytest.raises(errors.Unverified):
        checkpoint.with_cosignatures(data, TURIN.cosign(replace(HEAD, size=7), AT), keys)


def test_what_one_key_signs_for_one_purpose_holds_for_no_other() -> None:
    """A node's key signs records, its own checkpoints and cosignatures of others."""
    body = HEAD.body()
    as_record = LYON.sign_bytes(envelope.pae(envelope.RECORD_TYPE, body))
    as_checkpoint = LYON.sign_bytes(body)
    as_cosignature = LYON.sign_bytes(checkpoint.cosigned_message(body, AT))
    own, cosigning = LYON.owner_key, LYON.witness_key
    for made in (as_record, as_cosignature):
        line = notes.line(notes.Signature(own.name, own.key_id, made))
        with pytest.raises(errors.Unverified):
            checkpoint.verify(body + b"\n" + line, [own])
    other = replace(HEAD, origin=TURIN.origin)
    for made in (as_record, as_checkpoint):
        blob = struct.pack(">Q", AT) + made
        line = notes.line(notes.Signature(cosigning.name, cosigning.key_id, blob))
        with pytest.raises(errors.Unverified):
            checkpoint.witnesses(TURIN.sign(other) + line, [cosigning])
    for made in (as_checkpoint, as_cosignature):
        verifier = envelope.VerifyingKey("", LYON.public)
        assert not verifier.verify(envelope.pae(envelope.RECORD_TYPE, body), made)


def test_no_message_of_one_purpose_can_be_one_of_another() -> None:
    """Every origin begins with `comity/`, which neither of the other two messages does."""
    begins = [
        HEAD.body()[:7],
        checkpoint.cosigned_message(HEAD.body(), AT)[:7],
        envelope.pae(envelope.RECORD_TYPE, HEAD.body())[:7],
    ]
    assert begins == [b"comity/", b"cosigna", b"DSSEv1 "]


@given(st.from_regex(r"[a-z]{2,3}-[a-z0-9]{1,20}", fullmatch=True))
def test_an_origin_names_one_authority(authority: str) -> None:
    origin = checkpoint.origin_of(AuthorityId(authority))
    assert checkpoint.authority_of(origin) == authority
