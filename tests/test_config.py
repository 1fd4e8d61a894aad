"""Settings: which source wins, and what is said of one that is wrong."""

from pathlib import Path

import pytest

from comity import config
from tests.world.world import refused


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of whoever runs the tests."""
    for name in config.Settings.model_fields:
        monkeypatch.delenv(f"COMITY_{name.upper()}", raising=False)


def written(folder: Path, text: str) -> Path:
    (folder / config.FILE).write_text(text, encoding="utf-8")
    return folder


def test_a_node_runs_on_its_defaults_and_is_reached_from_this_machine_alone(
    tmp_path: Path,
) -> None:
    found = config.load(tmp_path)
    assert found.data == tmp_path
    assert (found.web_host, found.peer_host) == ("127.0.0.1", "127.0.0.1")
    assert found.base_url == "http://localhost:8440"
    assert found.database == ""
    assert found.passphrase() is None


def test_of_several_sources_the_nearer_one_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "page_rows = 10\nweb_port = 1\npeer_port = 1\n")
    monkeypatch.setenv("COMITY_WEB_PORT", "2")
    monkeypatch.setenv("COMITY_PEER_PORT", "2")
    found = config.load(tmp_path, peer_port=3, page_rows=None)
    assert (found.page_rows, found.web_port, found.peer_port) == (10, 2, 3)


def test_the_folder_is_named_by_the_command_then_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.load().data == Path("comity-data")
    monkeypatch.setenv("COMITY_DATA", str(tmp_path / "named"))
    assert config.load().data == tmp_path / "named"
    assert config.load(tmp_path).data == tmp_path
    # A file cannot name another folder than the one in which it lies.
    written(tmp_path, 'data = "elsewhere"\n')
    assert config.load(tmp_path).data == tmp_path
    monkeypatch.setenv("COMITY_DATA", "")
    assert config.load().data == Path("comity-data")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("web_port = 70000", "web_port"),
        ('level = "loud"', "level"),
        ("page_rows = 0", "page_rows"),
        ("gossip_seconds = 0", "gossip_seconds"),
        ("colour = 1", "colour"),
        ("[web]\nport = 1", "web"),
    ],
)
def test_a_wrong_setting_is_named_with_the_file_it_stands_in(
    tmp_path: Path, text: str, place: str
) -> None:
    fault = refused("settings", lambda: config.load(written(tmp_path, text)))
    assert fault.message.startswith(f"{place} ({tmp_path / config.FILE}): ")
    assert "docs/settings.md" in fault.next_step


def test_a_wrong_setting_is_named_with_its_variable_or_as_an_argument(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMITY_WEB_PORT", "many")
    fault = refused("settings", lambda: config.load(tmp_path))
    assert fault.message.startswith("web_port (COMITY_WEB_PORT): ")
    given = refused("settings", lambda: config.load(tmp_path, web_port=-1))
    assert given.message.startswith("web_port (argument of the command): ")


def test_what_is_said_of_a_wrong_setting_does_not_tell_its_value(tmp_path: Path) -> None:
    secret = "postgresql://comity:hunter2@db/comity"
    fault = refused("settings", lambda: config.load(tmp_path, web_port=secret))
    assert "hunter2" not in fault.message


@pytest.mark.parametrize("text", [b"web_port = ", b"\xff\xfe", b"web_port 1"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: bytes) -> None:
    (tmp_path / config.FILE).write_bytes(text)
    fault = refused("settings-file", lambda: config.load(tmp_path))
    assert fault.message.startswith(f"{tmp_path / config.FILE}: ")
    assert fault.next_step


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / config.FILE).mkdir()
    fault = refused("settings-file", lambda: config.load(tmp_path))
    assert fault.message == f"{tmp_path / config.FILE}: Is a directory"


def test_a_passphrase_comes_from_a_file_without_the_end_of_its_line(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b" correct horse \n")
    found = config.load(tmp_path, passphrase_file=tmp_path / "secret")
    assert found.passphrase() == b"correct horse"
    gone = config.load(tmp_path, passphrase_file=tmp_path / "none")
    fault = refused("passphrase-file", gone.passphrase)
    assert "passphrase_file" in fault.next_step


def test_pages_are_reached_where_they_listen_unless_something_else_is_said(tmp_path: Path) -> None:
    found = config.load(tmp_path, web_host="10.0.0.1", web_port=80)
    assert found.base_url == "http://10.0.0.1:80"
    proxied = config.load(tmp_path, web_url="https://comity.example/")
    assert proxied.base_url == "https://comity.example"


def test_settings_are_read_once_and_do_not_change(tmp_path: Path) -> None:
    found = config.load(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        found.web_port = 1  # type: ignore[misc]
