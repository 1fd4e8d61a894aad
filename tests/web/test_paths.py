import pytest

from comity.desk import offering
from comity.matters import subjects
from comity.records.ids import MatterId, RecordId
from comity.web import origin, paths

MATTER, THING = MatterId("a" * 64), RecordId("b" * 64)


@pytest.mark.parametrize("name", sorted(subjects.REGISTRY))
def test_every_act_has_a_page_on_this_site(name: str) -> None:
    path = paths.act(MATTER, subjects.REGISTRY[name], THING)
    assert origin.own_path(path) == path


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("note.made/1", f"/matters/{MATTER}/act/note.made/1?about={THING}"),
        ("identifiers.noted/1", f"/import?into={MATTER}"),
        ("exhibit.taken/1", f"/exhibits/new?case={MATTER}"),
        ("exhibit.offered/1", f"/matters/{MATTER}/exhibits/{THING}/hand-over"),
        ("exhibit.received/1", f"/matters/{MATTER}/exhibits/{THING}/receive"),
        ("match.opened/1", f"/matches/new?source={MATTER}"),
        ("match.answered/1", f"/matters/{MATTER}/answer"),
        ("match.empty/1", f"/matters/{MATTER}/conclude"),
    ],
)
def test_what_a_procedure_does_is_prepared_on_its_page(kind: str, path: str) -> None:
    assert paths.act(MATTER, subjects.REGISTRY[kind], THING) == path


def test_every_procedure_within_a_matter_has_a_page_of_its_own() -> None:
    for kind, procedure in offering.PROCEDURES.items():
        if procedure not in {"directory.found", "node.start"}:
            assert "/act/" not in paths.act(MATTER, subjects.REGISTRY[kind], THING), kind


def test_matters_and_records_are_found_by_their_ids() -> None:
    assert paths.matter(MATTER) == f"/matters/{MATTER}"
    assert paths.matter(MATTER, "parties") == f"/matters/{MATTER}/parties"
    assert paths.record(THING) == f"/records/{THING}"
    assert paths.begin(subjects.REGISTRY["case.opened/1"]) == "/new/case.opened/1"
