"""Typed ids. Every id of content is a digest of that content, so it cannot be chosen or reused."""

import re
from typing import Annotated, NewType

from pydantic import StringConstraints

RecordId = NewType("RecordId", str)
"""64 lower-case hex digits: SHA-256 of the record's pre-authentication encoding."""

MatterId = NewType("MatterId", str)
"""The id of the matter's first record."""

AuthorityId = NewType("AuthorityId", str)
"""Country or body, then a short name: `nl-nhtcu`, `eu-ec3`."""

BlobId = NewType("BlobId", str)
"""64 lower-case hex digits: SHA-256 of the bytes."""

_DIGEST = r"^[0-9a-f]{64}$"
_AUTHORITY = r"^[a-z]{2,3}(-[a-z0-9]{1,20}){1,3}$"

RecordRef = Annotated[RecordId, StringConstraints(pattern=_DIGEST)]
MatterRef = Annotated[MatterId, StringConstraints(pattern=_DIGEST)]
BlobRef = Annotated[BlobId, StringConstraints(pattern=_DIGEST)]
AuthorityRef = Annotated[AuthorityId, StringConstraints(pattern=_AUTHORITY, max_length=40)]


def is_digest(text: str) -> bool:
    """Whether `text` has the form of a record, matter or blob id."""
    return re.fullmatch(_DIGEST, text) is not None


def is_authority(text: str) -> bool:
    """Whether `text` has the form of an authority's id."""
    return len(text) <= 40 and re.fullmatch(_AUTHORITY, text) is not None
