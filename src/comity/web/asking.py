"""Forms that ask an officer for a model's fields: read, checked, and drawn again as they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pydantic
from starlette.datastructures import FormData
from starlette.responses import Response

from comity import errors
from comity.records import spelling
from comity.web import once, seats, words
from comity.web import page as pages
from comity.web.forms import entries, fields, filling, mistakes, shapes

STEP = "step"
"""The button that was pressed: `look` (at what would happen), `back` (to the form), `do`."""
PASSKEY = "passkey_answer"
"""The field in which a browser's passkey answers: no field of a statement is called so."""
_OWN = (pages.FORM_TOKEN, STEP, "more", once.FIELD, PASSKEY)

Choices = Mapping[str, Sequence[fields.Choice]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is asked on a page, and how the page speaks of it."""

    title: str
    lead: str = ""
    action: str
    back: str
    submit: str
    shapes: tuple[shapes.Shape, ...]
    choices: Choices = field(default_factory=dict)
    folded: str = ""
    """The prefix of fields that are folded away under `folded_title`."""
    folded_title: str = ""
    template: str = "form.html"
    upload: bool = False
    within: words.Titled | None = None
    """The matter that it is about, for the way back; None where it begins one."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """More for the template."""


def entered(
    seat: seats.Seat, asked: Sequence[shapes.Shape], model: type[pydantic.BaseModel]
) -> entries.Entered:
    """What a form says, as values for `model`, and what is wrong with it, field by field."""
    given = entries.parse(asked, seat.page.form, seat.page.reader)
    if given.mistakes:
        return given
    tidy = {name: spelling.tidied(value) for name, value in given.values.items()}
    try:
        model.model_validate(tidy)
    except pydantic.ValidationError as fault:
        return entries.Entered(tidy, mistakes.of(fault, asked, seat.page.reader))
    return entries.Entered(tidy, {})


def draw(
    seat: seats.Seat,
    form: Form,
    *,
    wrong: Mapping[str, str] | None = None,
    refusal: errors.ComityError | None = None,
    filled: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    """The form, as it was sent; or, when nothing was sent, with `filled` in it."""
    page, wrong = seat.page, wrong or {}
    sent = page.form
    if not sent and filled:
        sent = filling.fill(form.shapes, filled, page.reader)
    drawn = fields.draw(
        form.shapes,
        page.reader,
        form=sent,
        mistakes=wrong,
        choices=form.choices,
        more=entries.text(page.form, "more"),
    )
    first = [one for one in drawn if not form.folded or not one.name.startswith(form.folded)]
    folded = [one for one in drawn if one not in first]
    return seat.draw(
        form.template,
        status=refusal.status if refusal else 422 if wrong else status,
        form_=form,
        fields=first,
        folded=folded,
        mistaken=fields.mistaken(drawn),
        other=wrong.get("", ""),
        refusal=refusal,
        ticket=once.ticket(),
        **form.values,
    )


def carried(form: FormData) -> list[tuple[str, str]]:
    """Everything that was entered, to be sent along by the next page."""
    return [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name not in _OWN
    ]
