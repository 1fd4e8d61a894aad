"""`comity demo`: play the joint case, then serve the pages and say where to look."""

import contextlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from comity import errors
from comity.demo import stage, story


def main(*, check: bool = False, as_json: bool = False, keep: Path | None = None) -> int:
    """Play; the exit code. With `check` nothing is served afterwards.

    0 only if every step verified what it showed. `keep` keeps the nodes' folders there.
    """
    told: list[dict[str, object]] = []
    start = time.monotonic()
    with _folder(keep) as folder, contextlib.ExitStack() as ending:
        players: list[stage.Player] = []
        ending.callback(_stop, players)
        fault: errors.ComityError | None = None
        try:
            players += stage.set_up(folder, story.PARTS, "Alliance of the demonstration")
            for number, step in enumerate(story.Story(players).steps(), start=1):
                told.append({"step": step.title, "verified": step.verified})
                if not as_json:
                    _tell(number, step)
        except errors.ComityError as found:
            fault = found
        seconds = round(time.monotonic() - start, 1)
        if as_json:
            said = {"ok": fault is None, "seconds": seconds, "steps": told}
            if fault is not None:
                said["fault"] = {"code": fault.code, "message": fault.message}
            print(json.dumps(said, indent=2))
        elif fault is not None:
            print(f"\nThe play stopped: {fault.code}: {fault.message}", file=sys.stderr)
        if fault is not None:
            return 1
        if not check:
            _serve(players)
    return 0


def _stop(players: list[stage.Player]) -> None:
    for player in players:
        player.stop()


def _tell(number: int, step: story.Step) -> None:
    print(f"{number:2}. {step.title}")
    for one in step.verified:
        print(f"      \N{CHECK MARK} {one}")


def _serve(players: list[stage.Player]) -> None:
    print("\nThe nodes are running. Open one of these; each link signs in once, for 15 minutes:\n")
    for player in players:
        roles = ("oversight",) if player.part.role == "oversight" else ("officer", "desk_head")
        for role in roles:
            print(
                f"  {player.part.name}, {role.replace('_', ' ')}:\n    {stage.link(player, role)}"
            )
    print("\nPress Ctrl-C to stop and remove everything.", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        while all(one.process is not None and one.process.poll() is None for one in players):
            time.sleep(0.5)


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        if keep.exists() and any(keep.iterdir()):
            raise errors.Conflict("demo-folder", f"{keep} is not empty")
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    folder = Path(tempfile.mkdtemp(prefix="comity-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
