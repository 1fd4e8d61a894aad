"""Oversight over the API: members' ledgers rebuilt, and the account of who accessed what."""

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from comity import errors
from comity.api import app, peers
from comity.records.ids import AuthorityId
from tests.api import described, wire
from tests.api.house import ADDRESS, House, Program, problem
from tests.world.world import TURIN


class Watch:
    """Oversight at Lyon, who reaches Turin's public ledger; a test may alter what comes."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.fetched: list[str] = []
        self.alter: Callable[[str, bytes], bytes] = lambda path, data: data
        self._ledger = peers.create(house.turin.tools, clock=house.world.now)
        tools = dataclasses.replace(house.lyon.tools, fetch=self._fetch)
        made = app.create(tools, clock=house.world.now, base_url=ADDRESS)
        self.client = TestClient(made, base_url=ADDRESS)

    def program(self, role: str = "oversight") -> Program:
        return Program(self.client, self.house.program(self.house.lyon, role).sent)

    def _fetch(self, peer: AuthorityId) -> Callable[[str], bytes]:
        if peer != TURIN:
            raise errors.NotFound("authority-unknown", f"{peer} is not in the directory")

        def get(path: str) -> bytes:
            self.fetched.append(path)
            heard = wire.ask(self._ledger, "GET", path)
            if heard.status != 200:
                raise errors.Unavailable("peer-refused", f"{path}: {heard.status}")
            return self.alter(path, heard.body)

        return get


@pytest.fixture(scope="module")
def watching(house: House) -> Iterator[Watch]:
    watch = Watch(house)
    with watch.client:
        case = house.case("A shop", TURIN)
        house.world.settle()
        house.program(house.turin).act("note.made/1", {"text": "Seen here too."}, case)
        house.world.settle()
        yield watch


@pytest.fixture
def watch(watching: Watch) -> Watch:
    """Turin's ledger reached as it is, until a test alters it."""
    watching.fetched.clear()
    watching.alter = lambda path, data: data
    return watching


def test_a_sound_ledger_is_rebuilt_whole_and_found_sound(watch: Watch) -> None:
    answer = watch.program().post("/ledgers/it-turin/audit")
    assert answer.status_code == 200, answer.text
    found = described.check(answer, "audit_ledger")
    assert (found["authority"], found["fault"]) == ("it-turin", "")
    assert found["size"] == watch.house.turin.tools.store.size
    assert found["seen_size"] > 0
    assert "/ledger/checkpoint" in watch.fetched
    assert any("/entries/" in path for path in watch.fetched)


def test_an_altered_entry_is_found(watch: Watch) -> None:
    watch.alter = lambda path, data: (
        data[:-1] + bytes([data[-1] ^ 1]) if "/entries/" in path else data
    )
    found = watch.program().post("/ledgers/it-turin/audit").json()
    assert found["fault"]


def test_a_checkpoint_that_nobody_signed_is_refused(watch: Watch) -> None:
    watch.alter = lambda path, data: (
        data.replace(b"it-turin", b"no-oslo") if path.endswith("checkpoint") else data
    )
    answer = watch.program().post("/ledgers/it-turin/audit")
    assert answer.status_code in (400, 422)


def test_a_member_that_is_not_reached_is_told_of(watch: Watch) -> None:
    def gone(path: str, data: bytes) -> bytes:
        raise errors.Unavailable("peer-silent", "it does not answer")

    watch.alter = gone
    problem(watch.program().post("/ledgers/it-turin/audit"), 503, "peer-silent")


def test_there_is_no_ledger_of_nobody(watch: Watch) -> None:
    problem(watch.program().post("/ledgers/xx-nobody/audit"), 404, "authority-unknown")
    problem(watch.program().post("/ledgers/NOBODY/audit"), 422, "authority-malformed")


@pytest.mark.parametrize("role", ["officer", "desk_head"])
def test_who_may_not_audit_learns_nothing_and_nothing_is_fetched(watch: Watch, role: str) -> None:
    told = [
        watch.program(role).post(f"/ledgers/{who}/audit")
        for who in ("it-turin", "no-oslo", "xx-nobody")
    ]
    for answer in told:
        problem(answer, 403, "role-needed")
    assert len({answer.content for answer in told}) == 1
    assert watch.fetched == []


# The account of access


def test_the_account_tells_who_looked_at_what_for_what_purpose(house: House) -> None:
    case = house.case("Looked at", TURIN)
    house.program(house.lyon, purpose="prosecution").told(f"/matters/{case}")
    head = house.program(house.lyon, "desk_head")
    assert head.get(f"/matters/{case}/export").status_code == 200
    house.program(house.lyon).get(f"/records/{case}")
    answer = house.program(house.lyon, "oversight").get("/access", limit=4)
    own, record, export, read = described.check(answer, "read_access")["accesses"]
    assert (own["what"], own["place"], own["officer"]) == (
        "read",
        "access",
        "oversight of fr-lyon",
    )
    assert (record["what"], record["place"], record["about"]) == ("read", "record", case)
    assert (export["what"], export["officer"]) == ("exported", "desk_head of fr-lyon")
    assert (read["what"], read["matter"], read["title"]) == ("read", case, "Looked at")
    assert (read["officer"], read["purpose"]) == ("officer of fr-lyon", "prosecution")


def test_the_account_is_read_page_by_page_and_the_cursor_holds(either: House) -> None:
    case = either.case("Looked at", TURIN)
    for _ in range(5):
        either.program(either.lyon).told(f"/matters/{case}")
    oversight = either.program(either.lyon, "oversight")
    first = oversight.get("/access", limit=3)
    cursor = first.json()["next"]
    assert first.headers["link"] == f'</api/v1/access?limit=3&cursor={cursor}>; rel="next"'
    either.program(either.lyon).told(f"/matters/{case}")
    second = oversight.told("/access", limit=3, cursor=cursor)
    lines = first.json()["accesses"] + second["accesses"]
    assert len({one["record"] for one in lines}) == 6
    assert [one["said_at"] for one in lines] == sorted(
        (one["said_at"] for one in lines), reverse=True
    )
    assert [one["matter"] for one in lines[1:6]] == [case] * 5


def test_the_account_ends_where_it_began(house: House) -> None:
    oversight, store = house.program(house.oslo, "oversight"), house.oslo.tools.store
    found: list[str] = []
    page = oversight.told("/access", limit=500)
    while page["next"] is not None:
        found += [one["record"] for one in page["accesses"]]
        page = oversight.told("/access", limit=500, cursor=page["next"])
    found += [one["record"] for one in page["accesses"]]
    leaves = store.leaves(0, store.size)
    assert (
        found
        == [one for one in reversed(leaves) if store.record(one).kind == "access.noted/1"][
            -len(found) :
        ]
    )
    assert found[-1] == next(one for one in leaves if store.record(one).kind == "access.noted/1")


@pytest.mark.parametrize("cursor", ["0", "-1", "x", "9" * 30])
def test_a_cursor_that_is_none_is_refused(house: House, cursor: str) -> None:
    answer = house.program(house.lyon, "oversight").get("/access", cursor=cursor)
    problem(answer, 422, "query-value")


@pytest.mark.parametrize(
    ("role", "code"),
    [("officer", "not-permitted"), ("oversight", "oversight-reads-for-review")],
)
def test_the_account_is_for_review_alone(house: House, role: str, code: str) -> None:
    store = house.lyon.tools.store
    before = store.size
    answer = house.program(house.lyon, role, purpose="investigation").get("/access")
    problem(answer, 403, code)
    assert store.size == before
