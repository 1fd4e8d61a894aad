import pytest

from comity import errors
from comity.desk import inspecting
from comity.records import record, sealed
from comity.records.ids import RecordId
from tests.desk.test_turns import CASE
from tests.world.world import Member, World


def test_a_record_is_shown_as_it_was_signed_with_what_is_open_of_it(
    world: World, three: list[Member]
) -> None:
    lyon = three[0]
    case = world.act(lyon, "case.opened/1", CASE).matter
    done = world.act(lyon, "note.made/1", {"text": "hello"}, case)
    found = inspecting.inspect(world.desk(lyon), done.record)
    assert record.id_of(found.payload.encode()) == done.record
    assert [one.name for one in found.disclosures] == ["text"]
    assert (found.withheld, found.leaf, found.rejected) == (0, done.leaf, "")
    assert found.decision is not None
    assert found.officer == "officer of fr-lyon"
    assert found.row is not None


def test_what_a_record_holds_back_is_counted(world: World, three: list[Member]) -> None:
    lyon, turin, _ = three
    case = world.act(lyon, "case.opened/1", CASE).matter
    done = world.act(lyon, "note.made/1", {"text": "hello"}, case)
    world.settle()
    turin.tools.store.erase(done.record, _digests(turin, done.record))
    found = inspecting.inspect(world.desk(turin), done.record)
    assert (list(found.disclosures), found.withheld, found.officer) == ([], 1, "")


def test_a_hidden_record_and_one_that_is_not_here_are_refused_alike(
    world: World, three: list[Member]
) -> None:
    case = world.act(three[0], "case.opened/1", CASE).matter
    told = []
    for one in (RecordId(case), RecordId("0" * 64)):
        with pytest.raises(errors.NotFound) as refusal:
            inspecting.inspect(world.desk(three[0], "operator"), one)
        told.append((refusal.value.code, refusal.value.message, refusal.value.next_step))
    assert told[0] == told[1]


def _digests(member: Member, one: RecordId) -> list[str]:
    texts = member.tools.store.disclosures([one])[one]
    return [sealed.digest_of(text) for text in texts]
