import base64
from dataclasses import replace

import nacl.signing
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigstore._internal.rekor import checkpoint as rekor

from comity import errors
from comity.ledger import notes
from tests.ledger import growing

# Published with the first implementation of signed notes, and used by the others as a known answer.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETER_TEXT = (
    b"If you think cryptography is the answer to your problem,\n"
    b"then you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotp"
    "RZb6KE6RyyBwJnAM=\n"
).encode()
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLo"
    "x33WWd1RvMc+QQ=\n"
).encode()
# The example of the C2SP specification of signed notes.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMou"
    "FSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
).encode()

names = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1
)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n")).map(
    lambda text: text.encode() + b"\n"
)
signatures = st.builds(
    notes.Signature,
    name=names.filter(lambda name: not any(map(str.isspace, name))),
    key_id=st.binary(min_size=4, max_size=4),
    blob=st.binary(min_size=1, max_size=80),
)


@pytest.mark.parametrize(("vkey", "line"), [(PETER, PETER_LINE), (ENOCH, ENOCH_LINE)])
def test_published_notes_verify(vkey: str, line: bytes) -> None:
    key = notes.parse_key(vkey)
    note = notes.parse(PETER_TEXT + b"\n" + line)
    assert note.text == PETER_TEXT
    assert key.made(note.signatures[0])
    assert notes.verifies(key.public, note.text, note.signatures[0].blob)
    assert not notes.verifies(key.public, note.text[:-1], note.signatures[0].blob)


def test_signing_gives_the_published_bytes() -> None:
    key = notes.parse_key(PETER)
    blob = nacl.signing.SigningKey(PETER_SEED).sign(PETER_TEXT).signature
    made = notes.Note(PETER_TEXT, (notes.Signature(key.name, key.key_id, blob),))
    assert notes.encode(made) == PETER_TEXT + b"\n" + PETER_LINE


def test_a_text_may_have_empty_lines() -> None:
    note = notes.parse(POEM)
    assert note.text.decode().endswith("\n\ned è subito sera.\n")
    assert [signature.name for signature in note.signatures] == ["quasimodo.example/salvatore"]
    assert notes.encode(note) == POEM


@given(texts, st.lists(signatures, min_size=1, max_size=5))
def test_a_note_reads_back(text: bytes, lines: list[notes.Signature]) -> None:
    note = notes.Note(text, tuple(lines))
    assert notes.parse(notes.encode(note)) == note


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda tail: POEM[:-60] + tail))
def test_whatever_parses_is_the_one_spelling(data: bytes) -> None:
    try:
        note = notes.parse(data)
    except errors.Invalid:
        return
    assert notes.encode(note) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n" + PETER_LINE,
        PETER_TEXT,
        PETER_TEXT + b"\n",
        PETER_TEXT + PETER_LINE,
        PETER_TEXT + b"\n" + PETER_LINE[:-1],
        PETER_TEXT + b"\n" + PETER_LINE + b"\n",
        PETER_TEXT + b"\n" + PETER_LINE + b"another line\n",
        b"\x01" + PETER_TEXT + b"\n" + PETER_LINE,
        b"\x1b[2J" + PETER_TEXT + b"\n" + PETER_LINE,
        b"\xff" + PETER_TEXT + b"\n" + PETER_LINE,
        PETER_TEXT + b"\r\n" + PETER_LINE,
        PETER_TEXT + b"\n" + PETER_LINE.replace("— ".encode(), b"- "),
        PETER_TEXT + b"\n" + PETER_LINE.replace(b"PeterNeumann", b"Peter Neumann"),
        PETER_TEXT + b"\n" + PETER_LINE.replace(b"PeterNeumann", b"Peter+Neumann"),
        PETER_TEXT + b"\n" + PETER_LINE.replace(b"PeterNeumann", "Peter\u2003Neumann".encode()),
        PETER_TEXT + b"\n" + PETER_LINE.replace(b"PeterNeumann", b""),
        PETER_TEXT + b"\n" + PETER_LINE.replace(b"nAM=", b"nAN="),
        PETER_TEXT + b"\n" + PETER_LINE.replace(b"nAM=", b"nAM"),
        PETER_TEXT + b"\n" + "— PeterNeumann x08gow==\n".encode(),
    ],
)
def test_what_is_not_a_note_is_refused(data: bytes) -> None:
    with pytest.raises(errors.Invalid):
        notes.parse(data)


@pytest.mark.parametrize("text", [b"", b"no newline", b"a\n\nb"])
def test_a_text_that_could_not_be_read_back_makes_no_note(text: bytes) -> None:
    with pytest.raises(errors.Invalid):
        notes.encode(notes.Note(text, (notes.Signature("name", bytes(4), b"made"),)))


def test_64_signatures_are_read_and_65_are_not() -> None:
    assert len(notes.parse(PETER_TEXT + b"\n" + PETER_LINE * 64).signatures) == 64
    with pytest.raises(errors.Invalid, match="65 signatures"):
        notes.parse(PETER_TEXT + b"\n" + PETER_LINE * 65)


def test_a_note_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(errors.Invalid, match="more than"):
        notes.parse(b"a" * (notes.NOTE_SIZE_MAX + 1))


def test_rekors_reader_finds_the_same_signatures() -> None:
    data = PETER_TEXT + b"\n" + PETER_LINE + ENOCH_LINE
    theirs = rekor.SignedNote.from_text(data.decode())
    ours = notes.parse(data)
    assert theirs.note.encode() == ours.text
    assert [
        (line.name, line.sig_hash, base64.b64decode(line.signature)) for line in theirs.signatures
    ] == [(line.name, line.key_id, line.blob) for line in ours.signatures]


@pytest.mark.parametrize("vkey", [PETER, ENOCH])
def test_a_verifying_key_reads_back(vkey: str) -> None:
    assert notes.format_key(notes.parse_key(vkey)) == vkey


def test_no_part_and_no_change_of_a_verifying_key_is_one() -> None:
    parts = {PETER[i:j] for i in range(len(PETER)) for j in range(i + 1, len(PETER) + 1)}
    changed = {PETER[:i] + chr(ord(PETER[i]) + 1) + PETER[i + 1 :] for i in range(len(PETER))}
    for text in (parts - {PETER}) | changed:
        with pytest.raises(errors.Invalid):
            notes.parse_key(text)


@pytest.mark.parametrize(
    "vkey",
    [
        # A key that is too long and a type that nobody assigned, each with the id that fits.
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER.upper(),
        PETER.replace("PeterNeumann", "\ud800"),
        PETER.replace("+c74f20a3+", "+C74F20A3+"),
        "",
        "++",
        "a+00000000+",
    ],
)
def test_what_is_not_a_verifying_key_is_refused(vkey: str) -> None:
    with pytest.raises(errors.Invalid):
        notes.parse_key(vkey)


def test_one_key_under_two_types_has_two_ids() -> None:
    owner, witness = growing.LYON.owner_key, growing.LYON.witness_key
    assert owner.public == witness.public
    assert owner.key_id != witness.key_id
    assert replace(owner, name="comity/fr-paris").key_id != owner.key_id


def test_a_key_of_ml_dsa_44_is_read_and_kept() -> None:
    key = notes.Key("comity/fr-lyon", notes.COSIGNATURE_ML_DSA_44, bytes(1312))
    assert notes.parse_key(notes.format_key(key)) == key
    with pytest.raises(errors.Invalid):
        notes.format_key(replace(key, public=bytes(1311)))


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(32), bytes(33), b"\x01" + bytes(31)])
def test_a_key_of_the_wrong_form_or_of_small_order_verifies_nothing(public: bytes) -> None:
    """The identity point would make the signature below hold for every message."""
    forged = b"\x01" + bytes(63)
    assert not notes.verifies(public, b"any message", forged)
    assert not notes.verifies(public, b"any message", b"")
