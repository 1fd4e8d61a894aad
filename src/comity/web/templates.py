"""The templates of the pages, and how they are given their words.

Everything is escaped unless it says otherwise, and a name that is not given is an error, never
an empty place. The macros of `macros/` reach every template as `ui`, `form`, `live`, `said`
and `passkey`, bound to the page being drawn, so that templates import nothing.
"""

from pathlib import Path
from typing import Any, Protocol

import jinja2
from jinja2.runtime import Context

from comity.web import i18n
from comity.web.assets import Assets

FOLDER = Path(__file__).parent / "templates"
MACROS = ("ui", "form", "live", "said", "passkey")


class Drawn(Protocol):
    """What templates know as `page`; here only that somebody reads it."""

    @property
    def reader(self) -> i18n.Reader:
        """In which language and zone."""


class Templates:
    """Draws templates for pages; made once, used from many threads."""

    def __init__(self, assets: Assets, *, folder: Path = FOLDER) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        self._environment.policies["ext.i18n.trimmed"] = True
        self._environment.globals["asset"] = assets.url
        self._environment.filters["utc"] = i18n.utc
        # The extension adds this method at run time; newstyle escapes what is filled into a text.
        install: Any = getattr(self._environment, "install_gettext_callables")  # noqa: B009
        install(_gettext, _ngettext, newstyle=True)

    def draw(self, name: str, page: Drawn, values: dict[str, Any]) -> str:
        """The template `name`, filled with `values`, for `page`."""
        drawn: dict[str, Any] = {"page": page}
        for macros in MACROS:
            template = self._environment.get_template(f"macros/{macros}.html")
            drawn[macros] = template.make_module(dict(drawn))
        return self._environment.get_template(name).render(drawn | values)


@jinja2.pass_context
def _gettext(context: Context, message: str) -> str:
    reader: i18n.Reader = context["page"].reader
    return reader.gettext(message)


@jinja2.pass_context
def _ngettext(context: Context, one: str, many: str, n: int) -> str:
    reader: i18n.Reader = context["page"].reader
    return reader.ngettext(one, many, n)
