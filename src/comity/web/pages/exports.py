"""Exporting a matter: everything that is needed to check it without a node, as one file.

The page says first what the file holds, and lets the officer keep fields of it sealed.
"""

import io
import zipfile
from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from comity import errors
from comity.desk import exporting, permitting, showing
from comity.policy import denials
from comity.records import kinds
from comity.records.ids import MatterId
from comity.web import asking, i18n, paths, seats, telling
from comity.web.forms import fields, shapes
from comity.web.i18n import N_
from comity.web.seats import AtDesk, Seat

ACTION = "export.matter"
_COMMAND = i18n.isolated("comity verify FOLDER")
_MADE = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the archive: the same export gives the same bytes."""


class Exporting(BaseModel):
    """What an officer leaves out."""

    model_config = ConfigDict(extra="forbid")

    leave_out: list[str] = Field(
        [],
        title=N_("Fields that stay sealed"),
        description=N_("Who receives the file sees that there is something, and cannot read it."),
        json_schema_extra={"x-choices": "sealed"},
    )


EXPORTING = shapes.read(Exporting.model_json_schema())

router = APIRouter()


@router.get("/matters/{matter}/export")
def ask(seat: AtDesk, matter: str) -> Response:
    """What the file will hold, and what stays sealed."""
    return asking.draw(seat, _form(seat, seats.matter_id(matter)))


@router.post("/matters/{matter}/export")
def export(seat: AtDesk, matter: str) -> Response:
    """The file. Making it is noted in the account of access."""
    matter_id = seats.matter_id(matter)
    form = _form(seat, matter_id)
    given = asking.entered(seat, EXPORTING, Exporting)
    if given.mistakes:
        return asking.draw(seat, form, wrong=given.mistakes)
    left_out = frozenset(given.values.get("leave_out", ()))
    try:
        files = exporting.export(seat.desk, matter_id, leave_out=left_out)
    except errors.ComityError as refusal:
        return asking.draw(seat, form, refusal=refusal)
    named = f'attachment; filename="comity-export-{matter_id[:12]}.zip"'
    return Response(
        zipped(files), media_type="application/zip", headers={"content-disposition": named}
    )


def may(seat: Seat, shown: showing.Shown) -> bool:
    """Whether this officer would be let export this matter."""
    asked = permitting.ask_of(seat.desk, ACTION, permitting.about_row(seat.desk, shown.row))
    return not isinstance(seat.desk.tools.policy.decide(asked), denials.Denied)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The archive of `files`, in their order by name."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name in sorted(files):
            about = zipfile.ZipInfo(name, _MADE)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o100644 << 16
            archive.writestr(about, files[name])
    return sink.getvalue()


def _form(seat: Seat, matter: MatterId) -> asking.Form:
    shown = showing.show(seat.desk, seat.site.board, matter, showing.Wanted())
    permitting.permitted(seat.desk, ACTION, permitting.about_row(seat.desk, shown.row))
    say = seat.page.say
    return asking.Form(
        title=say(N_("Export this matter")),
        lead=say(N_("One file, for someone who has no node.")),
        action=paths.matter(matter, "export"),
        back=paths.matter(matter),
        submit=say(N_("Make the file")),
        shapes=EXPORTING,
        choices={"sealed": _sealed(seat, shown.row.type)},
        within=shown.row,
        values={
            "explained": [
                say(N_("It holds every record as its author signed it, with its proof.")),
                say(N_("It holds what is open here of sealed fields, but those that you choose.")),
                say(N_("Anyone can check it: %(command)s")) % {"command": _COMMAND},
                say(N_("That you made it is noted in the account of access.")),
            ]
        },
    )


def _sealed(seat: Seat, matter_type: str) -> list[fields.Choice]:
    """The sealed fields of the kinds that are said in matters of a type, by label."""
    reader, found = seat.page.reader, dict[str, str]()
    for kind in seat.desk.tools.registry.values():
        if isinstance(kind.effect, kinds.Genesis):
            within: frozenset[str] = frozenset({kind.effect.matter})
        else:
            within = frozenset(kind.effect.within)
        if matter_type in within:
            for name in kinds.sealed_fields(kind.statement):
                if not telling.for_the_node(kind, name):
                    found.setdefault(name, telling.label_of(kind, name, reader))
    made = [fields.Choice(name, label) for name, label in found.items()]
    return sorted(made, key=lambda one: one.label.casefold())
