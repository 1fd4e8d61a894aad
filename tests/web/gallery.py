"""Pages that hold every piece once, for tests that look at them: never part of the product."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import jinja2
import pydantic
from fastapi import APIRouter
from starlette.responses import Response

from comity.records import kinds, sealed
from comity.web import changes, live
from comity.web.forms import entries, fields, mistakes, shapes
from comity.web.page import Page, Signed

FOLDER = Path(__file__).parent / "templates"
AUTHORITIES = (
    fields.Choice("fi-krp", "Central Criminal Police, Finland"),
    fields.Choice("it-postale", "Polizia Postale, Italia"),
    fields.Choice("jo-psd", "مديرية الأمن العام"),
)


class Basis(pydantic.BaseModel):
    """What the measure rests on."""

    instrument: str = pydantic.Field(max_length=80)
    article: str | None = None


class Exhibit(pydantic.BaseModel):
    """One thing."""

    title: str
    taken_on: date | None = None


class Hold(kinds.Statement):
    """A statement with a field of every kind."""

    title: str = pydantic.Field(max_length=80, description="A few words by which all know it.")
    measure: Literal["preserve", "hand-over", "take_down"]
    addressees: tuple[str, ...] = pydantic.Field(
        min_length=1, json_schema_extra={"x-choices": "authorities"}
    )
    lead: str = pydantic.Field(json_schema_extra={"x-choices": "authorities"})
    seen_at: datetime = pydantic.Field(description="When the account was last seen in use.")
    limit_on: date | None = None
    urgent: bool = False
    accounts: sealed.Sealed[list[str]] = sealed.field("Accounts", "As the platform writes them.")
    grounds: sealed.Sealed[Annotated[str, pydantic.Field(max_length=4_000)]] = sealed.field(
        "Grounds", "Why you believe that the data is there."
    )
    copies: int = pydantic.Field(default=1, ge=1, le=9)
    basis: Basis
    exhibits: tuple[Exhibit, ...] = ()


CHANGES = changes.Counts(1)
SHAPES = shapes.read(kinds.schema(Hold))

router = APIRouter()


@router.get("/gallery")
def pieces(page: Signed) -> Response:
    rows = [
        {
            "title": title,
            "authority": "nl-nhtcu",
            "name": name,
            "status": status,
            "tone": tone,
            "due": page.now + timedelta(hours=hours),
            "exhibits": 1204,
            "id": "4f" * 32,
        }
        for title, name, status, tone, hours in (
            ("Preserve the account seller_1984", "Politie", "awaits answer", "info", 20),
            ("حفظ بيانات الحساب", "مديرية الأمن العام", "answered", "success", 400),
            ("Hand over the server image", "Polizia Postale", "declined", "danger", -30),
        )
    ]
    return _draw(page, "gallery.html", rows=rows)


@router.get("/gallery/confirm")
def confirm(page: Signed) -> Response:
    return _draw(page, "gallery_confirm.html")


@router.get("/gallery/form")
def form(page: Signed) -> Response:
    return _form(page, {})


@router.post("/gallery/form")
def send(page: Signed) -> Response:
    more = entries.text(page.form, "more")
    if more:
        return _form(page, {}, more=more)
    entered = entries.parse(SHAPES, page.form, page.reader)
    wrong = entered.mistakes
    if not wrong:
        try:
            Hold.model_validate(entered.values)
        except pydantic.ValidationError as fault:
            wrong = mistakes.of(fault, SHAPES, page.reader)
    if wrong:
        return _form(page, wrong, status=422)
    return page.see("/gallery")


def _form(page: Page, wrong: dict[str, str], *, more: str = "", status: int = 200) -> Response:
    drawn = fields.draw(
        SHAPES,
        page.reader,
        form=page.form,
        mistakes=wrong,
        choices={"authorities": AUTHORITIES},
        more=more,
    )
    return _draw(
        page,
        "gallery_form.html",
        status=status,
        fields=drawn,
        mistaken=fields.mistaken(drawn),
        other=wrong.get("", ""),
    )


@router.get("/gallery/live")
def watch(page: Signed) -> Response:
    number = CHANGES.number("gallery")
    return _draw(page, "gallery_live.html", number=number, seen=number)


@router.get("/gallery/part")
def part(page: Signed) -> Response:
    return _draw(page, "gallery_part.html", seen=CHANGES.number("gallery"))


@router.get("/gallery/stream")
def stream(page: Signed) -> Response:
    return live.Stream(CHANGES, "gallery", since=live.since(page.request), still=page.still)


@router.get("/gallery/fall")
def fall(page: Signed) -> Response:
    raise RuntimeError("a secret of the inside")


def _draw(page: Page, name: str, **values: Any) -> Response:
    environment = page.frame.templates._environment
    if not isinstance(environment.loader, jinja2.ChoiceLoader):
        own = environment.loader
        assert own is not None
        environment.loader = jinja2.ChoiceLoader([own, jinja2.FileSystemLoader(FOLDER)])
    return page.draw(name, **values)
