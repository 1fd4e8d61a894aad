"""How persons are reached, in normal form: e-mail addresses, telephone numbers, handles."""

import re
import unicodedata

import email_validator
import phonenumbers

from comity.matching import hosts, refusing

_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")
_HANDLE_MAX = 128
_DIGITS_MIN = 7
_ROUNDS_MAX = 8
_STAND_IN = "onion.example"


def email(text: str) -> str:
    """Lower case on both sides, the domain in A-labels; nothing is resolved.

    RFC 5321 lets hosts tell cases apart on the left side; none in use does. Dots and `+tags` are
    kept: which provider ignores them changes, and a wrong guess joins two persons.
    """
    local, at, domain = text.rpartition("@")
    if at and domain.lower().removesuffix(".").endswith(".onion"):
        # The library refuses onion hosts, which are real addresses in these cases.
        return _mailbox(f"{local}@{_STAND_IN}", text)[0] + "@" + hosts.onion(domain)
    checked_local, checked_domain = _mailbox(text, text)
    return f"{checked_local}@{checked_domain}"


def phone(text: str, region: str | None = None) -> str:
    """E.164, such as `+4930901820`; a number without country code needs a region (ISO 3166)."""
    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        refusing.refuse("region", region, "is no region that has telephone numbers")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as fault:
        refusing.refuse(
            "bad-form", text, f"is no telephone number: {fault}",
            "Write it with + and the country code, or say which country it is from.",
        )  # fmt: skip
    normal = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    reason = phonenumbers.is_possible_number_with_reason(number)
    possible = reason == phonenumbers.ValidationResult.IS_POSSIBLE
    if not possible or len(normal) - 1 < _DIGITS_MIN:
        refusing.refuse("bad-length", text, f"{normal} has a length that its country does not use")
    return normal


def is_assigned_phone(text: str) -> bool:
    """Whether `text`, in E.164, lies in a range that its country has given out."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, None))
    except phonenumbers.NumberParseException:
        return False


def handle(text: str) -> str:
    """`service:name`, both folded (NFKC, case); a leading @ is left off."""
    folded = _folded(text)
    service, colon, name = folded.partition(":")
    service, name = service.strip(), name.strip().lstrip("@")
    if not colon or _SERVICE.fullmatch(service) is None:
        refusing.refuse(
            "bad-form", text, "a handle is service:name, such as telegram:alice",
            "Write the service before the name.",
        )  # fmt: skip
    if not 1 <= len(name) <= _HANDLE_MAX or any(_is_gap(character) for character in name):
        refusing.refuse("bad-form", text, "the name is empty, too long or holds a space")
    return f"{service}:{name}"


def _mailbox(address: str, text: str) -> tuple[str, str]:
    try:
        checked = email_validator.validate_email(address, check_deliverability=False)
        local = _folded_local(checked.local_part)
        checked = email_validator.validate_email(
            f"{local}@{checked.ascii_domain}", check_deliverability=False
        )
    except email_validator.EmailNotValidError as fault:
        refusing.refuse("bad-form", text, f"is no e-mail address: {fault}")
    return checked.local_part, checked.ascii_domain


def _folded_local(local: str) -> str:
    return unicodedata.normalize("NFC", local.lower())


def _folded(text: str) -> str:
    """NFKC and case folding until nothing changes: one round is not always enough."""
    for _ in range(_ROUNDS_MAX):
        again = unicodedata.normalize("NFKC", text).casefold()
        if again == text:
            break
        text = again
    return text


def _is_gap(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] == "C"
