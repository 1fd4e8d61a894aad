"""Approvals: what a second person's passkey says of an act, for anyone to check.

What is approved is the act in exactly the form in which it will be signed: kind, matter, author,
officer, instant, handling and statement, sealed fields as their digests. Its digest is the
challenge that the passkey signs (Web Authentication, level 3, section 7.2), so that one version's
approval never counts for another. The record carries the assertion together with the passkey's
public key; the author's signature over both says whose passkey it is (clauses R8).
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from comity import errors
from comity.records import strict_json

MANY = 4
"""The most approvals that a record carries."""
MEMBERS = ("kind", "matter", "author", "officer", "said_at", "handling", "said")
"""The members of a payload that are approved, in the order in which they are hashed."""
_DOMAIN = b"comity/1 approval\n"

Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=4000)]


class Approval(BaseModel):
    """One person's yes to one act. Bytes are base64url without padding."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    officer: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
    passkey: Base64Url
    """The credential's id."""
    public_key: Base64Url
    """The credential's public key in COSE form (RFC 9052)."""
    authenticator_data: Base64Url
    client_data: Base64Url
    signature: Base64Url


def digest(members: Mapping[str, Any]) -> str:
    """The digest of what is approved, out of a payload's members as they are signed."""
    body = strict_json.dumps({name: members[name] for name in MEMBERS})
    return hashlib.sha256(_DOMAIN + body).hexdigest()


def challenge(proposal: str) -> bytes:
    """What a passkey is asked to sign for a proposal with this digest."""
    return bytes.fromhex(proposal)


def check(approval: Approval, proposal: str, officer: str) -> None:
    """The approval is of another person than `officer`, and of `proposal`; else `Unverified`.

    Not checked: at which site it was made. That the passkey is of the person named is said by the
    record's author alone.
    """
    # Some 8 MiB that a node without approvals does without.
    from webauthn import helpers  # noqa: PLC0415

    if approval.officer == officer:
        raise _wrong("it is by the same person as the act")
    try:
        said, shown = bytes_of(approval.client_data), bytes_of(approval.authenticator_data)
        data = strict_json.loads(said)
        parsed = helpers.parse_authenticator_data(shown)
        key = helpers.decode_credential_public_key(bytes_of(approval.public_key))
        helpers.verify_signature(
            public_key=helpers.decoded_public_key_to_cryptography(key),
            signature_alg=key.alg,
            signature=bytes_of(approval.signature),
            data=shown + hashlib.sha256(said).digest(),
        )
    # The library raises what its parsers raise; whatever it is, nothing was approved.
    except Exception as fault:
        raise _wrong("its signature does not verify") from fault
    if not isinstance(data, dict) or data.get("type") != "webauthn.get":
        raise _wrong("it is no assertion of a passkey")
    if data.get("challenge") != text_of(challenge(proposal)):
        raise _wrong("it is for another act, or another version of this one")
    if not (parsed.flags.up and parsed.flags.uv):
        raise _wrong("the passkey did not verify its holder")


def text_of(data: bytes) -> str:
    """Bytes in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """Bytes out of base64url; `Invalid` if malformed."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if text_of(data) != text:
        raise errors.Invalid(
            "base64url",
            "it is not base64url without padding (RFC 4648, section 5)",
            next_step="Send the bytes as the browser gave them.",
        )
    return data


def _wrong(why: str) -> errors.Unverified:
    return errors.Unverified(
        "approval-unverified",
        f"the approval does not count: {why}",
        next_step="Ask the second person to approve the act as it stands now.",
    )
