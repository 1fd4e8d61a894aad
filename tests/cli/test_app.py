import subprocess
import sys
from pathlib import Path

import cyclopts
import pytest

from comity import errors
from comity.cli import app
from tests.cli import shell
from tests.docs import commanding

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("fastapi", "pydantic", "sqlalchemy", "httpx2", "cryptography", "uvicorn", "jinja2")


def _started(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "comity", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_names_every_command() -> None:
    done = _started("--help")
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in app.COMMANDS)


def test_help_loads_nothing_that_a_node_needs() -> None:
    code = (
        "import sys; from comity.cli import app; app.run(['--help']);"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", app.COMMANDS)
def test_every_command_tells_what_it_takes(name: str) -> None:
    done = shell.run(name, "--help")
    assert done.code == 0
    assert done.text.startswith(f"Usage: comity {name}")


def test_every_command_takes_the_common_options() -> None:
    missing = []
    for path, command in commanding.walk(app.create()):
        names = {
            one for argument in command.assemble_argument_collection() for one in argument.names
        }
        missing += [
            f"{' '.join(path)} {option}"
            for option in ("--json", "--quiet", "--data", "--purpose", "--token-file")
            if option not in names
        ]
    assert not missing


def test_no_command_takes_a_secret_as_an_argument() -> None:
    taken = {
        name
        for _, command in commanding.walk(app.create())
        for argument in command.assemble_argument_collection()
        for name in argument.names
    }
    assert not taken & {"--token", "--passphrase", "--password", "--secret", "--key-file"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["officer", "nothing"],
        ["officer", "add"],
        ["officer", "add", "Ann", "--role", "king"],
        ["matter", "list", "--nothing"],
        ["matter", "show", "one", "two"],
        ["act", "case.opened/1", "--tlp", "PURPLE"],
        ["init", "nl-x", "--web-port", "many"],
    ],
)
def test_a_command_that_is_no_command_is_usage(arguments: list[str]) -> None:
    done = shell.run(*arguments)
    assert done.code == app.USAGE
    assert done.err.startswith("usage: ")
    assert done.text == ""


def test_a_bad_value_is_told_with_the_values_that_there_are() -> None:
    err = shell.run("officer", "add", "Ann", "--role", "king").err
    assert '"officer", "desk_head", "oversight", "operator"' in err


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.Invalid, 2),
        (errors.NotFound, 3),
        (errors.Refused, 4),
        (errors.Conflict, 5),
        (errors.Unavailable, 6),
        (errors.Unverified, 7),
    ],
)
def test_each_way_to_say_no_has_its_exit_code(
    kind: type[errors.ComityError], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise kind("some-code", "some message", next_step="Do something.")

    made = cyclopts.App(name="comity")
    made.default(fail)
    monkeypatch.setattr(app, "create", lambda: made)
    done = shell.run()
    assert done.code == code
    assert done.err == "some-code: some message\n  Do something.\n"
    assert done.text == ""


def test_a_node_that_is_not_there_ends_the_process_with_code_3(tmp_path: Path) -> None:
    done = _started("officer", "list", "--data", str(tmp_path / "none"))
    assert done.returncode == 3
    assert done.stderr.startswith("node-missing: ")
    assert "comity init" in done.stderr


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    command = f"{sys.executable} -m comity act --list --json | head -c 1"
    done = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode in (0, 1)


def test_the_version_is_told_in_both_ways() -> None:
    told = shell.run("--version").text.strip()
    assert shell.run("version", "--json").json == {"version": told}
    assert shell.run("version", "-q").text.strip() == told
