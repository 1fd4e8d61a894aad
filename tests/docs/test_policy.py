"""The page on policy lists every action, group, fact, purpose and policy, as the code has them."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from comity.matters import subjects
from comity.policy import actions, asks, rules, schema

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
TEXTS = ROOT / "src" / "comity" / "policy" / "texts"


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def missing(heading: str, wanted: Iterable[Iterable[str]]) -> str:
    """What the table under a heading lacks or has too much, as lines to put in or take out."""
    told = [tuple(row) for row in rows(heading)]
    due = [tuple(row) for row in wanted]
    assert len(told) == len(set(told)), f"{heading}: a row stands twice"
    lines = [f"+ | {' | '.join(row)} |" for row in due if row not in told]
    lines += [f"- | {' | '.join(row)} |" for row in told if row not in due]
    return "\n".join(lines)


def test_every_policy_is_listed_with_its_effect_and_its_words() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in TEXTS.glob("*.cedar")}
    wanted = [
        (f"`{rule.id}`", rule.effect, rule.reason or "–", f"`{rule.text}`")
        for rule in rules.read(texts).all
    ]
    assert missing("Policies", wanted) == ""


def test_every_kind_is_listed_with_the_hand_that_it_needs() -> None:
    wanted = [
        (
            f"`{actions.act(kind.name)}`",
            kind.title,
            kind.needs.replace("_", " "),
            f"{kind.family}, coercive" if kind.coercive else kind.family,
        )
        for kind in subjects.REGISTRY.values()
    ]
    assert missing("Actions that say a record", wanted) == ""


def test_every_fixed_action_is_listed_with_its_groups() -> None:
    told = {name.strip("`"): groups for name, what, groups in rows("Other actions") if what}
    assert told == {name: ", ".join(sorted(groups)) for name, groups in actions.FIXED.items()}


def test_every_group_fact_role_and_purpose_is_listed() -> None:
    groups = [(name, what) for name, what in actions.GROUPS.items()]
    assert missing("Groups", groups) == ""
    facts = [(name.strip("`"), type_) for name, type_, _ in rows("Facts")]
    assert facts == [(name, written(type_)) for name, type_ in schema.FACTS.items()]
    assert [name.strip("`") for name, *_ in rows("Roles")] == [*asks.ROLES]
    assert [type_.strip("`") for _, type_, _ in rows("Roles")] == [*schema.PRINCIPALS.values()]
    assert [name.strip("`") for name, _ in rows("Purposes")] == [*asks.PURPOSES]


def written(type_: Mapping[str, Any]) -> str:
    """A type as the page writes it."""
    if type_["type"] == "Set":
        return f"Set of {type_['element']['type']}"
    return str(type_["type"])


def test_the_codes_of_a_no_that_no_policy_gives_are_explained() -> None:
    source = (ROOT / "src" / "comity" / "policy" / "denials.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'code="([a-z-]+)"', source))
    assert codes == {code.strip("`") for code, _ in rows("When no policy speaks")}
