"""Append in a child, kill it at some moment, look at what is left; again and again.

Run as a program, for it forks: `python -m tests.store.killing <url or nothing> <folder> <times>`.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path

from comity.records.ids import MatterId, RecordId
from comity.store import opening, port, scrub
from tests.store import acts
from tests.store.acts import OSLO, TURIN

THREADS = 6
_STEP = 1_000_000


def main(url: str, folder: Path, times: int) -> None:
    """Kill `times` children; every one's acknowledged acts must be there each time after."""
    with contextlib.closing(opening.open_store(url, folder=folder)) as store:
        first = acts.record(0)
        store.append(port.Append(records=(first,))).result()
    known: dict[RecordId, int] = {first.id: 0}
    for turn in range(times):
        known |= killed_once(url, folder, first.matter, turn)
        check(url, folder, known)
    print(times, "kills", len(known), "acknowledged")  # noqa: T201 - the test reads it


def killed_once(url: str, folder: Path, matter: MatterId, turn: int) -> dict[RecordId, int]:
    """Let a child append until it has answered some; what it acknowledged before it died."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        append_for_ever(url, folder, matter, turn, writing)
    os.close(writing)
    found: dict[RecordId, int] = {}
    with os.fdopen(reading) as lines:
        for line in lines:
            if not line.endswith("\n"):
                break
            record, leaf = line.split()
            found[RecordId(record)] = int(leaf)
            if len(found) == 1 + turn * 7 % 40:
                time.sleep(turn % 5 * 0.0007)  # So that it dies at other places, too.
                os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise SystemExit(f"the child ended by itself: {status}")
    return found


def append_for_ever(url: str, folder: Path, matter: MatterId, turn: int, answers: int) -> None:
    """Append from several threads; write each record's id and leaf after it was acknowledged."""
    store = opening.open_store(url, folder=folder)

    def caller(number: int) -> None:
        for n in range(_STEP):
            what = acts.act((1 + turn * THREADS + number) * _STEP + n, matter, peers=[TURIN, OSLO])
            appended = store.append(what).result()
            os.write(answers, b"%s %d\n" % (what.records[0].id.encode(), appended.leaves[0]))

    threads = [threading.Thread(target=caller, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os._exit(0)


def check(url: str, folder: Path, known: dict[RecordId, int]) -> None:
    """Each acknowledged record is whole at its leaf; each record has all that came with it."""
    with contextlib.closing(opening.open_store(url, folder=folder)) as store:
        ids = list(store.leaves(0, store.size))
        if len(ids) != store.size or scrub.check(store) is not None:
            raise SystemExit(f"{len(ids)} leaves of {store.size}; {scrub.check(store)}")
        for record, leaf in known.items():
            if ids[leaf] != record:
                raise SystemExit(f"{record} was acknowledged at {leaf}, where {ids[leaf]} is")
        shown, why = store.disclosures(ids), store.decisions(ids)
        for record in ids[1:]:
            if len(shown[record]) != 2 or record not in why:
                raise SystemExit(f"only a part of {record} is there")
        for peer in (TURIN, OSLO):
            rows = store.pending(peer, 10**6)
            if [row.record for row in rows] != ids[1:]:
                raise SystemExit(f"the stream of {peer} does not hold what the ledger holds")
            if [row.number for row in rows] != list(range(1, len(ids))):
                raise SystemExit(f"the stream of {peer} has gaps")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
