"""The one decision point: may this officer do this here, and why.

`decide` gives a `Permit` for exactly one act on one object for a few seconds, or says no with a
reason. There is no other way to a permit, and whoever does something asks for one. What policy
cannot evaluate is refused and reported. No clock, no disk, no memory of earlier decisions.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, replace
from typing import NoReturn

from comity import errors
from comity.policy import actions, asks, cedar, denials, rules
from comity.policy.actions import Action
from comity.policy.asks import About, Ask, Role, Who
from comity.policy.denials import Denied
from comity.policy.rules import Rule
from comity.records import kinds
from comity.records.ids import AuthorityId, MatterId

PERMIT_SECONDS = 5
"""How long a permit holds: the longest that a revoked right still works."""

_SEAL = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Policy's yes. Made by `Engine.decide` alone."""

    officer: str
    action: Action
    about: MatterId | None
    purpose: str
    policies: tuple[str, ...]
    """The policies that permitted it."""
    policy_digest: str
    expires_at: datetime.datetime
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("a permit comes from Engine.decide and from nowhere else")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a permit is neither stored nor sent")


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer with everything that led to it."""

    answer: Permit | Denied
    rules: tuple[Rule, ...]
    """The policies that decided it; none, when no policy spoke."""
    able: tuple[Role, ...]
    """The roles that would be permitted, all else being equal."""


def check(
    permit: object, *, action: Action, about: MatterId | None, now: datetime.datetime
) -> Permit:
    """The permit, if it is one, is for this act on this object, and still holds."""
    if not isinstance(permit, Permit):
        raise errors.Refused("permit-missing", f"{action} was tried without a permit")
    if permit.action != action or permit.about != about:
        raise errors.Refused(
            "permit-mismatch",
            f"the permit is for {permit.action} on {permit.about}, not {action} on {about}",
        )
    if now >= permit.expires_at:
        raise errors.Refused(
            "permit-expired",
            f"the permit for {action} held until {permit.expires_at}; it is {now}",
            next_step="Try again.",
        )
    return permit


class Engine:
    """The policies of a node, ready to be asked. Safe to share between threads."""

    def __init__(self, texts: Mapping[str, str], registry: kinds.Registry) -> None:
        """Read the policies; `Invalid` if one is malformed or does not fit the registry."""
        read = rules.read(texts)
        self._actions = actions.catalogue(registry)
        self._cedar = cedar.Cedar(read, self._actions)
        self._cedar.check_shapes(_SAMPLE, self._actions)
        self._cedar.check_shapes(replace(_SAMPLE, about=None), self._actions)
        self.rules = read.all
        self.digest = read.digest

    def action(self, name: str) -> Action:
        """The action `name`; doors ask at start-up, so that one that does not exist stops there."""
        action = Action(name)
        if action not in self._actions:
            raise errors.Invalid("action-unknown", f"there is no action {name}")
        return action

    def act(self, kind: str) -> Action:
        """The action of saying a record of `kind`."""
        return self.action(actions.act(kind))

    def decide(self, ask: Ask) -> Permit | Denied:
        """Whether `ask` is permitted here and now."""
        outcome = self._evaluate(ask)
        return self._permit(ask, outcome) if outcome.permitted else self._denied(ask, outcome)

    def explain(self, ask: Ask) -> Explanation:
        """The answer of `decide`, the policies that made it, and who else could."""
        outcome = self._evaluate(ask)
        answer = self._permit(ask, outcome) if outcome.permitted else self._denied(ask, outcome)
        return Explanation(answer, outcome.rules, self._able(ask))

    def visible(self, matters: Iterable[About], ask: Ask) -> frozenset[MatterId]:
        """Those of `matters` on which `ask` is permitted, decided in one batch.

        `Unavailable` if policy fails on one of them: a list is shown whole or not at all.
        """
        listed = list(matters)
        answers = self.would_permit([replace(ask, about=one) for one in listed])
        return frozenset(one.id for one, yes in zip(listed, answers, strict=True) if yes)

    def would_permit(self, asked: Sequence[Ask]) -> list[bool]:
        """Whether each ask would be permitted, in one batch: to offer, not to act upon.

        `Unavailable` if policy fails on one of them.
        """
        outcomes = self._cedar.evaluate(asked)
        for outcome in outcomes:
            if outcome.faults:
                raise denials.unanswered(outcome.faults)
        return [outcome.permitted for outcome in outcomes]

    def _evaluate(self, ask: Ask) -> cedar.Outcome:
        self.action(ask.action)
        return self._cedar.answer(ask)

    def _permit(self, ask: Ask, outcome: cedar.Outcome) -> Permit:
        return Permit(
            officer=ask.who.officer,
            action=ask.action,
            about=None if ask.about is None else ask.about.id,
            purpose=ask.purpose,
            policies=tuple(rule.id for rule in outcome.rules),
            policy_digest=self.digest,
            expires_at=ask.now + datetime.timedelta(seconds=PERMIT_SECONDS),
            seal=_SEAL,
        )

    def _denied(self, ask: Ask, outcome: cedar.Outcome) -> Denied:
        if outcome.faults:
            return denials.failed(outcome.faults)
        concealed = ask.about is not None and not self._may_know(ask)
        if outcome.rules:
            return denials.forbidden(outcome.rules, concealed=concealed)
        # A concealed no takes the time of any other, so who else could is not looked up.
        able = () if concealed else self._able(ask)
        return denials.unpermitted(ask, able, concealed=concealed)

    def _may_know(self, ask: Ask) -> bool:
        """Whether the asker may see the line of the matter in the registry."""
        line = replace(ask, action=Action("read.registry"), purpose="")
        return self._cedar.answer(line).permitted

    def _able(self, ask: Ask) -> tuple[Role, ...]:
        """The roles to which the same ask would be permitted."""
        asked = [replace(ask, who=replace(ask.who, role=role)) for role in asks.ROLES]
        pairs = zip(asks.ROLES, self._cedar.evaluate(asked), strict=True)
        return tuple(role for role, outcome in pairs if outcome.permitted)


_SAMPLE = Ask(
    who=Who("officer", "officer", AuthorityId("xx-sample")),
    action=Action("read.matter"),
    here=AuthorityId("xx-sample"),
    about=About(
        id=MatterId("0" * 64),
        type="case",
        lead=AuthorityId("xx-sample"),
        parties=(AuthorityId("xx-sample"),),
    ),
    now=datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC),
)
"""An ask by which the shape of requests is checked; nobody is asking."""
