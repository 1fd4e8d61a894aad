from datetime import date
from typing import Any

import pytest

from comity.interop import found, misp

ONION = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"


def attribute(type_: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"type": type_, "value": value, "category": "Other", **more}


def event(*attributes: Any, **more: Any) -> dict[str, Any]:
    return {"info": "A shop", "Attribute": list(attributes), **more}


def rows(value: Any) -> list[tuple[str, str, str]]:
    read = misp.read(value, name="f.json")
    return [(r.place, r.identifier.cls.value, r.identifier.value) for r in read.rows]


SHOP = attribute("domain", "shop.example")


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"Event": event(SHOP)}, "Event.Attribute[0]"),
        (event(SHOP), "Event.Attribute[0]"),
        ([{"Event": event(SHOP)}], "[0].Event.Attribute[0]"),
        ({"response": [{"Event": event(SHOP)}]}, "response[0].Event.Attribute[0]"),
        ({"response": {"Attribute": [SHOP]}}, "response.Attribute[0]"),
        ({"Event": {"Object": [{"name": "x", "Attribute": [SHOP]}]}},
         "Event.Object[0].Attribute[0]"),
    ],
)  # fmt: skip
def test_events_are_found_in_every_wrapping(value: Any, place: str) -> None:
    assert misp.fits(value)
    assert rows(value) == [(place, "domain", "shop.example")]


@pytest.mark.parametrize("value", [None, 1, "x", [], [1], {}, {"Event": 1}, {"response": []}])
def test_other_json_is_no_event(value: Any) -> None:
    assert not misp.fits(value)


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("ip-dst", "8.8.8.8", [("ipv4", "8.8.8.8")]),
        ("ip-src|port", "2001:db8::1|443", [("ipv6", "2001:db8::1")]),
        ("domain", ONION, [("onion", ONION)]),
        ("domain|ip", "a.example|8.8.8.8", [("domain", "a.example"), ("ipv4", "8.8.8.8")]),
        ("hostname|port", "a.example|80", [("domain", "a.example")]),
        ("onion-address", ONION, [("onion", ONION)]),
        ("url", "http://a.example/x", [("url", "http://a.example/x"), ("domain", "a.example")]),
        ("url", "www.example.com", [("domain", "www.example.com")]),
        ("email-src", "A@b.example", [("email", "a@b.example")]),
        ("filename|md5", "a|b.exe|" + "0" * 32, [("md5", "0" * 32)]),
        ("jabber-id", "A@b.example", [("handle", "jabber:a@b.example")]),
        ("twitter-id", "@Alice", [("handle", "twitter:alice")]),
        ("iban", "DE89 3704 0044 0532 0130 00", [("iban", "DE89370400440532013000")]),
        ("phone-number", "+12025550143", [("phone", "+12025550143")]),
    ],
)
def test_types_are_read_as_their_classes(
    type_: str, value: str, expected: list[tuple[str, str]]
) -> None:
    read = rows({"Event": event(attribute(type_, value))})
    assert [(cls, normal) for _, cls, normal in read] == expected


def test_a_bad_value_is_a_fault_with_its_place_and_the_rest_is_kept() -> None:
    read = misp.read(
        {"Event": event(attribute("md5", "xyz"), 7, SHOP, attribute("sha1", 5))}, name="f"
    )
    assert [fault.place for fault in read.faults] == [
        "Event.Attribute[0]", "Event.Attribute[1]", "Event.Attribute[3]",
    ]  # fmt: skip
    assert [row.place for row in read.rows] == ["Event.Attribute[2]"]


def test_what_has_no_class_is_counted_and_not_silent() -> None:
    proposal = {"ShadowAttribute": [SHOP]}
    read = misp.read(
        {
            "Event": event(
                attribute("filename", "a.exe"), attribute("filename", "b.exe"),
                attribute("link", "https://a.example/report"),
                attribute("domain", "gone.example", deleted=True),
                attribute("text", "x", **proposal), **proposal,
            )
        },
        name="f",
    )  # fmt: skip
    assert read.rows == ()
    assert read.left_out == {
        "filename": 2, "link": 1, "deleted": 1, "text": 1, "ShadowAttribute": 2,
    }  # fmt: skip


def test_the_context_is_the_nearest_that_is_said() -> None:
    thing = {"name": "file", "comment": "", "Attribute": [SHOP, {**SHOP, "comment": "mine"}]}
    bare = {"Attribute": [SHOP]}
    read = misp.read({"Event": {"Object": [thing, bare]}}, name="f")
    assert [row.context for row in read.rows] == ["file", "mine", "Other"]


def test_seen_on_is_the_last_day_that_is_said() -> None:
    seen = attribute("domain", "a.example", first_seen="2026-01-01", last_seen="2026-02-03T00:00")
    odd = attribute("domain", "b.example", first_seen="long ago")
    read = misp.read({"Event": event(seen, odd)}, name="f")
    assert [row.seen_on for row in read.rows] == [date(2026, 2, 3), None]
    assert [fault.code for fault in read.faults] == ["bad-date"]


def test_an_account_object_names_its_service() -> None:
    name = {"type": "text", "value": "Alice_1", "object_relation": "username"}
    things = [
        {"name": "telegram-account", "Attribute": [name]},
        {"name": "user-account", "Attribute": [name]},
    ]
    read = misp.read({"Event": {"Object": things}}, name="f")
    assert [row.identifier.value for row in read.rows] == ["telegram:alice_1"]
    assert read.left_out == {"text": 1}


def test_the_title_is_the_events_own_if_there_is_one() -> None:
    assert misp.read({"Event": event(SHOP)}, name="f.json").title == "A shop"
    two = [{"Event": event(SHOP)}, {"Event": event(SHOP)}]
    assert misp.read(two, name="f.json").title == "f.json"


@pytest.mark.parametrize("broken", [1, "x", {"a": 1}])
def test_a_list_that_is_none_is_a_fault(broken: Any) -> None:
    read: found.Found = misp.read({"Event": {"Attribute": broken, "Object": broken}}, name="f")
    assert [fault.code for fault in read.faults] == ["misp-not-a-list", "misp-not-a-list"]


def test_a_region_serves_telephone_numbers_without_country() -> None:
    value = {"Event": event(attribute("phone-number", "030 901820"))}
    assert misp.read(value, name="f").rows == ()
    assert misp.read(value, name="f", region="DE").rows[0].identifier.value == "+4930901820"
