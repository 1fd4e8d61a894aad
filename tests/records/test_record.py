"""Records: built and read back; every member wrong in turn; what a reader survives."""

import dataclasses
import datetime
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity import errors
from comity.matters import cases, subjects
from comity.records import envelope, kinds, record, sealed, strict_json
from comity.records.ids import AuthorityId, MatterId, RecordId
from tests.records.signing import LYON, TURIN, salts

NOW = datetime.datetime(2026, 11, 25, 9, 30, 0, 125_000, tzinfo=datetime.UTC)
CHARTER = MatterId("c" * 64)
FIRST = record.Place(matter=None, after=(), control=None, lamport=0, seq=0)
REGISTRY = subjects.REGISTRY


def built(
    kind: str,
    values: dict[str, Any],
    place: record.Place = FIRST,
    handling: record.Handling | None = None,
) -> tuple[record.Record, bytes, tuple[sealed.Disclosure, ...]]:
    """A record as it is read back, its payload, and its disclosures."""
    signed, disclosures, made = record.build(
        REGISTRY[kind],
        record.draft(REGISTRY[kind], values),
        place=place,
        officer="o-17",
        said_at=NOW,
        charter=CHARTER,
        handling=handling or record.Handling(),
        seen={TURIN.authority: record.Seen(size=5, root="A" * 43 + "=")},
        signer=LYON,
        salt=salts(),
    )
    read = envelope.parse(signed)
    envelope.verify(read, [LYON.key])
    parsed = record.parse(read.payload, read.digest, REGISTRY)
    assert parsed == made
    return parsed, read.payload, disclosures


OPENED, PAYLOAD, DISCLOSURES = built(
    "case.opened/1", {"title": " Market ", "parties": ["it-turin"], "priority": "urgent"}
)
PLACE = record.Place(matter=OPENED.matter, after=(OPENED.id,), control=OPENED.id, lamport=1, seq=1)
NOTE, NOTED, NOTES = built("note.made/1", {"text": "Something."}, PLACE)


def changed(payload: bytes = NOTED, **members: Any) -> bytes:
    found = json.loads(payload)
    return strict_json.dumps(found | members)


def read(payload: bytes, registry: kinds.Registry = REGISTRY) -> record.Record:
    return record.parse(payload, record.id_of(payload), registry)


def test_what_was_built_is_read_back() -> None:
    assert OPENED.kind == "case.opened/1"
    assert OPENED.matter == OPENED.id == record.id_of(PAYLOAD)
    assert (OPENED.author, OPENED.officer, OPENED.charter) == (LYON.authority, "o-17", CHARTER)
    assert (OPENED.after, OPENED.control, OPENED.lamport, OPENED.seq) == ((), None, 0, 0)
    assert OPENED.said_at == "2026-11-25T09:30:00.125Z"
    assert record.moment(OPENED.said_at) == NOW
    assert OPENED.seen[TURIN.authority].size == 5
    assert isinstance(OPENED.said, cases.CaseOpened)
    assert OPENED.said.parties == ["it-turin"]
    assert OPENED.said.title.withheld
    assert OPENED.fault == ""


def test_the_signed_bytes_hold_no_sealed_value() -> None:
    assert b"Market" not in PAYLOAD
    assert b"title" not in PAYLOAD
    opened = record.statement(REGISTRY["case.opened/1"], OPENED.open, DISCLOSURES)
    assert isinstance(opened, cases.CaseOpened)
    assert opened.title.shown == "Market"
    assert opened.summary.withheld


def test_identifiers_open_one_by_one() -> None:
    identifiers = [{"cls": "email", "value": "a@b.c"}, {"cls": "email", "value": "d@e.f"}]
    noted, payload, made = built(
        "identifiers.noted/1", {"identifiers": identifiers, "source": "a seizure"}, PLACE
    )
    assert b"@" not in payload
    assert len(noted.open["identifiers"]) == 2
    second = next(one for one in made if one.name is None and one.value["value"] == "d@e.f")
    opened = record.statement(REGISTRY["identifiers.noted/1"], noted.open, [second])
    assert isinstance(opened, cases.IdentifiersNoted)
    assert opened.identifiers[0].withheld
    assert opened.identifiers[1].shown == cases.Identifier(cls="email", value="d@e.f")
    assert opened.source.withheld


WRONG: dict[str, list[Any]] = {
    "protocol": ["comity/2", "", 1, None],
    "suite": ["ed25519+ml-dsa-44", "none", "", None],
    "kind": ["", "note", "note.made/1\n", "note.made/1 ", "x" * 61 + ".y/1", 5, None],
    "matter": ["f" * 63, "F" * 64, "", 5],
    "author": ["", "Lyon", "fr", "fr-lyon\n", 5, None],
    "officer": ["", "O-1", "o" * 41, "o 1", "o\n", 5, None],
    "said_at": [
        "2026-11-25T09:30:00Z", "2026-11-25T09:30:00.1Z", "2026-11-25T09:30:00.125+00:00",
        "2026-11-25 09:30:00.125Z", "2026-13-25T09:30:00.125Z", "2026-02-30T09:30:00.125Z",
        "2026-11-25T24:00:00.000Z", "2026-11-25T23:59:60.000Z", "1999-11-25T09:30:00.125Z",
        "3026-11-25T09:30:00.125Z", "٢026-11-25T09:30:00.125Z", 5, None,
    ],
    "after": [
        [], ["f" * 63], ["f" * 64, "f" * 64], ["f" * 64, "e" * 64], "f" * 64, None,
        [f"{n:064x}" for n in range(17)],
    ],
    "control": ["f" * 63, "", 5, None],
    "lamport": [-1, 1.0, "1", True, None, 2**53 + 1],
    "seq": [-1, 1.0, "1", True, None],
    "charter": ["", "f" * 63, 5],
    "seen": [
        [], {"Nobody": {"size": 1, "root": "A" * 43 + "="}}, {"it-turin": {"size": 1}},
        {"it-turin": {"size": -1, "root": "A" * 43 + "="}},
        {"it-turin": {"size": True, "root": "A" * 43 + "="}},
        {"it-turin": {"size": 1, "root": "A" * 42 + "B="}},
        {"it-turin": {"size": 1, "root": "A" * 44}}, None,
    ],
    "said": [[], "x", None, 5],
}  # fmt: skip
HANDLING = json.loads(NOTED)["handling"]
WRONG_HANDLING: list[dict[str, Any]] = [
    {"tlp": "WHITE"}, {"pap": "BLUE"}, {"code": "H4"}, {"purposes": ["x" * 61]},
    {"recipients": ["Nobody"]}, {"recipients": "it-turin"}, {"originator_control": 1},
    {"originator_control": "yes"}, {"retain_until": 0}, {"retain_until": "2026-1-5"},
    {"retain_until": True}, {"retain_until": "2026-02-30"},
    {"retain_until": "2026-01-05T00:00:00"}, {"more": 1},
]  # fmt: skip


@pytest.mark.parametrize(
    ("member", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_a_wrong_member_is_refused_by_name(member: str, value: Any) -> None:
    with pytest.raises(errors.Invalid) as refused:
        read(changed(**{member: value}))
    assert refused.value.code in ("record-malformed", "json-integer-range")
    if refused.value.code == "record-malformed":
        assert member in refused.value.message


@pytest.mark.parametrize("wrong", WRONG_HANDLING, ids=str)
def test_a_wrong_handling_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.Invalid) as refused:
        read(changed(handling=HANDLING | wrong))
    assert f"handling.{next(iter(wrong))}" in refused.value.message


@pytest.mark.parametrize("member", sorted(json.loads(NOTED)))
def test_a_member_that_is_missing_is_refused_by_name(member: str) -> None:
    found = json.loads(NOTED)
    del found[member]
    with pytest.raises(errors.Invalid) as refused:
        read(strict_json.dumps(found))
    assert member in refused.value.message


def test_a_member_too_many_is_refused() -> None:
    with pytest.raises(errors.Invalid, match="extra"):
        read(changed(extra=1))


@pytest.mark.parametrize("members", [{"matter": None}, {"after": []}, {"control": None}])
def test_only_a_first_record_leaves_matter_after_and_control_empty(members: Any) -> None:
    with pytest.raises(errors.Invalid, match="in the first record of a matter, and only there"):
        read(changed(**members))
    given = {name: ["f" * 64] if name == "after" else "f" * 64 for name in members}
    with pytest.raises(errors.Invalid, match="only there"):
        read(changed(PAYLOAD, **given))


def test_sixteen_heads_are_read() -> None:
    after = [f"{n:064x}" for n in range(16)]
    assert read(changed(after=after)).after == tuple(after)


@pytest.mark.parametrize("said", [{"_sd": 5}, {"_sd": ["x"]}, {"list": [{"...": 5}]}])
def test_malformed_digests_are_refused_in_any_kind(said: Any) -> None:
    for kind in ("note.made/1", "never.heard/9"):
        with pytest.raises(errors.Invalid):
            read(changed(kind=kind, said=said))


def test_a_kind_that_is_not_known_is_kept_whole() -> None:
    said = {"anything": [1, {"x": None}], "_sd": ["A" * 43]}
    one = read(changed(kind="hold.placed/3", said=said))
    assert (one.kind, one.said, one.fault, one.open) == ("hold.placed/3", None, "", said)
    bare = read(PAYLOAD, kinds.Registry([]))
    assert (bare.id, bare.said, bare.fault) == (OPENED.id, None, "")


FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("note.made/1", {"text": "in the open"}, "text must be sealed"),
    ("note.made/1", {"more": 1}, "more"),
    ("note.made/1", {"_sd": ["A" * 43, "E" * 43]}, "more digests than sealed fields"),
    ("case.opened/1", {"parties": [" it-turin"]}, "parties"),
    ("case.opened/1", {"parties": [{"...": "A" * 43}]}, "parties"),
    (
        "request.filed/1",
        {"to": "it-turin", "measure": "other", "basis": "b", "due_on": 0},
        "due_on",
    ),
    ("report.filed/1", {"faults": "3"}, "faults is not written in its one form"),
    ("identifiers.noted/1", {"identifiers": [{"cls": "email", "value": "x"}]}, "must be sealed"),
    ("identifiers.noted/1", {"identifiers": "x"}, "must be sealed"),
]


@pytest.mark.parametrize(("kind", "said", "why"), FAULTS)
def test_a_statement_that_is_not_of_its_form_is_a_fault_of_the_record(
    kind: str, said: dict[str, Any], why: str
) -> None:
    """It is read all the same: a version that does not know the kind sees no fault in it."""
    one = read(changed(kind=kind, said=said))
    assert one.said is None
    assert why in one.fault
    assert one.open == said
    plain = read(changed(kind=kind, said=said), kinds.Registry([]))
    assert plain == dataclasses.replace(one, fault="")


# --- disclosures that do not fit -----------------------------------------------------------------


def forged(**values: Any) -> tuple[record.Record, list[sealed.Disclosure]]:
    """A note whose author sealed what the kind does not know, or what it is not."""
    said, made = sealed.seal({}, values, salts())
    return read(changed(said=said)), list(made)


@pytest.mark.parametrize("value", [7, "", "x" * 10_001, None, {"withheld": True}, ["x"]])
def test_a_sealed_value_that_is_not_of_its_fields_form_stays_withheld(value: Any) -> None:
    one, made = forged(text=value)
    opened = record.statement(REGISTRY["note.made/1"], one.open, made)
    assert isinstance(opened, cases.NoteMade)
    assert opened.text.withheld


def test_one_bad_disclosure_does_not_hide_the_others() -> None:
    said, made = sealed.seal(
        {},
        {"identifiers": [{"cls": "email", "value": "a@b.c"}, "junk", 7], "source": 5},
        salts(),
        by_element=["identifiers"],
    )
    opened = record.statement(REGISTRY["identifiers.noted/1"], said, made)
    assert isinstance(opened, cases.IdentifiersNoted)
    assert [one.withheld for one in opened.identifiers] == [False, True, True]
    assert opened.source.withheld


@pytest.mark.parametrize("name", ["priority", "parties", "origin", "stranger"])
def test_a_disclosure_never_fills_an_open_field(name: str) -> None:
    said, made = sealed.seal({}, {name: "emergency"}, salts())
    opened = record.statement(REGISTRY["case.opened/1"], said, made)
    assert isinstance(opened, cases.CaseOpened)
    assert (opened.priority, opened.parties, opened.origin) == ("routine", [], None)


# --- building ------------------------------------------------------------------------------------


def test_a_draft_wants_every_sealed_field_that_may_not_be_left_out() -> None:
    with pytest.raises(errors.Invalid) as refused:
        record.draft(REGISTRY["case.opened/1"], {"priority": "routine"})
    assert refused.value.code == "field-missing"
    assert "title" in refused.value.message
    made = record.draft(REGISTRY["case.opened/1"], {"title": "Market", "summary": None})
    assert isinstance(made, cases.CaseOpened)
    assert made.summary.shown is None


def test_a_field_left_out_on_purpose_is_sealed_as_nothing() -> None:
    _, payload, made = built("case.opened/1", {"title": "Market", "summary": None})
    assert {one.name: one.value for one in made} == {"title": "Market", "summary": None}
    assert len(json.loads(payload)["said"]["_sd"]) == 2


def test_a_record_that_would_be_too_large_is_not_signed() -> None:
    identifiers = [{"cls": "email", "value": "x"}] * 200
    place = dataclasses.replace(PLACE, after=tuple(RecordId(f"{n:064x}") for n in range(16)))
    built("identifiers.noted/1", {"identifiers": identifiers}, place)
    handling = record.Handling(purposes=("x" * 60,) * 1000)
    with pytest.raises(errors.Invalid) as refused:
        built("identifiers.noted/1", {"identifiers": identifiers}, place, handling)
    assert refused.value.code == "record-too-large"


def test_a_time_without_a_zone_is_refused_and_any_zone_is_told_in_utc() -> None:
    with pytest.raises(errors.Invalid):
        record.instant(datetime.datetime(2026, 11, 25, 9, 30))  # noqa: DTZ001 - that is the point
    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    assert record.instant(NOW.astimezone(zone)) == "2026-11-25T09:30:00.125Z"
    assert record.instant(NOW.replace(microsecond=999_999)) == "2026-11-25T09:30:00.999Z"


@given(st.datetimes(NOW.replace(2000, tzinfo=None), NOW.replace(2999, tzinfo=None)))
def test_an_instant_is_read_back_to_the_millisecond(at: datetime.datetime) -> None:
    aware = at.replace(tzinfo=datetime.UTC)
    told = record.moment(record.instant(aware))
    assert told == aware.replace(microsecond=at.microsecond // 1000 * 1000)


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(
        lambda text: text.strip()
    ),
    st.sampled_from(["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]),
    st.none() | st.lists(st.sampled_from(["it-turin", "no-oslo"]), unique=True),
    st.none() | st.dates(datetime.date(2000, 1, 1)),
)
def test_any_note_survives_the_journey(
    text: str, tlp: Any, recipients: list[str] | None, until: datetime.date | None
) -> None:
    handling = record.Handling(
        tlp=tlp,
        recipients=None if recipients is None else tuple(map(AuthorityId, recipients)),
        retain_until=until,
    )
    one, _, made = built("note.made/1", {"text": text}, PLACE, handling)
    assert one.handling == handling
    opened = record.statement(REGISTRY["note.made/1"], one.open, made)
    assert isinstance(opened, cases.NoteMade)
    assert opened.text.shown == text.strip()
