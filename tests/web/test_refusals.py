import ast
from pathlib import Path

import pytest

from comity import errors
from comity.records.ids import AuthorityId
from comity.web import i18n, refusals
from tests.world.world import LYON, TURIN
from tools import catalogues

ENGLISH, GERMAN, ARABIC = (i18n.Reader(language, "UTC") for language in ("en", "de", "ar"))
NAMES = {LYON: "Préfecture", TURIN: "Questura"}
MATTERS = Path(refusals.__file__).parents[1] / "matters"


def test_a_code_that_has_a_meaning_is_told_by_it_and_keeps_what_was_raised_beside_it() -> None:
    fault = errors.NotFound("exhibit-unknown", "there is no exhibit 7 in this case")
    told = refusals.tell(GERMAN, fault)
    assert told.reason == "Dieses Asservat gibt es in diesem Fall nicht."
    assert told.next_step == "Sehen Sie bei den Asservaten des Falls nach."
    assert told.detail == "there is no exhibit 7 in this case"
    assert (told.code, told.status, told.more) == ("exhibit-unknown", 404, "")


def test_what_was_raised_is_not_told_twice() -> None:
    fault = errors.Conflict("match-unanswered", "the other side has not answered yet")
    assert refusals.tell(ENGLISH, fault).detail == ""


def test_a_verdict_of_the_fold_is_told_in_the_language_of_the_reader() -> None:
    fault = errors.Refused(
        "not-admissible",
        "request.answered/1: the request is partly-executed, not clarifying or open",
    )
    told = refusals.tell(GERMAN, fault)
    assert told.reason == "Das passt nicht zum jetzigen Stand des Vorgangs."
    assert told.more == (
        "Ersuchen: Der Stand ist „teilweise erledigt“, nötig wäre „Klärung erbeten oder offen“"
    )
    assert told.detail == ""


def test_names_within_a_sentence_stand_isolated() -> None:
    told = refusals.verdict(ARABIC, f"only the lead, {LYON}, may do this", NAMES)
    assert told == "لا يجوز هذا إلا لجهة القيادة: \u2068Préfecture\u2069"


def test_an_authority_without_a_name_stands_isolated_too() -> None:
    who = AuthorityId("no-oslo")
    assert f"\u2068{who}\u2069" in refusals.verdict(ARABIC, f"{who} is no party of this matter")


def test_policy_is_told_in_its_own_words() -> None:
    fault = errors.Refused(
        "not-a-party",
        "Your authority is not party to this matter.",
        next_step="Ask the lead to add your authority.",
    )
    told = refusals.tell(GERMAN, fault)
    assert told.reason == GERMAN.gettext(fault.message) != fault.message
    assert told.next_step == GERMAN.gettext(fault.next_step) != fault.next_step


def test_a_role_that_is_missing_is_named_in_the_language_of_the_reader() -> None:
    fault = errors.Refused(
        "role-needed",
        "This needs a desk head or an operator; you are here as an officer.",
        next_step="Ask a desk head or an operator of your authority.",
    )
    told = refusals.tell(GERMAN, fault)
    assert told.reason == (
        "Zuständig ist: die Referatsleitung oder der Betrieb."
        " Sie sind hier als: die Sachbearbeitung."
    )
    assert told.next_step.endswith("an: die Referatsleitung oder der Betrieb.")


def test_what_nobody_translated_is_told_as_it_was_raised_and_isolated() -> None:
    fault = errors.Invalid("of-tomorrow", "seven is no eight", next_step="Count again.")
    assert refusals.tell(ENGLISH, fault).reason == "seven is no eight"
    told = refusals.tell(ARABIC, fault)
    assert told.reason == "\u2068seven is no eight\u2069"
    assert told.next_step == "\u2068Count again.\u2069"
    assert refusals.verdict(ARABIC, "out of nowhere") == "\u2068out of nowhere\u2069"


def test_a_code_that_was_kept_alone_has_its_meaning() -> None:
    assert refusals.meaning(ENGLISH, "peer-unreachable").startswith("The other authority")
    assert refusals.meaning(ENGLISH, "of-tomorrow") == ""


def test_every_verdict_of_the_fold_is_known() -> None:
    """Each text that the fold returns as a reason, its values filled with a word."""
    unknown = [text for text in verdicts() if not refusals.sentence(ENGLISH, text)]
    assert not unknown, "add them to comity.web.refusals.SENTENCES"


@pytest.mark.parametrize("language", catalogues.TRANSLATED)
def test_every_sentence_is_told_in_every_language(language: str) -> None:
    reader = i18n.Reader(language, "UTC")
    for text in (*refusals.SENTENCES, *refusals._WORDS):
        assert reader.gettext(text), text
        assert reader.gettext(text) != text or text in refusals._WORDS, text


def verdicts() -> set[str]:
    """The reasons that `matters` gives, read from its source without running it."""
    found = set()
    for path in MATTERS.glob("*.py"):
        if path.name == "exported.py":
            continue  # paths of files, no reasons
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Return) and node.value is not None:
                found |= texts(node.value)
    assert len(found) > 25
    return found


def texts(node: ast.expr) -> set[str]:
    match node:
        case ast.Constant(value=str(text)) if " " in text:
            return {text}
        case ast.JoinedStr():
            parts = (p.value if isinstance(p, ast.Constant) else "word" for p in node.values)
            return {"".join(str(part) for part in parts)}
        case ast.IfExp():
            return texts(node.body) | texts(node.orelse)
        case _:
            return set()
