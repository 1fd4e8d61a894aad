"""`python -m bench`: measure, print JSON, exit 1 if a promise is not kept."""

import json
import sys
import tempfile
from pathlib import Path

from bench import core, limits, served
from comity import node


def main() -> int:
    """Measure everything, one after the other, on a quiet machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        node.settle_in()
        verifications = limits.verifications_per_second()
        commits = limits.commits_per_second(folder)
        figures = [
            *core.measure(folder / "core", verifications),
            *served.measure(folder / "served", commits),
        ]
    print(
        json.dumps(
            {
                "limits": {
                    "ed25519_verifications_per_second": round(verifications),
                    "durable_commits_per_second": round(commits),
                },
                "figures": [one.row() for one in figures],
            },
            indent=2,
        )
    )
    return 0 if all(one.met for one in figures) else 1


sys.exit(main())
