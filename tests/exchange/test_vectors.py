"""The bytes that another implementation must match, made again and compared with what is kept.

Sealing draws randomness, so sealed parcels are kept as they were made once and must open for ever.
`python -m tests.exchange.test_vectors` writes all of them anew. A difference in the others is a
change of the protocol.
"""

import base64
import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity import errors
from comity.exchange import compression, contents, manifest, padding, parcel, receipt, wrapping
from comity.keys import sealing
from comity.ledger import notes
from comity.records import envelope, record, strict_json
from comity.records.ids import AuthorityId, RecordId
from tests.exchange import world
from tests.exchange.world import LYON, OSLO, TURIN

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "protocol" / "vectors" / "exchange"
ADDRESS = manifest.Address(authority=TURIN, key="it-turin#1")
SIZES = [0, 1, 4_088, 4_089, 4_096, 4_097, 10_000, 65_536, 65_537, 1_000_000, 5_000_000, 2**26]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def keys() -> dict[str, Any]:
    """Secrets that are public: they must never be used."""
    return {
        "clauses": ["E2"],
        "nodes": [
            {
                "authority": authority,
                "key_id": node.card.key_id,
                "signing_seed": (bytes([first]) * 32).hex(),
                "signing": node.card.signing.hex(),
                "checkpoint": node.card.checkpoint.hex(),
                "opening_seed": (bytes([first + 3]) * 32).hex(),
                "opening_sha256": hashlib.sha256(node.card.opening).hexdigest(),
            }
            for (authority, node), first in zip(
                world.NODES.items(), (0x10, 0x20, 0x30), strict=True
            )
        ],
    }


def sizes() -> dict[str, Any]:
    return {
        "clauses": ["E6"],
        "buckets": {str(size): padding.bucket(size) for size in SIZES},
        "padded": {
            "data": b"padded".hex(),
            "sha256": hashlib.sha256(padding.pad(b"padded")).hexdigest(),
        },
    }


def inside() -> dict[str, Any]:
    body, digest = manifest.write(world.parcel(), [ADDRESS], world.NODES[LYON].signer)
    signed = manifest.read(body).envelope
    return {
        "clauses": ["E4", "E5"],
        "manifest": signed.payload.decode(),
        "pre_authentication_encoding": b64(envelope.pae(signed.payload_type, signed.payload)),
        "digest": digest,
        "body": b64(body),
    }


def answered() -> dict[str, Any]:
    leaf = bytes.fromhex(world.record_id(world.record_bytes("first")))
    other = bytes.fromhex(world.record_id(world.record_bytes("second")))
    made = receipt.Receipt(
        parcel=inside()["digest"],
        number=7,
        sender=LYON,
        receiver=TURIN,
        at=world.NOW,
        outcomes=(
            receipt.Outcome(
                record=RecordId(leaf.hex()), result="stored", index=0, proof=(_leaf_hash(other),)
            ),
            receipt.Outcome(
                record=RecordId(other.hex()),
                result="rejected",
                code="not-a-party",
                reason="Not of this case.",
            ),
        ),
        checkpoint=world.note(TURIN, [leaf, other]).decode(),
        withheld="old-size",
        seen=1,
    )
    return {
        "clauses": ["E8"],
        "receipt": receipt.issue(made, world.NODES[TURIN].signer).decode(),
        "delivered": [leaf.hex()],
        "refused": [other.hex()],
    }


def _leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def sealed() -> dict[str, Any]:
    made = world.parcel(recipients=(TURIN, OSLO))
    both = parcel.seal(made, world.NODES[LYON].signer, world.cards(made))
    return {
        "clauses": ["E4", "E5", "E6", "E7"],
        "parcel": b64(both.data),
        "digest": both.digest,
        "federation": made.federation,
        "sender": made.sender,
        "recipients": list(made.recipients),
        "number": made.number,
        "made_at": record.instant(made.made_at),
        "items": [
            {"envelope": item.envelope.decode(), "disclosures": list(item.disclosures)}
            for item in made.items
        ],
        "blobs": [b64(blob) for blob in made.blobs],
        "receipts": [one.decode() for one in made.receipts],
        "want": list(made.want),
    }


def to_turin(body: bytes) -> bytes:
    return wrapping.wrap(body, [world.NODES[TURIN].card], entropy=_fixed)


def _fixed(size: int) -> bytes:
    return hashlib.shake_256(b"for test vectors only").digest(size)


def forged(**changed: Any) -> bytes:
    """A parcel to Turin whose manifest was changed before Lyon signed it."""
    said, sections = manifest._said(world.parcel(), [ADDRESS])
    signed = envelope.seal(
        manifest.PARCEL_TYPE, strict_json.dumps(said | changed), world.NODES[LYON].signer
    )
    return compression.compress(b"".join((len(signed).to_bytes(4, "big"), signed, *sections)))


def to_be_refused() -> dict[str, Any]:
    body, _ = manifest.write(world.parcel(), [ADDRESS], world.NODES[LYON].signer)
    good = to_turin(compression.compress(body))
    by_oslo, _ = manifest.write(world.parcel(), [ADDRESS], world.NODES[OSLO].signer)
    traversal = [{"name": "../../etc/passwd", "size": 21}]
    cases = {
        "cut short": good[:-1],
        "one byte of the ciphertext changed": good[:-1] + bytes([good[-1] ^ 1]),
        "a salt of another length": good.replace(b'"salt":"', b'"salt":"A', 1),
        "sealed to somebody else": wrapping.wrap(
            compression.compress(body), [world.NODES[OSLO].card], entropy=_fixed
        ),
        "signed by somebody else": to_turin(compression.compress(by_oslo)),
        "for another federation": to_turin(forged(federation=world.OTHER_FEDERATION)),
        "for another recipient": to_turin(
            forged(recipients=[{"authority": "no-oslo", "key": "no-oslo#1"}])
        ),
        "a name that is no digest": to_turin(forged(blobs=traversal)),
        "a section changed": to_turin(compression.compress(body[:-1] + b"?")),
        "a member too many": to_turin(forged(surplus=1)),
        "expands more than it may": to_turin(zlib.compress(bytes(3 * 2**20), 9)),
        "padding that is not zero": _misbuilt(padding.pad(b"x")[:-1] + b"\1"),
    }
    return {
        "clauses": ["E3", "E4", "E5", "E6", "E7"],
        "opened_by": TURIN,
        "federation": world.FEDERATION,
        "parcels": [
            {"what": what, "answer": _refusal(data), "parcel": b64(data)}
            for what, data in cases.items()
        ],
    }


def _misbuilt(padded: bytes) -> bytes:
    """What `wrap` would make of `padded` if it were a padded body."""
    made = to_turin(b"x")
    header_end = made.index(b"\n", len(wrapping.MAGIC)) + 1
    cipher = AESGCM(_fixed(32))
    return made[:header_end] + cipher.encrypt(bytes(12), padded, made[:header_end])


def opened(data: bytes, by: AuthorityId = TURIN) -> parcel.Opened:
    opener = world.NODES[by].opener
    return parcel.open_(data, opener, world.Directory(), federation=world.FEDERATION)


def _refusal(data: bytes) -> str:
    with pytest.raises((errors.Invalid, errors.Refused, errors.Unverified)) as refused:
        opened(data)
    return f"{type(refused.value).__name__}: {refused.value.code}"


REPRODUCED = {
    "keys.json": keys,
    "padding.json": sizes,
    "manifest.json": inside,
    "receipt.json": answered,
}
KEPT = {"parcel.json": sealed, "refused.json": to_be_refused}


def kept(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


@pytest.mark.parametrize("name", REPRODUCED)
def test_the_bytes_are_those_of_the_document(name: str) -> None:
    assert REPRODUCED[name]() == kept(name)


@pytest.mark.parametrize("by", [TURIN, OSLO])
def test_a_parcel_sealed_once_opens_for_ever(by: AuthorityId) -> None:
    vector = kept("parcel.json")
    found = opened(base64.b64decode(vector["parcel"]), by)
    made = found.parcel
    assert found.digest == vector["digest"]
    assert (made.federation, made.sender) == (vector["federation"], vector["sender"])
    assert (list(made.recipients), made.number) == (vector["recipients"], vector["number"])
    assert record.instant(made.made_at) == vector["made_at"]
    assert [
        {"envelope": item.envelope.decode(), "disclosures": list(item.disclosures)}
        for item in made.items
    ] == vector["items"]
    assert [b64(blob) for blob in made.blobs] == vector["blobs"]
    assert [one.decode() for one in made.receipts] == vector["receipts"]
    assert list(made.want) == vector["want"]


def test_what_must_be_refused_is_refused_with_its_code() -> None:
    vector = kept("refused.json")
    assert len(vector["parcels"]) == 12
    for case in vector["parcels"]:
        assert _refusal(base64.b64decode(case["parcel"])) == case["answer"], case["what"]


def test_a_receipt_of_the_document_settles_what_it_says() -> None:
    vector = kept("receipt.json")
    read = receipt.read(vector["receipt"].encode(), world.Directory())
    sent = receipt.Sent(
        digest=kept("manifest.json")["digest"],
        sender=LYON,
        receiver=TURIN,
        records=frozenset(vector["delivered"] + vector["refused"]),
    )
    key = notes.Key("comity/it-turin", notes.ED25519, world.NODES[TURIN].card.checkpoint)
    settled = receipt.settle(read, sent, [key])
    assert (sorted(settled.delivered), sorted(settled.refused)) == (
        vector["delivered"],
        vector["refused"],
    )


def test_the_opening_keys_of_the_document_come_from_their_seeds() -> None:
    for node in kept("keys.json")["nodes"]:
        public = sealing.public_of(bytes.fromhex(node["opening_seed"]))
        assert hashlib.sha256(public).hexdigest() == node["opening_sha256"]


def test_the_bound_of_the_document_is_that_of_the_code() -> None:
    assert kept("padding.json")["buckets"][str(2**26)] == contents.BODY_BYTES_MAX


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file_name, make in (REPRODUCED | KEPT).items():
        text = json.dumps(make(), indent=1, ensure_ascii=False) + "\n"
        (FOLDER / file_name).write_text(text)
