"""The page on errors lists every code, as the code has them."""

from pathlib import Path

from comity import errors
from comity.policy import rules
from tests.docs import codes, tables

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
CODES = codes.read()

PASSED_ON = {
    "demo/stage.py",  # what a node of the demonstration told
    "desk/publishing.py",  # another error's, as not found
    "interop/reading.py",  # another error's, with the file's name
    "policy/denials.py",  # a policy's id: its own table
    "web/pages/imports.py",  # a row that could not be read, as its reader says
}
"""Modules that raise with a code that came from elsewhere."""


def test_every_code_is_told_with_its_way() -> None:
    told = [(code, way) for code, way, _ in tables.rows(PAGE, "## Every code")]
    wanted = [(f"`{code}`", ", ".join(sorted(ways))) for code, ways in sorted(CODES.found.items())]
    assert tables.missing(told, wanted) == ""
    assert told == wanted


def test_every_code_says_what_it_means() -> None:
    assert not [code for code, _, means in tables.rows(PAGE, "## Every code") if len(means) < 15]


def test_no_code_escapes_the_reading_of_the_source() -> None:
    assert CODES.unread == PASSED_ON
    assert len(CODES.found) > 200
    # One that is a constant, one that a helper is given, one that a helper begins.
    assert {"export-wrong", "json-syntax", "identifier-bad-form"} <= set(CODES.found)


def test_the_ways_are_told_with_their_codes_and_statuses() -> None:
    wanted = {
        (f"`{one.__name__}`", str(one.exit_code), str(one.status))
        for one in errors.ComityError.__subclasses__()
    }
    assert {row[:3] for row in tables.rows(PAGE, "## The six")} == wanted
    assert {row[0].strip("`") for row in tables.rows(PAGE, "## The six")} == set(codes.SIX)


def test_every_policy_that_forbids_is_told_with_its_reason() -> None:
    folder = ROOT / "src" / "comity" / "policy" / "texts"
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.cedar")}
    forbids = [(f"`{one.id}`", one.reason) for one in rules.read(texts).all if one.reason]
    told = tables.rows(PAGE, "## Policy's no")
    assert [row[0] for row in told[:2]] == ["`role-needed`", "`not-permitted`"]
    assert tables.missing(told[2:], forbids) == ""
