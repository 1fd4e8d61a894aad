"""A matter as one file, from the page that says what the file holds."""

import io
import json
import zipfile

from comity.records.ids import MatterId
from tests.web.conftest import Visit
from tests.web.pages.story import Story, post


def path(case: MatterId) -> str:
    return f"/matters/{case}/export"


def test_the_page_says_what_the_file_holds_and_offers_what_may_stay_sealed(
    story: Story, visit: Visit
) -> None:
    case = story.case()
    client = visit(story.lyon, "desk_head")
    assert f'href="{path(case)}"' in client.get(f"/matters/{case}").text
    page = client.get(path(case)).text
    assert "noted in the account of access" in page
    for field in ("ask", "summary", "title"):
        assert f'value="{field}"' in page
    assert 'value="contact"' not in page, "no case has such a field"


def test_the_file_holds_every_record_as_it_was_signed(story: Story, visit: Visit) -> None:
    case = story.case()
    request = story.request(case)
    answer = post(visit(story.lyon, "desk_head"), path(case), {})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="comity-export-')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        kept = archive.read(f"records/{request}.json")
        shown = json.loads(archive.read(f"disclosures/{request}.json"))
    assert names == sorted(names)
    assert kept == story.lyon.tools.store.record(request).envelope
    assert len(shown) == 2


def test_a_field_that_was_chosen_stays_sealed(story: Story, visit: Visit) -> None:
    case = story.case()
    request = story.request(case)
    answer = post(visit(story.lyon, "desk_head"), path(case), {"leave_out": "ask"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert len(json.loads(archive.read(f"disclosures/{request}.json"))) == 1


def test_who_may_not_export_sees_no_button_and_is_told_who_may(story: Story, visit: Visit) -> None:
    case = story.case()
    client = visit(story.lyon, "officer")
    assert path(case) not in client.get(f"/matters/{case}").text
    refused = client.get(path(case))
    assert refused.status_code == 403
    assert "a desk head" in refused.text


def test_a_matter_of_others_is_not_here(story: Story, visit: Visit) -> None:
    case = story.case()
    story.world.settle()
    assert visit(story.oslo, "desk_head").get(path(case)).status_code == 404
