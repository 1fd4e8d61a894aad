"""The vectors of the protocol: what another implementation must make of the same input.

`identifiers.json` is written by hand. `python -m tests.matching.test_vectors` writes `blinded.json`
anew. A difference is a change of the protocol.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from comity import errors
from comity.matching import blinded, frames, identifiers
from tests.matching import curve

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "protocol" / "vectors" / "matching"
PAGE = FOLDER.parents[1] / "matching.md"
IDENTIFIERS = json.loads((FOLDER / "identifiers.json").read_text(encoding="utf-8"))

RUN = "2026-03-02/nl-nhtcu/de-bka/7"
ASKED = [("domain", "shop.example"), ("btc", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
         ("handle", "telegram:alice")]  # fmt: skip
HELD = [("handle", "telegram:alice"), ("domain", "other.example"), ("domain", "shop.example")]


def counted(label: str) -> blinded.Random:
    """SHA-256 of a label and a counter in place of randomness. For vectors alone."""
    state = iter(range(1_000))
    return lambda count: hashlib.sha256(f"{label} {next(state)}".encode()).digest()[:count]


def element(cls: str, value: str) -> bytes:
    identifier = identifiers.normalise(identifiers.IdentifierClass(cls), value)
    return blinded.element(RUN, identifier)


def blinded_vectors() -> dict[str, Any]:
    kept, request = blinded.ask([element(*one) for one in ASKED], random=counted("asker"))
    response = blinded.answer([element(*one) for one in HELD], request, random=counted("answerer"))
    dummies = 64 - 3
    return {
        "clauses": "M5 to M9",
        "run": RUN,
        "asked": [_described(one) for one in ASKED],
        "held": [_described(one) for one in HELD],
        "asker_dummies": _drawn("asker", dummies),
        "answerer_dummies": _drawn("answerer", dummies),
        "asker_key": _drawn("asker", dummies + 1)[-1],
        "answerer_key": _drawn("answerer", dummies + 1)[-1],
        "request": request.hex(),
        "response": response.hex(),
        "hits": blinded.hits(kept, response),
    }


def _described(one: tuple[str, str]) -> dict[str, str]:
    return {"class": one[0], "value": one[1], "element": element(*one).hex()}


def _drawn(label: str, count: int) -> list[str]:
    random = counted(label)
    return [random(32).hex() for _ in range(count)]


def _normalise(case: dict[str, str]) -> str:
    cls = identifiers.IdentifierClass(case["class"])
    return identifiers.normalise(cls, case["text"], region=case.get("region")).value


@pytest.mark.parametrize("case", IDENTIFIERS["normal"], ids=lambda case: case["text"])
def test_a_text_has_its_normal_form(case: dict[str, str]) -> None:
    assert _normalise(case) == case["value"]
    assert _normalise({**case, "text": case["value"]}) == case["value"]


@pytest.mark.parametrize("case", IDENTIFIERS["refused"], ids=lambda case: case["text"][:40])
def test_a_text_is_refused_with_its_code(case: dict[str, str]) -> None:
    with pytest.raises(errors.Invalid) as refused:
        _normalise(case)
    assert refused.value.code == case["code"]


def test_every_class_has_vectors_and_its_grade() -> None:
    for cases in (IDENTIFIERS["normal"], IDENTIFIERS["refused"]):
        assert {case["class"] for case in cases} >= set(identifiers.IdentifierClass) - {"sha256"}
    grades = {cls: grade for grade, classes in IDENTIFIERS["grades"].items() for cls in classes}
    assert grades == {cls: grade.value for cls, grade in identifiers.GRADES.items()}


def test_every_code_is_in_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for case in IDENTIFIERS["refused"]:
        assert f"`{case['code'].removeprefix('identifier-')}`" in page


def test_the_run_that_is_kept_is_what_is_made() -> None:
    kept = json.loads((FOLDER / "blinded.json").read_text(encoding="utf-8"))
    assert blinded_vectors() == kept


def test_the_run_that_is_kept_follows_from_the_page_alone() -> None:
    """Every point of both messages, made again without the library that Comity calls."""
    kept = json.loads((FOLDER / "blinded.json").read_text(encoding="utf-8"))
    asker, answerer = int(kept["asker_key"], 16), int(kept["answerer_key"], 16)
    asked = [one["element"] for one in kept["asked"]] + kept["asker_dummies"]
    held = [one["element"] for one in kept["held"]] + kept["answerer_dummies"]
    blind = [curve.times(asker, curve.onto_curve(bytes.fromhex(one))) for one in asked]
    set_ = [curve.times(answerer, curve.onto_curve(bytes.fromhex(one))) for one in held]
    twice = [curve.times(answerer, point) for point in blind]
    assert bytes.fromhex(kept["request"]) == frames.write_request(
        [curve.compressed(point) for point in blind]
    )
    assert bytes.fromhex(kept["response"]) == frames.write_response(
        sorted(curve.compressed(point) for point in set_),
        [curve.compressed(point) for point in twice],
    )


if __name__ == "__main__":
    (FOLDER / "blinded.json").write_text(
        json.dumps(blinded_vectors(), indent=1) + "\n", encoding="utf-8"
    )
