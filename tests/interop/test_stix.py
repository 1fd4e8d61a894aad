from datetime import date
from typing import Any

import pytest

from comity.interop import stix

ID = "00000000-0000-4000-8000-00000000000"


def thing(type_: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": type_, "id": f"{type_}--{ID}{number}", **more}


def bundle(*objects: Any) -> dict[str, Any]:
    return thing("bundle", objects=list(objects))


def values(*objects: Any) -> list[tuple[str, str]]:
    read = stix.read(bundle(*objects), name="f")
    return [(row.identifier.cls.value, row.identifier.value) for row in read.rows]


def indicator(pattern: str, **more: Any) -> dict[str, Any]:
    return thing("indicator", pattern=pattern, pattern_type="stix", name="An indicator", **more)


@pytest.mark.parametrize(
    ("observable", "expected"),
    [
        (thing("ipv4-addr", value="8.8.8.8"), [("ipv4", "8.8.8.8")]),
        (thing("ipv6-addr", value="2001:DB8::1"), [("ipv6", "2001:db8::1")]),
        (thing("domain-name", value="Shop.example"), [("domain", "shop.example")]),
        (thing("email-addr", value="A@b.example"), [("email", "a@b.example")]),
        (
            thing("url", value="http://a.example/x"),
            [("url", "http://a.example/x"), ("domain", "a.example")],
        ),
        (
            thing("file", hashes={"MD5": "0" * 32, "SHA-256": "A" * 64, "SSDEEP": "3:a"}),
            [("md5", "0" * 32), ("sha256", "a" * 64)],
        ),
        (
            thing("user-account", account_type="telegram", account_login="Alice"),
            [("handle", "telegram:alice")],
        ),
    ],
)
def test_observables_are_read(observable: Any, expected: list[tuple[str, str]]) -> None:
    assert values(observable) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[domain-name:value = 'shop.example']", [("domain", "shop.example")]),
        ("[ ipv4-addr:value='8.8.8.8' ]", [("ipv4", "8.8.8.8")]),
        ("[file:hashes.'SHA-256' = '" + "a" * 64 + "']", [("sha256", "a" * 64)]),
        ("[file:hashes.md5 = '" + "0" * 32 + "']", [("md5", "0" * 32)]),
        (
            "[domain-name:value = 'a.example' OR domain-name:value = 'b.example']",
            [("domain", "a.example"), ("domain", "b.example")],
        ),
        (
            "[domain-name:value = 'a.example'] AND [ipv4-addr:value = '8.8.8.8']",
            [("domain", "a.example"), ("ipv4", "8.8.8.8")],
        ),
        (
            r"[url:value = 'http://a.example/it\'s']",
            [("url", "http://a.example/it's"), ("domain", "a.example")],
        ),
    ],
)
def test_a_pattern_that_says_what_is_equal_is_read(
    pattern: str, expected: list[tuple[str, str]]
) -> None:
    assert values(indicator(pattern)) == expected
    assert stix.read(bundle(indicator(pattern)), name="f").rows[0].context == "An indicator"


@pytest.mark.parametrize(
    "pattern",
    [
        "[email-message:subject MATCHES '^Invoice']",
        "[NOT domain-name:value = 'a.example']",
        "[domain-name:value != 'a.example']",
        "[domain-name:value IN ('a.example', 'b.example')]",
        "[domain-name:value = 'a.example'] REPEATS 5 TIMES",
        "[domain-name:value = 'a.example'] WITHIN 5 SECONDS",
        "[domain-name:value = 'a.example",
        "([domain-name:value = 'a.example'])",
        "[]",
        "",
    ],
)
def test_any_other_pattern_is_a_fault_and_yields_nothing(pattern: str) -> None:
    read = stix.read(bundle(indicator(pattern)), name="f")
    assert read.rows == ()
    assert [(f.place, f.code) for f in read.faults] == [("objects[0].pattern", "stix-pattern")]


def test_a_simple_pattern_without_a_class_and_other_languages_are_counted() -> None:
    yara = thing("indicator", pattern="rule x {}", pattern_type="yara")
    read = stix.read(
        bundle(indicator("[x509-certificate:issuer = 'CN=A']"), yara, thing("malware")), name="f"
    )
    assert read.left_out == {"x509-certificate:issuer": 1, "pattern yara": 1, "malware": 1}
    assert read.faults == ()


def test_a_range_of_addresses_is_a_fault() -> None:
    read = stix.read(bundle(indicator("[ipv4-addr:value = '8.8.0.0/15']")), name="f")
    assert [fault.code for fault in read.faults] == ["identifier-network"]


def test_what_was_observed_has_its_day() -> None:
    observable = thing("domain-name", value="a.example")
    observed = thing(
        "observed-data", last_observed="2026-03-04T00:00:00Z", object_refs=[observable["id"], 3]
    )
    inside = thing(
        "observed-data", 2, last_observed="2026-03-05T00:00:00Z",
        objects={"0": {"type": "domain-name", "value": "b.example"}, "1": 7},
    )  # fmt: skip
    read = stix.read(bundle(observed, observable, inside), name="f")
    assert [(row.identifier.value, row.seen_on) for row in read.rows] == [
        ("a.example", date(2026, 3, 4)),
        ("b.example", date(2026, 3, 5)),
    ]
    assert read.rows[1].place == "objects[2].objects.0.value"


def test_the_title_is_that_of_the_report() -> None:
    assert stix.read(bundle(thing("report", name="A report")), name="f").title == "A report"
    assert stix.read(bundle(), name="f").title == "f"


def test_a_single_object_is_read_as_one() -> None:
    read = stix.read(thing("domain-name", value="a.example"), name="f")
    assert [row.place for row in read.rows] == ["object.value"]


@pytest.mark.parametrize("broken", [1, "x", None, {}, {"type": 3}])
def test_an_object_that_is_none_is_a_fault(broken: Any) -> None:
    assert [f.code for f in stix.read(bundle(broken), name="f").faults] == ["stix-object"]


def test_objects_that_are_no_list_are_a_fault() -> None:
    read = stix.read(thing("bundle", objects={"a": 1}), name="f")
    assert [fault.code for fault in read.faults] == ["stix-not-a-list"]


@pytest.mark.parametrize(
    "value", [[], {}, {"type": "bundle"}, {"type": "x", "id": "y"}, {"type": 1, "id": f"a--{ID}1"}]
)
def test_other_json_is_no_stix(value: Any) -> None:
    assert not stix.fits(value)
