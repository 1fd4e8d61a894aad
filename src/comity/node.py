"""The composition root: the one place where settings, store, keys, desk and doors meet.

Only here is the clock asked and randomness drawn. Opening a node touches no network; serving it
starts two listeners (pages and API; peers), the couriers, and the check against what peers saw.
"""

import ctypes
import datetime
import gc
import importlib.resources
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from comity import errors
from comity.config import Settings
from comity.desk import cabinet, founding, neighbours, tools
from comity.exchange import https
from comity.keys import filekeys
from comity.matters import subjects
from comity.policy import engine
from comity.records.ids import AuthorityId
from comity.store import opening, port
from comity.vault import exhibits

KEYS = "keys"
VAULT = "vault"


def clock() -> datetime.datetime:
    """Now, in UTC."""
    return datetime.datetime.now(datetime.UTC)


def settle_in() -> None:
    """For a process that will run long: what start-up made stays, and is not looked through again.

    A fold keeps many small values for ever; the collector would walk them all, again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    # What start-up used and freed goes back to the system, where the C library can do that.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def policy_texts() -> dict[str, str]:
    """The policies of this version, by file name."""
    folder = importlib.resources.files("comity.policy") / "texts"
    return {one.name: one.read_text() for one in folder.iterdir() if one.name.endswith(".cedar")}


class Chance:
    """Random bytes of the system, drawn a page at a time.

    Each draw lets other threads run first; many small ones would make every act wait for them. A
    process that is forked draws a page of its own.
    """

    _PAGE_BYTES = 4096

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._page = b""
        self._drawn_by = os.getpid()

    def __call__(self, size: int) -> bytes:
        """So many bytes that were given to nobody else."""
        if size > self._PAGE_BYTES // 8:
            return os.urandom(size)
        with self._lock:
            if len(self._page) < size or self._drawn_by != os.getpid():
                self._page, self._drawn_by = os.urandom(self._PAGE_BYTES), os.getpid()
            given, self._page = self._page[:size], self._page[size:]
        return given


@dataclass(slots=True)
class Node:
    """One opened node."""

    settings: Settings
    tools: tools.Tools
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def read_only(self) -> str:
        """Why this node writes nothing at present; empty when it does."""
        return self.tools.halt.reason

    def close(self) -> None:
        """Let queued appends finish and close the store."""
        if not self.closed.is_set():
            self.closed.set()
            self.tools.store.close()


def create(settings: Settings, authority: AuthorityId) -> Node:
    """Make a new node: its folder, its keys, its store, its account of access."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    filekeys.create(settings.data / KEYS, authority, passphrase=settings.passphrase(), now=clock())
    return open_(settings)


def open_(settings: Settings) -> Node:
    """Open a node that was created; `NotFound` names the folder if there is none."""
    keys_folder = settings.data / KEYS
    if not keys_folder.exists():
        raise errors.NotFound(
            "node-missing",
            f"there is no node in {settings.data}",
            next_step="Make one with: comity init",
        )
    keys = filekeys.load(keys_folder, passphrase=settings.passphrase())
    store = opening.open_store(settings.database, folder=settings.data)
    try:
        made = _assembled(settings, keys, store)
        founding.begin_access(made, clock())
        founding.begin_staff(made, clock())
    except BaseException:
        # Else nobody could open the folder again before this process ends.
        store.close()
        raise
    return Node(settings, made)


def _assembled(settings: Settings, keys: filekeys.NodeKeys, store: port.Store) -> tools.Tools:
    registry = subjects.REGISTRY

    def fetch(peer: AuthorityId) -> Callable[[str], bytes]:
        found = neighbours.address(made, peer)
        if found is None:
            raise errors.NotFound(
                "authority-unknown",
                f"{peer} is not in the directory",
                next_step="Check the name, or ask for the authority to be listed first.",
            )
        address, certificate = found
        return lambda path: https.get(address + path, certificate=certificate)

    made = tools.Tools(
        authority=keys.card.authority,
        registry=registry,
        store=store,
        vault=exhibits.Exhibits(settings.data / VAULT, keys.opener),
        keys=keys,
        policy=engine.Engine(policy_texts(), registry),
        cabinet=cabinet.Cabinet(store, registry),
        random=Chance(),
        fetch=fetch,
    )
    return made
