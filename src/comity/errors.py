"""The six ways in which Comity says no, named by what to do next.

Every error carries a stable `code` for programs, a message that names the place and the values,
and a `next_step` for a person. Doors turn them into output in one place each; nothing else does.
"""

from typing import ClassVar


class ComityError(Exception):
    """Base of the six; never raised itself."""

    status: ClassVar[int]
    exit_code: ClassVar[int]

    def __init__(self, code: str, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.next_step = next_step


class Invalid(ComityError):
    """What was given cannot be read or breaks a rule of form. Correct it, then try again."""

    status = 422
    exit_code = 2


class Refused(ComityError):
    """Understood and not permitted, here or by the protocol. Ask someone who may."""

    status = 403
    exit_code = 4


class Unverified(ComityError):
    """A signature, digest or proof does not hold. Do not use what came; ask its sender again."""

    status = 400
    exit_code = 7


class NotFound(ComityError):
    """There is no such thing here, or none that the asker may know of."""

    status = 404
    exit_code = 3


class Conflict(ComityError):
    """The matter moved on since it was read. Read it again, then decide."""

    status = 409
    exit_code = 5


class Unavailable(ComityError):
    """A peer, a disk or a service does not answer now. Nothing was lost; try later."""

    status = 503
    exit_code = 6
