"""The command line: `comity NOUN VERB`. Commands are loaded when they are called.

Exit codes: 0 done, 1 failed, 2 the command or what it was given is wrong, 3 not found, 4 refused,
5 conflict, 6 not reachable now, 7 does not verify.
"""

import os
import sys
from collections.abc import Sequence

import cyclopts

from comity import errors
from comity.cli import output

COMMANDS = {
    "init": ("nodes:init", "Make a new node."),
    "serve": ("nodes:serve", "Run the node until it is stopped."),
    "doctor": ("doctor:doctor", "Look whether everything is in order."),
    "version": ("nodes:version", "Say which version this is."),
    "officer": ("officers:app", "Officers, their links and tokens."),
    "directory": ("directories:app", "Found, join and read the directory of authorities."),
    "peer": ("directories:peers", "The peers and the line to each."),
    "ledger": ("ledgers:app", "Audit the ledger of a member."),
    "act": ("acts:act", "Say a record of any kind."),
    "matter": ("matters:app", "Find, read and export matters."),
    "import": ("imports:import_file", "Import identifiers from a file."),
    "match": ("matches:app", "Compare identifiers blindly with one authority."),
    "exhibit": ("exhibits:app", "Take in, hand over, receive and save exhibits."),
    "parcel": ("parcels:app", "Parcels that go by file."),
    "verify": ("verifying:verify", "Check an exported matter; needs no node."),
    "demo": ("nodes:demo", "Play a joint case between invented authorities on this machine."),
}
"""Every command: where it is written, and what it does."""

USAGE = 2
INTERRUPTED = 130


def create() -> cyclopts.App:
    """The commands; none is imported yet."""
    app = cyclopts.App(
        name="comity",
        help="Casework between authorities. docs/commands.md tells all of it.",
        version=_version,
        version_flags=["--version"],
        help_format="plaintext",
    )
    for name, (place, told) in COMMANDS.items():
        app.command(f"comity.cli.{place}", name=name, help=told)
    return app


def main() -> None:
    """Run the command that the process was started with, and end it."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command; its exit code."""
    try:
        code = create()(
            list(arguments), exit_on_error=False, print_error=False, result_action="return_value"
        )
        sys.stdout.flush()
    except cyclopts.CycloptsError as fault:
        print(f"usage: {output.plain(fault)}", file=sys.stderr)
        print("  See: comity COMMAND --help", file=sys.stderr)
        return USAGE
    except errors.ComityError as fault:
        output.problem(fault)
        return fault.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output wanted no more of it. What is left goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code if isinstance(code, int) else 0


def _version() -> str:
    from importlib import metadata

    return metadata.version("comity")
