import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from comity import errors
from comity.api import local
from comity.cli import client
from comity.cli.options import Options
from tests.cli import shell
from tests.world import world


@pytest.fixture
def served(lone: shell.Shell) -> Iterator[shell.Shell]:
    """A node that runs, in a process of its own."""
    command = [sys.executable, "-m", "comity", "serve", "--json", "--data", str(lone.data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"{\n"
            while process.stdout.readline() != b"}\n":
                pass
            yield lone
        finally:
            process.terminate()


def test_a_node_that_runs_is_called_through_its_socket(served: shell.Shell) -> None:
    assert served.do("officer", "add", "Ann Smit")["name"] == "Ann Smit"
    with client.Client(Options(data=served.data)) as node:
        assert node.get("/me")["officer"]["role"] == "operator"
        assert [one["name"] for one in node.get("/officers")["officers"]] == ["Ann Smit"]


def test_a_node_that_does_not_run_answers_the_same(lone: shell.Shell) -> None:
    with client.Client(Options(data=lone.data)) as node:
        assert node.get("/me")["officer"]["role"] == "operator"
        assert node.get("/me")["authority"] == lone.authority


def test_two_commands_do_not_open_one_store(lone: shell.Shell) -> None:
    with client.Client(Options(data=lone.data)):
        done = lone.run("officer", "list")
    assert done.code == errors.Unavailable.exit_code
    assert done.err.startswith("folder-held: ")
    assert lone.run("officer", "list").code == 0


def test_a_token_makes_an_officer_also_on_the_socket(served: shell.Shell) -> None:
    served.hire()
    done = served.run("officer", "list", who="officer")
    assert done.code == errors.Refused.exit_code
    options = Options(data=served.data, token_file=served.token("desk_head"))
    with client.Client(options) as node:
        assert node.get("/me")["officer"]["role"] == "desk_head"


def test_an_empty_token_is_nobody(lone: shell.Shell, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    done = lone.run("officer", "list", "--token-file", tmp_path / "empty")
    assert done.code == errors.Refused.exit_code
    assert done.err.startswith("sign-in-needed: ")


@pytest.mark.parametrize("kind", client._ERRORS.values())
def test_an_error_comes_over_as_it_is(kind: type[errors.ComityError]) -> None:
    name = next(name for name, one in client._ERRORS.items() if one is kind)
    said = {"error": name, "code": "some-code", "detail": "message", "next_step": "Do."}
    response = httpx2.Response(kind.status, json=said)
    fault = client._told(response, response.content)
    assert type(fault) is kind
    assert (fault.code, fault.message, fault.next_step) == ("some-code", "message", "Do.")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"error": "broken", "code": "broken"}']
)
def test_an_answer_that_is_no_problem_is_a_broken_node(body: bytes) -> None:
    response = httpx2.Response(500, content=body)
    fault = client._told(response, body)
    assert isinstance(fault, errors.Unavailable)
    assert fault.code == "node-broken"


def test_a_file_that_broke_off_is_not_kept(tmp_path: Path) -> None:
    with _breaking_off(tmp_path) as folder, client.Client(Options(data=folder)) as node:
        world.refused("node-unreachable", lambda: node.save("/anything", tmp_path / "out"))
    assert not [one.name for one in tmp_path.iterdir() if one.name != "node"]


class _breaking_off:  # noqa: N801 - reads as what it does
    """A socket that promises ten bytes and sends five."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "node"
        self._folder.mkdir()

    def __enter__(self) -> Path:
        self._listener = local.listen(self._folder)
        self._listener.setblocking(True)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self._folder

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        # The first caller only looks whether somebody listens.
        self._accept().close()
        with self._accept() as calling:
            calling.recv(65_536)
            calling.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")

    def _accept(self) -> socket.socket:
        return self._listener.accept()[0]


def test_the_wire_names_every_way_to_say_no() -> None:
    ways = {one for one in errors.ComityError.__subclasses__() if one.__module__ == errors.__name__}
    assert set(client._ERRORS.values()) == ways


def test_an_error_message_survives_as_json(lone: shell.Shell) -> None:
    done = lone.run("officer", "link", "Nobody", "--json")
    assert done.code == errors.NotFound.exit_code
    assert done.out == b""
    assert done.err == (
        "officer-unknown: there is no officer Nobody\n  List them with: comity officer list\n"
    )
    assert json.loads(lone.run("officer", "list", "--json").out) == {"officers": [], "alone": True}
