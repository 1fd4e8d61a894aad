import io
import json
from pathlib import Path
from typing import Any

import pytest

from comity.cli import acts
from comity.desk import offering
from comity.matters import subjects
from tests.cli import conftest, shell
from tests.world import world

SAYABLE = [kind.name for kind in offering.sayable(subjects.REGISTRY)]
LIST = {
    "properties": {
        "text": {"type": "string"},
        "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "count": {"type": "integer"},
        "names": {"type": "array", "items": {"type": "string"}},
        "things": {"type": "array", "items": {"type": "object"}},
        "maybe_names": {
            "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]
        },
    }
}


def test_every_kind_that_people_say_is_listed() -> None:
    assert shell.run("act", "--list", "-q").lines == SAYABLE
    rows = shell.run("act", "--list", "--json").json["kinds"]
    assert {one["kind"]: one["needs"] for one in rows} == {
        name: subjects.REGISTRY[name].needs for name in SAYABLE
    }


@pytest.mark.parametrize("kind", SAYABLE)
def test_every_kind_shows_its_fields(kind: str) -> None:
    schema = subjects.REGISTRY.schemas[kind]
    assert shell.run("act", kind, "--fields", "-q").lines == list(schema["properties"])
    assert shell.run("act", kind, "--fields", "--json").json == json.loads(json.dumps(schema))


@pytest.mark.parametrize("kind", sorted(offering.PROCEDURES))
def test_a_kind_of_a_procedure_names_it(kind: str) -> None:
    done = shell.run("act", kind, "--fields")
    assert (done.code, done.err.partition(":")[0]) == (2, "kind-of-procedure")
    assert offering.PROCEDURES[kind] in done.err


def test_a_kind_that_there_is_not_is_not_found() -> None:
    assert shell.run("act", "case.invented/1", "--fields").code == 3
    assert shell.run("act").code == 2


def test_what_is_said_is_what_the_other_side_reads(alliance: conftest.Alliance) -> None:
    north, south = alliance.north, alliance.south
    text = "Two lines,\n\u202eone = sign \x1b[2J"
    said = north.do(
        "act", "note.made/1", "--matter", alliance.case, "--field", f"text={text}", who="officer"
    )
    assert said["matter"] == alliance.case
    shell.carry(north, south, alliance.stick)
    shown = south.do("matter", "show", alliance.case, who="officer")["records"]
    (one,) = (one for one in shown if one["record"] == said["record"])
    assert (one["kind"], one["author"]) == ("note.made/1", "nl-north")
    assert one["said"]["text"] == text


def test_fields_come_from_a_file_and_single_ones_override_it(
    alliance: conftest.Alliance, tmp_path: Path
) -> None:
    (tmp_path / "said.json").write_text(
        json.dumps(
            {
                "identifiers": [{"cls": "email", "value": "shop@northgate.example"}],
                "source": "the page",
            }
        )
    )
    more = '{"cls": "domain", "value": "northgate.example"}'
    said = alliance.north.do(
        *("act", "identifiers.noted/1", "--matter", alliance.case),
        *("--json-file", tmp_path / "said.json"),
        *("--field", f"identifiers={more}", "--field", "source=the shop"),
        who="officer",
    )
    shown = alliance.north.do("matter", "show", alliance.case, who="officer")["records"]
    (one,) = (one["said"] for one in shown if one["record"] == said["record"])
    assert [each["value"] for each in one["identifiers"]] == [
        "shop@northgate.example",
        "northgate.example",
    ]
    assert one["source"] == "the shop"


def test_fields_come_from_the_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "hello"}')))
    assert acts._said({"properties": {"text": {}}}, [], Path("-")) == {"text": "hello"}


def test_a_preview_says_nothing_and_shows_who_would_read_what(
    alliance: conftest.Alliance,
) -> None:
    given = ("act", "note.made/1", "--matter", alliance.case, "--field", "text=x", "--preview")
    before = alliance.north.do("matter", "show", alliance.case, who="officer")["records"]
    (one,) = alliance.north.do(*given, who="officer")["recipients"]
    assert (one["authority"], one["shown"], one["hidden"]) == ("se-south", ["text"], [])
    assert alliance.north.do("matter", "show", alliance.case, who="officer")["records"] == before


def test_the_same_key_has_one_effect(alliance: conftest.Alliance) -> None:
    given = ("act", "note.made/1", "--matter", alliance.case, "--key", "once")
    first = alliance.north.do(*given, "--field", "text=x", who="officer")
    assert alliance.north.do(*given, "--field", "text=x", who="officer") == first
    done = alliance.north.run(*given, "--field", "text=y", who="officer")
    assert (done.code, done.err.partition(":")[0]) == (2, "idempotency-key-reused")


def test_handling_is_passed_on(alliance: conftest.Alliance) -> None:
    # A case of its own: one that holds this is not exported, and others export the shared one.
    case = alliance.north.open_case("se-south")
    said = alliance.north.do(
        *("act", "note.made/1", "--matter", case, "--field", "text=x"),
        *("--tlp", "RED", "--recipient", "se-south"),
        who="officer",
    )
    shown = alliance.north.do("matter", "show", case, who="officer")["records"]
    (one,) = (one["handling"] for one in shown if one["record"] == said["record"])
    assert (one["tlp"], one["recipients"]) == ("RED", ["se-south"])


def test_who_may_not_say_it_is_refused(alliance: conftest.Alliance) -> None:
    given = ("act", "case.closed/1", "--matter", alliance.case)
    fields = ("--field", "outcome=referred", "--field", "reason=done")
    done = alliance.north.run(*given, *fields, who="officer")
    assert (done.code, done.err.partition(":")[0]) == (4, "role-needed")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["text=a=b"], {"text": "a=b"}),
        (["text="], {"text": ""}),
        (["text=1", "text=2"], {"text": "2"}),
        (["maybe=null"], {"maybe": "null"}),
        (["count=3"], {"count": 3}),
        (["names=a", "names=b"], {"names": ["a", "b"]}),
        (['names=["a"]', "names=b"], {"names": ["a", "b"]}),
        (['things={"a": 1}'], {"things": [{"a": 1}]}),
        (['things=[{"a": 1}]'], {"things": [{"a": 1}]}),
        (["maybe_names=a"], {"maybe_names": ["a"]}),
        (["maybe_names=null"], {"maybe_names": ["null"]}),
    ],
)
def test_fields_are_read_by_their_schema(given: list[str], said: dict[str, Any]) -> None:
    assert acts._said(LIST, given, None) == said


@pytest.mark.parametrize(
    "given", ["nothing=x", "text", "=x", "count=three", "things={", "things=a"]
)
def test_what_is_no_field_is_told(given: str) -> None:
    world.refused("field-malformed", lambda: acts._said(LIST, [given], None))


def test_a_file_that_holds_no_object_is_told(tmp_path: Path) -> None:
    (tmp_path / "said.json").write_text("[]")
    world.refused("field-malformed", lambda: acts._said(LIST, [], tmp_path / "said.json"))
