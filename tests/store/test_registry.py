"""The registry: searching, paging, identifiers; on each engine."""

import dataclasses

import pytest

from comity.records.ids import AuthorityId, MatterId
from comity.store import durable, port
from tests.store import acts
from tests.store.acts import LYON, OSLO, TURIN

ACCENTED = "Vérification ŻÓŁĆ"


def filled(store: durable.DurableStore, **titles: str) -> dict[str, MatterId]:
    """A matter for each title; the later in the list, the later changed."""
    found, lines = {}, []
    for n, (name, title) in enumerate(titles.items()):
        found[name] = MatterId(f"{n:064x}")
        changed = f"2026-11-25T12:00:{n:02d}.000Z"
        lines.append(acts.matter_row(found[name], title=title, changed_at=changed))
    store.append(port.Append(matters=tuple(lines))).result()
    return found


def ids(rows: object) -> list[MatterId]:
    return [row.id for row in rows]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("papers", ["b", "a"]),
        ("PAPERS vendor", ["a"]),
        ("vérification żółć", ["c"]),
        ("100%", ["d"]),
        ("0%_", []),
        ("%", ["d"]),
        ("_", ["e"]),
        ("\\", ["e"]),
        ("/", ["f"]),
        ("   ", ["f", "e", "d", "c", "b", "a"]),
        ("nothing", []),
    ],
)
def test_every_word_must_be_in_the_title_and_no_character_is_special(
    store: durable.DurableStore, text: str, names: list[str]
) -> None:
    known = filled(
        store,
        a="Vendor of counterfeit papers",
        b="Papers by post",
        c=ACCENTED,
        d="100% pure",
        e="under_score \\ back",
        f="a/b",
    )
    assert ids(store.matters(port.MatterQuery(text=text))) == [known[name] for name in names]


def test_a_page_goes_on_where_the_last_ended(store: durable.DurableStore) -> None:
    lines = tuple(
        acts.matter_row(MatterId(f"{n:064x}"), changed_at=f"2026-11-25T12:00:00.00{n // 3}Z")
        for n in range(11)
    )
    store.append(port.Append(matters=lines)).result()
    seen: list[MatterId] = []
    before = None
    while page := store.matters(port.MatterQuery(before=before, limit=4)):
        assert len(page) <= 4
        seen += ids(page)
        before = page[-1].changed_at, page[-1].id
    assert seen == [line.id for line in reversed(lines)]


def test_lines_are_chosen_by_type_status_and_party(store: durable.DurableStore) -> None:
    known = filled(store, a="one", b="two", c="three")
    changed = (
        acts.matter_row(known["a"], type="report", parties=(LYON,)),
        acts.matter_row(known["b"], status="closed", parties=(LYON, OSLO)),
        acts.matter_row(known["c"], parties=()),
    )
    store.append(port.Append(matters=changed)).result()
    query = port.MatterQuery
    assert ids(store.matters(query(types=("report", "match")))) == [known["a"]]
    assert ids(store.matters(query(status="closed"))) == [known["b"]]
    assert ids(store.matters(query(party=OSLO))) == [known["b"]]
    assert ids(store.matters(query(party=TURIN))) == []
    assert store.matter(known["c"]) == changed[2]
    # A party's name is not a part of another's.
    assert ids(store.matters(query(party=AuthorityId("no-osl")))) == []


def test_a_line_is_replaced_whole(store: durable.DurableStore) -> None:
    known = filled(store, a="before")
    line = acts.matter_row(known["a"], title="after", records=9, status="closed")
    store.append(port.Append(matters=(line,))).result()
    assert list(store.matters(port.MatterQuery())) == [line]
    assert list(store.matters(port.MatterQuery(text="before"))) == []
    assert store.matter(MatterId("f" * 64)) is None


def noted(store: durable.DurableStore, *pairs: tuple[str, str]) -> list[port.IdentifierRow]:
    """Records that each note one identifier, all in one matter."""
    opening = acts.record(0)
    store.append(port.Append(records=(opening,))).result()
    rows = []
    for n, (cls, value) in enumerate(pairs, 1):
        made = acts.record(n, opening.matter)
        rows.append(port.IdentifierRow(cls, value, opening.matter, made.id))
        store.append(port.Append(records=(made,), identifiers=(rows[-1],))).result()
    return rows


def test_identifiers_are_found_by_class_and_value_together(store: durable.DurableStore) -> None:
    rows = noted(store, ("onion", "abc"), ("btc", "abc"), ("onion", "abc"), ("btc", "x' OR 1=1 --"))
    assert list(store.holding([("onion", "abc")])) == [rows[0], rows[2]]
    assert list(store.holding([("btc", "abc"), rows_pair(rows[3])])) == [rows[1], rows[3]]
    assert list(store.holding([("onion", "ABC"), ("email", "abc")])) == []
    assert list(store.holding([])) == []
    assert list(store.identifiers(rows[0].matter)) == rows


def rows_pair(row: port.IdentifierRow) -> tuple[str, str]:
    return row.cls, row.value


def test_a_matter_is_found_by_an_identifier_that_it_holds(store: durable.DurableStore) -> None:
    rows = noted(store, ("onion", "abc"))
    line = acts.matter_row(rows[0].matter, title="unrelated")
    store.append(port.Append(matters=(line,))).result()
    assert list(store.matters(port.MatterQuery(text=" abc "))) == [line]
    assert list(store.matters(port.MatterQuery(text="ab"))) == []


def test_distinct_identifiers_are_streamed_by_class(store: durable.DurableStore) -> None:
    opening = acts.record(0)
    rows = tuple(
        port.IdentifierRow(cls, f"value {n}", opening.matter, opening.id)
        for n in range(1_100)
        for cls in ("btc", "onion", "email")
        if cls != "email" or n < 3
    )
    store.append(port.Append(records=(opening,), identifiers=rows)).result()
    again = acts.record(1, opening.matter)
    repeated = tuple(dataclasses.replace(row, record=again.id) for row in rows[:5])
    store.append(port.Append(records=(again,), identifiers=repeated)).result()
    found = list(store.identifiers_of(["btc", "email"]))
    wanted = {rows_pair(row) for row in rows if row.cls != "onion"}
    assert len(found) == len(wanted)
    assert set(found) == wanted
    assert list(store.identifiers_of([])) == []


def test_values_of_any_length_are_noted(store: durable.DurableStore) -> None:
    """An index of PostgreSQL takes no more than 2,704 bytes."""
    long = "https://example.org/" + "é" * 20_000
    rows = noted(store, ("url", long), ("url", long + "x"))
    assert list(store.holding([("url", long)])) == [rows[0]]
