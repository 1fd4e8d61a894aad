"""Who may do what, at every endpoint: nobody without a token, no role beyond its own.

What stands here is written by hand and not taken from the policies: it is what they must come to.
"""

import dataclasses
import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from comity.api import app, routes
from comity.desk import cabinet, people
from comity.matters import subjects
from comity.node import policy_texts
from comity.policy import asks, denials, engine
from comity.records.ids import MatterId
from tests.api import described
from tests.api.house import ADDRESS, NOWHERE, ROLES, House, Program, problem
from tests.world.world import TURIN

DESK = ("officer", "desk_head")
READERS = (*DESK, "oversight")
BYTES = "application/octet-stream"
TEXT = {"text": "x"}
REASON = {"reason": "x"}
REQUEST = {"request": NOWHERE}
MATCH = {"match": NOWHERE}
PERSON = {"officer": "o-" + "a" * 16}
ABOUT = [
    (
        "about",
        (
            "about",
            b'{"name":"a","description":"b","source":"c","method":"seizure","basis":"d"}',
            "application/json",
        ),
    ),
    ("file", ("file", b"evidence", BYTES)),
]
"""The form of an exhibit."""

ACTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "case.opened/1": (DESK, {"title": "A shop"}),
    "party.added/1": (DESK, {"party": "no-oslo", **REASON}),
    "party.removed/1": (("desk_head",), {"party": "no-oslo", **REASON}),
    "lead.offered/1": (("desk_head",), {"to": "no-oslo", **REASON}),
    "lead.accepted/1": (("desk_head",), {}),
    "lead.declined/1": (("desk_head",), REASON),
    "work.ratified/1": (("desk_head",), {"records": [NOWHERE], **REASON}),
    "case.closed/1": (("desk_head",), {"outcome": "referred", **REASON}),
    "fork.voted/1": (("desk_head",), {"keep": NOWHERE, **REASON}),
    "fork.resolved/1": (("desk_head",), {"keep": NOWHERE}),
    "conflict.settled/1": (("desk_head",), {"about": NOWHERE, "keep": NOWHERE, **REASON}),
    "identifiers.noted/1": (DESK, {"identifiers": [{"cls": "domain", "value": "a.example"}]}),
    "note.made/1": (DESK, TEXT),
    "priority.set/1": (DESK, {"priority": "urgent", **REASON}),
    "authority.listed/1": (("operator",), {}),
    "authority.relisted/1": (("operator",), {}),
    "authority.suspended/1": (("operator",), {"authority": "no-oslo", **REASON}),
    "exhibit.disputed/1": (DESK, {"exhibit": NOWHERE, **REASON}),
    "match.declined/1": (DESK, MATCH | REASON),
    "contact.offered/1": (DESK, MATCH),
    "contact.released/1": (DESK, MATCH),
    "contact.withheld/1": (DESK, MATCH | REASON),
    "report.filed/1": (DESK, {"title": "A shop"}),
    "triage.asked/1": (DESK, {}),
    "report.triaged/1": (DESK, {"triage": NOWHERE, "decision": "accepted", **REASON}),
    "request.filed/1": (
        DESK,
        {"to": "it-turin", "measure": "search", "basis": "x", "ask": "x", "necessity": "x"},
    ),
    "request.answered/1": (DESK, REQUEST | {"outcome": "executed", "answer": "x"}),
    "request.declined/1": (DESK, REQUEST | {"ground": "other", **REASON}),
    "clarification.asked/1": (DESK, REQUEST | {"question": "x"}),
    "request.clarified/1": (DESK, REQUEST | {"answer": "x"}),
    "request.withdrawn/1": (DESK, REQUEST | REASON),
    "role.given/1": (("operator",), PERSON | {"role": "operator"} | REASON),
    "clearance.given/1": (("operator",), PERSON | {"level": "restricted", "until": "2027-01-01"}),
    "team.joined/1": (("desk_head",), PERSON | {"matter": NOWHERE}),
    "team.left/1": (("desk_head",), PERSON | {"matter": NOWHERE}),
    "matter.protected/1": (("desk_head",), {"matter": NOWHERE, "restricted": True}),
    "conflict.declared/1": (("desk_head",), PERSON | {"matter": NOWHERE} | REASON),
    "conflict.ended/1": (("desk_head",), PERSON | {"matter": NOWHERE} | REASON),
    "work.taken-over/1": (("operator",), PERSON | {"predecessor": "o-" + "b" * 16}),
    "officer.kept-out/1": (("operator",), PERSON | REASON),
    "officer.readmitted/1": (("operator",), PERSON | REASON),
    "passkeys.withdrawn/1": (("operator",), PERSON | REASON),
    "glass.reviewed/1": (("oversight",), {"glass": NOWHERE, "finding": "justified"} | REASON),
}
"""Who says a kind, and a statement of it that is well formed."""


@dataclass(frozen=True, slots=True)
class Row:
    """An endpoint, a request that is well formed, and who is permitted."""

    roles: tuple[str, ...]
    path: str
    good: int | str
    """The status, or the code, that those who are permitted are answered with."""
    given: dict[str, Any] = field(default_factory=dict)
    asked: bool = True
    """Whether policy is asked for just the action that the endpoint declares."""


def sent(data: bytes, media: str = BYTES, **query: str) -> dict[str, Any]:
    return {"content": data, "headers": {"content-type": media}, "params": query}


def rows(scene: "Scene") -> dict[str, Row]:
    """Every endpoint that says no act by itself."""
    case, exhibit = f"/matters/{scene.case}", f"/matters/{scene.case}/exhibits/{scene.exhibit}"
    match, person = f"/matches/{scene.match}", f"/officers/{scene.person}"
    contact = {"json": {"contact": "desk@example"}}
    listing = scene.listing
    return {
        "list_matters": Row(READERS, "/matters", 200),
        "read_matter": Row(READERS, case, 200),
        "read_timeline": Row(READERS, f"{case}/records", 200),
        "export_matter": Row(("desk_head",), f"{case}/export", 200),
        "read_record": Row(READERS, f"/records/{scene.case}", 200),
        "read_proof": Row(READERS, f"/records/{scene.case}/proof", 200),
        "list_kinds": Row(ROLES, "/kinds", 200),
        "read_kind": Row(ROLES, "/kinds/note.made/1", 200),
        "read_me": Row(ROLES, "/me", 200),
        "import_file": Row(
            DESK, "/imports", 200, sent(b"class,value\n", name="a.csv", dry_run="true")
        ),
        "ask_match": Row(
            DESK,
            "/matches",
            "authority-unknown",
            {"json": {"source": scene.report, "with": "xx-nobody", "contact": "desk@example"}},
            asked=False,
        ),
        "answer_match": Row(DESK, f"{match}/answer", "not-admissible", contact),
        # Oversight, which may read all of it, stops at the same place as the desk does.
        "conclude_match": Row(READERS, f"{match}/conclude", "match-unanswered", asked=False),
        "read_hits": Row(READERS, f"{match}/hits", 200),
        "open_joint_case": Row(
            READERS,
            f"{match}/case",
            "consent-missing",
            {"json": {"title": "A shop"}},
            asked=False,
        ),
        "take_exhibit": Row(DESK, f"{case}/exhibits", 201, {"files": ABOUT}),
        "hand_over_exhibit": Row(
            ("desk_head",),
            f"{exhibit}/hand-over",
            201,
            {"json": {"to": "it-turin", "purpose": "examination"}},
        ),
        "receive_exhibit": Row(DESK, f"{exhibit}/receive", "not-admissible", asked=False),
        "read_exhibit": Row(DESK, f"{exhibit}/content", 200),
        "export_parcel": Row(("operator",), "/parcels/export", 200, sent(b"", to="it-turin")),
        "import_parcel": Row(
            ("operator",),
            "/parcels/import",
            "parcel-magic",
            sent(b"x", "application/vnd.comity.parcel"),
        ),
        "list_peers": Row(("operator",), "/peers", 200),
        "read_directory": Row(ROLES, "/directory", 200),
        "export_directory": Row(ROLES, "/directory/export", 200),
        "found_directory": Row(
            ("operator",),
            "/directory/found",
            "directory-pinned",
            {"json": {"name": "Another", "listing": listing}},
        ),
        "admit_authority": Row(
            ("operator",),
            "/directory/authorities",
            "not-admissible",
            {"json": {"listing": listing}},
        ),
        "join_directory": Row(
            ("operator",), "/directory/join", "directory-empty", sent(b"", pin=NOWHERE)
        ),
        "list_officers": Row(("operator",), "/officers", 200),
        "add_officer": Row(
            ("operator",), "/officers", "role-unknown", {"json": {"name": "Ada", "role": "king"}}
        ),
        "issue_link": Row(("operator",), f"{person}/links", 201),
        "issue_token": Row(("operator",), f"{person}/tokens", 201, {"json": {}}),
        "deactivate_officer": Row(("operator",), f"{person}/deactivate", 200),
        "read_access": Row(("oversight",), "/access", 200),
        "read_checkpoint": Row(("operator", "oversight"), "/ledger/checkpoint", 200),
        "read_tile": Row(("operator", "oversight"), "/ledger/tile/0/000.p/1", 200),
        "audit_ledger": Row(("operator", "oversight"), "/ledgers/it-turin/audit", 503),
    }


class Watched(engine.Engine):
    """Policy that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(policy_texts(), subjects.REGISTRY)
        self.asked: list[str] = []

    def decide(self, ask: asks.Ask) -> engine.Permit | denials.Denied:
        self.asked.append(ask.action)
        return super().decide(ask)


class Scene:
    """Lyon with something of everything in it, and the API behind which policy is watched."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.store = house.lyon.tools.store
        self.policy = Watched()
        tools = dataclasses.replace(house.lyon.tools, policy=self.policy)
        made = app.create(tools, clock=house.world.now, base_url=ADDRESS)
        self.client = TestClient(made, base_url=ADDRESS, raise_server_exceptions=False)
        program = house.program(house.lyon)
        self.case = house.case("A shop", TURIN)
        taken = program.ask("POST", f"/matters/{self.case}/exhibits", files=ABOUT)
        self.exhibit = taken.json()["record"]
        head = house.program(house.lyon, "desk_head")
        rows = b"class,value\ndomain,a.example\n"
        self.report = program.send("/imports", rows, BYTES, name="a.csv").json()["matter"]
        question = {"source": self.report, "with": "it-turin", "contact": "desk@example"}
        self.match = program.post("/matches", question).json()["matter"]
        directory = head.told("/directory")
        self.directory = directory["directory"]
        (self.listing,) = [
            one for one in directory["authorities"] if one["authority"] == "it-turin"
        ]
        self.person = people.add_officer(
            house.lyon.tools, "Somebody", "officer", house.world.now()
        ).id

    def matter_of(self, kind: str) -> MatterId | None:
        if kind in ("case.opened/1", "report.filed/1"):
            return None
        if subjects.REGISTRY[kind].family == "staff":
            return people.staff_matter(self.house.lyon.tools)
        return MatterId(self.directory if kind.startswith("authority.") else self.case)

    def row(self, route: routes.Route) -> Row:
        """The request for a route."""
        if not route.path.startswith("/acts/"):
            return rows(self)[route.name]
        kind = route.path.removeprefix("/acts/")
        roles, said = ACTS[kind]
        if kind in ("authority.listed/1", "authority.relisted/1"):
            said = {"authority": "it-turin", "listing": self.listing}
        body: dict[str, Any] = {"said": said}
        matter = self.matter_of(kind)
        if matter is not None:
            body["matter"] = matter
        # Nothing is said: a preview asks policy just as the act does.
        return Row(roles, route.path, 200, {"json": body, "params": {"preview": "true"}})

    def ask(self, route: routes.Route, row: Row, headers: dict[str, str]) -> httpx2.Response:
        """The answer to this request from whoever sends these headers."""
        self.policy.asked.clear()
        return Program(self.client, headers).ask(route.method, row.path, **row.given)

    def said_since(self, size: int) -> list[str]:
        """The kinds of the records that were said since; looks are noted and do not count."""
        leaves = self.store.leaves(size, self.store.size)
        kinds = [self.store.record(one).kind for one in leaves]
        return [kind for kind in kinds if kind != "access.noted/1"]


@pytest.fixture(scope="module")
def scene(house: House) -> Iterator[Scene]:
    made = Scene(house)
    with made.client:
        yield made


@pytest.fixture(scope="module")
def nobodies(house: House) -> dict[str, dict[str, str]]:
    """What is sent by those who are nobody."""
    lyon, now, hour = house.lyon, house.world.now(), datetime.timedelta(hours=1)
    officer = lyon.people["officer"]
    ended = people.add_officer(lyon.tools, "Kept out", "operator", now)
    of_ended = people.issue(lyon.tools, ended, "token", hour, now)
    people.set_active(lyon.tools, ended, False)
    secrets = {
        "a wrong token": "cmt_token_" + "A" * 43,
        "a token of another node": house.token(house.turin),
        "a token that has expired": people.issue(lyon.tools, officer, "token", -hour, now),
        "a token of somebody who was kept out": of_ended,
        "a session of the pages": people.issue(lyon.tools, officer, "session", hour, now),
    }
    sent = {name: {"authorization": f"Bearer {secret}"} for name, secret in secrets.items()}
    return {"no token": {}} | sent


BY_NAME = {one.name: one for one in described.DECLARED}


def test_every_endpoint_is_in_the_table(scene: Scene) -> None:
    acts = {one.path.removeprefix("/acts/") for one in BY_NAME.values() if "/acts/" in one.path}
    assert acts == set(ACTS)
    others = {one.name for one in BY_NAME.values() if "/acts/" not in one.path}
    assert others == set(rows(scene))


@pytest.mark.parametrize("name", list(BY_NAME))
def test_nobody_is_answered_without_a_token_that_holds(
    scene: Scene, nobodies: dict[str, dict[str, str]], name: str
) -> None:
    route = BY_NAME[name]
    row, before = scene.row(route), scene.store.size
    answers = [scene.ask(route, row, headers) for headers in nobodies.values()]
    for answer in answers:
        problem(answer, 401, "sign-in-needed")
    assert len({answer.content for answer in answers}) == 1
    assert scene.policy.asked == []
    assert scene.store.size == before


@pytest.mark.parametrize("name", list(BY_NAME))
def test_each_role_is_permitted_its_own_and_nothing_else(scene: Scene, name: str) -> None:
    route = BY_NAME[name]
    row = scene.row(route)
    # Who may not comes first: what is permitted may change what there is.
    for role in sorted(ROLES, key=lambda role: role in row.roles):
        before = scene.store.size
        headers = dict(scene.house.program(scene.house.lyon, role).sent)
        answer = scene.ask(route, row, headers)
        told = answer.json() if answer.headers["content-type"].endswith("json") else {}
        if role in row.roles:
            assert row.good in (answer.status_code, told.get("code")), (role, answer.text)
            if row.asked and route.action != routes.SIGNED_IN:
                assert route.action in scene.policy.asked, role
        else:
            assert answer.status_code in (403, 404), (role, answer.text)
            assert told["code"] != row.good, role
            assert scene.said_since(before) == [], role


class Counted:
    """A store that counts what it is asked."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.asked.append(name)
        return getattr(self.store, name)


HIDDEN = [
    ("GET", "/matters/{}", {}),
    ("GET", "/matters/{}/records", {}),
    ("GET", "/matters/{}/export", {}),
    ("GET", "/matches/{}/hits", {}),
    ("POST", "/matches/{}/conclude", {}),
    ("GET", "/records/{}", {}),
    ("GET", "/records/{}/proof", {}),
    ("GET", "/matters/{}/exhibits/" + NOWHERE + "/content", {}),
    ("POST", "/matters/{}/exhibits", {"files": ABOUT}),
    ("POST", "/acts/note.made/1", {"json": {"said": TEXT}}),
    ("POST", "/imports", sent(b"class,value\ndomain,a.example\n", name="a.csv")),
]


@dataclass(frozen=True, slots=True)
class Outsider:
    """Turin, that was removed from a case, behind a store that counts."""

    program: Program
    store: Counted
    case: str


@pytest.fixture(scope="module")
def outsider(house: House) -> Iterator[Outsider]:
    case = house.case("A shop", TURIN)
    house.world.settle()
    head = house.program(house.lyon, "desk_head")
    head.act("party.removed/1", {"party": "it-turin", "reason": "Not concerned."}, case)
    house.world.settle()
    store = Counted(house.turin.tools.store)
    tools = dataclasses.replace(
        house.turin.tools, store=store, cabinet=cabinet.Cabinet(store, subjects.REGISTRY)
    )
    made = app.create(tools, clock=house.world.now, base_url=ADDRESS)
    with TestClient(made, base_url=ADDRESS) as client:
        yield Outsider(Program(client, house.program(house.turin).sent), store, case)


@pytest.mark.parametrize(("method", "path", "given"), HIDDEN)
def test_what_is_hidden_answers_like_what_is_not_there_and_asks_the_store_no_more(
    outsider: Outsider, method: str, path: str, given: dict[str, Any]
) -> None:
    told = []
    for one in (outsider.case, NOWHERE, outsider.case, NOWHERE):
        outsider.store.asked.clear()
        answer = outsider.program.ask(method, path.format(one), **_about(given, one))
        assert answer.status_code == 404
        # Who asks is looked up every few seconds, whatever is asked.
        asked = set(outsider.store.asked) - {"credential", "officer"}
        told.append((answer.content, dict(answer.headers), asked))
    assert len({content for content, _, _ in told}) == 1
    assert told[0][1] == told[1][1]
    # The case was folded by now: what is asked about it is not more than about nothing.
    hidden, absent = told[2][2], told[3][2]
    assert hidden <= absent


def _about(given: dict[str, Any], matter: str) -> dict[str, Any]:
    """The request, about this matter."""
    if "json" in given:
        return {"json": given["json"] | {"matter": matter}}
    if "params" in given:
        return given | {"params": given["params"] | {"into": matter}}
    return given
