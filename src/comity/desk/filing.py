"""Beginning a matter by hand. A report waits for triage from its first moment."""

from comity.desk import performing, tools

_FIRST = {"report.filed/1": "triage.asked/1"}
"""What follows by itself when a matter is begun with a kind."""


def begin(desk: tools.Desk, act: performing.Act) -> performing.Done:
    """Say `act`, and what follows from it by itself; the first one's place.

    A crash between the two leaves a report for which triage can still be asked.
    """
    done = performing.perform(desk, act)
    follows = _FIRST.get(act.kind)
    if follows is not None:
        performing.perform(desk, performing.Act(kind=follows, matter=done.matter, said={}))
    return done
