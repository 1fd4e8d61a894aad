"""The texts of the pages and their translations: extract, update, check.

    python tools/catalogues.py update    # put new texts into every catalogue, to be translated
    python tools/catalogues.py check     # fail if a text is missing, fuzzy or malformed anywhere

Texts come from calls in Python and templates (`_`, `gettext`, `ngettext`, `N_`), from the schemas
of the record kinds, whose titles, hints and listed values the forms show, and from the policies.
"""

import io
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import catalog, extract, pofile

from comity import errors
from comity.matters import subjects
from comity.policy import rules
from comity.records import kinds
from comity.web import i18n
from comity.web.forms import shapes

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "comity"
POLICIES = SOURCE / "policy" / "texts"
TRANSLATED = [language for language in i18n.LANGUAGES if language != i18n.SOURCE]
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("web/templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"web/templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}
# Headers that would change by themselves, or have nothing to say.
UNSAID = tuple(
    f'"{name}'
    for name in (
        "Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date",
        "Last-Translator", "Language-Team", "Generated-By",
    )
)  # fmt: skip


def extracted() -> catalog.Catalog:
    """Every text that a page can show, with the places where it stands."""
    found = catalog.Catalog(domain=i18n.DOMAIN, project="comity", charset="utf-8")
    for place, line, message, _comments, context in extract.extract_from_dir(
        SOURCE, METHODS, OPTIONS, KEYWORDS
    ):
        # The line is left out: catalogues would change with every edit above a text.
        if message and line:
            found.add(message, locations=[(f"src/comity/{place}", 0)], context=context)
    for place, texts in (("record-kinds", of_kinds()), ("policies", of_policies())):
        for text in texts:
            if text not in found:
                found.add(text, locations=[(place, 0)])
    return found


def of_kinds() -> Iterator[str]:
    """What the forms of the record kinds show beyond what is marked with N_."""
    for kind in subjects.REGISTRY.values():
        try:
            read = shapes.read(kinds.schema(kind.statement))
        except errors.Invalid:
            continue  # only programs say it: no form can show it
        for shape in shapes.flat(read).values():
            yield from filter(None, (shape.label, shape.hint))
            if shape.kind in ("select", "choices"):
                yield from (shape.value_label(value) for value in shape.values)


def of_policies() -> Iterator[str]:
    """What the policies say to whom they refuse something."""
    texts = {file.name: file.read_text() for file in POLICIES.glob("*.cedar")}
    for rule in rules.read(texts).all:
        yield from filter(None, (rule.reason, rule.next_step))


def path(language: str) -> Path:
    """Where the catalogue of a language is."""
    return i18n.FOLDER / language / "LC_MESSAGES" / f"{i18n.DOMAIN}.po"


def load(language: str) -> catalog.Catalog:
    """The catalogue of a language as it stands; an empty one if there is none yet."""
    if not path(language).exists():
        return catalog.Catalog(locale=language, domain=i18n.DOMAIN, charset="utf-8")
    with path(language).open("rb") as file:
        return pofile.read_po(file, locale=language, domain=i18n.DOMAIN)


def update() -> int:
    """Bring every catalogue up to the texts there are; what is new waits for its translation."""
    texts = extracted()
    for language in TRANSLATED:
        translations = load(language)
        translations.update(texts, no_fuzzy_matching=True)
        translations.obsolete.clear()
        path(language).parent.mkdir(parents=True, exist_ok=True)
        path(language).write_bytes(written(translations))
        print(f"{language}: {sum(1 for _ in faults(translations, texts))} to do")
    return 0


def written(translations: catalog.Catalog) -> bytes:
    """A catalogue as text that changes only where its translations do: sorted, without dates."""
    translations.header_comment = f"# {translations.locale_identifier}: the texts of the pages."
    translations.fuzzy = False
    file = io.BytesIO()
    pofile.write_po(file, translations, sort_output=True, width=100, include_lineno=False)
    lines = file.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(UNSAID)).encode()


def faults(translations: catalog.Catalog, texts: catalog.Catalog) -> Iterator[str]:
    """What is wrong with a catalogue: one line for each text."""
    for text in texts:
        if not text.id:
            continue
        name = text.id if isinstance(text.id, str) else text.id[0]
        found = translations.get(text.id, text.context)
        if found is None:
            yield f"not in the catalogue: {name!r}"
        elif found.fuzzy:
            yield f"fuzzy: {name!r}"
        elif not all(forms(found, translations.num_plurals)):
            yield f"not translated: {name!r}"
        else:
            yield from (f"{name!r}: {fault}" for fault in mismatches(found))
    for known in translations:
        if known.id and texts.get(known.id, known.context) is None:
            yield f"no longer used: {known.id!r}"


def forms(message: catalog.Message, plurals: int) -> list[str]:
    """The translations of one text: one, or one for each plural of the language."""
    found = message.string or ""
    if isinstance(found, str):
        return [found]
    return [*found, *[""] * (plurals - len(found))]


def mismatches(message: catalog.Message) -> Iterator[str]:
    """What a translation must keep: the places that are filled in, the space around, no markup."""
    originals = [message.id] if isinstance(message.id, str) else list(message.id)
    allowed = set().union(*map(placeholders, originals))
    # A language may say "one" or "two" in words where it has a form for them.
    needed = allowed if len(originals) == 1 else set()
    for translation in forms(message, 0):
        if not needed <= placeholders(translation) <= allowed:
            yield f"fills in {sorted(placeholders(translation))}, not {sorted(needed)}"
        if translation != translation.strip() and originals[0] == originals[0].strip():
            yield "has space around it"
        if "<" in translation or "&" in translation:
            yield "has markup, which pages would show as it is"


def placeholders(text: str) -> set[str]:
    """The names in `%(name)s`; a lone per cent sign counts too, because it breaks the page."""
    rest, names = text.replace("%%", ""), set()
    while "%" in rest:
        _, _, rest = rest.partition("%")
        name, closed, after = rest.removeprefix("(").partition(")")
        if not rest.startswith("(") or not closed or after[:1] not in set(string.ascii_letters):
            names.add("a lone %")
            continue
        names.add(name)
    return names


def check() -> int:
    """Say what is wrong in any language; 1 if anything is."""
    texts, count = extracted(), 0
    for language in TRANSLATED:
        for fault in faults(load(language), texts):
            print(f"{language}: {fault}")
            count += 1
    if count:
        print(f"{count} faults. Run `python tools/catalogues.py update`, then translate.")
    return 1 if count else 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["update"]:
            sys.exit(update())
        case ["check"]:
            sys.exit(check())
        case _:
            print(__doc__)
            sys.exit(2)
