"""The process that `comity serve` becomes."""

import subprocess
import sys
from pathlib import Path

from comity.cli import served


def test_a_folder_without_a_node_is_told_with_its_next_step(tmp_path: Path, capsys) -> None:
    assert served.main(str(tmp_path), served.PLAIN) == 3
    told = capsys.readouterr().err
    assert told.startswith("node-missing: ")
    assert "comity init" in told


def test_it_carries_no_parser_of_commands() -> None:
    probe = "import sys, comity.cli.served; print('cyclopts' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"
