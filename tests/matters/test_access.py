"""The account of access: one author, one line, nothing folded from it."""

from comity.matters import subjects
from comity.matters.matter import Matter
from tests.matters import telling
from tests.matters.telling import LYON, TURIN


def test_the_account_is_one_line_of_one_author() -> None:
    first = telling.said("access.begun/1", LYON, telling.FIRST)
    found = Matter(first.matter, subjects.REGISTRY)
    found.admit(first)
    for number in range(3):
        noted = telling.said("access.noted/1", LYON, found.place(LYON), what="read", n=number)
        assert found.admit(noted) == (noted.id,)
        assert (noted.lamport, noted.seq) == (number + 1, number + 1)
    assert (found.type, found.things(), len(found.timeline())) == ("access", [], 4)
    assert found.membership.parties == {LYON}
    stranger = telling.said("access.noted/1", TURIN, found.place(TURIN), what="read")
    assert "is no party" in str(found.verdict(stranger))


def test_nothing_else_is_said_in_it() -> None:
    first = telling.said("access.begun/1", LYON, telling.FIRST)
    found = Matter(first.matter, subjects.REGISTRY)
    found.admit(first)
    for kind in ("note.made/1", "party.added/1", "case.closed/1", "fork.voted/1"):
        one = telling.said(kind, LYON, found.place(LYON))
        assert found.verdict(one) == f"{kind} has no place in a access"
