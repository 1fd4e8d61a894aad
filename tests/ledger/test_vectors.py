"""The bytes that another implementation must match, made again and compared with what is kept.

`python -m tests.ledger.test_vectors` writes them anew. A difference is a change of the protocol.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comity import errors
from comity.ledger import (
    bundles,
    checkpoint,
    notes,
    paths,
    proofs,
    receipt,
    spelling,
    tiles,
    tree,
    witness,
)
from tests.ledger import growing
from tests.ledger.growing import LYON, OSLO, TURIN, Authority

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "protocol" / "vectors" / "ledger"
AT = 1_792_000_000
SIZE = 8
LEDGER = growing.grown(SIZE)


def hexed(hashes: Any) -> list[str]:
    return [one.hex() for one in hashes]


def key(authority: Authority) -> dict[str, str]:
    """A test key. Its secret is public: it must never be used."""
    return {
        "authority": authority.id,
        "seed": bytes(authority._key).hex(),
        "public": authority.public.hex(),
        "owner_vkey": notes.format_key(authority.owner_key),
        "witness_vkey": notes.format_key(authority.witness_key),
    }


def trees() -> dict[str, Any]:
    return {
        "clauses": ["L2", "L5"],
        "record_ids": hexed(LEDGER.ids),
        "leaf_hashes": hexed(bundles.leaf_hashes(LEDGER.ids)),
        "trees": [
            {
                "size": size,
                "root": tiles.root(size, LEDGER.read).hex(),
                "inclusion": [
                    hexed(proofs.inclusion(index, size, LEDGER.read)) for index in range(size)
                ],
                "consistency_from": [
                    hexed(proofs.consistency(old, size, LEDGER.read)) for old in range(size + 1)
                ],
            }
            for size in range(SIZE + 1)
        ],
    }


def stored() -> dict[str, Any]:
    size = 70_000
    ledger = growing.grown(size)
    held = tiles.Tiles(size, ledger.read)
    listed = list(tiles.places(size))
    some = [place for place in listed if place.width < 256 or place.level or place.n < 2]
    first = bundles.entries(ledger.ids[:256])
    last = bundles.entries(ledger.ids[size - size % 256 :])
    return {
        "clauses": ["L3", "L4"],
        "record_id": "SHA-256 of the ASCII text `record <n>`, n from 0",
        "size": size,
        "root": ledger.edge.root().hex(),
        "tiles": len(listed),
        "sha256": {
            paths.path(place): hashlib.sha256(held.tile(place.level or 0, place.n)).hexdigest()
            for place in some
        }
        | {
            paths.entries_path(0): hashlib.sha256(first).hexdigest(),
            paths.entries_path(size // 256, size % 256): hashlib.sha256(last).hexdigest(),
        },
        "paths": {
            paths.path(place): {"level": place.level, "n": place.n, "width": place.width}
            for place in (
                paths.Place(0, 0),
                paths.Place(1, 1_234_067, 5),
                paths.Place(None, 67_000),
                paths.Place(0, paths.N_MAX),
            )
        },
    }


def signed() -> dict[str, Any]:
    head = LEDGER.head(LYON)
    note = LYON.sign(head)
    turin, oslo = TURIN.cosign(head, AT), OSLO.cosign(head, AT + 7)
    whole = checkpoint.with_cosignatures(note, turin + oslo, [TURIN.witness_key, OSLO.witness_key])
    return {
        "clauses": ["L6", "L7"],
        "keys": [key(authority) for authority in (LYON, TURIN, OSLO)],
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "signed_text": head.body().decode(),
        "note": note.decode(),
        "cosigned_at": {TURIN.id: AT, OSLO.id: AT + 7},
        "cosigned_text": {TURIN.id: checkpoint.cosigned_message(head.body(), AT).decode()},
        "cosignature_lines": {TURIN.id: turin.decode(), OSLO.id: oslo.decode()},
        "cosigned_note": whole.decode(),
    }


def receipts() -> dict[str, Any]:
    note = LYON.sign(LEDGER.head(LYON)) + TURIN.cosign(LEDGER.head(LYON), AT)
    made = receipt.Receipt(index=5, proof=proofs.inclusion(5, SIZE, LEDGER.read), note=note)
    return {
        "clauses": ["L9"],
        "keys": [key(LYON), key(TURIN)],
        "record_id": LEDGER.ids[5].hex(),
        "receipt": receipt.encode(made).decode(),
    }


def witnessing() -> dict[str, Any]:
    """What a witness that last saw size 3 answers, and the proof of a split view."""
    false = growing.Ledger()
    false.append(*LEDGER.ids[:2], growing.record_id(99), *LEDGER.ids[3:])
    last = witness.Seen(LEDGER.head(LYON, 3), LYON.sign(LEDGER.head(LYON, 3)))
    cases = []
    for name, ledger, old, new in (
        ("grown", LEDGER, 3, 8),
        ("the same", LEDGER, 3, 3),
        ("from another size", LEDGER, 2, 8),
        ("another root at the size that was seen", false, 3, 3),
        ("another beginning", false, 3, 8),
    ):
        asked = witness.Request(
            old=old,
            proof=proofs.consistency(old, new, ledger.read),
            note=LYON.sign(ledger.head(LYON, new)),
        )
        answer = witness.decide(last, asked, [LYON.owner_key])
        case: dict[str, Any] = {
            "name": name,
            "body": witness.encode_request(asked).decode(),
            "answer": type(answer).__name__,
        }
        if isinstance(answer, witness.SplitView):
            case |= {
                "earlier": answer.earlier.decode(),
                "later": answer.later.decode(),
                "beginning": answer.beginning.hex(),
                "proof": hexed(answer.proof),
            }
        cases.append(case)
    return {
        "clauses": ["L8", "L10"],
        "keys": [key(LYON)],
        "seen": last.note.decode(),
        "cases": cases,
    }


def refused() -> dict[str, Any]:
    """Texts that look right and must not be read."""
    note = LYON.sign(LEDGER.head(LYON)).decode()
    root = spelling.digest_line(LEDGER.edge.root())
    return {
        "clauses": ["L1.4", "L1.5", "L3.5", "L6.2", "L6.3", "L6.5"],
        "checkpoints": {
            "leading zero": note.replace("\n8\n", "\n08\n"),
            "sign": note.replace("\n8\n", "\n+8\n"),
            "too large": note.replace("\n8\n", f"\n{2**63}\n"),
            "empty ledger with a root": note.replace("\n8\n", "\n0\n"),
            "extension line": note.replace(root, root + "extension\n"),
            "short root": note.replace(root, root[4:]),
            "root with bits beyond its end": note.replace(
                root[-3:], chr(ord(root[-3]) + 1) + "=\n"
            ),
            "carriage returns": note.replace("\n", "\r\n"),
            "control character": note.replace("comity/", "comity/\x1b"),
            "no signature": note[: note.index("\u2014")],
            "no last newline": note[:-1],
            "text after the signatures": note + "more\n",
            "65 signatures": note + note[note.index("\u2014") :] * 64,
        },
        "paths": [
            "tile/0/0",
            "tile/0/x000/067",
            "tile/0/067.p/256",
            "tile/0/067.p/0",
            "tile/0/067.p/07",
            "tile/8/000",
            "tile/00/000",
            "tile/0/../067",
            "/tile/0/067",
        ],
    }


VECTORS: dict[str, Callable[[], dict[str, Any]]] = {
    "trees": trees,
    "tiles": stored,
    "checkpoint": signed,
    "receipt": receipts,
    "witness": witnessing,
    "refused": refused,
}


def written(name: str) -> str:
    return json.dumps(VECTORS[name](), indent=2, ensure_ascii=False) + "\n"


def kept(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_that_are_kept_are_what_is_made(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == written(name)


def test_no_vector_is_kept_that_nothing_makes() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(VECTORS)


def test_the_kept_trees_hold() -> None:
    trees = kept("trees")
    roots = [bytes.fromhex(one["root"]) for one in trees["trees"]]
    leaves = [tree.leaf_hash(bytes.fromhex(one)) for one in trees["record_ids"]]
    for size, one in enumerate(trees["trees"]):
        assert roots[size] == tree.root(leaves[:size])
        for index, proof in enumerate(one["inclusion"]):
            hashes = [bytes.fromhex(other) for other in proof]
            assert proofs.verify_inclusion(leaves[index], index, size, hashes, roots[size])
        for old, proof in enumerate(one["consistency_from"]):
            hashes = [bytes.fromhex(other) for other in proof]
            assert proofs.verify_consistency(old, roots[old], size, roots[size], hashes)


def test_the_kept_notes_and_receipt_verify_with_the_kept_keys() -> None:
    vectors = kept("checkpoint")
    owner = notes.parse_key(vectors["keys"][0]["owner_vkey"])
    cosigners = [notes.parse_key(one["witness_vkey"]) for one in vectors["keys"]]
    whole = vectors["cosigned_note"].encode()
    assert checkpoint.verify(whole, [owner]).size == vectors["size"]
    assert checkpoint.witnesses(whole, cosigners) == vectors["cosigned_at"]
    one = kept("receipt")
    made = receipt.parse(one["receipt"].encode())
    assert receipt.verify(made, bytes.fromhex(one["record_id"]), [owner]).size == 8


def test_the_kept_texts_that_are_to_be_refused_are_refused() -> None:
    vectors = kept("refused")
    whole = kept("checkpoint")["note"]
    for text in vectors["checkpoints"].values():
        assert text != whole
        with pytest.raises(errors.Invalid):
            checkpoint.parse(text.encode())
    for text in vectors["paths"]:
        with pytest.raises(errors.Invalid):
            paths.parse(text)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for vector in VECTORS:
        (FOLDER / f"{vector}.json").write_text(written(vector), encoding="utf-8")
