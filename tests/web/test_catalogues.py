"""No reader meets a half-translated page: every text is in every language, and well-formed."""

import pytest

from tools import catalogues

TEXTS = catalogues.extracted()


@pytest.mark.parametrize("language", catalogues.TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    faults = list(catalogues.faults(catalogues.load(language), TEXTS))
    assert not faults, "run `python tools/catalogues.py update`, then translate:\n" + "\n".join(
        faults
    )


@pytest.mark.parametrize("language", catalogues.TRANSLATED)
def test_a_catalogue_is_written_in_one_way(language: str) -> None:
    assert catalogues.path(language).read_bytes() == catalogues.written(catalogues.load(language))
