"""What to draw for each shape: label, hint, entries as they were typed, choices, mistake.

Fields hold finished texts in the reader's language; the macros of `macros/form.html` only put
them into HTML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData

from comity.web import i18n
from comity.web.forms import entries, filling
from comity.web.forms.shapes import Kind, Shape
from comity.web.i18n import N_

SHORT_TEXT = 500
"""Text that may have no more characters than this gets few lines."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that may be chosen, and its label."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form, ready to draw."""

    name: str
    kind: Kind
    label: str
    hint: str
    required: bool
    sealed: bool
    value: str = ""
    values: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    zone: str = ""
    zones: tuple[Choice, ...] = ()
    numeric: bool = False
    preset: bool = False
    """Whether it always has a value: one stands in it before anything was chosen."""
    lines: int = 0
    """How many lines of text it shows."""
    mistake: str = ""
    parts: tuple["Field", ...] = ()

    @property
    def id(self) -> str:
        """Its id in the page; also where a mistake's link leads."""
        return "f-" + self.name.replace(".", "-")

    @property
    def mistaken(self) -> "list[Field]":
        """This field and its parts, those with a mistake, in the order of the page."""
        inner = [field for part in self.parts for field in part.mistaken]
        return [self, *inner] if self.mistake else inner


def draw(
    shapes: Sequence[Shape],
    reader: i18n.Reader,
    *,
    form: FormData | None = None,
    mistakes: Mapping[str, str] | None = None,
    choices: Mapping[str, Sequence[Choice]] | None = None,
    more: str = "",
) -> list[Field]:
    """The fields of these shapes as `form` has filled them.

    `choices` are the lists that `x-choices` names. `more` names the repeated group for which one
    more empty place was asked for.
    """
    drawing = _Drawing(
        reader, FormData() if form is None else form, mistakes or {}, choices or {}, more
    )
    return [drawing.field(shape, shape.name) for shape in shapes if shape.kind != "fixed"]


def mistaken(fields: Sequence[Field]) -> list[Field]:
    """The fields with a mistake, for the summary above the form."""
    return [field for one in fields for field in one.mistaken]


@dataclass(frozen=True, slots=True)
class _Drawing:
    reader: i18n.Reader
    form: FormData
    mistakes: Mapping[str, str]
    choices: Mapping[str, Sequence[Choice]]
    more: str

    def field(self, shape: Shape, name: str) -> Field:
        """The field of one shape, entered under `name`."""
        say = self.reader.gettext
        chosen = tuple(self._choices(shape)) if shape.kind in ("select", "choices") else ()
        zone = entries.text(self.form, name + entries.ZONE) or self.reader.time_zone
        return Field(
            name=name,
            kind=shape.kind,
            label=say(shape.label),
            hint=self._hint(shape),
            required=shape.required,
            sealed=shape.sealed,
            value=entries.text(self.form, name) or self._default(shape),
            values=tuple(entries.texts(self.form, name)),
            choices=chosen,
            zone=zone,
            zones=self._zones(zone) if shape.kind == "instant" else (),
            numeric=shape.numeric,
            preset=shape.kind == "select" and shape.default is not None,
            lines=_lines(shape),
            mistake=self.mistakes.get(name, ""),
            parts=tuple(self._parts(shape, name)),
        )

    def _parts(self, shape: Shape, name: str) -> list[Field]:
        """The parts of a group, or one `group` for each place of a repeated one."""
        if shape.kind == "group":
            return [
                self.field(part, f"{name}.{part.name.rpartition('.')[2]}")
                for part in shape.parts
                if part.kind != "fixed"
            ]
        if shape.kind != "groups":
            return []
        filled = entries.rows(self.form, name)
        places = max(filled, default=-1) + 1
        if places == 0 or self.more == name:
            places = min(places + 1, entries.GROUPS_MAX)
        return [self._place(shape, name, row) for row in range(places)]

    def _place(self, shape: Shape, name: str, row: int) -> Field:
        inner = f"{name}.{row}"
        return Field(
            name=inner,
            kind="group",
            label=f"{self.reader.gettext(shape.label)} {row + 1}",
            hint="",
            required=False,
            sealed=False,
            mistake=self.mistakes.get(inner, ""),
            parts=tuple(
                self.field(part, f"{inner}.{part.name.rpartition('.')[2]}")
                for part in shape.parts
                if part.kind != "fixed"
            ),
        )

    def _hint(self, shape: Shape) -> str:
        say = self.reader.gettext
        said = [say(shape.hint)] if shape.hint else []
        if shape.kind == "lines":
            said.append(say(N_("One entry per line.")))
        if shape.length_max is not None and shape.kind == "long":
            bound = self.reader.ngettext(
                "At most %(n)s character.", "At most %(n)s characters.", shape.length_max
            )
            said.append(bound % {"n": self.reader.number(shape.length_max)})
        return " ".join(said)

    def _default(self, shape: Shape) -> str:
        """What stands in the field before anything was typed."""
        untouched = not self.form and shape.default not in (None, [])
        if not untouched or shape.kind in ("group", "groups", "choices", "check"):
            return ""
        written = filling.fill([shape], {shape.name.rpartition(".")[2]: shape.default}, self.reader)
        return entries.text(written, shape.name)

    def _choices(self, shape: Shape) -> list[Choice]:
        if shape.choices:
            return list(self.choices.get(shape.choices, ()))
        return [
            Choice(entries.written(value), self.reader.gettext(shape.value_label(value)))
            for value in shape.values
        ]

    def _zones(self, chosen: str) -> tuple[Choice, ...]:
        names = dict.fromkeys((chosen, self.reader.time_zone, "UTC"))
        return tuple(Choice(name, name.replace("_", " ")) for name in names)


def _lines(shape: Shape) -> int:
    """Room for what is usually written: less where little may be."""
    if shape.kind == "lines":
        return 4
    if shape.kind != "long":
        return 1
    return 3 if shape.length_max is not None and shape.length_max <= SHORT_TEXT else 6
