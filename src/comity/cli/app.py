"""The command line."""

import sys
from pathlib import Path


def main() -> None:
    from comity import config, node, serving
    from comity.demo import play
    a = sys.argv[1:]
    if a[0] == "serve":
        sys.exit(serving.run(node.open_(config.load(Path(a[2])))))
    if a[0] == "demo":
        sys.exit(play.main(check="--check" in a, as_json="--json" in a))
