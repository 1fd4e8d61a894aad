"""A node under load, to be killed: prints each act after it was acknowledged, never before."""

import sys
import threading
from pathlib import Path

from comity import node
from comity.config import Settings
from comity.desk import performing, tools
from comity.records.ids import MatterId

CALLERS = 8


def main(folder: Path) -> None:
    """Act for ever."""
    made = node.open_(Settings(data=folder))
    officer = made.tools.store.officers()[0]
    told = threading.Lock()

    def desk() -> tools.Desk:
        return tools.Desk(
            officer=officer, purpose="investigation", now=node.clock(), tools=made.tools
        )

    def work(number: int) -> None:
        case: MatterId | None = None
        for turn in range(10**9):
            if turn % 10 == 0:
                act = performing.Act(
                    kind="case.opened/1", said={"title": f"Case {number}", "parties": ["it-turin"]}
                )
            else:
                act = performing.Act(
                    kind="note.made/1", matter=case, said={"text": f"{number}.{turn}"}
                )
            done = performing.perform(desk(), act)
            case = done.matter
            with told:
                print(  # noqa: T201  # the parent reads it
                    done.record, done.matter, done.leaf, flush=True
                )

    callers = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
