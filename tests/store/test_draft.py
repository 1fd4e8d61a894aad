"""Numbering: leaves, streams, and what a table gets."""

import dataclasses

import pytest

from comity import errors
from comity.records.ids import AuthorityId
from comity.store import draft, port
from tests.store import acts
from tests.store.acts import OSLO, TURIN


def begun(size: int = 0, **numbers: int) -> draft.Draft:
    known = {AuthorityId(peer.replace("_", "-")): number for peer, number in numbers.items()}
    return draft.Draft(size, known, lambda peer: {OSLO: 40}.get(peer, 0))


def test_new_records_get_the_next_leaves_and_known_ones_keep_theirs() -> None:
    known, new, last = (acts.record(n) for n in range(3))
    made = begun(7)
    made.know({known.id: 2})
    assert made.add(port.Append(records=(new, known, last))) == (7, 2, 8)
    assert made.size == 9
    assert made.ids == [new.id, last.id]
    assert [row[:2] for row in made.take()["records"]] == [(7, new.id), (8, last.id)]


def test_each_stream_goes_on_from_its_own_last_number() -> None:
    made = begun(it_turin=5)
    one = acts.act(0, peers=[TURIN, OSLO])
    made.add(one)
    made.add(dataclasses.replace(acts.act(1, peers=[OSLO])))
    numbers = [(peer, number) for peer, number, *_ in made.take()["outbox"]]
    assert numbers == [(TURIN, 6), (OSLO, 41), (OSLO, 42)]
    assert made.numbers == {TURIN: 6, OSLO: 42}


def test_rows_refer_to_records_by_leaf_and_to_no_stranger() -> None:
    made = begun(3)
    one = acts.act(0, peers=[TURIN])
    made.add(one)
    rows = made.take()
    assert {row[0] for row in rows["disclosures"]} == {3}
    assert [row[2] for row in rows["outbox"]] == [3]
    assert [row[0] for row in rows["decisions"]] == [3]
    with pytest.raises(errors.Invalid) as caught:
        made.add(port.Append(outgoing=(port.Outgoing(TURIN, acts.record(9).id),)))
    assert caught.value.code == "record-unknown"


def test_of_two_lines_of_one_matter_the_later_stands() -> None:
    made = begun()
    first = acts.record(0)
    line = acts.matter_row(first.matter)
    for status in ("open", "frozen"):
        changed = dataclasses.replace(line, status=status)
        made.add(port.Append(matters=(changed,), secrets=(("name", status.encode()),)))
    rows = made.take()
    assert [row[3] for row in rows["matters"]] == ["frozen"]
    assert rows["secrets"] == [("name", b"frozen")]


def test_what_was_taken_is_not_taken_again() -> None:
    made = begun()
    made.add(acts.act(0, peers=[TURIN]))
    assert made.take()["records"]
    assert not any(made.take().values())


def test_every_record_that_is_spoken_of_is_looked_up() -> None:
    ids = [acts.record(n).id for n in range(5)]
    why = port.Decision(ids[4], "o", "a", (), "", acts.NOW)
    what = port.Append(
        records=(acts.record(0),),
        disclosures=(port.NewDisclosure(ids[1], "d", "t"),),
        outgoing=(port.Outgoing(TURIN, ids[2]),),
        identifiers=(port.IdentifierRow("c", "v", acts.record(0).matter, ids[3]),),
        decisions=(why,),
    )
    assert draft.referred([what]) == set(ids)


@pytest.mark.parametrize("bad", ["", "0" * 63, "G" * 64, "0" * 65, "A" * 64])
def test_what_is_no_digest_becomes_no_leaf(bad: str) -> None:
    with pytest.raises(errors.Invalid):
        begun().add(port.Append(records=(dataclasses.replace(acts.record(0), id=bad),)))


def test_a_null_character_is_shown_in_read_models_as_something_wrong() -> None:
    made = begun()
    first = acts.record(0)
    line = acts.matter_row(first.matter, title="a\0b")
    row = port.IdentifierRow("on\0ion" + "x" * 200, "v\0", first.matter, first.id)
    made.add(port.Append(records=(first,), matters=(line,), identifiers=(row,)))
    rows = made.take()
    assert rows["matters"][0][8] == "a\ufffdb"
    assert rows["identifiers"][0][1] == ("on\ufffdion" + "x" * 200)[:100]
    assert rows["identifiers"][0][3] == "v\ufffd"


def test_titles_are_searched_without_case_or_width() -> None:
    assert draft.folded("ＳＴＲＡＳＳＥ") == draft.folded("Straße") == "strasse"
