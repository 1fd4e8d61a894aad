"""Ledgers of members, audited."""

from cyclopts import App

from comity import errors
from comity.cli import client, output
from comity.cli.options import PLAIN, Options

app = App(name="ledger", help="Audit the ledger of a member.")


@app.command
def audit(authority: str, *, options: Options = PLAIN) -> int:
    """Fetch a member's ledger whole, rebuild it, and hold it against what was seen before.

    Parameters
    ----------
    authority
        The member's id.
    """
    with client.Client(options) as node:
        said = node.post(f"/ledgers/{authority}/audit")
    lines = [
        f"{said['authority']}: {said['size']} entries, root {said['root']}",
        f"witnessed by {', '.join(said['witnesses']) or 'nobody'}",
        f"WRONG: {said['fault']}" if said["fault"] else "Everything holds.",
    ]
    output.answer(options, said, quiet=[said["root"]], lines=lines)
    return errors.Unverified.exit_code if said["fault"] else 0
