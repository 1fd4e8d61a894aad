"""A matter's page for everyone who may look, and for those who may not."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy
from starlette.testclient import TestClient

from comity.desk import evidence, receiving
from comity.matters import subjects
from comity.records import record
from comity.records.ids import MatterId, RecordId
from comity.web.pages import matters
from tests.web.conftest import Visit
from tests.web.pages.story import Story, post
from tests.world.world import LYON, OSLO, TURIN

VARYING = re.compile(r"nonce-[\w-]+|nonce=\"[\w-]+\"|value=\"[0-9a-f]{64}\"|\d\d:\d\d(:\d\d)?")


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement that requests run meanwhile; the pen and the watch have threads of their own.

    The event is SQLAlchemy's, so it is the same on both engines.
    """
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        if not threading.current_thread().name.startswith("comity-"):
            seen.append(arguments[2])

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
    yield seen
    sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)


def parts(case: str) -> list[str]:
    return [
        f"/matters/{case}",
        f"/matters/{case}?order=oldest",
        f"/matters/{case}/things/request",
        f"/matters/{case}/things/exhibit",
        f"/matters/{case}/identifiers",
        f"/matters/{case}/parties",
        f"/matters/{case}/attention",
    ]


def test_the_next_step_stands_at_the_top_for_whoever_may_make_it(
    story: Story, visit: Visit
) -> None:
    case = story.case()
    story.request(case)
    story.world.settle()
    turin = visit(story.turin).get(f"/matters/{case}").text
    assert "Your next step" in turin
    assert turin.index("Answer the request") < turin.index("Timeline")
    lyon = visit(story.lyon).get(f"/matters/{case}").text
    assert "Your next step" not in lyon
    assert "waits for" in lyon
    assert "Answer the request" not in lyon


def test_oversight_reads_and_is_offered_no_act(story: Story, visit: Visit) -> None:
    case = story.case()
    request = story.request(case)
    client = visit(story.lyon, "oversight")
    for path in parts(case):
        page = client.get(path)
        assert page.status_code == 200
        assert "/act/" not in page.text
        assert "/exhibits/new" not in page.text
    assert client.get(f"/records/{request}").status_code == 200


@pytest.mark.parametrize("role", ["operator"])
def test_a_hidden_matter_and_one_that_is_not_here_look_the_same(
    story: Story, visit: Visit, role: str
) -> None:
    case = story.case()
    client = visit(story.lyon, role)
    for path in (*parts(case), f"/matters/{case}/stream", f"/matters/{case}/act/note.made/1"):
        hidden = client.get(path)
        absent = client.get(path.replace(case, "0" * 64))
        malformed = client.get(path.replace(case, "zz"))
        assert hidden.status_code == absent.status_code == malformed.status_code == 404
        told = [VARYING.sub("", one.text) for one in (hidden, absent, malformed)]
        told = [text.replace(case, "").replace("0" * 64, "").replace("zz", "") for text in told]
        assert told[0] == told[1] == told[2]


def test_a_case_of_others_is_not_here_at_all(story: Story, visit: Visit) -> None:
    case = story.case("Between two", parties=[TURIN])
    story.world.settle()
    client = visit(story.oslo)
    assert client.get(f"/matters/{case}").status_code == 404
    assert "Between two" not in client.get("/matters").text
    assert "Between two" not in client.get("/").text


def test_the_timeline_is_told_fifty_lines_at_a_time(either_story: Story, visit: Visit) -> None:
    story = either_story
    case = story.case()
    for number in range(60):
        story.note(story.lyon, case, f"note number {number}.")
    client = visit(story.lyon)
    newest = client.get(f"/matters/{case}").text
    assert newest.count('<li class="event"') == 50
    assert "note number 59." in newest
    assert "note number 9." not in newest
    rest = client.get(f"/matters/{case}?skip=50").text
    assert rest.count('<li class="event"') == 11
    assert "51 to 61 of 61" in rest
    oldest = client.get(f"/matters/{case}?order=oldest").text
    assert oldest.index("note number 3.") < oldest.index("note number 4.")


def test_a_page_costs_the_same_queries_however_long_the_matter_is(
    either_story: Story, visit: Visit
) -> None:
    story = either_story
    client = visit(story.lyon)
    counts: dict[int, dict[str, int]] = {}
    for records in (10, 200):
        case = story.case(f"Case of {records}")
        for number in range(records // 2):
            story.note(story.lyon, case, f"note {number}")
            story.request(case)
        story.identifiers(story.lyon, case, [f"{n}.example" for n in range(records // 2)])
        counts[records] = {}
        for path in parts(case):
            client.get(path)  # folded and remembered
            with counted() as seen:
                assert client.get(path).status_code == 200
            counts[records][path.replace(case, "")] = len(seen)
    assert counts[10] == counts[200]
    assert max(counts[10].values()) < 12


def test_both_halves_of_a_hand_over_are_shown_with_their_signatures(
    story: Story, visit: Visit
) -> None:
    case = story.case()
    told = evidence.Description(
        name="server.img",
        description="Front server",
        source="dd",
        method="seizure",
        basis="warrant",
    )
    taken = evidence.take(story.world.desk(story.lyon), case, [b"bytes" * 100], told)
    desk = story.world.desk(story.lyon, "desk_head")
    evidence.hand_over(desk, case, taken.record, TURIN, "analysis")
    story.world.settle()
    client = visit(story.turin)
    half = client.get(f"/matters/{case}/things/exhibit").text
    assert "Half signed" in half
    assert "Take over the exhibit" in half
    assert "Download" not in half
    evidence.receive(story.world.desk(story.turin), case, taken.record)
    whole = client.get(f"/matters/{case}/things/exhibit").text
    assert "Both have signed" in whole
    assert whole.count("Signature and proof") == 2
    assert "Download, verified" in whole


def unseen(story: Story, kind: str, said: dict[str, object], case: MatterId) -> RecordId:
    """What Turin says, signed and sent to Lyon behind the back of its own node."""
    own, known = story.turin.tools, story.turin.tools.registry[kind]
    with own.cabinet.holding(case) as folder:
        place = folder.matter.place(TURIN)
    signed, disclosures, one = record.build(
        known,
        record.draft(known, said),
        place=place,
        officer="o-backup",
        said_at=story.world.now(),
        charter=own.charter(),
        handling=record.Handling(),
        seen={},
        signer=own.keys.signer,
        salt=own.salt,
    )
    receiving.take_in(story.lyon.tools, [receiving.Arrived(one, signed, disclosures)], TURIN)
    return one.id


def test_two_acts_that_cannot_both_stand_are_shown_to_the_lead_who_settles_them(
    story: Story, visit: Visit
) -> None:
    case = story.case()
    request = story.request(case)
    story.world.settle()
    said = {"request": request, "outcome": "executed", "answer": "All of it."}
    partly = {"request": request, "outcome": "partly-executed", "answer": "Half of it."}
    other = unseen(story, "request.answered/1", partly, case)
    answered = story.world.act(story.turin, "request.answered/1", said, case).record
    story.world.settle()
    client = visit(story.lyon, "desk_head")
    assert "Something here needs attention" in client.get(f"/matters/{case}").text
    page = client.get(f"/matters/{case}/attention").text
    assert "Two acts cannot both stand" in page
    assert "Said twice at one position" in page
    assert "All of it." in page
    assert "Half of it." in page
    settle = f"/matters/{case}/act/conflict.settled/1"
    form = client.get(f"{settle}?about={request}").text
    assert f'value="{other}"' in form
    chosen = {"about": request, "keep": answered, "reason": "They said so.", "step": "do"}
    answer = post(client, settle, chosen, page=f"{settle}?about={request}")
    assert answer.status_code == 303, answer.text
    assert "Two acts" not in client.get(f"/matters/{case}/attention").text
    assert "executed" in client.get(f"/matters/{case}/things/request").text


def test_rejections_and_what_waits_for_others_are_shown_plainly(story: Story, visit: Visit) -> None:
    case = story.case()
    story.world.settle()
    unseen(story, "priority.set/1", {"priority": "routine", "reason": "x"}, case)
    closed = {"outcome": "disrupted", "reason": "gone"}
    rejected = unseen(story, "case.closed/1", closed, case)
    client = visit(story.lyon)
    page = client.get(f"/matters/{case}/attention").text
    assert "Rejections" in page
    assert "only the lead" in page
    looked = client.get(f"/records/{rejected}").text
    assert "changes nothing" in looked


def test_a_priority_that_two_set_at_once_is_shown_as_a_conflict(story: Story, visit: Visit) -> None:
    case = story.case()
    story.world.settle()
    for member, priority in ((story.lyon, "emergency"), (story.turin, "routine")):
        story.world.act(member, "priority.set/1", {"priority": priority, "reason": "x"}, case)
    story.world.settle()
    client = visit(story.lyon)
    assert "priority in conflict" in client.get(f"/matters/{case}").text
    attention = client.get(f"/matters/{case}/attention").text
    assert "Two parties set it at the same time" in attention


def test_work_of_a_removed_party_is_shown_as_quarantined(story: Story, visit: Visit) -> None:
    case = story.case(parties=[TURIN, OSLO])
    story.world.settle()
    note = story.note(story.turin, case, "Unseen work")
    removed = {"party": TURIN, "reason": "left"}
    story.world.act(story.lyon, "party.removed/1", removed, case, role="desk_head")
    story.world.settle()
    client = visit(story.lyon, "desk_head")
    page = client.get(f"/matters/{case}/attention").text
    assert "Quarantined" in page
    assert f"/records/{note}" in page
    assert "Ratify quarantined work" in page
    assert "quarantined" in client.get(f"/matters/{case}").text
    form = client.get(f"/matters/{case}/act/work.ratified/1").text
    assert f'value="{note}"' in form


def test_the_directory_is_a_matter_like_any_other(story: Story, visit: Visit) -> None:
    matter = story.lyon.tools.directory().matter.id
    for role in ("officer", "operator"):
        page = visit(story.lyon, role).get(f"/matters/{matter}")
        assert page.status_code == 200
        assert "listed an authority" in page.text


def test_a_part_that_no_kind_makes_is_not_there(story: Story, visit: Visit) -> None:
    case = story.case()
    client = visit(story.lyon)
    assert client.get(f"/matters/{case}/things/dragon").status_code == 404
    assert client.get(f"/matters/{case}/nothing").status_code == 404


def test_the_sorts_of_things_follow_from_the_kinds() -> None:
    assert set(matters.sorts(subjects.REGISTRY, "case")) == {"request", "exhibit"}
    assert matters.sorts(subjects.REGISTRY, "report") == ("triage",)


def test_a_part_that_lives_is_drawn_without_its_frame(story: Story, visit: Visit) -> None:
    case = story.case()
    client: TestClient = visit(story.lyon)
    part = client.get(f"/matters/{case}", headers={"hx-request": "true"}).text
    assert "<html" not in part
    assert "As of" in part
    assert LYON in part
