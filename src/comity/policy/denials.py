"""Policy's no: a code for programs, a reason and a next step for a person.

Where the asker may not even know that the matter exists, the no is told in the same words as for a
matter that is not here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from comity import errors
from comity.policy import asks
from comity.policy.asks import Ask, Role
from comity.policy.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """An answer of no."""

    code: str
    """The id of the first policy that forbids; or one of the codes of this module."""
    reason: str
    next_step: str
    policies: tuple[str, ...] = ()
    """Every policy that forbids."""
    concealed: bool = False
    """The asker may not know that the matter exists: tell nothing but `error()`."""
    incident: bool = False
    """Policy itself failed: tell the operator."""
    faults: tuple[str, ...] = ()
    """How it failed, in the engine's words; for the operator alone."""

    def error(self) -> errors.ComityError:
        """What a door shows."""
        if self.concealed:
            return unknown_matter()
        return errors.Refused(self.code, self.reason, next_step=self.next_step)


def unknown_matter() -> errors.NotFound:
    """For a matter that is not here, and for one that the asker may not know of."""
    return errors.NotFound(
        "matter-unknown",
        "There is no such matter here.",
        next_step="Check the address. Ask the lead whether your authority is party.",
    )


def forbidden(rules: Sequence[Rule], *, concealed: bool) -> Denied:
    """No, because of prohibitions; the first is told."""
    first = rules[0]
    return Denied(
        code=first.id,
        reason=first.reason,
        next_step=first.next_step,
        policies=tuple(rule.id for rule in rules),
        concealed=concealed,
    )


def unpermitted(ask: Ask, able: Sequence[Role], *, concealed: bool) -> Denied:
    """No, because no policy permits it; `able` are the roles that would be permitted."""
    if not able:
        return Denied(
            code="not-permitted",
            reason=f"No policy of this node permits {ask.action} here.",
            next_step="Check what you meant to do, and in which matter.",
            concealed=concealed,
        )
    wanted = " or ".join(asks.ROLES[role] for role in able)
    return Denied(
        code="role-needed",
        reason=f"This needs {wanted}; you are here as {asks.ROLES[ask.who.role]}.",
        next_step=f"Ask {wanted} of your authority.",
        concealed=concealed,
    )


class Faults(Exception):
    """How policy failed, in the engine's words: the cause of an error, for the log alone."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(*faults)
        self.faults = faults


def unanswered(faults: tuple[str, ...]) -> errors.Unavailable:
    """No answer for any of a batch; the words are for everyone, its cause is `Faults`."""
    told = failed(faults)
    fault = errors.Unavailable("policy-engine-error", told.reason, next_step=told.next_step)
    fault.__cause__ = Faults(faults)
    return fault


def failed(faults: tuple[str, ...]) -> Denied:
    """No, because policy could not be evaluated."""
    return Denied(
        code="policy-engine-error",
        reason="Policy could not be evaluated, so nothing is permitted.",
        next_step="Tell the operator of this node.",
        incident=True,
        faults=faults,
    )
