"""Texts that were made harmless for reading (`hxxp`, `[.]`, `(at)`) are read as what they mean.

Analysts write addresses so that nobody follows them by mistake. There is no standard; these are
the habits that leave one reading only.
"""

import re

_DEFANGED = re.compile(
    r"""(?P<colons> \[://\] )
      | (?P<dot>    \[\.\] | \(\.\) | \{\.\} | \[dot\] | \(dot\) | \{dot\} )
      | (?P<colon>  \[:\] )
      | (?P<at>     \[@\] | \(@\) | \[at\] | \(at\) | \{at\} )
      | \b h(?:xx|\*\*)p (?P<http> s?) (?= :// | \[://\] | \[:\]// )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MEANT = {"colons": "://", "dot": ".", "colon": ":", "at": "@"}


def refang(text: str) -> str:
    """`text` with every defanged piece written out."""
    return _DEFANGED.sub(_meant, text)


def refang_with_places(text: str) -> tuple[str, list[int]]:
    """The text written out, and for each of its characters (and its end) the place in `text`."""
    plain: list[str] = []
    places: list[int] = []
    end = 0
    for found in _DEFANGED.finditer(text):
        plain.append(text[end : found.start()])
        places.extend(range(end, found.start()))
        meant = _meant(found)
        plain.append(meant)
        places.extend([found.start()] * len(meant))
        end = found.end()
    plain.append(text[end:])
    places.extend(range(end, len(text) + 1))
    return "".join(plain), places


def _meant(found: re.Match[str]) -> str:
    if found.lastgroup == "http":
        return "http" + found.group("http").lower()
    return _MEANT[found.lastgroup or "dot"]
