from comity.matters import cases, evidence, reports, requests
from comity.web import references


def test_the_types_of_fields_tell_what_they_refer_to() -> None:
    assert references.of(cases.CaseOpened) == {"parties": "authority", "origin": "record"}
    assert references.of(cases.WorkRatified) == {"records": "record"}
    assert references.of(evidence.ExhibitOffered) == {
        "exhibit": "record",
        "to": "authority",
        "pieces": "blob",
    }
    assert references.of(reports.ReportTriaged)["case"] == "matter"
    assert references.of(reports.ReportTriaged)["referred_to"] == "authority"
    assert references.of(requests.RequestFiled) == {"to": "authority"}


def test_texts_and_unions_refer_to_nothing() -> None:
    assert references.sort_of(str) == ""
    assert references.sort_of(int | str) == ""
    assert references.sort_of(str | None) == ""
