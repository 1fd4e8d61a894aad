"""What each kind does in one matter: how it is judged, and what it adds to the state.

For each kind there is one `Rule`, made when it is first met. `judge` looks at what the record had
seen and at nothing else, so its answer is the same on every node and for ever; `enter` adds a
lawful record to the state (clauses F6, F7, F9).
"""

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from comity.matters import control, entries, past, status
from comity.matters.chain import Chain
from comity.matters.control import Membership
from comity.matters.entries import Chosen, Entry
from comity.records import kinds
from comity.records.ids import AuthorityId, MatterId, RecordId
from comity.records.record import Record


class Rule(NamedTuple):
    """What one kind does."""

    judge: Callable[[Entry], str] | None = None
    """Why a record changes nothing, empty if it is lawful; without it, every record is."""
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
        self._hidden: tuple[Membership, Chosen] | None = None

    @cached_property
    def _deciding(self) -> dict[str, frozenset[str]]:
        """Read off the kinds when the first thing comes up: many matters never have one."""
        return status.deciding_fields(self._registry)

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
            return Rule(lambda entry: "it is not the first record of this matter")
        if self.type not in effect.within:
            reason = f"{name} has no place in a {self.type}"
            return Rule(lambda entry: reason)
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
        def judge(entry: Entry) -> str:
            why = self.chain.judge_link(entry, effect)
            return self._judge_ratifying(entry, effect) if not why and ratifies else why

        ratifies = effect.act == "ratify"
        return Rule(judge, lambda entry: self.chain.link(entry, effect))

    def _judge_ratifying(self, entry: Entry, effect: kinds.Control) -> str:
        hidden = self.hidden(entry.point.membership)
        for one in sorted(control.named_in(entry.record.open, effect.field)):
            named = self._entries.get(RecordId(one))
            had_seen = named is not None and past.holds(entry.past, named.number)
            if named is None or not had_seen or hidden is None or not hidden(named):
                return f"{one} is not quarantined in what it had seen"
        return ""

    def _says(self, effect: kinds.Says) -> Rule:
        def judge(entry: Entry) -> str:
            lead = entry.point.membership.lead
            return "" if entry.record.author == lead else f"only the lead, {lead}, may do this"

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

        def judge(entry: Entry) -> str:
            thing = self._named(entry, effect.field)
            if isinstance(thing, str):
                return thing
            before = self._standing(thing, entry).outcome
            self._judged = entry, thing, before
            return status.judge(thing.opening.record, thing.effect.thing, before, entry, effect)

        def enter(entry: Entry) -> Entry:
            judged, thing, before = self._judged
            assert judged is entry
            record = entry.record
            after = str(record.open.get(after_field)) if after_field else effect.after
            named = status.named(record, fields, before.named)
            thing.outcomes[record.id] = status.Outcome(after, named, effect.beats)
            thing.acts.append(entry)
            return entry

        return Rule(judge, enter)

    def _judge_settling(self, entry: Entry) -> str:
        thing = self._named(entry, "about")
        if isinstance(thing, str):
            return thing
        record, lead = entry.record, entry.point.membership.lead
        before = self._standing(thing, entry)
        if before.outcome.status != status.CONFLICT:
            return "it settles no conflict that it had seen"
        if record.author != lead:
            return f"only the lead, {lead}, may do this"
        if record.open.get("keep") not in [rival.id for rival in before.rivals]:
            return "the act to keep is none of those in conflict"
        return ""

    def _settle(self, entry: Entry) -> Entry:
        thing = self.things[entry.record.open["about"]]
        thing.outcomes[entry.record.id] = thing.outcomes[entry.record.open["keep"]]
        thing.acts.append(entry)
        return entry

    def _named(self, entry: Entry, field: str) -> status.Thing | str:
        """The thing that a record names, or why it may not be acted on."""
        about = entry.record.open.get(field)
        thing = self.things.get(RecordId(about)) if isinstance(about, str) else None
        if thing is None or not past.holds(entry.past, thing.opening.number):
            return "it names nothing that it had seen and that could be acted on"
        hidden = self.hidden(entry.point.membership)
        if hidden is not None and hidden(thing.opening):
            return status.QUARANTINED.format(thing.effect.thing)
        return thing

    def _standing(self, thing: status.Thing, entry: Entry) -> status.Standing:
        """How a thing stands for a record that is not among its acts yet."""
        if not thing.acts:
            return status.Standing(thing.outcome)
        seen, hidden = entry.past, self.hidden(entry.point.membership)
        top = past.top(seen, entry.number)
        if hidden is None:
            return status.standing(thing, lambda act: past.holds(seen, act.number), below=top)
        return status.standing(
            thing, lambda act: past.holds(seen, act.number) and not hidden(act), below=top
        )

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
        said = self.registers.get(name)
        if not said:
            return []
        hidden = self.hidden(self.chain.now.membership)
        chosen = None if hidden is None else (lambda entry: not hidden(entry))
        found = entries.newest(said, chosen)
        return sorted((entry.record for entry in found), key=lambda one: one.id)
