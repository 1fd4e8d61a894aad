"""Saying something: the form of a kind, a look at who will receive what, and the act itself.

Forms follow from the kinds. Nothing is said before the officer has seen the look; what is said is
what was seen, and twice the same button says it once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from comity import errors
from comity.desk import filing, offering, performing, permitting, proposing, showing, staff, tools
from comity.policy import asks
from comity.records import kinds, record
from comity.records.ids import MatterId, RecordId
from comity.web import asking, choosing, handling, once, paths, seats, telling
from comity.web.forms import entries, shapes
from comity.web.i18n import N_
from comity.web.pages import account, proposals
from comity.web.seats import AtDesk, Seat

SAID = "said"
NOTICES = {SAID: N_("Done. It stands in the ledger, and is on its way to those entitled.")}
_WHY = {
    "party": N_("takes part in this matter"),
    "party-not-recipient": N_("takes part, and is not among the recipients that you chose"),
}

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """An act being prepared."""

    seat: Seat
    kind: kinds.Kind
    matter: MatterId | None
    """In which matter; None to begin one."""
    shown: showing.Shown | None
    """The matter; None where one begins, or where its staff is spoken of, which few may read."""
    about: RecordId | None
    statement: tuple[shapes.Shape, ...]
    form: asking.Form

    @property
    def stays(self) -> bool:
        """Whether the officer goes on seeing the matter that an act about the staff is about."""
        return self.kind.name != "conflict.declared/1"

    @property
    def thing(self) -> Mapping[str, Any] | None:
        """What it is about, if it is about something."""
        thing: Mapping[str, Any] | None = self.form.values["thing"]
        return thing


@router.get("/new/{kind:path}")
def begin(seat: AtDesk, kind: str) -> Response:
    """The form that begins a matter."""
    return asking.draw(seat, _acting(seat, kind, None, None).form)


@router.post("/new/{kind:path}")
def begun(seat: AtDesk, kind: str) -> Response:
    """Look at, change, or say what begins a matter."""
    return _go_on(_acting(seat, kind, None, None))


@router.get("/matters/{matter}/act/{kind:path}")
def prepare(seat: AtDesk, matter: str, kind: str, about: str = "", of: str = "") -> Response:
    """The form of an act in a matter; `of` is what a field of it may be filled with."""
    form = _acting(seat, kind, seats.matter_id(matter), _about(about)).form
    offered = (
        name for name in ("matter", "officer", "glass")
        for one in form.choices.get(f"for-{name}", ()) if of and one.value == of
    )  # fmt: skip
    return asking.draw(seat, form, filled=dict.fromkeys(offered, of))


@router.post("/matters/{matter}/act/{kind:path}")
def acted(seat: AtDesk, matter: str, kind: str) -> Response:
    """Look at, change, or say an act in a matter."""
    about = _about(entries.text(seat.page.form, "about"))
    return _go_on(_acting(seat, kind, seats.matter_id(matter), about))


def _about(text: str) -> RecordId | None:
    return seats.record_id(text) if text else None


def _acting(seat: Seat, name: str, matter: MatterId | None, about: RecordId | None) -> Acting:
    """Everything that the form needs; refused at once where the act itself would be."""
    kind = _sayable(seat, name, begins=matter is None)
    shown = None
    if matter is None:
        _bar(seat, kind, None)
    elif kind.family == "staff":
        _bar(seat, kind, staff.about(seat.desk))
    else:
        wanted = _wanted(kind, about)
        shown = showing.show(seat.desk, seat.site.board, matter, wanted)
        _bar(seat, kind, permitting.about_row(seat.desk, shown.row))
    chosen = choosing.choose(seat, kind, shown, about)
    schema = kinds.schema(kind.statement)
    statement = shapes.read(schema, lists=chosen.lists, fixed=chosen.fixed)
    say = seat.page.say
    form = asking.Form(
        title=say(kind.title),
        action=seat.page.request.url.path,
        back=paths.matter(matter) if matter and kind.family != "staff" else "/",
        submit=say(N_("Look at it before it is said")),
        shapes=(*statement, *handling.form()),
        choices=chosen.choices,
        folded=handling.PREFIX,
        folded_title=say(handling.TITLE),
        within=shown.row if shown else None,
        template="act.html",
        values={
            "kind": kind,
            "about": about or "",
            "shown": shown,
            "thing": _thing(seat, shown, about),
        },
    )
    return Acting(
        seat=seat,
        kind=kind,
        matter=matter,
        shown=shown,
        about=about,
        statement=statement,
        form=form,
    )


def _bar(seat: Seat, kind: kinds.Kind, about: asks.About | None) -> None:
    """Refuse what would be refused, unless presence or a second person is all that is missing."""
    try:
        permitting.permitted_act(seat.present, kind, about)
    except errors.Refused as refusal:
        if refusal.code not in proposing.NEEDED:
            raise


def _wanted(kind: kinds.Kind, about: RecordId | None) -> showing.Wanted:
    """The thing that the act is about, if it is about one."""
    if isinstance(kind.effect, kinds.Moves) and about is not None:
        return showing.Wanted(things=kind.effect.thing, only=about)
    return showing.Wanted()


def _thing(
    seat: Seat, shown: showing.Shown | None, about: RecordId | None
) -> dict[str, Any] | None:
    """What is being answered, told above the form."""
    line = shown.by_id.get(about) if shown and about else None
    if line is None or line.kind is None:
        return None
    return {
        "sentence": f"{seat.name(line.record.author)} {seat.page.say(line.kind.done)}",
        "told": telling.tell_line(line, seat.page.reader),
    }


def _sayable(seat: Seat, name: str, *, begins: bool) -> kinds.Kind:
    for kind in offering.sayable(seat.desk.tools.registry):
        if kind.name == name and isinstance(kind.effect, kinds.Genesis) == begins:
            return kind
    raise errors.NotFound("kind-unknown", "There is no form for this here.")


def _go_on(acting: Acting) -> Response:
    """To the next step: the form again, the look, or the act."""
    seat = acting.seat
    step = entries.text(seat.page.form, asking.STEP)
    if step == "back" or entries.text(seat.page.form, "more"):
        return asking.draw(seat, acting.form)
    given = asking.entered(seat, acting.statement, acting.kind.statement)
    marks, wrong = _marking(acting)
    wrong = {**given.mistakes, **wrong}
    if wrong:
        return asking.draw(seat, acting.form, wrong=wrong)
    act = performing.Act(
        kind=acting.kind.name,
        matter=acting.matter,
        said=given.values,
        handling=handling.handling(marks),
    )
    try:
        if step == "propose":
            made = proposing.propose(seat.present, act)
            return seat.page.see(proposals.path(made.digest), notice=proposals.PROPOSED)
        if step == "do":
            return _do(acting, act)
        return _look(acting, act)
    except (errors.Refused, errors.Invalid, errors.Conflict, errors.Unavailable) as refusal:
        return asking.draw(seat, acting.form, refusal=refusal)


def _marking(acting: Acting) -> tuple[dict[str, Any], Mapping[str, str]]:
    """The handling that was chosen, and what was wrong with it."""
    given = entries.parse(handling.form(), acting.seat.page.form, acting.seat.page.reader)
    try:
        handling.handling(given.values)
    except ValueError:
        return given.values, {
            "": acting.seat.page.say(N_("Choose one of the entries of the list."))
        }
    return given.values, given.mistakes


def _do(acting: Acting, act: performing.Act) -> Response:
    """Say it; where a passkey came with the form, as one who is there."""
    seat = acting.seat
    if not entries.text(seat.page.form, asking.PASSKEY):
        return seat.do(lambda: _say(acting, seat.desk, act), notice=SAID)
    session = account.confirmed(seat)
    response = seat.do(lambda: _say(acting, seat.present, act), notice=SAID)
    return seat.page.come_in(response, session)


def _say(acting: Acting, desk: tools.Desk, act: performing.Act) -> str:
    if acting.matter is None:
        return paths.matter(filing.begin(desk, act).matter)
    performing.perform(desk, act)
    if acting.kind.family != "staff":
        return paths.matter(acting.matter)
    # Where it shows: the matter that it is about, if its officer still sees it.
    about = act.said.get("matter")
    return paths.matter(MatterId(str(about)), "parties") if about and acting.stays else "/"


def _look(acting: Acting, act: performing.Act) -> Response:
    """Who would receive what, and why; nothing is said yet."""
    seat, kind, reader = acting.seat, acting.kind, acting.seat.page.reader
    missing, recipients = _previewed(seat, act)
    told = telling.tell(kind, record.draft(kind, act.said), reader)
    return seat.draw(
        "look.html",
        kind=kind,
        shown=acting.shown,
        told=[_named(acting, row) for row in told],
        marks=handling.words(act.handling),
        handling=act.handling,
        recipients=[_recipient(acting, one) for one in recipients],
        carried=asking.carried(seat.page.form),
        action=acting.form.action,
        ticket=once.ticket(),
        title=reader.gettext(kind.title),
        missing=missing,
    )


def _previewed(seat: Seat, act: performing.Act) -> tuple[str, tuple[performing.Recipient, ...]]:
    """What is still missing (`presence`, `second`, nothing), and who would receive it."""
    try:
        return "", performing.preview(seat.desk, act)
    except errors.Refused as refusal:
        if refusal.code == "presence-needed":
            return "presence", performing.preview(seat.present, act)
        if refusal.code in proposing.NEEDED:
            # What needs a second person concerns this authority's own staff: nobody receives it.
            return "second", ()
        raise


def _named(acting: Acting, row: telling.Told) -> telling.Told:
    """What the act is about, in words: a link would lead away from what is not said yet."""
    if row.sort != "record" or row.value != acting.about or not acting.thing:
        return row
    return replace(row, sort="told", value=acting.thing["sentence"])


def _recipient(acting: Acting, one: performing.Recipient) -> dict[str, Any]:
    reader, kind = acting.seat.page.reader, acting.kind
    held = [name for name in one.hidden if name in kind.held]
    return {
        "id": one.authority,
        "name": one.name,
        "shown": [telling.label_of(kind, name, reader) for name in one.shown],
        "hidden": [telling.label_of(kind, n, reader) for n in one.hidden if n not in held],
        "held": [telling.label_of(kind, name, reader) for name in held],
        "why": reader.gettext(_WHY.get(one.why, one.why)),
    }
