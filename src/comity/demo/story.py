"""The story of the demonstration: a joint case from two lists to a package for a court.

Each step does something through the doors of the nodes and then verifies what it says it showed.
A step that does not verify ends the play.
"""

import hashlib
import importlib.resources
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from comity import errors
from comity.demo import stage
from comity.desk import carrying, performing
from comity.interop import reading
from comity.matters import exported, subjects
from comity.records.ids import AuthorityId, MatterId

NORTH, SOUTH, EAST, WATCH = (
    stage.Part(AuthorityId("nl-north"), "Northern Cybercrime Unit", "NL"),
    stage.Part(AuthorityId("fr-south"), "Southern Cybercrime Prosecutor", "FR"),
    stage.Part(AuthorityId("ee-east"), "Eastern Digital Crime Bureau", "EE"),
    stage.Part(AuthorityId("eu-watch"), "Independent Oversight Body", "EU", "oversight"),
)
PARTS = (NORTH, SOUTH, EAST, WATCH)
ARRIVAL_SECONDS = 20.0


@dataclass(slots=True)
class Step:
    """One step, and what it verified."""

    title: str
    verified: list[str] = field(default_factory=list)

    def check(self, holds: bool, what: str) -> None:
        """Note that `what` holds, or end the play."""
        if not holds:
            raise errors.Unverified("demo-step", f"{self.title}: it does not hold that {what}")
        self.verified.append(what)


class Story:
    """The play on a stage that is set up."""

    def __init__(self, players: list[stage.Player]) -> None:
        self.north, self.south, self.east, self.watch = players
        self.players = players
        self.case = ""
        self._match = ""
        self._thing = ""
        self._reports: dict[str, str] = {}
        self._lists: dict[str, set[tuple[str, str]]] = {}

    def steps(self) -> Iterator[Step]:
        """Play; each step as it is done."""
        scenes: tuple[tuple[str, Callable[[Step], None]], ...] = (
            ("Four nodes start, in one directory", self._start),
            ("Two members import what they know", self._import),
            ("They compare blindly: neither list leaves its node", self._compare),
            ("Both consent, and contacts are shown", self._consent),
            ("A joint case opens with its lead", self._open),
            ("A request is filed, seen and answered", self._request),
            ("A third member joins and sees what was said before", self._join),
            ("An exhibit is handed over with both signatures", self._hand_over),
            ("A member works through an outage, by file", self._outage),
            ("Oversight rebuilds and checks every ledger", self._oversee),
            ("A copy for a court is checked without a node", self._verify),
        )
        for title, scene in scenes:
            step = Step(title)
            scene(step)
            yield step

    def _start(self, step: Step) -> None:
        for player in self.players:
            player.start()
        found = [p.door("operator", "operation").get("/directory") for p in self.players]
        directories = {one["directory"] for one in found}
        step.check(len(directories) == 1, "all four hold the same directory")
        step.check(
            all(len(one["authorities"]) == len(PARTS) for one in found),
            "it lists three members and an oversight body",
        )

    def _import(self, step: Step) -> None:
        files = {
            NORTH.authority: ("member-a.misp-galaxy.json", "member-a.csv"),
            SOUTH.authority: ("member-b.misp-event.json",),
        }
        for player in (self.north, self.south):
            noted = 0
            for name in files[player.authority]:
                data = _file(name)
                held = {
                    (row.identifier.cls.value, row.identifier.value)
                    for row in reading.read(data, name=name).rows
                }
                self._lists.setdefault(player.authority, set()).update(held)
                into = self._reports.get(player.authority)
                query = {"name": name} | ({"into": into} if into else {})
                said = player.door().send("/imports", data, **query).json()
                self._reports[player.authority] = said["matter"]
                noted += said["noted"]
            step.check(noted > 0, f"{player.authority} imported {noted} identifiers")

    def _compare(self, step: Step) -> None:
        asked = {"source": self._reports[NORTH.authority], "with": SOUTH.authority}
        contact = {"contact": "Desk North, +31 70 000 0000 (invented)"}
        self._match = self.north.door().post("/matches", asked | contact)["matter"]
        self._arrives(self.south, self._match)
        self._reaches(self.south, self._match, "asked")
        contact = {"contact": "Desk South, +33 1 00 00 00 00 (invented)"}
        self.south.door().post(f"/matches/{self._match}/answer", contact)
        self._reaches(self.north, self._match, "answered")
        hits = self.north.door().post(f"/matches/{self._match}/conclude")["hits"]
        found = {(hit["cls"], hit["value"]) for hit in hits}
        north, south = (self._lists[who] for who in (NORTH.authority, SOUTH.authority))
        step.check(found == north & south, f"exactly the {len(found)} common identifiers are found")
        onions = sum(1 for cls, _ in found if cls == "onion")
        step.check(onions > 0, f"{onions} of them are onion hosts")
        for player, foreign in ((self.south, north - south), (self.north, south - north)):
            step.check(
                not _holds(player, foreign),
                f"{player.authority} holds none of the other {len(foreign)} identifiers",
            )

    def _consent(self, step: Step) -> None:
        self._reaches(self.south, self._match, "found")
        self._thing = self._first(self.north, self._match)["id"]
        said = {"match": self._thing}
        self.north.door().act("contact.offered/1", said, self._match)
        self._reaches(self.south, self._match, "offered")
        step.check(
            self._contacts(self.south) == 1, "one side's consent alone shows the other nothing"
        )
        self.south.door().act("contact.released/1", said, self._match)
        self._reaches(self.north, self._match, "released")
        for player in (self.north, self.south):
            stage.wait(
                ARRIVAL_SECONDS,
                "both contacts",
                lambda player=player: self._contacts(player) == 2,  # type: ignore[misc]
            )
        step.check(True, "after both consents each side sees the other's contact")

    def _open(self, step: Step) -> None:
        said = {
            "title": "Night Bazaar (invented)",
            "summary": "Two desks found the same hidden services.",
            "priority": "urgent",
        }
        self.case = self.north.door().post(f"/matches/{self._match}/case", said)["matter"]
        self._arrives(self.south, self.case)
        row = self.south.door().get(f"/matters/{self.case}")
        step.check(_row(row)["lead"] == NORTH.authority, "the authority that asked leads")
        absent = self.east.door().get("/matters", type="case")["matters"]
        step.check(not absent, "an authority that is no party does not learn that it exists")

    def _request(self, step: Step) -> None:
        said = {
            "to": SOUTH.authority,
            "measure": "subscriber-data",
            "basis": "Budapest Convention, Second Additional Protocol, Article 7",
            "ask": "Subscriber data of the server behind the first common onion host.",
            "necessity": "It is the only lead to who pays for the server.",
        }
        body = {"matter": self.case, "said": said}
        told = self.north.door().post("/acts/request.filed/1", body, preview="true")["recipients"]
        step.check(
            [one["authority"] for one in told] == [SOUTH.authority],
            "before it is sent, the officer sees who will receive it",
        )
        request = self.north.door().act("request.filed/1", said, self.case)["record"]
        took = stage.wait(
            ARRIVAL_SECONDS, "the request", lambda: request in self._records(self.south)
        )
        step.check(True, f"the partner sees it {took:.1f} seconds later")
        said = {"request": request, "outcome": "executed", "answer": "Invented subscriber, Lyon."}
        self.south.door().act("request.answered/1", said, self.case)
        self._reaches(self.north, self.case, "executed", request)
        step.check(True, "the answer moved the request to executed on both nodes")

    def _join(self, step: Step) -> None:
        said = {"party": EAST.authority, "reason": "A server is there."}
        self.north.door().act("party.added/1", said, self.case)
        self._arrives(self.east, self.case)
        self._agree(step, (self.north, self.south, self.east))

    def _hand_over(self, step: Step) -> None:
        data = _file("member-a.csv") * 500
        about = {
            "name": "server-export.csv",
            "description": "Export from the seized server (invented)",
            "source": "Server in Rotterdam, copied with a write blocker",
            "method": "seizure",
            "basis": "Order 12/2026 of the investigating judge (invented)",
        }
        path = f"/matters/{self.case}/exhibits"
        exhibit = self.north.door().form(path, json.dumps(about).encode(), data)["record"]
        said = {"to": SOUTH.authority, "purpose": "examination"}
        self.north.door("desk_head").post(f"{path}/{exhibit}/hand-over", said)
        self._reaches(self.south, self.case, "offered", exhibit)
        self.south.door().post(f"{path}/{exhibit}/receive")
        self._reaches(self.north, self.case, "received", exhibit)
        acts = self._thing_of(self.north, self.case, exhibit)["acts"]
        step.check(
            [act["author"] for act in acts] == [NORTH.authority, SOUTH.authority],
            "giver and taker have both signed the hand-over",
        )
        got = self.south.door().fetch(f"{path}/{exhibit}/content")
        step.check(
            hashlib.sha256(got).digest() == hashlib.sha256(data).digest(),
            f"the taker holds the same {len(data)} bytes",
        )

    def _outage(self, step: Step) -> None:
        # One file carries what one parcel holds: only what is missed from here on waits for it.
        stage.wait(ARRIVAL_SECONDS, "the east to have all", lambda: self._caught_up(self.east))
        self.east.stop()
        note = {"text": "Said while the line to the east is down."}
        missed = self.north.door().act("note.made/1", note, self.case)["record"]
        with self.east.opened("officer") as desk:
            note = {"text": "Said in the east, without a line."}
            act = performing.Act(kind="note.made/1", matter=MatterId(self.case), said=note)
            offline = performing.perform(desk, act).record
        operator = self.north.door("operator", "operation")
        parcel = operator.send("/parcels/export", b"", to=EAST.authority).content
        with self.east.opened("operator") as desk:
            receipt = carrying.take(desk, parcel)
            back = carrying.export(desk, NORTH.authority).data
        operator.send("/parcels/import", receipt)
        operator.send("/parcels/import", back)
        step.check(offline in self._records(self.north), "what was said offline arrived by file")
        self.east.start()
        step.check(
            missed in self._records(self.east), "what was missed arrived by file before the line"
        )
        self._agree(step, (self.north, self.south, self.east))

    def _oversee(self, step: Step) -> None:
        door = self.watch.door("oversight", "oversight")
        for player in (self.north, self.south, self.east):
            found = door.post(f"/ledgers/{player.authority}/audit")
            step.check(
                found["fault"] == "" and found["size"] > 0,
                f"the ledger of {player.authority} is whole: {found['size']} entries",
            )

    def _verify(self, step: Step) -> None:
        head = self.north.door("desk_head", "prosecution")
        files = _unzipped(head.fetch(f"/matters/{self.case}/export"))
        pinned = self.watch.door("operator", "operation").get("/directory")["directory"]
        checked = exported.check(files, subjects.REGISTRY, pinned=pinned)
        step.check(
            checked.records >= len(self._records(self.north)),
            f"{checked.records} records, {checked.disclosures} disclosures and their proofs hold",
        )
        step.check(
            len(checked.witnesses) > 0, f"{len(checked.witnesses)} authorities witnessed the ledger"
        )
        name = next(name for name in files if name.startswith("records/"))
        altered = files | {name: files[name].replace(b'"sig":"', b'"sig":"A', 1)}
        try:
            exported.check(altered, subjects.REGISTRY, pinned=pinned)
        except errors.ComityError as fault:
            step.check(name in fault.message, "one altered byte is found, and the file is named")
        else:
            step.check(False, "one altered byte is found")

    # --- looking -------------------------------------------------------------------------------

    def _records(self, player: stage.Player, matter: str = "") -> list[str]:
        door, found, cursor = player.door(), list[str](), ""
        path = f"/matters/{matter or self.case}/records"
        while True:
            query = {"limit": 200} | ({"cursor": cursor} if cursor else {})
            page = door.get(path, **query)
            found += [one["record"] for one in page["records"]]
            cursor = page["next"]
            if not cursor:
                return found

    def _caught_up(self, player: stage.Player) -> bool:
        return set(self._records(self.north)) == set(self._records(player))

    def _agree(self, step: Step, players: tuple[stage.Player, ...]) -> None:
        def same() -> bool:
            return len({tuple(self._records(one)) for one in players}) == 1

        stage.wait(ARRIVAL_SECONDS, "all parties to agree", same)
        things = [self._things(one, self.case) for one in players]
        told = [[(one["id"], one["status"]) for one in each] for each in things]
        step.check(
            all(each == told[0] for each in told),
            f"{len(players)} nodes hold the same {len(self._records(players[0]))} records "
            "and the same state",
        )

    def _arrives(self, player: stage.Player, matter: str) -> None:
        def here() -> bool:
            try:
                return bool(player.door().get(f"/matters/{matter}"))
            except errors.Refused:
                return False

        stage.wait(ARRIVAL_SECONDS, f"{matter[:8]} at {player.authority}", here)

    def _reaches(self, player: stage.Player, matter: str, status: str, thing: str = "") -> None:
        def reached() -> bool:
            found = self._things(player, matter)
            return any(one["status"] == status and thing in ("", one["id"]) for one in found)

        stage.wait(ARRIVAL_SECONDS, f"{status} at {player.authority}", reached)

    def _things(self, player: stage.Player, matter: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = player.door().get(f"/matters/{matter}")["things"]
        return found

    def _first(self, player: stage.Player, matter: str) -> dict[str, Any]:
        return self._things(player, matter)[0]

    def _thing_of(self, player: stage.Player, matter: str, thing: str) -> dict[str, Any]:
        return next(one for one in self._things(player, matter) if one["id"] == thing)

    def _contacts(self, player: stage.Player) -> int:
        lines = player.door().get(f"/matters/{self._match}/records", limit=200)["records"]
        said = [line["said"] or {} for line in lines]
        return sum(1 for one in said if isinstance(one.get("contact"), str))


def _row(matter: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = matter["matter"]
    return row


def _file(name: str) -> bytes:
    return (importlib.resources.files("comity.demo") / "data" / name).read_bytes()


def _holds(player: stage.Player, foreign: set[tuple[str, str]]) -> bool:
    """Whether one of these stands anywhere in the node's folder, readable."""
    needles = [value.encode() for _, value in foreign if len(value) > 20]
    for path in player.settings.data.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if any(needle in data for needle in needles):
                return True
    return False


def _unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
