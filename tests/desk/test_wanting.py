"""What is asked of a sender: what its records lack here, and not a word about what is here."""

from comity.desk import wanting
from comity.matters import subjects
from comity.matters.matter import Matter
from comity.records.record import Record
from tests.matters import telling
from tests.matters.telling import BERN, LYON, OSLO, TURIN


def story() -> tuple[telling.Node, telling.Node, list[Record]]:
    """A case of Lyon and Turin, and five notes of Lyon one after the other."""
    lyon, turin = telling.case(LYON, TURIN)
    return lyon, turin, [lyon.tells("note.made/1", n=number) for number in range(5)]


def test_nothing_is_asked_for_when_nothing_lacks() -> None:
    _, turin, notes = story()
    turin.hear(notes)
    assert wanting.wanted(turin.matter, notes, set(), LYON) == []


def test_the_walk_goes_through_what_waits_to_what_is_missing() -> None:
    _, turin, notes = story()
    turin.hear([notes[2], notes[3]])
    turin.hear([notes[4]])
    assert wanting.wanted(turin.matter, [notes[4]], set(), LYON) == [notes[1].id]


def test_a_duplicate_that_still_waits_is_asked_about_again() -> None:
    _, turin, notes = story()
    turin.hear([notes[1]])
    held = {notes[1].id}
    assert wanting.wanted(turin.matter, [notes[1]], held, LYON) == [notes[0].id]


def test_what_others_named_is_not_asked_of_this_sender() -> None:
    lyon, turin, notes = story()
    invented = telling.said("note.made/1", BERN, place(lyon, "0" * 64))
    turin.hear([invented, notes[1]])
    assert wanting.wanted(turin.matter, [notes[1]], set(), LYON) == [notes[0].id]
    assert wanting.wanted(turin.matter, [], set(), LYON) == []


def test_of_a_matter_that_is_not_here_everything_that_was_not_sent_is_asked_for() -> None:
    lyon, _, notes = story()
    empty = Matter(lyon.matter.id, subjects.REGISTRY)
    for note in notes[3:]:
        empty.admit(note)
    assert wanting.wanted(empty, notes[3:], set(), LYON) == [notes[2].id]


def test_an_outsider_is_asked_for_the_same_whether_the_matter_is_here_or_not() -> None:
    lyon, turin, notes = story()
    turin.hear(notes)
    absent = Matter(lyon.matter.id, subjects.REGISTRY)
    first = telling.said("note.made/1", OSLO, place(lyon, notes[0].id))
    second = telling.said("note.made/1", OSLO, place(lyon, first.id, lamport=3, seq=1))
    for sent, held in (([first], set()), ([second], {first.id}), ([first, second], set())):
        for found in (turin.matter, absent):
            for one in sent:
                found.admit(one)
        told = [wanting.wanted(one, sent, held, OSLO) for one in (turin.matter, absent)]
        assert told[0] == told[1] == [notes[0].id]


def test_what_an_outsider_sends_again_is_not_asked_about_twice() -> None:
    lyon, turin, notes = story()
    turin.hear(notes)
    one = telling.said("note.made/1", OSLO, place(lyon, notes[0].id))
    turin.hear([one])
    assert wanting.wanted(turin.matter, [one], {one.id}, OSLO) == []


def place(node: telling.Node, ancestor: str, *, lamport: int = 2, seq: int = 0) -> telling.Place:
    """After something that is here or not."""
    case = node.matter.id
    return telling.Place(
        matter=case, after=(ancestor,), control=telling.RecordId(case), lamport=lamport, seq=seq
    )
