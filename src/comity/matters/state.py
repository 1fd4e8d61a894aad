"""What each kind does in one matter: how it is judged, and what it adds to the state.

For each kind there is one `Rule`, made when it is first met. `judge` looks at what the record had
seen and at nothing else, so its answer is the same on every node and for ever; `enter` adds a
lawful record to the state (clauses F6, F7, F9).
"""

from collections.abc import Callable
from typing import NamedTuple

from comity.matters import control, entries, past, status
from comity.matters.chain import Chain
from comity.matters.control import Membership, Point
from comity.matters.entries import Chosen, Entry
from comity.matters.past import Past
from comity.records import kinds
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.records.record import Record


class Rule(NamedTuple):
    """What one kind does."""

    judge: Callable[[Record, Past, Point], str | None] | None = None
    """Why a record would change nothing, or None; without it, every record is lawful."""
    enter: Callable[[Entry], Entry] | None = None
    """Add a lawful record to the state; the entry, with the point after it."""


class State:
    """What the lawful records of a matter add up to."""

    def __init__(self, matter: MatterId, registry: kinds.Registry) -> None:
        self.type = ""
        """What the matter is, once its first record is here."""
        self.chain = Chain(RecordId(matter))
        self.things: dict[RecordId, status.Thing] = {}
        self.registers: dict[str, list[Entry]] = {}
        self._registry = registry
        self.rules: dict[str, Rule] = {}
        """The rules that were made so far."""
        self._entries: dict[RecordId, Entry] = {}
        self._deciding = status.deciding_fields(registry)
        self._hidden: tuple[Membership, Chosen] | None = None

    def begin(self, entry: Entry, effect: kinds.Genesis, known: dict[RecordId, Entry]) -> Entry:
        """Enter the first record; `known` is where the graph keeps what stands in it."""
        self.type = effect.matter
        self._entries = known
        return self.chain.begin(entry)

    def rule(self, kind: str) -> Rule:
        """What a kind does in this matter, whose first record is here."""
        rule = self.rules.get(kind)
        if rule is None:
            rule = self.rules[kind] = self._made(kind)
        return rule

    def _made(self, name: str) -> Rule:
        kind = self._registry.get(name)
        if kind is None:
            # A newer version may know it. Here it says something, and nothing follows.
            return Rule()
        effect = kind.effect
        if isinstance(effect, kinds.Genesis):
            return Rule(lambda record, seen, point: "it is not the first record of this matter")
        if self.type not in effect.within:
            reason = f"{name} has no place in a {self.type}"
            return Rule(lambda record, seen, point: reason)
        match effect:
            case kinds.Control():
                return self._control(effect)
            case kinds.Votes():
                return Rule(self.chain.judge_vote, self.chain.vote)
            case kinds.Resolves():
                return Rule(self.chain.judge_resolve, self.chain.resolve)
            case kinds.Opens():
                return Rule(None, lambda entry: self._open(entry, effect))
            case kinds.Moves():
                return self._moves(effect)
            case kinds.Settles():
                return Rule(self._judge_settling, self._settle)
            case kinds.Says():
                return self._says(effect)

    # --- control and what is said --------------------------------------------------------------

    def _control(self, effect: kinds.Control) -> Rule:
        def judge(record: Record, seen: Past, point: Point) -> str | None:
            why = self.chain.judge_link(record, effect, point)
            if why is None and effect.act == "ratify":
                return self._judge_ratifying(record, effect, seen, point.membership)
            return why

        return Rule(judge, lambda entry: self.chain.link(entry, effect))

    def _judge_ratifying(
        self, record: Record, effect: kinds.Control, seen: Past, membership: Membership
    ) -> str | None:
        hidden = self.hidden(membership)
        for one in sorted(control.named_in(record.open, effect.field)):
            entry = self._entries.get(RecordId(one))
            had_seen = entry is not None and past.holds(seen, entry.number)
            if entry is None or not had_seen or hidden is None or not hidden(entry):
                return f"{one} is not quarantined in what it had seen"
        return None

    def _says(self, effect: kinds.Says) -> Rule:
        def judge(record: Record, seen: Past, point: Point) -> str | None:
            lead = point.membership.lead
            return None if record.author == lead else f"only the lead, {lead}, may do this"

        def enter(entry: Entry) -> Entry:
            self.registers.setdefault(effect.register, []).append(entry)
            return entry

        return Rule(judge if effect.by == "lead" else None, enter if effect.register else None)

    # --- things --------------------------------------------------------------------------------

    def _open(self, entry: Entry, effect: kinds.Opens) -> Entry:
        fields = self._deciding.get(effect.thing, frozenset())
        outcome = status.Outcome(effect.status, status.named(entry.record, fields))
        self.things[entry.record.id] = status.Thing(entry, effect, outcome)
        return entry

    def _moves(self, effect: kinds.Moves) -> Rule:
        fields = self._deciding.get(effect.thing, frozenset())
        after_field = effect.after.removeprefix("field:") if "field:" in effect.after else ""

        def judge(record: Record, seen: Past, point: Point) -> str | None:
            thing = self._seen(record.open.get(effect.field), seen, point.membership)
            if isinstance(thing, str):
                return thing
            before = self._standing(thing, seen, point.membership).outcome
            return status.refusal(thing, before, record, effect, lead=point.membership.lead)

        def enter(entry: Entry) -> Entry:
            record = entry.record
            thing = self.things[record.open[effect.field]]
            before = self._standing(thing, entry.past, entry.point.membership).outcome
            after = str(record.open.get(after_field)) if after_field else effect.after
            outcome = status.Outcome(
                after, status.named(record, fields, before.named), effect.beats
            )
            thing.outcomes[record.id] = outcome
            thing.acts.append(entry)
            return entry

        return Rule(judge, enter)

    def _judge_settling(self, record: Record, seen: Past, point: Point) -> str | None:
        thing = self._seen(record.open.get("about"), seen, point.membership)
        if isinstance(thing, str):
            return thing
        before = self._standing(thing, seen, point.membership)
        if before.outcome.status != status.CONFLICT:
            return "it settles no conflict that it had seen"
        if record.author != point.membership.lead:
            return f"only the lead, {point.membership.lead}, may do this"
        if record.open.get("keep") not in [rival.id for rival in before.rivals]:
            return "the act to keep is none of those in conflict"
        return None

    def _settle(self, entry: Entry) -> Entry:
        thing = self.things[entry.record.open["about"]]
        thing.outcomes[entry.record.id] = thing.outcomes[entry.record.open["keep"]]
        thing.acts.append(entry)
        return entry

    def _seen(self, about: object, seen: Past, membership: Membership) -> status.Thing | str:
        """The thing that a record names, or why it may not be acted on."""
        thing = self.things.get(RecordId(about)) if isinstance(about, str) else None
        if thing is None or not past.holds(seen, thing.opening.number):
            return "it names nothing that it had seen and that could be acted on"
        hidden = self.hidden(membership)
        if hidden is not None and hidden(thing.opening):
            return f"the {thing.effect.thing} is quarantined until the lead ratifies it"
        return thing

    def _standing(self, thing: status.Thing, seen: Past, membership: Membership) -> status.Standing:
        hidden = self.hidden(membership)
        if hidden is None:
            return status.standing(thing, lambda act: past.holds(seen, act.number))
        return status.standing(thing, lambda act: past.holds(seen, act.number) and not hidden(act))

    # --- quarantine ----------------------------------------------------------------------------

    def hidden(self, membership: Membership) -> Chosen | None:
        """What tells whether a record is quarantined by `membership`; None if nothing can be.

        It is if a removal of its author had not seen it, it had not seen the removal, and no lead
        has ratified it. Removals and ratifications of a membership lie in the past of whoever
        stands on it.
        """
        if not membership.removed:
            return None
        if self._hidden is None or self._hidden[0] is not membership:
            self._hidden = (membership, self._made_hidden(membership))
        return self._hidden[1]

    def _made_hidden(self, membership: Membership) -> Chosen:
        removals: dict[AuthorityId, list[Entry]] = {}
        for who, removal in membership.removed:
            removals.setdefault(who, []).append(self._entries[removal])

        def hidden(entry: Entry) -> bool:
            record = entry.record
            return (
                record.author in removals
                and record.id not in membership.ratified
                and any(entries.apart(removal, entry) for removal in removals[record.author])
                and not self._of_control(record)
            )

        return hidden

    def _of_control(self, record: Record) -> bool:
        """Whether it belongs to the control chain, on which removals have no effect but theirs."""
        kind = self._registry.get(record.kind)
        return kind is not None and isinstance(
            kind.effect, (kinds.Genesis, kinds.Control, kinds.Votes, kinds.Resolves)
        )

    def register(self, name: str) -> list[Record]:
        """The newest statements of a register that are not quarantined, by id."""
        hidden = self.hidden(self.chain.now.membership)
        chosen = None if hidden is None else (lambda entry: not hidden(entry))
        found = entries.newest(self.registers.get(name, ()), chosen)
        return sorted((entry.record for entry in found), key=lambda one: one.id)
