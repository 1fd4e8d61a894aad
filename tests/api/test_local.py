"""The socket in the data folder: for its owner alone, and for one node at a time."""

import socket
import stat
from pathlib import Path
from typing import Any

import pytest

from comity.api import local
from tests.api import wire
from tests.api.house import House, problem
from tests.world.world import refused


@pytest.fixture(params=["short", "long"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A data folder; the path of the second is too long for the address of a socket."""
    made = tmp_path if request.param == "short" else tmp_path / ("x" * 120)
    made.mkdir(exist_ok=True)
    return made


def test_a_node_that_listens_is_found_and_spoken_to(folder: Path) -> None:
    assert not local.answers(folder)
    with local.listen(folder) as listener:
        assert local.answers(folder)
        listener.settimeout(5)
        # The first caller in the queue is the probe above.
        listener.accept()[0].close()
        with socket.socket(socket.AF_UNIX) as caller, local.address(folder) as path:
            caller.connect(path)
            caller.sendall(b"hello")
            taken, _ = listener.accept()
            with taken:
                assert taken.recv(5) == b"hello"
    assert not local.answers(folder)


def test_nobody_but_the_owner_may_open_the_socket(folder: Path) -> None:
    with local.listen(folder):
        assert stat.S_IMODE((folder / local.NAME).stat().st_mode) == 0o600


def test_a_second_node_is_refused_and_the_first_goes_on(folder: Path) -> None:
    with local.listen(folder):
        told = refused("node-running", lambda: local.listen(folder))
        assert "commands find it" in told.next_step
        assert local.answers(folder)


def test_what_a_crash_left_is_no_node_and_no_obstacle(folder: Path) -> None:
    local.listen(folder).close()
    assert (folder / local.NAME).exists()
    assert not local.answers(folder)
    with local.listen(folder):
        assert local.answers(folder)


def test_a_node_that_stops_takes_its_name_away(folder: Path) -> None:
    local.listen(folder).close()
    local.remove(folder)
    assert not (folder / local.NAME).exists()
    local.remove(folder)


def test_what_is_local_is_told_by_the_way_it_came_and_by_nothing_in_it() -> None:
    seen: list[bool] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(local.is_local(scope))
        await send({"type": "http.response.start", "status": 200, "headers": []})

    forged = {"comity.local": "true", "x-comity-local": "1", "host": "localhost"}
    wire.ask(app, headers=forged)
    wire.ask(local.Local(app))
    assert seen == [False, True]


def test_a_caller_inside_needs_no_token_and_is_the_operator(house: House) -> None:
    inside = house.client(house.lyon, inside=True)
    assert inside.get("/api/v1/me").json()["officer"]["role"] == "operator"
    assert inside.get("/api/v1/officers").status_code == 200
    case = house.case()
    answer = inside.get(f"/api/v1/matters/{case}", headers={"comity-purpose": "operation"})
    problem(answer, 404, "matter-unknown")


def test_a_caller_inside_with_a_token_is_that_officer(house: House) -> None:
    inside = house.client(house.lyon, inside=True)
    sent = dict(house.program(house.lyon).sent)
    assert inside.get("/api/v1/me", headers=sent).json()["officer"]["role"] == "officer"
    problem(inside.get("/api/v1/officers", headers=sent), 403, "role-needed")


def test_a_wrong_token_inside_is_not_forgiven(house: House) -> None:
    inside = house.client(house.lyon, inside=True)
    sent = {"authorization": "Bearer cmt_token_wrong"}
    problem(inside.get("/api/v1/me", headers=sent), 401, "sign-in-needed")
