"""Whatever is refused, officers read why and what to do in their own language."""

from collections import Counter

import pytest

from comity.web import i18n, meanings
from tests.docs import codes
from tools import catalogues

CODES = sorted(codes.read().found)


def test_every_code_has_its_meaning() -> None:
    missing = [code for code in CODES if code not in meanings.MEANINGS]
    assert not missing, "say in comity/web/meanings.py what they mean to an officer"


def test_no_code_has_two_meanings() -> None:
    listed = Counter(code for said in meanings._SAID for code in said[0].split())
    assert [code for code, times in listed.items() if times > 1] == []


@pytest.mark.parametrize("language", catalogues.TRANSLATED)
def test_every_code_is_told_in_every_language(language: str) -> None:
    reader = i18n.Reader(language, "UTC")
    for code, meaning in meanings.MEANINGS.items():
        for text in (meaning.told, meaning.next_step):
            assert reader.gettext(text) != text, f"{code}: {text}"


@pytest.mark.parametrize("language", catalogues.TRANSLATED)
def test_every_policy_is_told_in_every_language(language: str) -> None:
    reader = i18n.Reader(language, "UTC")
    texts = list(catalogues.of_policies())
    assert len(texts) > 20
    assert [text for text in texts if reader.gettext(text) == text] == []


def test_each_is_whole_sentences() -> None:
    for meaning in meanings.MEANINGS.values():
        for text in (meaning.told, meaning.next_step):
            assert text[0].isupper(), text
            assert text.endswith((".", "class,value.")), text
