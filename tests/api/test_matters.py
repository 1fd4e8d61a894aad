"""Matters: the registry page by page, one matter as it stands, its timeline, its export."""

import base64
import io
import itertools
import json
import zipfile
from typing import Any

import pytest

from comity.matters import exported, subjects
from tests.api import described
from tests.api.house import NOWHERE, House, problem
from tests.world.world import LYON, OSLO, TURIN, refused

_words = itertools.count()


def word() -> str:
    """A word that stands in no other title."""
    return f"Word{next(_words)}x"


def titles(page: dict[str, Any]) -> list[str]:
    return [one["title"] for one in page["matters"]]


def forged(*place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


# The registry


def test_the_registry_is_read_page_by_page_newest_first(either: House) -> None:
    program, mark = either.program(either.lyon), word()
    for number in range(5):
        either.case(f"{mark} {number}")
    found, cursor, pages = [], {}, 0
    while True:
        answer = program.get("/matters", text=mark, limit=2, **cursor)
        page = described.check(answer, "list_matters")
        found += titles(page)
        pages += 1
        if page["next"] is None:
            assert "link" not in answer.headers
            break
        link = f'</api/v1/matters?text={mark}&limit=2&cursor={page["next"]}>; rel="next"'
        assert answer.headers["link"] == link
        cursor = {"cursor": page["next"]}
    assert found == [f"{mark} {number}" for number in (4, 3, 2, 1, 0)]
    assert pages == 3


def test_a_cursor_holds_though_matters_come_and_change_meanwhile(either: House) -> None:
    program, mark = either.program(either.lyon), word()
    cases = [either.case(f"{mark} {number}") for number in range(4)]
    first = program.told("/matters", text=mark, limit=2)
    either.case(f"{mark} new")
    program.act("note.made/1", {"text": "Newest now."}, cases[3])
    second = program.told("/matters", text=mark, limit=2, cursor=first["next"])
    assert titles(first) + titles(second) == [f"{mark} {number}" for number in (3, 2, 1, 0)]
    assert second["next"] is None


def test_the_registry_is_searched_by_what_officers_know(either: House) -> None:
    program, mark = either.program(either.lyon), word()
    case = either.case(f"{mark} café", TURIN)
    lone = program.act("case.opened/1", {"title": f"{mark} alone"})["matter"]
    report = program.act("report.filed/1", {"title": f"{mark} report"})["matter"]
    domain = f"{mark.lower()}.example"
    noted = {"identifiers": [{"cls": "domain", "value": domain}]}
    program.act("identifiers.noted/1", noted, lone)
    head = either.program(either.lyon, "desk_head")
    head.act("case.closed/1", {"outcome": "referred", "reason": "Over."}, lone)

    def found(**query: Any) -> set[str]:
        return {one["id"] for one in program.told("/matters", **query)["matters"]}

    assert found(text=mark) == {case, lone, report}
    assert found(text=mark, type="report") == {report}
    assert found(text=mark, type=["report", "case"]) == {case, lone, report}
    assert found(text=mark, status="closed") == {lone}
    assert found(text=mark, party="it-turin") == {case}
    assert found(text=f"CAFÉ {mark.lower()}") == {case}
    assert found(text=domain) == {lone}
    assert found(text=mark, type="directory") == set()


@pytest.mark.parametrize(
    "text",
    ['"', "'", "*", "a*", "NEAR(", "-", "^", "a:b", "%", "_", "\\", "(", "&|!", "é", "\u200b"],
)
def test_no_text_is_a_command_to_the_search(either: House, text: str) -> None:
    either.case("Plain title")
    told = either.program(either.lyon).told("/matters", text=text)
    assert "Plain title" not in titles(told)


def test_who_is_no_party_finds_no_trace_of_a_matter(house: House) -> None:
    mark = word()
    house.case(f"{mark} one", TURIN)
    house.world.settle()
    assert len(house.program(house.turin).told("/matters", text=mark)["matters"]) == 1
    told = house.program(house.oslo).told("/matters", text=mark, limit=1)
    assert told == {"matters": [], "next": None}


def test_a_page_is_full_though_lines_before_it_are_hidden(house: House) -> None:
    mark, head = word(), house.program(house.lyon, "desk_head")
    kept, *lost = [house.case(f"{mark} {number}", OSLO) for number in range(3)]
    for case in lost:
        head.act("party.removed/1", {"party": "no-oslo", "reason": "Not concerned."}, case)
    house.world.settle()
    told = house.program(house.oslo).told("/matters", text=mark, limit=1)
    assert ([one["id"] for one in told["matters"]], told["next"]) == ([kept], None)


def test_operators_keep_the_node_and_see_no_registry(house: House) -> None:
    answer = house.program(house.lyon, "operator").get("/matters")
    problem(answer, 403, "role-needed")


def test_a_search_is_noted_before_anything_is_shown(house: House) -> None:
    store = house.lyon.tools.store
    before = store.size
    house.program(house.lyon).told("/matters")
    assert store.size == before + 1
    (one,) = store.leaves(before, before + 1)
    assert store.record(one).kind == "access.noted/1"


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!",
        "é",
        "bnVsbA",
        forged(),
        forged("2026-01-01T00:00:00.000Z"),
        forged("2026-01-01T00:00:00.000Z", "x"),
        forged("2026-01-01T00:00:00.000Z", NOWHERE, 1),
        forged(7, NOWHERE),
        forged("a\u0007", NOWHERE),
        base64.urlsafe_b64encode(b'["\\ud800","' + NOWHERE.encode() + b'"]').decode(),
        base64.urlsafe_b64encode(b"[" * 100).decode(),
    ],
)
def test_a_forged_cursor_is_a_clear_problem(either: House, cursor: str) -> None:
    program, case = either.program(either.lyon), either.case()
    for path in ("/matters", f"/matters/{case}/records"):
        told = problem(program.get(path, cursor=cursor), 422, "cursor-malformed")
        assert "without a cursor" in told["next_step"]


@pytest.mark.parametrize("place", [("zzz", NOWHERE), ("", NOWHERE), ("' or 1=1 --", "f" * 64)])
def test_a_cursor_of_nothing_shows_no_more_than_the_registry(
    either: House, place: tuple[str, str]
) -> None:
    program, mark = either.program(either.lyon), word()
    either.case(mark)
    told = program.told("/matters", text=mark, cursor=forged(*place))
    assert titles(told) in ([mark], [])


def test_who_knows_the_page_is_not_sent_it_again(either: House) -> None:
    program, mark = either.program(either.lyon), word()
    case = either.case(mark)
    for path, query in (
        ("/matters", {"text": mark}),
        (f"/matters/{case}", {}),
        (f"/matters/{case}/records", {}),
    ):
        tag = program.get(path, **query).headers["etag"]
        known = {"if-none-match": tag}
        same = program.ask("GET", path, params=query, headers=known)
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        program.act("note.made/1", {"text": "Something new."}, case)
        changed = program.ask("GET", path, params=query, headers=known)
        assert changed.status_code == 200
        assert changed.headers["etag"] != tag


# One matter


def test_a_matter_is_told_with_its_things_and_what_may_be_said_next(either: House) -> None:
    program, case = either.program(either.lyon), either.case("Night Bazaar", TURIN)
    asked = {
        "to": "it-turin",
        "measure": "preservation",
        "basis": "Budapest Convention, article 29",
        "ask": "Preserve the server.",
        "necessity": "The provider deletes soon.",
    }
    request = program.act("request.filed/1", asked, case)["record"]
    told = described.check(program.get(f"/matters/{case}"), "read_matter")
    assert told["matter"] == told["matter"] | {
        "id": case,
        "type": "case",
        "title": "Night Bazaar",
        "status": "open",
        "lead": "fr-lyon",
        "parties": ["fr-lyon", "it-turin"],
        "records": 2,
    }
    (thing,) = told["things"]
    assert (thing["id"], thing["thing"], thing["status"]) == (request, "request", "open")
    assert thing["next"] == ["request.withdrawn/1"]
    assert "note.made/1" in told["next"]
    assert "party.removed/1" not in told["next"]
    assert (
        "party.removed/1"
        in either.program(either.lyon, "desk_head").told(f"/matters/{case}")["next"]
    )
    either.world.settle()
    (there,) = either.program(either.turin).told(f"/matters/{case}")["things"]
    assert set(there["next"]) == {
        "request.answered/1",
        "request.declined/1",
        "clarification.asked/1",
    }


def test_a_timeline_is_read_page_by_page_and_the_cursor_holds(either: House) -> None:
    program, case = either.program(either.lyon), either.case()
    for number in range(4):
        program.act("note.made/1", {"text": f"Note {number}."}, case)
    path = f"/matters/{case}/records"
    first = described.check(program.get(path, limit=2), "read_timeline")
    program.act("note.made/1", {"text": "Note 4."}, case)
    second = program.told(path, limit=2, cursor=first["next"])
    third = program.told(path, limit=2, cursor=second["next"])
    assert third["next"] is None
    lines = [one for page in (first, second, third) for one in page["records"]]
    assert [one["kind"] for one in lines] == ["case.opened/1"] + ["note.made/1"] * 5
    assert [one["said"]["text"] for one in lines[1:]] == [f"Note {number}." for number in range(5)]
    assert [one["leaf"] for one in lines] == sorted(one["leaf"] for one in lines)


@pytest.mark.parametrize("path", ["/matters/{}", "/matters/{}/records", "/matters/{}/export"])
def test_what_is_hidden_answers_just_like_what_is_not_there(either: House, path: str) -> None:
    case = either.case("Hidden", TURIN)
    either.world.settle()
    callers = [
        either.program(either.lyon, "operator"),
        either.program(either.oslo),
        either.program(either.oslo, "desk_head"),
    ]
    for program in callers:
        hidden, absent = (program.get(path.format(one)) for one in (case, NOWHERE))
        problem(hidden, 404, "matter-unknown")
        assert (hidden.content, hidden.headers) == (absent.content, absent.headers)


def test_a_party_that_was_removed_no_longer_knows_of_the_matter(house: House) -> None:
    case = house.case("A shop", TURIN, OSLO)
    house.world.settle()
    assert house.program(house.oslo).get(f"/matters/{case}").status_code == 200
    head = house.program(house.lyon, "desk_head")
    head.act("party.removed/1", {"party": "no-oslo", "reason": "Not concerned."}, case)
    house.world.settle()
    oslo = house.program(house.oslo)
    hidden, absent = (oslo.get(f"/matters/{one}") for one in (case, NOWHERE))
    assert (hidden.status_code, hidden.content) == (404, absent.content)
    assert case not in {one["id"] for one in oslo.told("/matters", limit=500)["matters"]}


# The export


def export(house: House, case: str, **query: Any) -> dict[str, bytes]:
    answer = house.program(house.lyon, "desk_head").get(f"/matters/{case}/export", **query)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="comity-export-{case[:12]}.zip"'
    )
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def check(house: House, files: dict[str, bytes]) -> exported.Checked:
    """What `comity verify` finds."""
    pinned = house.program(house.lyon, "operator").told("/directory")["directory"]
    return exported.check(files, subjects.REGISTRY, pinned=pinned)


def test_an_export_holds_without_a_node(either: House) -> None:
    program, case = either.program(either.lyon), either.case("Night Bazaar", TURIN)
    program.act("note.made/1", {"text": "Seen again."}, case)
    either.world.settle()
    either.program(either.turin).act("note.made/1", {"text": "Here too."}, case)
    either.world.settle()
    checked = check(either, export(either, case))
    assert (checked.matter, checked.exporter) == (case, LYON)
    assert checked.records == 3
    assert checked.withheld == 0
    assert set(checked.witnesses) >= {TURIN}


def test_fields_that_are_left_out_stay_sealed_and_the_rest_holds(house: House) -> None:
    program, case = house.program(house.lyon), house.case("Night Bazaar", TURIN)
    program.act("note.made/1", {"text": "The name of a victim."}, case)
    files = export(house, case, leave_out=["text"])
    checked = check(house, files)
    assert checked.withheld == 1
    assert not [name for name, data in files.items() if b"victim" in _texts(data)]


def _texts(data: bytes) -> bytes:
    """What stands in a file, and in the disclosures in it."""
    parts = [one for one in data.replace(b'"', b" ").replace(b",", b" ").split() if len(one) > 20]
    opened = []
    for part in parts:
        try:
            opened.append(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
        except ValueError:
            continue
    return data + b"".join(opened)


def test_one_flipped_bit_in_an_export_is_found(house: House) -> None:
    case = house.case()
    files = export(house, case)
    name = exported.record_path(case)
    spoilt = bytearray(files[name])
    spoilt[len(spoilt) // 2] ^= 1
    refused("export-wrong", lambda: check(house, files | {name: bytes(spoilt)}))


def test_an_export_needs_a_desk_head_and_is_noted(house: House) -> None:
    case, store = house.case(), house.lyon.tools.store
    problem(house.program(house.lyon).get(f"/matters/{case}/export"), 403, "role-needed")
    before = store.size
    export(house, case)
    (one,) = store.leaves(before, before + 1)
    assert store.record(one).kind == "access.noted/1"
