"""Filling in, looking, saying: for every kind that officers say, on real nodes."""

import re

import pytest

from comity.desk import offering
from comity.matters import subjects
from comity.records import kinds
from tests.web.conftest import Visit
from tests.web.pages.story import Story, look_and_say, post, token
from tests.world.world import OSLO, TURIN

POLYGLOTS = (
    '"><img src=x onerror=alert(1)><script>alert(2)</script>',
    "'-alert(3)-'</title></textarea><svg/onload=alert(4)>",
    "{{ 7919 * 7907 }}${7919*7907}<%= 7919*7907 %>",
)
SAYABLE = {kind.name: kind for kind in offering.sayable(subjects.REGISTRY)}
CASEWORK = [
    name
    for name, kind in SAYABLE.items()
    if isinstance(kind.effect, kinds.Says | kinds.Opens | kinds.Control)
    and "case" in kind.effect.within
]


@pytest.mark.parametrize("kind", sorted(CASEWORK))
def test_every_kind_of_casework_has_a_form(story: Story, visit: Visit, kind: str) -> None:
    case = story.case()
    client = visit(story.lyon, "desk_head")
    page = client.get(f"/matters/{case}/act/{kind}")
    assert page.status_code == 200, page.text
    assert SAYABLE[kind].title in page.text


def test_a_note_is_looked_at_and_then_said_once(story: Story, visit: Visit) -> None:
    case = story.case()
    client = visit(story.lyon)
    path = f"/matters/{case}/act/note.made/1"
    looked = post(client, path, {"text": "The forum moves.", "step": "look"})
    assert "The forum moves." in looked.text
    assert "Authority it-turin" in looked.text
    with story.lyon.tools.cabinet.holding(case) as folder:
        assert len(folder.matter) == 1
    said = {
        "form_token": token(client, path),
        "text": "The forum moves.",
        "ticket": "one-ticket",
        "step": "do",
    }
    first, second = client.post(path, data=said), client.post(path, data=said)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"] == f"/matters/{case}"
    with story.lyon.tools.cabinet.holding(case) as folder:
        assert len(folder.matter) == 2
    assert "The forum moves." in client.get(f"/matters/{case}").text


def test_the_look_says_who_reads_what_and_who_does_not(story: Story, visit: Visit) -> None:
    case = story.case(parties=[TURIN, OSLO])
    client = visit(story.lyon)
    said = {
        "text": "For Turin alone.",
        "handling.audience": "chosen",
        "handling.recipients": TURIN,
        "step": "look",
    }
    looked = post(client, f"/matters/{case}/act/note.made/1", said).text
    rows = re.findall(r"<li>(.*?)</li>", looked.partition('class="recipients"')[2], re.S)
    turin = next(row for row in rows if "it-turin" in row)
    oslo = next(row for row in rows if "no-oslo" in row)
    assert "reads: Note" in turin
    assert "cannot read: Note" in oslo


def test_what_is_for_some_reaches_nobody_else_in_any_byte(story: Story, visit: Visit) -> None:
    case = story.case(parties=[TURIN, OSLO])
    secret = "the-informant-is-called-brutus"
    said = {"text": secret, "handling.audience": "chosen", "handling.recipients": TURIN}
    answer = look_and_say(visit(story.lyon), f"/matters/{case}/act/note.made/1", said)
    assert answer.status_code == 303, answer.text
    story.world.settle()
    assert secret in visit(story.turin).get(f"/matters/{case}").text
    with story.oslo.tools.cabinet.holding(case) as folder:
        note = folder.matter.timeline()[-1].id
    for role in ("officer", "desk_head", "oversight", "operator"):
        client = visit(story.oslo, role)
        for path in (
            "/", "/matters", f"/matters/{case}", f"/matters/{case}/parties", f"/records/{note}",
            f"/records/{note}/envelope", "/access",
        ):  # fmt: skip
            answer = client.get(path)
            assert secret not in answer.text
            if path == f"/matters/{case}" and role == "officer":
                assert "withheld" in answer.text


def test_a_form_that_is_not_right_comes_back_as_it_was_with_what_to_correct(
    story: Story, visit: Visit
) -> None:
    case = story.case()
    client = visit(story.lyon)
    said = {"to": "", "measure": "search", "basis": "Article 29", "ask": "It", "step": "look"}
    page = post(client, f"/matters/{case}/act/request.filed/1", said)
    assert page.status_code == 422
    assert 'href="#f-to"' in page.text
    assert 'href="#f-necessity"' in page.text
    assert 'value="Article 29"' in page.text
    assert '<option value="search" selected>' in page.text


def test_what_the_matter_no_longer_admits_is_refused_with_its_reason(
    story: Story, visit: Visit
) -> None:
    case = story.case()
    request = story.request(case)
    story.world.settle()
    client = visit(story.turin)
    path = f"/matters/{case}/act/request.answered/1"
    said = {"about": request, "outcome": "executed", "answer": "Done."}
    looked = post(client, path, {**said, "step": "look"}, page=f"{path}?about={request}")
    assert looked.status_code == 200, looked.text
    assert look_and_say_again(client, path, said, request).status_code == 303
    refused = look_and_say_again(client, path, said, request)
    assert refused.status_code == 403
    assert "not-admissible" in refused.text
    assert "What you can do" in refused.text
    assert "Done." in refused.text


def look_and_say_again(client: object, path: str, said: dict[str, str], about: str) -> object:
    return post(client, path, {**said, "step": "do"}, page=f"{path}?about={about}")  # type: ignore[arg-type]


def test_the_form_shows_what_is_being_answered(story: Story, visit: Visit) -> None:
    case = story.case()
    request = story.request(case, ask="Preserve the machine in rack 7.")
    story.world.settle()
    page = visit(story.turin).get(f"/matters/{case}/act/request.answered/1?about={request}")
    assert "Preserve the machine in rack 7." in page.text


def test_going_back_from_the_look_loses_nothing(story: Story, visit: Visit) -> None:
    case = story.case()
    path = f"/matters/{case}/act/note.made/1"
    said = {"text": "Half a thought", "handling.tlp": "RED", "step": "back"}
    page = post(visit(story.lyon), path, said)
    assert page.status_code == 200
    assert "Half a thought" in page.text
    assert '<option value="RED" selected>' in page.text


def test_a_case_is_opened_and_shown(story: Story, visit: Visit) -> None:
    client = visit(story.lyon)
    said = {"title": "Operation Fjord", "priority": "urgent", "parties": TURIN}
    answer = look_and_say(client, "/new/case.opened/1", said)
    assert answer.status_code == 303, answer.text
    page = client.get(answer.headers["location"])
    assert "Operation Fjord" in page.text
    assert "Done. It stands in the ledger" in page.text


def test_a_report_that_is_filed_waits_for_triage(story: Story, visit: Visit) -> None:
    client = visit(story.lyon)
    said = {"title": "A tip", "source": "victim", "form": "typed", "faults": "0"}
    answer = look_and_say(client, "/new/report.filed/1", said)
    assert "Triage the report" in client.get(answer.headers["location"]).text


@pytest.mark.parametrize("text", POLYGLOTS)
def test_no_text_becomes_part_of_a_page(story: Story, visit: Visit, text: str) -> None:
    case = story.case(title=text)
    story.request(case, ask=text)
    note = story.note(story.lyon, case, text)
    story.identifiers(story.lyon, case, [text])
    client = visit(story.lyon)
    looked = post(client, f"/matters/{case}/act/note.made/1", {"text": text, "step": "look"})
    pages = [
        looked.text,
        *(
            client.get(path).text
            for path in (
                "/",
                "/matters",
                f"/matters/{case}",
                f"/matters/{case}/things/request",
                f"/matters/{case}/identifiers",
                f"/matters/{case}/act/note.made/1",
                f"/records/{note}",
                f"/import?into={case}",
                f"/matches/new?source={case}",
            )
        ),
    ]
    for page in pages:
        for live in ("<img", "<script>alert", "<svg/onload", "62615533", "</textarea><"):
            assert live not in re.sub(r"[0-9a-f]{12,}", "", page)


@pytest.mark.parametrize(
    "path",
    ["/new/match.opened/1", "/new/access.begun/1", "/new/nothing.said/1", "/new/note.made/1"],
)
def test_what_is_not_said_by_hand_has_no_form(story: Story, visit: Visit, path: str) -> None:
    assert visit(story.lyon, "desk_head").get(path).status_code == 404


def test_an_act_needs_the_role_that_its_kind_needs(story: Story, visit: Visit) -> None:
    case = story.case()
    refused = visit(story.lyon).get(f"/matters/{case}/act/case.closed/1")
    assert refused.status_code == 403
    assert "a desk head" in refused.text
    for role in ("oversight", "operator"):
        path = f"/matters/{case}/act/note.made/1"
        assert visit(story.lyon, role).get(path).status_code in (403, 404)


def test_a_form_without_its_token_says_nothing(story: Story, visit: Visit) -> None:
    case = story.case()
    client = visit(story.lyon)
    answer = client.post(
        f"/matters/{case}/act/note.made/1", data={"text": "x", "step": "do", "form_token": "0" * 64}
    )
    assert answer.status_code == 403
    with story.lyon.tools.cabinet.holding(case) as folder:
        assert len(folder.matter) == 1
