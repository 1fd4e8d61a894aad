import pytest
from babel.messages import catalog

from tools import catalogues


def texts(*ids: str | tuple[str, str]) -> catalog.Catalog:
    found = catalog.Catalog(locale="ar")
    for name in ids:
        found.add(name)
    return found


def told(name: str | tuple[str, str], string: str | tuple[str, ...], **more: object) -> list[str]:
    translations = catalog.Catalog(locale="ar")
    translations.add(name, string, **more)  # type: ignore[arg-type]  # flags of one test
    return list(catalogues.faults(translations, texts(name)))


def test_texts_come_from_templates_code_and_record_kinds() -> None:
    found = catalogues.extracted()
    for name in ("Sign in", "Fill this in.", "Priority", "File a request"):
        assert name in found


def test_a_whole_translation_has_no_fault() -> None:
    assert not told("Line %(line)s", "السطر %(line)s")
    assert not told(("%(n)s day", "%(n)s days"), ("0 %(n)s", "1", "2", "%(n)s", "%(n)s", "%(n)s"))


@pytest.mark.parametrize(
    ("string", "fault"),
    [
        ("", "not translated"),
        ("السطر", "fills in"),
        ("%(lin)s", "fills in"),
        ("%(line)s 100%", "fills in"),
        (" %(line)s", "space"),
        ("<b>%(line)s</b>", "markup"),
    ],
)
def test_each_fault_is_found(string: str, fault: str) -> None:
    assert fault in told("Line %(line)s", string)[0]


def test_missing_fuzzy_unused_and_half_plural_texts_are_found() -> None:
    assert "fuzzy" in told("Save", "حفظ", flags=["fuzzy"])[0]
    assert "not translated" in told(("%(n)s day", "%(n)s days"), ("1", "2"))[0]
    assert "not in the catalogue" in next(catalogues.faults(texts(), texts("Save")))
    assert "no longer used" in next(catalogues.faults(texts("Old"), texts()))
