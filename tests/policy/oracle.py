"""The policies told once more, by hand, in Python, to be compared with what the engine says.

Written from what each role is for, not from the Cedar texts: kinds are looked at, groups are not.
"""

from dataclasses import replace

from comity.policy import asks
from comity.policy.asks import Ask
from comity.records.kinds import Genesis, Kind, Registry

DESK = {"officer", "desk_head"}
CONTENT = {"read.matter", "export.matter", "exhibit.read"}
READS = {"read.matter", "read.registry", "read.ledger", "read.access", "exhibit.read"}
ADDS = {
    "exhibit.take",
    "import.indicators",
    "approve.proposal",
    "break.glass",
    "issue.own-token",
}
TAKES_OUT = {"export.matter", "parcel.export"}
MANAGES = {"parcel.import", "manage.officers", "manage.peers"}
UNSEEING = {"oversight", "node"}
NODE_WIDE = {
    "read.ledger",
    "read.access",
    "parcel.export",
    "parcel.import",
    "manage.officers",
    "manage.peers",
    "break.glass",
    "issue.own-token",
}
PURPOSES = {
    "investigation",
    "prosecution",
    "prevention",
    "deconfliction",
    "operation",
    "victim-protection",
    "oversight",
    "exercise",
}


class Oracle:
    """Answers every ask about the kinds of one registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def expected(self, ask: Ask) -> str:
        """Empty if permitted; else the code of the denial."""
        told = self.forbidden(ask)
        if told or self.permitted(ask):
            return told
        if self.concealed(ask):
            return "not-permitted"
        others = (replace(ask, who=replace(ask.who, role=role)) for role in asks.ROLES)
        able = any(self.yes(other) for other in others)
        return "role-needed" if able else "not-permitted"

    def yes(self, ask: Ask) -> bool:
        return self.permitted(ask) and not self.forbidden(ask)

    def concealed(self, ask: Ask) -> bool:
        """Whether the asker may not know of the matter."""
        line = replace(ask, action="read.registry", purpose="")
        return ask.about is not None and not self.yes(line)

    def permitted(self, ask: Ask) -> bool:
        role, action, matter = ask.who.role, ask.action, ask.about
        kind = self._said(ask)
        if kind is not None:
            return role in self._hands(kind)
        if action == "export.matter":
            return role == "desk_head"
        if action in {"exhibit.take", "exhibit.read", "import.indicators"}:
            return role in DESK
        if action in {"read.matter", "read.registry"}:
            kept = matter is not None and matter.type in {"directory", "staff"}
            return role in DESK | {"oversight"} or (role == "operator" and kept)
        if action == "read.ledger":
            return role in {"oversight", "operator"}
        if action == "read.access":
            return role == "oversight"
        if action == "issue.own-token":
            return True
        if action == "break.glass":
            return role in DESK
        if action == "approve.proposal":
            return role in {"desk_head", "operator", "oversight"}
        return role == "operator"

    def _hands(self, kind: Kind) -> set[str]:
        """The roles that say records of `kind`."""
        if kind.needs in {"node", "oversight"}:
            return {kind.needs}
        if kind.family == "casework":
            return {"officer": DESK, "desk_head": {"desk_head"}}.get(kind.needs, set())
        if kind.family == "staff":
            return {"officer": DESK}.get(kind.needs, {kind.needs})
        if kind.family == "governance" and kind.needs in {"desk_head", "operator"}:
            return {kind.needs}
        return set()

    def forbidden(self, ask: Ask) -> str:
        """The code of the first prohibition that applies, or empty."""
        return next((code for code, applies in self._prohibitions(ask).items() if applies), "")

    def _prohibitions(self, ask: Ask) -> dict[str, bool]:
        role, action, matter, purpose = ask.who.role, ask.action, ask.about, ask.purpose
        kind = self._said(ask)
        begins = kind is not None and isinstance(kind.effect, Genesis)
        coercive = self._coercive(ask)
        directory = matter is not None and matter.type == "directory"
        needs_matter = action in CONTENT | {"exhibit.take"} or (kind is not None and not begins)
        adds = action in ADDS or (kind is not None and not begins)
        needs_purpose = coercive or action in CONTENT | {"exhibit.take", "read.access"}
        return {
            "not-our-officer": ask.who.authority != ask.here,
            "not-a-party": matter is not None and ask.here not in matter.parties,
            "matter-needed": matter is None and needs_matter,
            "no-matter-meant": matter is not None and (begins or action in NODE_WIDE),
            "matter-closed": matter is not None and matter.closed and adds,
            "access-is-for-oversight": matter is not None
            and matter.type == "access"
            and role not in {"oversight", "node"},
            "purpose-unknown": purpose not in PURPOSES | {""},
            "purpose-needed": purpose == "" and needs_purpose and not directory,
            "purpose-not-coercive": coercive
            and purpose not in {"investigation", "prosecution", "operation"},
            "oversight-purpose-reserved": purpose == "oversight" and role != "oversight",
            "red-stays-here": action == "export.matter"
            and matter is not None
            and matter.tlp == "RED",
            "operators-see-no-casework": role == "operator"
            and matter is not None
            and matter.type not in {"directory", "staff"},
            "node-does-nothing-else": role == "node"
            and not (kind is not None and kind.needs == "node"),
            "oversight-reads-for-review": role == "oversight"
            and action in CONTENT | {"read.access"}
            and purpose != "oversight",
            "oversight-never-acts": role == "oversight"
            and kind is not None
            and kind.needs != "oversight",
            **self._by_scope(ask),
            **self._by_second(ask),
            **self._by_standing(ask, needs_purpose),
        }

    def _by_scope(self, ask: Ask) -> dict[str, bool]:
        action, kind, scope = ask.action, self._said(ask), ask.who.scope
        return {
            "reading-not-in-scope": action in READS and "read" not in scope,
            "acting-not-in-scope": (action in ADDS or kind is not None) and "act" not in scope,
            "export-not-in-scope": action in TAKES_OUT and "export" not in scope,
            "managing-not-in-scope": action in MANAGES and "manage" not in scope,
            "presence-needed": (self._coercive(ask) or action == "issue.own-token")
            and "coercive" not in scope,
        }

    def _coercive(self, ask: Ask) -> bool:
        kind = self._said(ask)
        return ask.action == "break.glass" or (kind is not None and kind.coercive)

    def _by_second(self, ask: Ask) -> dict[str, bool]:
        kind = self._said(ask)
        gives = kind is not None and kind.gives_rights
        return {
            "rights-need-a-second-person": gives and ask.second is None and not ask.alone,
            "nobody-serves-themselves": gives and ask.giving.to_self,
            "desks-are-filled-by-desk-heads": gives
            and ask.giving.role in DESK
            and not (ask.second == "desk_head" or ask.alone),
            "staff-is-read-by-those-who-keep-it": ask.who.role == "officer"
            and ask.action in CONTENT
            and ask.about is not None
            and ask.about.type == "staff",
            "officers-speak-for-themselves-alone": ask.who.role == "officer"
            and kind is not None
            and kind.family == "staff"
            and not ask.giving.to_self,
        }

    def _by_standing(self, ask: Ask, needs_purpose: bool) -> dict[str, bool]:
        if ask.about is None:
            return {}
        tie, role, served = ask.about.tie, ask.who.role, ask.about.purposes or PURPOSES
        return {
            "cleared-only": ask.who.clearance < tie.classified and role not in UNSEEING,
            "conflict-of-interest": tie.conflict,
            "team-only": tie.restricted and not (tie.team or tie.glass or role in UNSEEING),
            "broken-glass-is-for-looking": tie.restricted
            and tie.glass
            and not (tie.team or ask.action in READS),
            "purpose-not-of-the-matter": needs_purpose
            and ask.purpose not in served | {""}
            and role != "oversight",
        }

    def _said(self, ask: Ask) -> Kind | None:
        """The kind of record that would be said."""
        name = ask.action.removeprefix("act:")
        return self._registry[name] if name != ask.action else None
