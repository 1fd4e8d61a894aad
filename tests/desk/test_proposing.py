"""Acts of two persons: what is approved is what is signed, and nobody approves for themselves."""

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comity import errors
from comity.desk import passkeys, people, performing, proposing, staff, tools
from comity.policy import asks
from comity.records import approval, envelope, record
from comity.store import port
from tests.world.authenticator import SITE, Authenticator
from tests.world.world import LYON, TURIN, Member, World, refused


@dataclasses.dataclass
class House:
    """A node at which two persons can give rights: an operator and a desk head with passkeys."""

    world: World
    member: Member
    keys: dict[str, Authenticator]

    @property
    def own(self) -> tools.Tools:
        return self.member.tools

    def desk(self, role: str) -> tools.Desk:
        return self.world.desk(self.member, role, "operation")

    def add(self, name: str, role: port.Role, number: str = "") -> performing.Act:
        return people.admission(self.desk("operator"), name, role, number=number)

    def approve(self, role: str, digest: str) -> performing.Done:
        desk = self.desk(role)
        answer = self.keys[role].get(passkeys.to_approve(desk, digest, SITE))
        return proposing.approve(desk, digest, answer, SITE)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    world = World(tmp_path)
    lyon, _ = world.found(LYON, TURIN)
    made = House(world, lyon, {})
    for role in ("operator", "desk_head", "officer"):
        key, desk = Authenticator(), made.desk(role)
        passkeys.register(desk, key.create(passkeys.to_register(desk, SITE)), "Key", SITE)
        made.keys[role] = key
    yield made
    world.close()


def test_once_two_could_do_it_nobody_gives_rights_alone(house: House) -> None:
    refused(
        "rights-need-a-second-person",
        lambda: performing.perform(house.desk("operator"), house.add("Ada Nova", "officer")),
    )
    refused(
        "rights-need-a-second-person",
        lambda: people.add_officer(house.own, "Bo Nova", "operator", house.world.now()),
    )


def test_what_two_persons_do_carries_the_approval_and_lets_the_person_in(house: House) -> None:
    act = house.add("Ada Nova", "officer")
    proposed = proposing.propose(house.desk("operator"), act)
    (waiting,) = [one for one in proposing.listed(house.desk("desk_head")) if one.status == "open"]
    assert waiting.row.digest == proposed.digest
    assert waiting.said.model_dump()["name"] == "Ada Nova"
    done = house.approve("desk_head", proposed.digest)

    entered = people.find_officer(house.own, "Ada Nova")
    assert (entered.id, entered.role) == (act.said["officer"], "officer")
    stored = house.own.store.record(done.record)
    assert stored is not None
    signed = envelope.parse(stored.envelope)
    one = record.parse(signed.payload, signed.digest, house.own.registry)
    assert one.officer == house.desk("operator").officer.id
    (given,) = one.approvals
    assert given.officer == house.desk("desk_head").officer.id
    assert one.proposal == proposed.digest
    approval.check(given, one.proposal, one.officer)
    row = house.own.store.proposal(proposed.digest)
    assert row is not None
    assert (row.status, row.record) == ("approved", done.record)


def test_an_approval_of_one_version_never_counts_for_another(house: House) -> None:
    first = proposing.propose(house.desk("operator"), house.add("Ada Nova", "officer"))
    second = proposing.propose(house.desk("operator"), house.add("Ada Nova", "officer"))
    assert first.digest != second.digest
    desk = house.desk("desk_head")
    answer = house.keys["desk_head"].get(passkeys.to_approve(desk, first.digest, SITE))
    refused("passkey-unverified", lambda: proposing.approve(desk, second.digest, answer, SITE))
    assert house.own.store.proposal(second.digest).status == "open"  # type: ignore[union-attr]


def test_nobody_approves_what_they_proposed(house: House) -> None:
    proposed = proposing.propose(house.desk("operator"), house.add("Ada Nova", "operator"))
    refused("approval-by-proposer", lambda: house.approve("operator", proposed.digest))


def test_one_person_with_two_accounts_is_one_person(tmp_path: Path) -> None:
    world = World(tmp_path)
    (lyon,) = world.found(LYON)
    house = House(world, lyon, {})
    console = dataclasses.replace(house.desk("operator"), officer=tools.NODE)
    for name, role in (("Ada at the console", "operator"), ("Ada at the desk", "desk_head")):
        lyon.people[name] = people.admit(console, name, role, number="4711")  # type: ignore[arg-type]
    for name in ("Ada at the console", "Ada at the desk"):
        house.keys[name] = Authenticator()
        desk = house.desk(name)
        made = house.keys[name].create(passkeys.to_register(desk, SITE))
        passkeys.register(desk, made, "Key", SITE)
    desk = house.desk("Ada at the console")
    proposed = proposing.propose(desk, people.admission(desk, "Bo Nova", "officer"))
    refused("approval-by-proposer", lambda: house.approve("Ada at the desk", proposed.digest))
    world.close()


def test_an_operator_puts_nobody_at_a_desk_with_another_operator(house: House) -> None:
    second = house.add("Second operator", "operator")
    house.approve("desk_head", proposing.propose(house.desk("operator"), second).digest)
    house.member.people["second"] = people.find_officer(house.own, "Second operator")
    house.keys["second"], desk = Authenticator(), house.desk("second")
    passkeys.register(desk, house.keys["second"].create(passkeys.to_register(desk, SITE)), "", SITE)
    proposed = proposing.propose(house.desk("operator"), house.add("Eve Nova", "desk_head"))
    refused("desks-are-filled-by-desk-heads", lambda: house.approve("second", proposed.digest))
    # Refused, and so still open for one who may.
    house.approve("desk_head", proposed.digest)


def test_nobody_gains_by_what_they_propose_or_approve(house: House) -> None:
    matter = people.staff_matter(house.own)

    def role_for(gainer: str) -> performing.Act:
        said = {"officer": house.desk(gainer).officer.id, "role": "desk_head", "reason": "Why not."}
        return performing.Act(kind="role.given/1", matter=matter, said=said)

    refused(
        "nobody-serves-themselves",
        lambda: proposing.propose(house.desk("operator"), role_for("operator")),
    )
    proposed = proposing.propose(house.desk("operator"), role_for("desk_head"))
    refused("nobody-serves-themselves", lambda: house.approve("desk_head", proposed.digest))


def test_an_officer_neither_sees_nor_approves_the_proposals_of_others(house: House) -> None:
    proposed = proposing.propose(house.desk("operator"), house.add("Ada Nova", "officer"))
    refused("role-needed", lambda: proposing.listed(house.desk("officer")))
    refused("proposal-unknown", lambda: house.approve("officer", proposed.digest))
    refused("proposal-unknown", lambda: proposing.one(house.desk("officer"), "0" * 64))


def test_what_is_declined_withdrawn_or_lapsed_is_not_approved_any_more(house: House) -> None:
    def proposed() -> str:
        return proposing.propose(house.desk("operator"), house.add("Ada Nova", "officer")).digest

    declined, withdrawn, lapsed = proposed(), proposed(), proposed()
    refused("reason-missing", lambda: proposing.decline(house.desk("desk_head"), declined, " "))
    proposing.decline(house.desk("desk_head"), declined, "Not needed.")
    proposing.decline(house.desk("operator"), withdrawn, "")
    for digest in (declined, withdrawn):
        refused("proposal-decided", lambda digest=digest: house.approve("desk_head", digest))  # type: ignore[misc]
    late = dataclasses.replace(
        house.desk("desk_head"), now=house.world.now() + proposing.LIFETIME + datetime.timedelta(1)
    )
    answer: dict[str, Any] = house.keys["desk_head"].get(passkeys.to_approve(late, lapsed, SITE))
    refused("proposal-decided", lambda: proposing.approve(late, lapsed, answer, SITE))


def test_what_was_approved_once_is_said_once(house: House) -> None:
    proposed = proposing.propose(house.desk("operator"), house.add("Ada Nova", "officer"))
    house.approve("desk_head", proposed.digest)
    refused("proposal-decided", lambda: house.approve("desk_head", proposed.digest))
    names = [one.name for one in house.own.store.officers()]
    assert names.count("Ada Nova") == 1


def test_who_left_or_lost_the_role_has_proposed_nothing(house: House) -> None:
    proposed = proposing.propose(house.desk("operator"), house.add("Ada Nova", "officer"))
    people.set_active(house.own, house.desk("operator").officer, False)
    fault = refused("proposer-gone", lambda: house.approve("desk_head", proposed.digest))
    assert isinstance(fault, errors.Refused)


def test_what_nobody_could_approve_is_not_proposed(house: House) -> None:
    refused(
        "officers-speak-for-themselves-alone",
        lambda: proposing.propose(house.desk("officer"), house.add("Ada Nova", "officer")),
    )
    opened = performing.Act(kind="case.opened/1", said={"title": "A case"})
    refused("second-not-needed", lambda: proposing.propose(house.desk("officer"), opened))


def test_lost_passkeys_are_withdrawn_by_two_and_then_a_link_helps(house: House) -> None:
    officer = house.desk("officer")
    operator = house.desk("operator")
    for make in (
        lambda: staff.link(operator, officer.officer.id),
        lambda: staff.token(operator, officer.officer.id, label="", days=1),
    ):
        refused("officer-has-passkeys", make)
    session = people.begin_session(house.own, officer.officer, "passkey", house.world.now())
    said = {"officer": officer.officer.id, "reason": "The key was stolen."}
    withdrawn = performing.Act(
        kind="passkeys.withdrawn/1", matter=people.staff_matter(house.own), said=said
    )
    proposed = proposing.propose(operator, withdrawn)
    house.approve("desk_head", proposed.digest)

    now = house.world.now()
    assert people.officer_of(house.own, session, "session", now) is None
    answer = house.keys["officer"].get(passkeys.to_sign_in(house.own, SITE, now))
    refused("passkey-unverified", lambda: passkeys.sign_in(house.own, answer, SITE, now))
    assert passkeys.listed(house.desk("officer")) == []
    link = staff.link(house.desk("operator"), officer.officer.id)
    assert people.sign_in(house.own, link.secret, house.world.now())


def test_a_person_makes_their_own_tokens_and_has_to_be_there(house: House) -> None:
    desk = house.desk("officer")
    away = dataclasses.replace(desk, scope=asks.SIGNED_IN)
    scope = frozenset({"read"})
    refused("presence-needed", lambda: staff.own_token(away, label="", days=1, scope=scope))  # type: ignore[arg-type]
    issued = staff.own_token(desk, label="a program", days=1, scope=scope)  # type: ignore[arg-type]
    held = people.holder(house.own, issued.secret, "token", house.world.now())
    assert held is not None
    assert people.scope_of_token(held.credential) == scope


def test_who_was_kept_out_comes_in_again_when_two_readmit_them(house: House) -> None:
    officer = house.desk("officer").officer
    staff.deactivate(house.desk("operator"), officer.id, "On leave.")
    row = house.own.store.officer(officer.id)
    assert row is not None
    assert not people.as_of(house.own, row, house.world.now()).active
    said = {"officer": officer.id, "reason": "Back from leave."}
    act = performing.Act(
        kind="officer.readmitted/1", matter=people.staff_matter(house.own), said=said
    )
    proposed = proposing.propose(house.desk("operator"), act)
    house.approve("desk_head", proposed.digest)
    assert people.as_of(house.own, row, house.world.now()).active
    listed = {one.id: one for one in staff.listed(house.desk("operator"))}
    assert listed[officer.id].active
