"""Private set intersection in two messages: the asker learns which of its values the other holds.

The answerer learns the size class of the question and nothing else; the asker learns the size class
of the answerer's set and the hits. ECDH-PSI on P-256 (protocol, matching.md M5 to M9), semi-honest:
nothing here stops a member from asking for what it guesses. Budgets do, outside this room.

The curve arithmetic is that of openmined-psi. Its own randomness is not used, since it cannot be
injected: both keys are drawn from the `random` that is given, so that equal arguments make equal
bytes. Its protobuf messages and compressed sets are not spoken either: a hostile compressed set
aborts the process or never ends, a list of points cannot.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from comity import errors
from comity.matching import frames, identifiers, sizes

DOMAIN = b"comity/psi/1"
ELEMENT_BYTES = 32
_KEY_BYTES = 32
_DRAWS_MAX = 32
_FPR = 1e-9  # asked for by the call and of no effect: a list of points has no false positives
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256

Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the asker keeps between question and answer. Secret: never sent, deleted after use."""

    key: bytes
    own: int
    asked: int

    def to_bytes(self) -> bytes:
        """For keeping across a restart, encrypted by whoever keeps it."""
        return self.key + self.own.to_bytes(4, "big") + self.asked.to_bytes(4, "big")

    @classmethod
    def from_bytes(cls, data: bytes) -> "Asked":
        """What `to_bytes` made, or `Invalid`."""
        key, own, asked = (
            data[:32],
            int.from_bytes(data[32:36], "big"),
            int.from_bytes(data[36:], "big"),
        )
        whole = len(data) == _KEY_BYTES + 8 and sizes.is_size_class(asked) and own <= asked
        if not whole or not 1 <= int.from_bytes(key, "big") < _ORDER:
            raise errors.Invalid("matching-secret", f"{len(data)} bytes are no kept question")
        return cls(key=key, own=own, asked=asked)


def element(run: str, identifier: identifiers.Identifier) -> bytes:
    """The 32 bytes that stand for `identifier` in the run `run`, and in no other run or class.

    SHA-256 over four parts, each after its length in 4 bytes, so that no two lists of parts make
    the same input.
    """
    digest = hashlib.sha256()
    for part in (DOMAIN, run.encode(), identifier.cls.encode(), identifier.value.encode()):
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.digest()


def ask(
    values: Sequence[bytes], *, random: Random, count_max: int = sizes.CLASS_MAX
) -> tuple[bytes, bytes]:
    """What to keep (see `Asked`), and the request to send.

    `values` are elements, each once: equal ones would show as equal to the answerer.
    """
    padded = _padded(values, random, count_max)
    key = _key(random)
    client = _library().client.CreateFromKey(key, True)
    request = client.CreateRequest([value.hex() for value in padded])
    kept = Asked(key=key, own=len(values), asked=len(padded))
    return kept.to_bytes(), frames.write_request(list(request.encrypted_elements))


def answer(
    values: Sequence[bytes],
    request: bytes,
    *,
    random: Random,
    count_max: int = sizes.CLASS_MAX,
    asked_max: int = sizes.CLASS_MAX,
) -> bytes:
    """The response to `request` from the set `values`, with a key made for this run alone.

    `asked_max` bounds the work that a request can cause: about 60 microseconds a point.
    """
    points = frames.read_request(request, count_max=asked_max)
    padded = _padded(values, random, count_max)
    library = _library()
    server = library.server.CreateFromKey(_key(random), True)
    question = library.Request(reveal_intersection=True, encrypted_elements=points)
    answered = _work("request", lambda: server.ProcessRequest(question))
    held = server.CreateSetupMessage(
        _FPR, len(points), [value.hex() for value in padded], library.DataStructure.RAW
    )
    # Sorted, so that no place in the list tells which value stands there.
    return frames.write_response(
        sorted(held.raw.encrypted_elements), list(answered.encrypted_elements)
    )


def hits(kept: bytes, response: bytes, *, count_max: int = sizes.CLASS_MAX) -> list[int]:
    """Which of the values given to `ask` the answerer holds: their places, ascending."""
    asked = Asked.from_bytes(kept)
    held, answered = frames.read_response(response, count_max=count_max)
    if len(answered) != asked.asked:
        raise errors.Invalid(
            "matching-frame",
            f"the response answers {len(answered)} elements where {asked.asked} were asked",
            next_step=frames.ASK_AGAIN,
        )
    library = _library()
    client = library.client.CreateFromKey(asked.key, True)
    setup = library.ServerSetup(raw={"encrypted_elements": held})
    response_points = library.Response(encrypted_elements=answered)
    found = _work("response", lambda: client.GetIntersection(setup, response_points))
    return sorted(place for place in found if place < asked.own)


def asked_count(request: bytes, *, count_max: int = sizes.CLASS_MAX) -> int:
    """How many elements a request asks about, dummies included: what a budget counts at most."""
    return len(frames.read_request(request, count_max=count_max))


def _padded(values: Sequence[bytes], random: Random, count_max: int) -> list[bytes]:
    """`values` and as many random dummies as fill the size class; `Invalid` if one stands twice.

    A dummy has 256 random bits: it equals an element as rarely as two digests collide.
    """
    if any(len(value) != ELEMENT_BYTES for value in values):
        raise errors.Invalid("matching-element", f"an element has {ELEMENT_BYTES} bytes")
    size = sizes.size_class(len(values), count_max=count_max)
    padded = [*values, *(random(ELEMENT_BYTES) for _ in range(size - len(values)))]
    if len(set(padded)) != size:
        raise errors.Invalid(
            "matching-duplicate-element",
            f"{size - len(set(padded))} of {size} elements stand twice and would show as equal",
            next_step="Give each value once, and randomness that does not repeat.",
        )
    return padded


def _key(random: Random) -> bytes:
    """A scalar from 1 to the order less 1, drawn until one fits: the first does, save for 2^-32."""
    for _ in range(_DRAWS_MAX):
        key = random(_KEY_BYTES)
        if len(key) == _KEY_BYTES and 1 <= int.from_bytes(key, "big") < _ORDER:
            return key
    raise errors.Unavailable("matching-no-randomness", f"no key in {_DRAWS_MAX} draws of 32 bytes")


def _library() -> Any:
    # Loaded at first use: it costs 0.15 s and 20 MB, and most processes never match.
    import private_set_intersection.python  # type: ignore[import-untyped]  # noqa: PLC0415

    return private_set_intersection.python


def _work(name: str, calculate: Callable[[], Any]) -> Any:
    """What the library calculates; a point that is on no curve is its RuntimeError."""
    try:
        return calculate()
    except RuntimeError as fault:
        raise errors.Invalid(
            "matching-frame",
            f"the {name} holds something that is no point of P-256: {fault}",
            next_step=frames.ASK_AGAIN,
        ) from fault
