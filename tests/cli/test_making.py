import json
from pathlib import Path

import pytest

from comity import node
from comity.cli import making
from comity.cli.options import LISTING
from tests.cli import shell
from tests.world import world

TOLD = {
    "name": "Lone authority",
    "country": "IT",
    "address": "https://127.0.0.1:1",
    "contact": "",
    "role": "member",
}
LONE = "it-lone"


def test_a_node_is_made_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    made = making.make(tmp_path / "node", LONE, TOLD, {"web_port": 0, "database": None})
    assert made.listing == tmp_path / "node" / LISTING
    listing = json.loads(made.listing.read_bytes())
    assert {name: listing[name] for name in TOLD} == TOLD
    assert listing["authority"] == LONE
    assert (tmp_path / "node" / "comity.toml").read_text() == "web_port = 0\n"
    assert (tmp_path / "node").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("code", "authority", "told", "given"),
    [
        ("authority-malformed", "Lone!", {}, {}),
        ("listing-malformed", LONE, {"country": "Italy"}, {}),
        ("listing-malformed", LONE, {"name": "L"}, {}),
        ("listing-malformed", LONE, {"address": "http://127.0.0.1"}, {}),
        ("settings", LONE, {}, {"web_port": 70_000}),
        ("secret-as-argument", LONE, {}, {"database": "postgresql://ann:secret@db.example/x"}),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    tmp_path: Path, code: str, authority: str, told: dict[str, str], given: dict[str, object]
) -> None:
    fault = world.refused(
        code, lambda: making.make(tmp_path / "node", authority, TOLD | told, given)
    )
    assert "secret@" not in fault.message
    assert list(tmp_path.iterdir()) == []


def test_a_node_is_never_made_over_another(tmp_path: Path) -> None:
    first = making.make(tmp_path, LONE, TOLD, {})
    kept = first.listing.read_bytes()
    world.refused("node-exists", lambda: making.make(tmp_path, LONE, TOLD, {}))
    assert first.listing.read_bytes() == kept


def test_what_broke_off_before_the_listing_goes_on_with_the_same_keys(tmp_path: Path) -> None:
    first = making.make(tmp_path, LONE, TOLD, {"page_rows": 20})
    kept = first.listing.read_bytes()
    first.listing.unlink()
    again = making.make(tmp_path, LONE, TOLD, {"page_rows": 20})
    assert again == first
    assert again.listing.read_bytes() == kept


def test_what_broke_off_is_not_taken_over_by_another_authority(tmp_path: Path) -> None:
    making.make(tmp_path, LONE, TOLD, {}).listing.unlink()
    fault = world.refused("node-exists", lambda: making.make(tmp_path, "fr-other", TOLD, {}))
    assert LONE in fault.message
    assert not (tmp_path / LISTING).exists()


def test_what_broke_off_before_the_keys_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(node, "create", fail)
        with pytest.raises(KeyboardInterrupt):
            making.make(tmp_path, LONE, TOLD, {"page_rows": 20})
    assert making.make(tmp_path, LONE, TOLD, {"page_rows": 20}).listing.exists()


def test_settings_that_an_operator_wrote_stay(tmp_path: Path) -> None:
    file = tmp_path / "comity.toml"
    file.write_text("# mine\npage_rows = 20\n")
    fault = world.refused(
        "settings-differ", lambda: making.make(tmp_path, LONE, TOLD, {"page_rows": 30})
    )
    assert "page_rows = 20" in fault.message
    making.make(tmp_path, LONE, TOLD, {"page_rows": 20})
    assert file.read_text() == "# mine\npage_rows = 20\n"


def test_keys_can_be_encrypted_with_a_passphrase_from_a_file(tmp_path: Path) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery staple\n")
    made = shell.Shell(LONE, tmp_path / "node")
    done = made.run(
        *("init", LONE, "--name", "Lone", "--country", "IT", "--address", "https://127.0.0.1:1"),
        *("--passphrase-file", passphrase),
    )
    assert done.code == 0, done.err
    assert made.do("officer", "list") == {"officers": [], "alone": True}
    passphrase.write_text("wrong")
    assert made.run("officer", "list").err.startswith("passphrase-wrong: ")
