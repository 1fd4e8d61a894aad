"""Pages keep to the glossary: no word that it turns down stands in a template's English text.

Seen is what a reader sees: text between tags, a few attributes, and what `_()` translates. Names of
classes, fields, addresses and Jinja's own code are not text.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
SOURCE = ROOT / "src" / "comity"
TEMPLATES = SOURCE / "web" / "templates"

SEEN_ATTRIBUTES = {
    "alt",
    "aria-description",
    "aria-label",
    "content",
    "data-tooltip",
    "label",
    "placeholder",
    "title",
}
COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
CODE = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)
TEXT = r"\s*(?:\"([^\"]*)\"|'([^']*)')"
TRANSLATED = re.compile(rf"\b(?:_|gettext|ngettext)\({TEXT}(?:\s*,{TEXT})?")
TRANSLATORS = {"N_", "_", "gettext", "ngettext"}


def turned_down(glossary: str) -> dict[str, list[str]]:
    """Word → phrases in which it is right, from the glossary's last table."""
    table = glossary.partition("## Words that no page shows")[2]
    rows = [line.strip("| ").split("|") for line in table.splitlines() if line.startswith("|")]
    return {
        row[0].strip().lower(): [
            phrase.strip().lower() for phrase in "".join(row[2:]).split(",") if phrase.strip()
        ]
        for row in rows[2:]
    }


class Seen(HTMLParser):
    """Collects what a reader sees of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"}:
            self._hidden = tag
        self.texts += [value for name, value in attrs if name in SEEN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)


def seen(template: str) -> Iterator[str]:
    """The English that a template can show."""
    template = COMMENT.sub(" ", template)
    for code in CODE.findall(template):
        for texts in TRANSLATED.findall(code):
            yield from filter(None, texts)
    page = Seen()
    page.feed(CODE.sub(" ", template))
    page.close()
    yield from page.texts


def said(source: str) -> Iterator[str]:
    """The English that a Python module marks for translation, and so shows."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name in TRANSLATORS:
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value


def faults(texts: Iterable[str], words: dict[str, list[str]]) -> list[str]:
    """The words that the glossary turns down, with what stands around them."""
    return [fault for text in texts for fault in _faults(" ".join(text.lower().split()), words)]


def _faults(text: str, words: dict[str, list[str]]) -> Iterator[str]:
    for word, right in words.items():
        rest = text
        for phrase in right:
            rest = rest.replace(phrase, " ")
        for hit in re.finditer(rf"(?<![\w-]){re.escape(word)}(?![\w-])", rest):
            yield f"{word!r} in {rest[max(0, hit.start() - 30) : hit.end() + 30]!r}"


WORDS = turned_down(GLOSSARY.read_text(encoding="utf-8"))


def templates() -> list[Path]:
    return sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".j2", ".txt"})


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_page_uses_the_words_of_the_glossary(path: Path) -> None:
    wrong = faults(seen(path.read_text(encoding="utf-8")), WORDS)
    assert not wrong, f"docs/glossary.md says what to write instead: {wrong}"


def test_labels_in_code_use_the_words_of_the_glossary() -> None:
    wrong = {
        str(path.relative_to(SOURCE)): found
        for path in sorted(SOURCE.rglob("*.py"))
        if (found := faults(said(path.read_text(encoding="utf-8")), WORDS))
    }
    assert not wrong, f"docs/glossary.md says what to write instead: {wrong}"


def test_a_wrong_word_in_a_label_is_found() -> None:
    assert faults(said('label = N_("Name of the " "user")'), WORDS)
    assert not faults(said('user = find("user")'), WORDS)


def test_the_glossary_turns_down_words_and_says_what_to_write() -> None:
    assert WORDS["tenant"] == []
    assert "lawful users" in WORDS["users"]
    assert len(WORDS) > 20


@pytest.mark.parametrize(
    "template",
    [
        "<p>Each tenant has a node.</p>",
        "<p>Each\n  Tenant has a node.</p>",
        '<button title="Remove this user">x</button>',
        '{{ _("The user signed") }}',
        "{{ macros.field(label=_('Attachment')) }}",
        "{% trans %}See the audit log{% endtrans %}",
        "<p>Lawful users, and one user more.</p>",
    ],
)
def test_a_wrong_word_is_found(template: str) -> None:
    assert faults(seen(template), WORDS)


@pytest.mark.parametrize(
    "template",
    [
        '<p class="user tenant" id="log-in" data-actor="x">Officer</p>',
        "{{ user.name }} {% if tenant %}yes{% endif %} {# the user #}",
        "<script>let user = 1;</script><p>Sign in</p>",
        "<p>Are lawful users of the host affected?</p>",
        "<p>A multi-user host. The username-less page. Remoteness.</p>",
        "<!-- the user -->",
    ],
)
def test_what_no_reader_sees_is_not_judged(template: str) -> None:
    assert not faults(seen(template), WORDS)
