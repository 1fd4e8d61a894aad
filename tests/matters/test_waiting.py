"""Records wait for their ancestors, in bounded number, and nothing is forgotten unseen."""

import pytest

from comity.matters import waiting
from comity.records.ids import RecordId
from comity.records.record import Record
from tests.matters import telling
from tests.matters.telling import LYON, TURIN, case, matter


def waiter(number: int, author: telling.AuthorityId = LYON) -> Record:
    return telling.opened(author, n=number)


A, B, C = (RecordId(letter * 64) for letter in "abc")


def test_a_record_leaves_when_the_last_it_waits_for_has_come() -> None:
    room = waiting.WaitingRoom()
    one = waiter(1)
    assert room.take(one, [A, B])
    assert room.missing == [A, B]
    assert room.arrived(A) == []
    assert room.missing == [B]
    assert room.arrived(B) == [one]
    assert (room.missing, room.records) == ([], {})


def test_nobody_is_asked_for_what_nobody_waits_for_any_more() -> None:
    room = waiting.WaitingRoom()
    one, other = waiter(1), waiter(2)
    room.take(one, [A, B])
    room.take(other, [B])
    assert room.lost(A) == [one]
    assert room.missing == [B]
    assert room.lost(B) == [other]
    assert room.missing == []


def test_what_waits_itself_is_not_missing() -> None:
    room = waiting.WaitingRoom()
    one, other = waiter(1), waiter(2)
    room.take(one, [A])
    room.take(other, [one.id])
    assert room.missing == [A]


def test_an_author_has_so_much_room_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "WAITING_MAX", 3)
    room = waiting.WaitingRoom()
    assert [room.take(waiter(number), [A]) for number in range(5)] == [True] * 3 + [False] * 2
    assert room.turned_away == 2
    assert room.take(waiter(9, TURIN), [A]), "another author's room is its own"
    room.arrived(A)
    assert room.take(waiter(10), [B])


def test_a_matter_says_that_it_turned_something_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "WAITING_MAX", 2)
    lyon, turin = case(LYON, TURIN)
    notes = [turin.tells("note.made/1", n=number) for number in range(4)]
    for one in reversed(notes):
        lyon.hear([one])
    assert lyon.matter.turned_away == 1
    assert notes[1] not in lyon.matter.timeline()
    again = matter(*sorted(lyon.records, key=lambda one: one.lamport))
    assert again.turned_away == 0
    assert again.digest() == turin.matter.digest()


def test_a_record_that_was_turned_away_can_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "WAITING_MAX", 1)
    lyon, turin = case(LYON, TURIN)
    notes = [turin.tells("note.made/1", n=number) for number in range(3)]
    lyon.hear([notes[2], notes[1], notes[0], notes[1]])
    assert lyon.matter.digest() == turin.matter.digest()


def test_who_was_turned_away_has_room_again_once_half_of_it_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not at each place that is left: the whole matter is folded again for it."""
    monkeypatch.setattr(waiting, "WAITING_MAX", 4)
    room = waiting.WaitingRoom()
    ancestors = [RecordId(f"{number:064x}") for number in range(5)]
    taken = [room.take(waiter(number), [one]) for number, one in enumerate(ancestors)]
    assert taken == [True] * 4 + [False]
    room.take(waiter(9, TURIN), [A])
    assert (room.turned_away, room.has_room) == (1, False)
    room.arrived(ancestors[0])
    # That another has room is no help.
    room.arrived(A)
    assert not room.has_room
    room.arrived(ancestors[1])
    assert room.has_room
    assert waiting.WaitingRoom().has_room is False
