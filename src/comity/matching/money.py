"""Where money goes, in normal form: bank accounts, Bitcoin and Ethereum addresses.

Each carries a check of its own, so a mistyped one is refused instead of never matching.
"""

import re

import base58
import stdnum.exceptions
import stdnum.iban

from comity.matching import bech32, keccak, refusing

_BITCOIN_PREFIX = "bc"
_BITCOIN_VERSIONS = frozenset({0x00, 0x05})  # pay to public key hash, pay to script hash
_IBAN = re.compile(r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{11,30}")
_ETH = re.compile(r"0[xX]([0-9a-fA-F]{40})")


def iban(text: str) -> str:
    """Upper case without spaces (ISO 13616); check digits and the country's form are tested."""
    compact = "".join(text.split())
    if _IBAN.fullmatch(compact) is None:
        refusing.refuse("bad-form", text, "an IBAN is a country, two digits and 11 to 30 more")
    try:
        return str(stdnum.iban.validate(compact))
    except stdnum.exceptions.InvalidChecksum:
        refusing.refuse("bad-checksum", text, "the check digits of the account do not hold")
    except stdnum.exceptions.ValidationError as fault:
        refusing.refuse("bad-form", text, f"is no IBAN: {fault}")


def btc(text: str) -> str:
    """Base58Check as it stands, Bech32 and Bech32m in lower case; main network only."""
    if text[:3].lower() in {"bc1", "tb1"}:
        bech32.witness(_BITCOIN_PREFIX, text)
        return text.lower()
    try:
        raw = base58.b58decode(text)
    except ValueError:
        refusing.refuse("bad-form", text, "is neither Base58 nor Bech32")
    if len(raw) != 25:
        refusing.refuse("bad-length", text, f"{len(raw)} bytes where an address has 25")
    try:
        base58.b58decode_check(text)
    except ValueError:
        refusing.refuse("bad-checksum", text, "the checksum of the address does not hold")
    if raw[0] not in _BITCOIN_VERSIONS:
        refusing.refuse(
            "wrong-network", text, f"version {raw[0]} is none of Bitcoin's main network"
        )
    return text


def eth(text: str) -> str:
    """`0x` and 40 lower-case digits; capitals, where there are any, must be those of EIP-55."""
    found = _ETH.fullmatch(text)
    if found is None:
        refusing.refuse("bad-form", text, "an Ethereum address is 0x and 40 hexadecimal digits")
    digits = found.group(1)
    if digits not in {digits.lower(), digits.upper()} and digits != checksummed(digits):
        refusing.refuse("bad-checksum", text, "its capitals are not those of EIP-55")
    return "0x" + digits.lower()


def checksummed(digits: str) -> str:
    """The 40 digits with the capitals of EIP-55."""
    lower = digits.lower()
    marks = keccak.keccak_256(lower.encode()).hex()
    return "".join(
        digit.upper() if int(mark, 16) >= 8 else digit
        for digit, mark in zip(lower, marks[:40], strict=True)
    )
