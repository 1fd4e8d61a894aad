"""Segregated witness addresses: Bech32 (BIP-173) for version 0, Bech32m (BIP-350) for the rest."""

from comity.matching import refusing

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CONSTANTS = {1: "bech32", 0x2BC830A3: "bech32m"}
_CHECKSUM_LENGTH = 6
_TEXT_MAX = 90


def witness(prefix: str, address: str) -> tuple[int, bytes]:
    """The version and the program in `address` of the network `prefix` (bc, tb)."""
    found, values, encoding = decode(address)
    if found != prefix:
        refusing.refuse("wrong-network", address, f"prefix {found!r} where {prefix!r} is asked")
    if not values or values[0] > 16:
        refusing.refuse("bad-form", address, "names no witness version from 0 to 16")
    version, program = values[0], _bytes(values[1:], address)
    if encoding != ("bech32" if version == 0 else "bech32m"):
        refusing.refuse(
            "bad-checksum", address, f"version {version} with the checksum of {encoding}"
        )
    if not 2 <= len(program) <= 40 or (version == 0 and len(program) not in {20, 32}):
        refusing.refuse(
            "bad-length", address, f"a program of {len(program)} bytes in version {version}"
        )
    return version, program


def decode(text: str) -> tuple[str, list[int], str]:
    """The prefix, the values of 5 bits without the checksum, and which encoding it is."""
    if text not in {text.lower(), text.upper()} or len(text) > _TEXT_MAX:
        refusing.refuse("bad-form", text, f"mixes cases or is longer than {_TEXT_MAX}")
    prefix, separator, data = text.lower().rpartition("1")
    if not separator or not prefix or not all(33 <= ord(c) <= 126 for c in prefix):
        refusing.refuse("bad-form", text, "has no prefix before its last 1")
    if len(data) < _CHECKSUM_LENGTH or not set(data) <= set(_ALPHABET):
        refusing.refuse("bad-form", text, "holds characters that the alphabet has not")
    values = [_ALPHABET.index(character) for character in data]
    encoding = _CONSTANTS.get(_checksum(_expanded(prefix) + values))
    if encoding is None:
        refusing.refuse("bad-checksum", text, "its checksum holds in neither Bech32 nor Bech32m")
    return prefix, values[:-_CHECKSUM_LENGTH], encoding


def _checksum(values: list[int]) -> int:
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            if top >> bit & 1:
                state ^= generator
    return state


def _expanded(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _bytes(values: list[int], text: str) -> bytes:
    """Groups of 5 bits as bytes; what is left over is less than a group and zero."""
    number = 0
    for value in values:
        number = number << 5 | value
    left_over = len(values) * 5 % 8
    if left_over >= 5 or number & ((1 << left_over) - 1):
        refusing.refuse("bad-form", text, "its padding is not zero or too long")
    return (number >> left_over).to_bytes(len(values) * 5 // 8, "big")
