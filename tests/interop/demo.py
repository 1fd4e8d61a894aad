"""The demonstration's files, as tests read them."""

from pathlib import Path

import comity

FOLDER = Path(comity.__file__).parent / "demo" / "data"


def data(name: str) -> bytes:
    """The bytes of one file."""
    return (FOLDER / name).read_bytes()
