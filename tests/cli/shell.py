"""The command line as a test calls it: in this process, with what it wrote and how it ended."""

import contextlib
import io
import json
import unittest.mock
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comity.cli import app

SCOPE = [
    part for one in ("read", "act", "coercive", "export", "manage") for part in ("--scope", one)
]
"""Everything that a token can be used for."""


@dataclass(frozen=True, slots=True)
class Done:
    """One command that ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def run(*arguments: object, **environment: str) -> Done:
    """Run `comity` with these arguments; `environment` are the only COMITY_ variables."""
    plain = {"COMITY_TOKEN": "", "COMITY_TOKEN_FILE": "", "COMITY_PURPOSE": ""}
    out, err = io.BytesIO(), io.StringIO()
    text = io.TextIOWrapper(out, encoding="utf-8", write_through=True)
    with (
        unittest.mock.patch.dict("os.environ", plain | environment),
        contextlib.redirect_stdout(text),
        contextlib.redirect_stderr(err),
    ):
        code = app.run([str(one) for one in arguments])
        text.flush()
    return Done(code, out.getvalue(), err.getvalue())


@dataclass(slots=True)
class Shell:
    """A node's folder, and the people who give commands there."""

    authority: str
    data: Path

    def run(self, *arguments: object, who: str = "", **environment: str) -> Done:
        """A command by the operator, or by the officer in role `who`."""
        given = {"COMITY_DATA": str(self.data)}
        if who:
            given["COMITY_TOKEN_FILE"] = str(self.token(who))
            given["COMITY_PURPOSE"] = "investigation"
        return run(*arguments, **(given | environment))

    def do(self, *arguments: object, who: str = "", **environment: str) -> Any:
        """The JSON of a command that must succeed."""
        done = self.run(*arguments, "--json", who=who, **environment)
        assert done.code == 0, f"{arguments}: {done.code} {done.err}{done.text}"
        return done.json

    def token(self, who: str) -> Path:
        """Where the token of an officer is."""
        return self.data.parent / f"{self.authority}.{who}.token"

    def init(self, name: str = "", country: str = "", peer_port: int = 1) -> Path:
        """Make the node; its listing."""
        said = self.do(
            "init",
            self.authority,
            *("--name", name or f"Authority {self.authority}"),
            *("--country", country or self.authority[:2].upper()),
            *("--address", f"https://127.0.0.1:{peer_port}"),
            *("--peer-port", peer_port, "--web-port", 0),
        )
        return Path(said["listing"])

    def hire(self) -> None:
        """Add an officer and a desk head, with their tokens."""
        for who in ("officer", "desk_head"):
            name = f"{who} of {self.authority}"
            self.do("officer", "add", name, "--role", who)
            self.do("officer", "token", name, "--out", self.token(who), *SCOPE)

    def open_case(self, *parties: str, title: str = "A shop") -> str:
        """A new case; its id."""
        fields = [f"title={title}", *(f"parties={one}" for one in parties)]
        given = [part for field in fields for part in ("--field", field)]
        matter: str = self.do("act", "case.opened/1", *given, who="officer")["matter"]
        return matter


def carry(sender: Shell, receiver: Shell, folder: Path) -> int:
    """A parcel there and its answer back, by file; how many records went."""
    said = sender.do("parcel", "export", folder, "--to", receiver.authority)
    taken = receiver.do("parcel", "import", said["file"], "--answer", folder)
    sender.do("parcel", "import", taken["answer"])
    Path(said["file"]).unlink()
    Path(taken["answer"]).unlink()
    records: int = said["records"]
    return records
