"""Passkeys: registered, used to come in, to show that one is there, and to approve.

Web Authentication, level 3. The challenge is this node's, used once and for minutes; what approves
an act has the act's digest for its challenge. A passkey must verify its holder (PIN, finger).
"""

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comity import errors
from comity.desk import founding, people, performing, tools
from comity.records import approval
from comity.store import port

MANY = 10
"""The most passkeys of one person."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where browsers meet this node."""

    host: str
    """The relying party's id: the host that officers type."""
    origin: str
    """Scheme, host and port."""


def listed(desk: tools.Desk) -> Sequence[port.Passkey]:
    """This officer's passkeys that count, the oldest first."""
    counting = _counting(desk.tools, desk.officer.id)
    return [one for one in desk.tools.store.passkeys(desk.officer.id) if one.id in counting]


def _counting(own: tools.Tools, officer: str) -> frozenset[str]:
    """The passkeys of an officer that the staff knows and nobody has withdrawn."""
    person = own.staff().person(officer)
    return frozenset(person.passkeys) if person else frozenset()


def to_register(desk: tools.Desk, site: Site) -> dict[str, Any]:
    """What a browser needs to make a passkey for this officer."""
    import webauthn  # noqa: PLC0415  # 8 MiB that a node at rest does without
    from webauthn.helpers import structs  # noqa: PLC0415

    known = listed(desk)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Comity",
        user_name=desk.officer.name,
        user_id=desk.officer.id.encode(),
        challenge=_challenge(desk.tools, desk.officer.id, "register", desk.now),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_descriptor(one) for one in known],
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def register(desk: tools.Desk, made: Mapping[str, Any], label: str, site: Site) -> port.Passkey:
    """Keep a passkey that a browser made. The staff says from now on whose it is."""
    import webauthn  # noqa: PLC0415

    own = desk.tools
    if len(listed(desk)) >= MANY:
        raise errors.Refused(
            "passkeys-many",
            f"nobody has more than {MANY} passkeys",
            next_step="Remove one that you do not use.",
        )
    challenge = _taken(own, made, "register", desk.officer.id, desk.now)
    try:
        found = webauthn.verify_registration_response(
            credential=dict(made),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    # The library raises what its parsers raise; whatever it is, nothing was registered.
    except Exception as fault:
        raise _unverified() from fault
    passkey = port.Passkey(
        id=approval.text_of(found.credential_id),
        officer=desk.officer.id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        label=label.strip()[:60] or "Passkey",
        created_at=desk.now,
        used_at=desk.now,
    )
    own.store.save_passkey(passkey)
    # A crash before this line leaves a passkey that lets in and approves nothing: register again.
    _note(desk, "passkey.registered/1", passkey)
    own.known.forget()
    return passkey


def remove(desk: tools.Desk, passkey: str) -> None:
    """Take one's own passkey away; it neither lets in nor approves any more."""
    found = desk.tools.store.passkey(passkey)
    if found is None or found.officer != desk.officer.id:
        raise errors.NotFound(
            "passkey-unknown",
            "you have no such passkey",
            next_step="Look at the list of your passkeys.",
        )
    desk.tools.store.end_passkey(passkey)
    _note(desk, "passkey.removed/1", found)
    desk.tools.known.forget()


def _note(desk: tools.Desk, kind: str, passkey: port.Passkey) -> None:
    said = {"officer": passkey.officer, "passkey": passkey.id}
    if kind == "passkey.registered/1":
        said["public_key"] = approval.text_of(passkey.public_key)
    node = tools.Desk(officer=people.ITSELF, purpose="operation", now=desk.now, tools=desk.tools)
    act = performing.Act(
        kind=kind,
        matter=people.staff_matter(desk.tools),
        said=said,
        handling=founding.PRIVATE,
    )
    performing.perform(node, act)


def to_sign_in(own: tools.Tools, site: Site, now: datetime.datetime) -> dict[str, Any]:
    """What a browser needs to come in with a passkey: it offers those that it has."""
    return _options(site, _challenge(own, "", "sign-in", now), ())


def sign_in(
    own: tools.Tools, assertion: Mapping[str, Any], site: Site, now: datetime.datetime
) -> str:
    """A session for whoever holds the passkey."""
    challenge = _taken(own, assertion, "sign-in", "", now)
    passkey = _verified(own, assertion, challenge, site, now)
    row = own.store.officer(passkey.officer)
    officer = people.as_of(own, row, now) if row else None
    if officer is None or not officer.active:
        raise _unverified()
    return people.begin_session(own, officer, "passkey", now)


def to_confirm(desk: tools.Desk, site: Site) -> dict[str, Any]:
    """What a browser needs to show that this officer is there."""
    challenge = _challenge(desk.tools, desk.officer.id, "confirm", desk.now)
    return _options(site, challenge, listed(desk))


def confirm(desk: tools.Desk, assertion: Mapping[str, Any], site: Site) -> str:
    """A new session of who showed that they are there; the old one is for the caller to end."""
    challenge = _taken(desk.tools, assertion, "confirm", desk.officer.id, desk.now)
    _own(desk, _verified(desk.tools, assertion, challenge, site, desk.now))
    return people.begin_session(desk.tools, desk.officer, "passkey", desk.now)


def to_approve(desk: tools.Desk, digest: str, site: Site) -> dict[str, Any]:
    """What a browser needs to approve the proposal with this digest."""
    return _options(site, approval.challenge(digest), listed(desk))


def approval_of(
    desk: tools.Desk, digest: str, assertion: Mapping[str, Any], site: Site
) -> approval.Approval:
    """This officer's yes to the proposal with this digest, as the record will carry it."""
    passkey = _verified(desk.tools, assertion, approval.challenge(digest), site, desk.now)
    _own(desk, passkey)
    answer = assertion["response"]
    return approval.Approval(
        officer=desk.officer.id,
        passkey=passkey.id,
        public_key=approval.text_of(passkey.public_key),
        authenticator_data=answer["authenticatorData"],
        client_data=answer["clientDataJSON"],
        signature=answer["signature"],
    )


def _own(desk: tools.Desk, passkey: port.Passkey) -> None:
    if passkey.officer != desk.officer.id:
        raise errors.Refused(
            "passkey-of-another",
            "this passkey is of another person",
            next_step="Use your own passkey.",
        )


def _verified(
    own: tools.Tools,
    assertion: Mapping[str, Any],
    challenge: bytes,
    site: Site,
    now: datetime.datetime,
) -> port.Passkey:
    """The passkey that signed the challenge here and now."""
    import webauthn  # noqa: PLC0415

    named = assertion.get("id")
    passkey = own.store.passkey(named) if isinstance(named, str) else None
    if passkey is None or passkey.id not in _counting(own, passkey.officer):
        raise _unverified()
    try:
        found = webauthn.verify_authentication_response(
            credential=dict(assertion),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    # The library raises what its parsers raise; whatever it is, nobody showed anything.
    except Exception as fault:
        raise _unverified() from fault
    used = port.Passkey(
        id=passkey.id,
        officer=passkey.officer,
        public_key=passkey.public_key,
        sign_count=found.new_sign_count,
        label=passkey.label,
        created_at=passkey.created_at,
        used_at=now,
    )
    own.store.save_passkey(used)
    return used


def _options(site: Site, challenge: bytes, known: Any) -> dict[str, Any]:
    import webauthn  # noqa: PLC0415
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        allow_credentials=[_descriptor(one) for one in known],
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def _descriptor(passkey: port.Passkey) -> Any:
    from webauthn.helpers import structs  # noqa: PLC0415

    return structs.PublicKeyCredentialDescriptor(id=approval.bytes_of(passkey.id))


def _challenge(own: tools.Tools, officer: str, use: str, now: datetime.datetime) -> bytes:
    return own.challenges.give(own.random, use, officer, now)


def _taken(
    own: tools.Tools, answer: Mapping[str, Any], use: str, officer: str, now: datetime.datetime
) -> bytes:
    """The challenge that an answer names, used up; `Unverified` if it was not given for this."""
    try:
        said = json.loads(approval.bytes_of(str(answer["response"]["clientDataJSON"])))
        challenge = approval.bytes_of(str(said["challenge"]))
    except (KeyError, TypeError, ValueError, errors.Invalid) as fault:
        raise _unverified() from fault
    if not own.challenges.take(challenge, use, officer, now):
        raise _unverified()
    return challenge


def _unverified() -> errors.Unverified:
    """The same words whatever is wrong: nobody learns which passkeys and people there are."""
    return errors.Unverified(
        "passkey-unverified",
        "the passkey was not accepted",
        next_step="Try again. If it fails again, ask the operator for a one-time link.",
    )
