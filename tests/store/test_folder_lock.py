"""One process at a time, and no lock that outlives its holder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from comity import errors
from comity.store import folder_lock

HOLDER = (
    "import sys, pathlib; from comity.store import folder_lock; "
    "held = folder_lock.FolderLock(pathlib.Path(sys.argv[1])); print('held', flush=True); "
    "sys.stdin.read()"
)


def test_a_second_holder_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    first = folder_lock.FolderLock(tmp_path)
    with pytest.raises(errors.Unavailable) as caught:
        folder_lock.FolderLock(tmp_path)
    assert caught.value.code == "folder-held"
    assert str(os.getpid()) in caught.value.message
    first.release()
    first.release()
    folder_lock.FolderLock(tmp_path).release()


def test_another_process_is_refused_until_this_one_ends_however_it_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(errors.Unavailable) as caught:
            folder_lock.FolderLock(tmp_path)
        assert f"process {other.pid} " in caught.value.message
        other.send_signal(signal.SIGKILL)
        other.wait()
        folder_lock.FolderLock(tmp_path).release()


def test_only_the_owner_may_read_the_lock(tmp_path: Path) -> None:
    folder_lock.FolderLock(tmp_path).release()
    assert (tmp_path / folder_lock.NAME).stat().st_mode & 0o077 == 0
