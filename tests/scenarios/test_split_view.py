"""A member that shows its ledger in two versions, each to another witness: they meet, a proof comes
of it, and a third who was shown neither version checks it."""

import random

from comity.desk import ledgers, neighbours, overseeing, witnessing
from comity.exchange import contents
from comity.ledger import checkpoint, witness
from tests.desk.test_overseeing import fetcher
from tests.scenarios import stories
from tests.world import by_hand
from tests.world.world import LYON, OSLO, TURIN, WATCH, Member, World


def second_version(owner: Member, size: int) -> contents.Head:
    """A head of the owner's, signed, over leaves that it shows to nobody else."""
    signer = owner.tools.keys.checkpoint
    head = checkpoint.Checkpoint(checkpoint.origin_of(owner.authority), size, b"\7" * 32)
    return contents.Head(checkpoint.sign(head, signer.public, signer.sign))


def found(member: Member) -> witness.SplitView | None:
    """What a member can prove of Lyon."""
    return witnessing.split_view_in(member.tools.store.peer(LYON))


def test_two_versions_shown_to_two_witnesses_are_proved_to_a_third(world: World) -> None:
    chance = random.Random(2)
    lyon, turin, oslo, watch = world.found(LYON, TURIN, OSLO, WATCH)
    case = world.act(
        lyon, "case.opened/1", {"title": "Night Bazaar", "parties": [TURIN, OSLO, WATCH]}
    ).matter
    world.carry(lyon, turin)
    size = turin.tools.store.peer(LYON).seen_size
    assert size == lyon.tools.store.size
    told = by_hand.send(world, lyon, oslo, head=second_version(lyon, size))
    # Each of the two, by itself, has no reason to doubt: it cosigned what it was shown.
    assert told.cosignature
    assert found(turin) is found(oslo) is None

    # They talk to each other; each parcel says what its sender saw of others.
    carry_head(world, turin, oslo)
    proof = found(oslo)
    assert proof is not None

    # Watch was shown neither. It hears both from Oslo, and believes the two signatures.
    carry_head(world, oslo, watch)
    proof = found(watch)
    assert proof is not None
    keys = ledgers.owner_keys(watch.tools.directory(), LYON)
    assert witness.verify_split_view(proof, keys) == "comity/fr-lyon"

    # From here on nobody vouches for this ledger, and whoever looks is told why.
    carry_head(world, watch, turin)
    for member in (turin, oslo, watch):
        shown = contents.Head(ledgers.head_at(lyon.tools, lyon.tools.store.size))
        refusal = by_hand.send(world, lyon, member, head=shown)
        assert (refusal.cosignature, refusal.withheld) == ("", "split-view")
        lines = {one.authority: one for one in neighbours.peers(world.desk(member, "operator"))}
        assert [who for who, one in lines.items() if one.split_view] == [LYON]
    finding = overseeing.audit_ledger(world.desk(watch, "oversight"), LYON, fetcher(lyon))
    assert finding.fault == "it showed two versions of its ledger"

    # The work itself is not lost by it: records are verified one by one, whoever brings them.
    stories.settle(world, chance)
    stories.agreed(world, case, world.members.values())


def carry_head(world: World, sender: Member, receiver: Member) -> None:
    """A parcel from one to the other, whether anything waits or not."""
    own = sender.tools
    seen = witnessing.gossip(own, receiver.authority)
    by_hand.send(world, sender, receiver, head=ledgers.head_for(own, receiver.authority), seen=seen)
