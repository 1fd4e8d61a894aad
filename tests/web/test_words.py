from dataclasses import dataclass

import pytest

from comity.matters import subjects
from comity.records import kinds
from comity.records.ids import AuthorityId, MatterId
from comity.web import i18n, words

READER = i18n.Reader("en", "UTC")


@dataclass(frozen=True)
class Row:
    id: MatterId
    type: str
    title: str
    parties: tuple[AuthorityId, ...] = (AuthorityId("fr-lyon"), AuthorityId("it-turin"))


def statuses() -> set[tuple[str, str]]:
    """Every status that the kinds of this version lead to."""
    found = set()
    for kind in subjects.REGISTRY.values():
        match kind.effect:
            case kinds.Opens() as opens:
                found.add((opens.thing, opens.status))
            case kinds.Moves() as moves if not moves.after.startswith("field:"):
                found.add((moves.thing, moves.after))
            case kinds.Moves() as moves:
                values = kinds.schema(kind.statement)["properties"][moves.after[6:]]["enum"]
                found |= {(moves.thing, value) for value in values}
            case _:
                pass
    return found


@pytest.mark.parametrize(("thing", "word"), sorted(statuses()))
def test_every_status_of_this_version_has_its_word(thing: str, word: str) -> None:
    assert word in words.STATUSES or f"{thing}/{word}" in words.STATUSES
    assert thing in words.THINGS


def test_a_new_word_is_readable_on_its_first_day() -> None:
    assert words.status(READER, "half-done") == ("half done", "neutral")
    assert words.type_of(READER, "joint-operation") == "Joint operation"
    assert words.things(READER, "take-down") == "Take down"
    assert words.thing(READER, "take-down") == "Take down"


def test_a_status_means_what_its_thing_makes_of_it() -> None:
    assert words.status(READER, "offered", "exhibit")[0] == "hand-over open"
    assert words.status(READER, "offered", "match")[0] == "consent asked"


def test_a_matter_without_a_title_is_told_by_what_it_is() -> None:
    names = {AuthorityId("fr-lyon"): "Lyon", AuthorityId("it-turin"): "Torino"}
    one = MatterId("ab" * 32)
    assert words.title(READER, Row(one, "case", "Lantern"), names) == "Lantern"
    assert (
        words.title(READER, Row(one, "match", ""), names)
        == "Match: \u2068Lyon\u2069 – \u2068Torino\u2069"
    )
    assert words.title(READER, Row(one, "case", ""), {}) == "Case abababab, title withheld"
