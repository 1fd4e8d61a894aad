"""The bytes that another implementation must match, made again and compared with what is kept.

`python -m tests.records.test_vectors` writes them anew. A difference is a change of the protocol.
"""

import base64
import datetime
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comity import errors
from comity.matters import subjects
from comity.records import envelope, record, sealed, strict_json
from comity.records.ids import MatterId
from tests.records import signing, test_envelope, test_record, test_sealed, test_strict_json
from tests.records.signing import LYON, TURIN

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "protocol" / "vectors" / "records"
AT = datetime.datetime(2026, 11, 25, 9, 30, 0, 125_000, tzinfo=datetime.UTC)
KEYS = [
    {"keyid": one.key_id, "seed": one.seed.hex(), "public": one.public.hex()}
    for one in (LYON, TURIN)
]


def texts() -> dict[str, Any]:
    """Texts in base64, because many are not UTF-8 or not JSON."""
    read = [
        b"9007199254740992", b"-9007199254740992", b"1e2", rb'"\ud83d\ude00"', rb'"\\u0000"',
        b' \t\r\n{ "a" : [ ] }\n', b"[" * 32 + b"]" * 32, b"null",
    ]  # fmt: skip
    return {
        "clauses": ["R1"],
        "read": [{"base64": _b64(text), "value": json.loads(text)} for text in read],
        "refused": [
            {"base64": _b64(text), "why": code}
            for code, text in test_strict_json.REFUSED
            if len(text) < 1_000
        ],
    }


def envelopes() -> dict[str, Any]:
    payload = test_envelope.PAYLOAD
    return {
        "clauses": ["R2"],
        "keys": KEYS,
        "payload": payload.decode(),
        "encoding": envelope.pae(envelope.RECORD_TYPE, payload).decode(),
        "envelope": test_envelope.SEALED.decode(),
        "id": envelope.parse(test_envelope.SEALED).digest,
        "malformed": {name: one.decode() for name, one in test_envelope.MALFORMED.items()},
        "keys_that_verify_nothing": [key.hex() for key in test_envelope.SMALL_ORDER],
    }


def disclosures() -> dict[str, Any]:
    said, made = sealed.seal(
        {"priority": "urgent"},
        {"title": "Möbius", "summary": None, "list": [{"cls": "email"}, 7]},
        signing.salts(),
        by_element=["list"],
    )
    return {
        "clauses": ["R4"],
        "published": [
            {"disclosure": text, "digest": digest, "name": name, "value": value}
            for text, digest, name, value in test_sealed.PUBLISHED
        ],
        "said": said,
        "disclosures": [
            {"disclosure": one.text, "digest": one.digest, "name": one.name, "value": one.value}
            for one in made
        ],
        "refused": [
            {"said": said, "disclosures": given, "why": why}
            for said, given, why in test_sealed.REFUSED
        ],
    }


STATEMENTS: list[tuple[str, dict[str, Any]]] = [
    ("note.made/1", {"text": "Something was found."}),
    (
        "identifiers.noted/1",
        {
            "identifiers": [
                {"cls": "email", "value": "a@shop.example"},
                {"cls": "onion", "value": "x"},
            ]
        },
    ),
    (
        "request.filed/1",
        {
            "to": "it-turin", "measure": "search", "basis": "Art. 18", "due_on": "2026-12-01",
            "ask": "Who holds the account?", "necessity": "Nobody else knows.",
        },
    ),
    ("lead.accepted/1", {}),
]  # fmt: skip


def records() -> dict[str, Any]:
    first, opening = _told(
        "case.opened/1",
        {"title": "Market", "summary": "What is known.", "parties": ["it-turin"]},
        record.Place(matter=None, after=(), control=None, lamport=0, seq=0),
    )
    place = record.Place(
        matter=opening.matter, after=(opening.id,), control=opening.id, lamport=1, seq=1
    )
    told = [first, *(_told(kind, values, place)[0] for kind, values in STATEMENTS)]
    return {
        "clauses": ["R3", "R5", "R6"],
        "keys": KEYS,
        "records": told,
        "well_formed": test_record.NOTED.decode(),
        "malformed_if_a_member_is": [
            {member: value} for member, values in test_record.WRONG.items() for value in values
        ],
        "faulty": [{"kind": kind, "said": said} for kind, said, _ in test_record.FAULTS],
    }


def _told(
    kind: str, values: dict[str, Any], place: record.Place
) -> tuple[dict[str, Any], record.Record]:
    signed, made, _ = record.build(
        subjects.REGISTRY[kind],
        record.draft(subjects.REGISTRY[kind], values),
        place=place,
        officer="o-17",
        said_at=AT,
        charter=MatterId("c" * 64),
        handling=record.Handling(),
        seen={},
        signer=LYON,
        salt=signing.salts(kind),
    )
    read = envelope.parse(signed)
    one = record.parse(read.payload, read.digest, subjects.REGISTRY)
    told = {
        "envelope": signed.decode(),
        "disclosures": [shown.text for shown in made],
        "id": one.id,
        "matter": one.matter,
        "kind": one.kind,
        "said": values,
    }
    return told, one


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


VECTORS: dict[str, Callable[[], dict[str, Any]]] = {
    "strict_json": texts,
    "envelope": envelopes,
    "sealed": disclosures,
    "record": records,
}


def written(name: str) -> str:
    return json.dumps(VECTORS[name](), indent=2, ensure_ascii=True) + "\n"


def kept(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_that_are_kept_are_what_is_made(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == written(name)


def test_no_vector_is_kept_that_nothing_makes() -> None:
    kept = {"approval"}  # signatures of passkeys cannot be made again: test_approval.py reads it
    assert {path.stem for path in FOLDER.iterdir()} == set(VECTORS) | kept


def test_the_kept_texts_are_read_or_refused() -> None:
    vectors = kept("strict_json")
    for one in vectors["read"]:
        assert strict_json.loads(base64.b64decode(one["base64"])) == one["value"]
    for one in vectors["refused"]:
        with pytest.raises(errors.Invalid) as refused:
            strict_json.loads(base64.b64decode(one["base64"]))
        assert refused.value.code == one["why"]


def test_the_kept_envelope_verifies_with_the_kept_keys() -> None:
    vectors = kept("envelope")
    keys = [
        envelope.VerifyingKey(one["keyid"], bytes.fromhex(one["public"])) for one in vectors["keys"]
    ]
    read = envelope.parse(vectors["envelope"].encode())
    envelope.verify(read, keys)
    assert read.payload.decode() == vectors["payload"]
    assert hashlib.sha256(vectors["encoding"].encode()).hexdigest() == read.digest == vectors["id"]
    for text in vectors["malformed"].values():
        with pytest.raises(errors.Invalid):
            envelope.parse(text.encode())


def test_the_kept_disclosures_open_what_they_belong_to_and_nothing_else() -> None:
    vectors = kept("sealed")
    for one in (*vectors["published"], *vectors["disclosures"]):
        assert sealed.disclosure(one["disclosure"]) == sealed.Disclosure(
            one["disclosure"], one["digest"], one["name"], one["value"]
        )
    texts = [one["disclosure"] for one in vectors["disclosures"]]
    opened = sealed.opened(vectors["said"], sealed.match(vectors["said"], texts))
    assert opened["title"] == "Möbius"
    for one in vectors["refused"]:
        with pytest.raises(errors.Unverified):
            sealed.match(one["said"], one["disclosures"])


def test_the_kept_records_say_what_is_kept_beside_them() -> None:
    vectors = kept("record")
    for told in vectors["records"]:
        read = envelope.parse(told["envelope"].encode())
        envelope.verify(read, [LYON.key])
        one = record.parse(read.payload, read.digest, subjects.REGISTRY)
        assert (one.id, one.matter, one.kind) == (told["id"], told["matter"], told["kind"])
        shown = sealed.match(one.open, told["disclosures"])
        said = record.statement(subjects.REGISTRY[one.kind], one.open, shown)
        assert said == record.draft(subjects.REGISTRY[one.kind], told["said"])
    whole = json.loads(vectors["well_formed"])
    for wrong in vectors["malformed_if_a_member_is"]:
        payload = strict_json.dumps(whole | wrong)
        with pytest.raises(errors.Invalid):
            record.parse(payload, record.id_of(payload), subjects.REGISTRY)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for vector in VECTORS:
        (FOLDER / f"{vector}.json").write_text(written(vector), encoding="utf-8")
