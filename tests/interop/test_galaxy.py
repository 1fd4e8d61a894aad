from typing import Any

import pytest

from comity.interop import galaxy

ONION = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"


def clusters(*values: Any) -> dict[str, Any]:
    return {"name": "Gangs", "uuid": "u", "type": "t", "values": list(values)}


def cluster(**meta: Any) -> dict[str, Any]:
    return {"value": "Gang", "uuid": "v", "meta": meta}


def rows(*values: Any) -> list[tuple[str, str, str | None]]:
    read = galaxy.read(clusters(*values), name="f")
    return [(row.place, row.identifier.value, row.context) for row in read.rows]


def test_the_hosts_of_links_are_taken_under_the_name_of_the_cluster() -> None:
    links = [f"http://{ONION}/blog", "https://leaks[.]example/", "http://8.8.8.8/"]
    assert rows(cluster(links=links)) == [
        ("values[0].meta.links[0]", ONION, "Gang"),
        ("values[0].meta.links[1]", "leaks.example", "Gang"),
        ("values[0].meta.links[2]", "8.8.8.8", "Gang"),
    ]


def test_of_a_link_to_a_shared_host_the_link_is_taken() -> None:
    assert rows(cluster(links=["https://t.me/gang"])) == [
        ("values[0].meta.links[0]", "https://t.me/gang", "Gang")
    ]


def test_elsewhere_only_onion_services_are_taken() -> None:
    note = f"Pay at {ONION} or write to gang@mail.example"
    group = cluster(refs=["https://report.example/a"], ransomnotes=[note])
    assert rows(group) == [("values[0].meta.ransomnotes[0]", ONION, "Gang")]


def test_a_host_comes_once_for_each_cluster() -> None:
    group = cluster(links=[f"http://{ONION}", f"http://{ONION}/b"])
    assert [value for _, value, _ in rows(group, group)] == [ONION, ONION]


def test_a_mistyped_service_and_a_link_without_host_are_faults() -> None:
    links = ["http://a" + ONION[1:], "tonsite://safepay.ton", "http://short.onion/"]
    read = galaxy.read(clusters(cluster(links=links)), name="f")
    assert read.rows == ()
    assert [(fault.place, fault.code) for fault in read.faults] == [
        ("values[0].meta.links[0]", "identifier-bad-checksum"),
        ("values[0].meta.links[1]", "misp-link"),
        ("values[0].meta.links[2]", "identifier-bad-form"),
    ]


def test_a_service_that_is_glued_to_other_words_is_still_read() -> None:
    """No word boundary before it, so the text alone would not show it."""
    assert [value for _, value, _ in rows(cluster(links=[f"x_http://{ONION}/_{ONION}"]))] == [ONION]


@pytest.mark.parametrize("broken", [1, "x", {}, {"value": 3}])
def test_a_cluster_that_is_none_is_a_fault(broken: Any) -> None:
    read = galaxy.read(clusters(broken), name="f")
    assert [fault.code for fault in read.faults] == ["misp-cluster"]


@pytest.mark.parametrize("value", [[], {}, {"name": "x"}, {"values": [], "name": 1, "uuid": "u"}])
def test_other_json_is_no_galaxy(value: Any) -> None:
    assert not galaxy.fits(value)
