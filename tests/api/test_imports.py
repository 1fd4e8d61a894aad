"""Imports: good rows are taken, bad ones listed with their reason, what is no list is refused."""

import importlib.resources
import json
from typing import Any

import httpx2
import pytest

from comity.api import imports
from tests.api import described
from tests.api.house import NOWHERE, House, Program, problem
from tests.world.world import TURIN

ONION = "2mhkqjcw4auxop7auchz2iijcbj63qccwodtokofbb2ul5oejkkt6xyd.onion"
BAD_ONION = "a" + ONION[1:]
"""Its checksum is wrong."""
ID = "00000000-0000-4000-8000-00000000000"

CSV = f"""class,value,context,seen_on
onion,{ONION},leak site,2026-03-01
onion,{BAD_ONION},,
domain,Shop.Example,,
ipv4,999.1.1.1,,
king,x,,
domain,two.example
email,a@b.example,,2026-13-45
""".encode()
MISP = {
    "Event": {
        "uuid": "48297329-784d-5048-9fec-9e0a179d295d",
        "info": "Leak sites",
        "date": "2026-03-02",
        "Attribute": [
            {"uuid": ID + "1", "type": "onion-address", "value": ONION},
            {"uuid": ID + "2", "type": "onion-address", "value": BAD_ONION},
            {"uuid": ID + "3", "type": "domain", "value": "shop.example"},
        ],
    }
}
STIX = {
    "type": "bundle",
    "id": f"bundle--{ID}1",
    "objects": [
        {"type": "domain-name", "id": f"domain-name--{ID}1", "value": "shop.example"},
        {"type": "ipv4-addr", "id": f"ipv4-addr--{ID}2", "value": "999.1.1.1"},
        {
            "type": "indicator",
            "id": f"indicator--{ID}3",
            "name": "A shop",
            "pattern": "[domain-name:value = 'two.example']",
            "pattern_type": "stix",
        },
    ],
}


def demo(name: str) -> bytes:
    return (importlib.resources.files("comity.demo") / "data" / name).read_bytes()


def send(
    program: Program, data: bytes | dict[str, Any], name: str, **query: Any
) -> httpx2.Response:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return program.send("/imports", body, "application/octet-stream", name=name, **query)


def filed(program: Program, data: bytes | dict[str, Any], name: str, **query: Any) -> Any:
    answer = send(program, data, name, **query)
    assert answer.status_code == 201, answer.text
    return described.check(answer, "import_file")


def noted(house: House, matter: str) -> set[tuple[str, str]]:
    rows = house.lyon.tools.store.identifiers(matter)
    return {(one.cls, one.value) for one in rows}


@pytest.mark.parametrize(
    ("data", "name", "form", "taken", "faults"),
    [
        (
            CSV,
            "list.csv",
            "csv",
            {("onion", ONION), ("domain", "shop.example"), ("email", "a@b.example")},
            ["line 3", "line 5", "line 6", "line 7", "line 8"],
        ),
        (
            MISP,
            "event.json",
            "misp-event",
            {("onion", ONION), ("domain", "shop.example")},
            ["Attribute[1]"],
        ),
        (
            STIX,
            "bundle.json",
            "stix-bundle",
            {("domain", "shop.example"), ("domain", "two.example")},
            ["objects[1]"],
        ),
    ],
)
def test_good_rows_are_filed_and_bad_ones_listed_with_their_place_and_reason(
    house: House, data: Any, name: str, form: str, taken: set[tuple[str, str]], faults: list[str]
) -> None:
    program = house.program(house.lyon)
    said = filed(program, data, name)
    assert said["form"] == form
    assert {(one["cls"], one["value"]) for one in said["rows"]} == taken
    assert (said["taken"], said["noted"]) == (len(said["rows"]), len(taken))
    places = [one["place"] for one in said["faults"]]
    assert len(places) == said["fault_count"] == len(faults)
    for place, fault in zip(places, faults, strict=True):
        assert fault in place
    assert all(len(one["reason"]) > 8 and one["code"] for one in said["faults"])
    told = program.told(f"/matters/{said['matter']}")
    assert told["matter"]["type"] == "report"
    assert [one["thing"] for one in told["things"]] == ["triage"]
    assert noted(house, said["matter"]) == taken


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("member-a.csv", "csv"),
        ("member-a.misp-galaxy.json", "misp-galaxy"),
        ("member-b.misp-event.json", "misp-event"),
    ],
)
def test_files_of_the_demonstration_are_imported(either: House, name: str, form: str) -> None:
    said = filed(either.program(either.lyon), demo(name), name)
    assert said["form"] == form
    assert said["noted"] > 20
    assert said["fault_count"] == 0
    assert len(noted(either, said["matter"])) == said["noted"]


def test_a_wrong_checksum_of_an_onion_host_is_told_as_such(house: House) -> None:
    said = filed(house.program(house.lyon), CSV, "list.csv")
    fault = next(one for one in said["faults"] if one["place"] == "line 3")
    assert "checksum" in fault["code"] + fault["reason"]
    assert BAD_ONION not in {one["value"] for one in said["rows"]}


def test_rows_are_noted_in_a_case_that_is_named(house: House) -> None:
    case = house.case()
    said = filed(house.program(house.lyon), CSV, "list.csv", into=case)
    assert said["matter"] == case
    assert len(noted(house, case)) == 3


def test_the_same_row_twice_is_noted_once(house: House) -> None:
    data = b"class,value\ndomain,a.example\ndomain,A.EXAMPLE\n"
    said = filed(house.program(house.lyon), data, "list.csv")
    assert (said["taken"], said["noted"]) == (2, 1)


def test_a_dry_run_reads_and_tells_and_leaves_nothing(house: House) -> None:
    store = house.lyon.tools.store
    before = store.size
    answer = send(house.program(house.lyon), CSV, "list.csv", dry_run="true")
    assert answer.status_code == 200
    said = described.check(answer, "import_file")
    assert (said["matter"], said["noted"], said["taken"]) == (None, 0, 3)
    assert store.size == before


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b'{"Event": ', "event.json", "json-syntax"),
        (b'{"Event": {}, "Event": {}}', "event.json", "json-duplicate-key"),
        (b'{"some": "thing"}', "event.json", "import-unknown-format"),
        (b"[" * 100, "event.json", "json-too-deep"),
        (b"", "list.csv", "import-empty"),
        (b"  \n ", "list.csv", "import-empty"),
        (b"\xff\xfe\x00", "list.csv", "import-not-text"),
        (b"class,value\na\x00b,c", "list.csv", "import-not-text"),
        (b"kind,value\ndomain,a.example\n", "list.csv", None),
        (b"class,value\nking,x\n", "list.csv", "nothing-to-import"),
        (b"nothing of use in here", "notes.txt", "nothing-to-import"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_name_and_leaves_nothing(
    house: House, data: bytes, name: str, code: str | None
) -> None:
    store = house.lyon.tools.store
    before = store.size
    answer = send(house.program(house.lyon), data, name)
    told = problem(answer, answer.status_code, code or answer.json()["code"])
    assert answer.status_code in (400, 422)
    assert told["next_step"]
    if code not in (None, "nothing-to-import"):
        assert name in told["detail"]
    assert store.size == before


def test_a_column_that_is_not_known_is_named(house: House) -> None:
    answer = send(house.program(house.lyon), b"class,price\ndomain,1\n", "list.csv")
    assert "price" in answer.json()["detail"]


def test_what_is_too_long_for_a_record_is_a_row_that_is_not_taken(house: House) -> None:
    url = "https://a.example/" + "x" * imports.VALUE_MAX
    data = f"class,value\nurl,{url}\ndomain,a.example\n".encode()
    said = filed(house.program(house.lyon), data, "list.csv")
    assert {one["cls"] for one in said["rows"]} == {"domain"}
    (fault,) = [one for one in said["faults"] if one["code"] == "value-too-long"]
    assert fault["place"] == "line 2"
    assert str(imports.VALUE_MAX) in fault["reason"]


def test_all_rows_are_counted_and_a_thousand_listed(house: House) -> None:
    rows = "".join(f"domain,d{number}.example\n" for number in range(1_100))
    bad = "king,x\n" * 1_100
    answer = send(
        house.program(house.lyon), f"class,value\n{rows}{bad}".encode(), "list.csv", dry_run="true"
    )
    said = answer.json()
    assert (said["taken"], len(said["rows"])) == (1_100, imports.SHOWN_MAX)
    assert (said["fault_count"], len(said["faults"])) == (1_100, imports.SHOWN_MAX)


def test_telephone_numbers_are_read_in_their_region(house: House) -> None:
    data = b"class,value\nphone,070 123 4567\n"
    program = house.program(house.lyon)
    dutch = send(program, data, "list.csv", dry_run="true", region="NL").json()
    assert [one["value"] for one in dutch["rows"]] == ["+31701234567"]
    assert send(program, data, "list.csv", dry_run="true").json()["rows"] == []
    for region in ("nl", "N", "NLD", "12"):
        answer = send(program, data, "list.csv", dry_run="true", region=region)
        problem(answer, 422, "query-value")


def test_a_file_has_a_name(house: House) -> None:
    answer = house.program(house.lyon).send("/imports", CSV, "application/octet-stream")
    told = problem(answer, 422, "query-value")
    assert told["detail"] == "name must be given"


@pytest.mark.parametrize("into", [NOWHERE, "x", "hidden"])
def test_there_is_no_import_into_what_is_not_here_or_hidden(house: House, into: str) -> None:
    case = house.case("A shop", TURIN)
    house.world.settle()
    store = house.oslo.tools.store
    before = store.size
    answer = send(
        house.program(house.oslo), CSV, "list.csv", into=case if into == "hidden" else into
    )
    problem(answer, 404, "matter-unknown")
    assert store.size == before


@pytest.mark.parametrize("role", ["operator", "oversight"])
def test_nobody_else_imports(house: House, role: str) -> None:
    store = house.lyon.tools.store
    before = store.size
    for query in ({}, {"dry_run": "true"}):
        answer = send(house.program(house.lyon, role), CSV, "list.csv", **query)
        assert answer.status_code == 403, answer.text
    assert store.size == before
