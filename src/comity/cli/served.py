"""The node's own process: `comity serve` becomes it and leaves the command line behind."""

import json
import logging
import sys
from pathlib import Path

from comity import config, errors, node, serving

QUIET, JSON, PLAIN = "quiet", "json", "plain"


def main(folder: str, form: str) -> int:
    """Serve the node in `folder` until it is stopped; says where it listens in `form`."""
    try:
        settings = config.load(Path(folder))
        _logged(settings)
        found = node.open_(settings)
        try:
            return serving.run(found, lambda where: _say(settings, where, form))
        finally:
            found.close()
    except errors.ComityError as fault:
        print(f"{fault.code}: {fault.message}", file=sys.stderr)
        if fault.next_step:
            print(f"  {fault.next_step}", file=sys.stderr)
        return fault.exit_code


def _logged(settings: config.Settings) -> None:
    logging.basicConfig(
        level=settings.level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for chatty in ("alembic", "httpx2", "httpcore2", "uvicorn"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.root.level))


def _say(settings: config.Settings, where: serving.Addresses, form: str) -> None:
    if form == JSON:
        said = {"web": where.web, "peers": where.peers, "socket": str(settings.data / "node.sock")}
        print(json.dumps(said, indent=2), flush=True)
    elif form == QUIET:
        print(where.web, flush=True)
    else:
        lines = (f"Pages and API: {where.web}", f"Peers: {where.peers}", "Ctrl-C stops the node.")
        print("\n".join(lines), flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
