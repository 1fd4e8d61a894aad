"""Matches: comparing identifiers blindly with one authority."""

from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from comity.cli import client, output
from comity.cli.options import PLAIN, Options

app = App(name="match", help="Compare identifiers blindly with one authority.")


@app.command
def ask(
    source: str,
    authority: str,
    *,
    contact: str,
    cls: Annotated[list[str] | None, Parameter(name="--class", negative=())] = None,
    options: Options = PLAIN,
) -> None:
    """Ask an authority about the identifiers of a matter; neither side shows its list.

    Parameters
    ----------
    source
        The matter whose identifiers are compared.
    authority
        Whom to ask.
    contact
        Whom they may call; shown only after both sides consent.
    cls
        Only identifiers of this class. May be repeated.
    """
    body: dict[str, Any] = {"source": source, "with": authority, "contact": contact}
    if cls:
        body["classes"] = cls
    with client.Client(options) as node:
        said = node.post("/matches", body)
    lines = [f"match {said['matter']}", "Next, when it has answered: comity match conclude MATCH"]
    output.answer(options, said, quiet=[said["matter"]], lines=lines)


@app.command
def answer(match: str, *, contact: str, options: Options = PLAIN) -> None:
    """Answer a blind question from everything of the asked classes that this node holds.

    Parameters
    ----------
    match
        The match.
    contact
        Whom they may call; shown only after both sides consent.
    """
    with client.Client(options) as node:
        _done(options, node.post(f"/matches/{match}/answer", {"contact": contact}))


@app.command
def conclude(match: str, *, options: Options = PLAIN) -> None:
    """Read the answer, and tell both sides which classes are common and how many.

    Parameters
    ----------
    match
        The match.
    """
    with client.Client(options) as node:
        _hits(options, node.post(f"/matches/{match}/conclude"))


@app.command
def show(match: str, *, options: Options = PLAIN) -> None:
    """What is common, as the side that asked knows it.

    Parameters
    ----------
    match
        The match.
    """
    with client.Client(options) as node:
        _hits(options, node.get(f"/matches/{match}/hits"))


@app.command
def case(
    match: str,
    *,
    title: str,
    summary: str | None = None,
    priority: Literal["routine", "urgent", "emergency"] = "routine",
    options: Options = PLAIN,
) -> None:
    """Open the joint case that a match led to, after both sides consented.

    Parameters
    ----------
    match
        The match.
    title
        What officers call the case. Name no person.
    summary
        What is known, and what the case is meant to reach.
    priority
        How urgent it is.
    """
    body = {"title": title, "summary": summary, "priority": priority}
    with client.Client(options) as node:
        _done(options, node.post(f"/matches/{match}/case", body))


def _done(options: Options, said: dict[str, Any]) -> None:
    lines = [f"record {said['record']}", f"matter {said['matter']}"]
    output.answer(options, said, quiet=[said["matter"]], lines=lines)


def _hits(options: Options, said: dict[str, Any]) -> None:
    columns = {"cls": "Class", "value": "Identifier"}
    empty = "Nothing is common."
    output.table(options, said, said["hits"], columns, key="value", empty=empty)
