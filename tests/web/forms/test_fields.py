import re
from html import unescape

from starlette.datastructures import FormData
from starlette.testclient import TestClient

from comity.web import i18n
from comity.web.forms import fields
from tests.web import gallery
from tests.web.conftest import form_token

READER = i18n.Reader("en", "Europe/Amsterdam")


def by_name(form: FormData | None = None, **more: object) -> dict[str, fields.Field]:
    drawn = fields.draw(
        gallery.SHAPES,
        READER,
        form=form,
        choices={"authorities": gallery.AUTHORITIES},
        **more,  # type: ignore[arg-type]  # each test gives its own
    )
    return {field.name: field for field in drawn}


def test_what_was_typed_is_shown_again_even_if_it_is_wrong() -> None:
    form = FormData([("copies", "many"), ("addressees", "fi-krp"), ("seen_at@zone", "Asia/Amman")])
    drawn = by_name(form)
    assert drawn["copies"].value == "many"
    assert drawn["addressees"].values == ("fi-krp",)
    assert drawn["seen_at"].zone == "Asia/Amman"


def test_a_default_stands_in_an_untouched_form_only() -> None:
    assert by_name()["copies"].value == "1"
    assert by_name(FormData({"copies": ""}))["copies"].value == ""


def test_lists_come_from_the_page_and_values_from_the_schema() -> None:
    drawn = by_name()
    assert [choice.value for choice in drawn["lead"].choices] == ["fi-krp", "it-postale", "jo-psd"]
    assert drawn["measure"].choices[1] == fields.Choice("hand-over", "Hand over")


def test_hints_say_how_to_fill_it_in() -> None:
    drawn = by_name()
    assert drawn["accounts"].hint == "As the platform writes them. One entry per line."
    assert drawn["grounds"].hint.endswith("At most 4,000 characters.")


def test_one_more_place_can_be_asked_for() -> None:
    form = FormData({"exhibits.0.title": "disk"})
    assert len(by_name(form)["exhibits"].parts) == 1
    assert len(by_name(form, more="exhibits")["exhibits"].parts) == 2


def test_mistakes_are_found_in_the_order_of_the_page() -> None:
    mistakes = {"basis.instrument": "b", "title": "a", "exhibits.0.title": "c"}
    drawn = list(by_name(mistakes=mistakes).values())
    assert [field.mistake for field in fields.mistaken(drawn)] == ["a", "b", "c"]


def test_a_whole_form_round_trips_through_a_browser(officer: TestClient) -> None:
    """Fill, send, be corrected, find everything as it was typed; correct, and go on."""
    sent = {
        "form_token": form_token(officer, "/gallery/form"),
        "title": '<Lantern> & "co"',
        "measure": "take_down",
        "addressees": ["fi-krp", "jo-psd"],
        "lead": "it-postale",
        "seen_at": "2026-03-05T14:05",
        "seen_at@zone": "Europe/Amsterdam",
        "urgent": "yes",
        "accounts": "one\r\ntwo",
        "grounds": "\nFirst line kept",
        "copies": "12",
        "basis.instrument": "Budapest Convention",
        "exhibits.0.title": "disk",
    }
    answer = officer.post("/gallery/form", data=sent)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert "Copies: This must be at most 9." in page
    assert 'value="<Lantern> & "co""' in page
    assert "<script" not in answer.text.replace("<script nonce", "")
    assert re.search(r'value="take_down" selected', page)
    assert re.search(r'value="jo-psd" checked', page)
    assert "one\ntwo</textarea>" in page
    assert 'href="#f-copies"' in page
    assert 'id="f-copies"' in page
    assert 'aria-describedby="f-copies-mistake" aria-invalid="true"' in page
    assert officer.post("/gallery/form", data=sent | {"copies": "9"}).status_code == 303


def test_asking_for_another_place_keeps_what_was_typed(officer: TestClient) -> None:
    sent = {
        "form_token": form_token(officer, "/gallery/form"),
        "title": "Lantern",
        "exhibits.0.title": "disk",
        "more": "exhibits",
    }
    answer = officer.post("/gallery/form", data=sent)
    assert answer.status_code == 200
    assert 'value="Lantern"' in answer.text
    assert 'name="exhibits.1.title"' in answer.text
    assert 'id="mistakes"' not in answer.text


def test_every_label_leads_to_its_field_and_every_description_exists(officer: TestClient) -> None:
    data = {"form_token": form_token(officer, "/gallery/form")}
    page = officer.post("/gallery/form", data=data).text
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for name in re.findall(r'<label[^>]* for="([^"]+)"', page):
        assert name in ids
    for names in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', page):
        assert set(names.split()) <= set(ids)
    for name in re.findall(r'href="#(f-[^"]+)"', page):
        assert name in ids
