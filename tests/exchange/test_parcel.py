import base64
import dataclasses
import os
import random
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from comity import errors
from comity.exchange import compression, contents, manifest, parcel, wrapping
from comity.exchange.contents import Item
from comity.records import envelope, strict_json
from comity.records.ids import AuthorityId, MatterId, RecordId
from tests.exchange import world
from tests.exchange.world import LYON, OSLO, TURIN

LONG = base64.b64encode(bytes(64 * 32)).decode()
Change = Callable[[dict[str, Any], list[bytes]], object]


def sealed(made: contents.Parcel) -> parcel.Sealed:
    return parcel.seal(made, world.NODES[made.sender].signer, world.cards(made))


def opened(
    data: bytes, by: AuthorityId = TURIN, federation: MatterId = world.FEDERATION
) -> parcel.Opened:
    return parcel.open_(data, world.NODES[by].opener, world.Directory(), federation=federation)


def forged(
    change: Change, *, signer: AuthorityId = LYON, kind: str = manifest.PARCEL_TYPE
) -> bytes:
    """A parcel to Turin whose manifest and sections were changed before `signer` signed it."""
    addresses = [manifest.Address(authority=TURIN, key="it-turin#1")]
    said, sections = manifest._said(world.parcel(), addresses)
    change(said, sections)
    signed = envelope.seal(kind, strict_json.dumps(said), world.NODES[signer].signer)
    body = b"".join((len(signed).to_bytes(4, "big"), signed, *sections))
    return wrapping.wrap(compression.compress(body), [world.NODES[TURIN].card], entropy=os.urandom)


def test_a_parcel_opens_as_it_was_sealed() -> None:
    made = world.parcel()
    both = sealed(made)
    assert opened(both.data) == parcel.Opened(made, both.digest)


def test_every_recipient_opens_the_same_parcel() -> None:
    made = world.parcel(recipients=(TURIN, OSLO))
    data = sealed(made).data
    assert opened(data, TURIN) == opened(data, OSLO)


def test_an_empty_parcel_is_fine() -> None:
    made = contents.Parcel(
        federation=world.FEDERATION, sender=LYON, recipients=(TURIN,), number=1, made_at=world.NOW
    )
    assert opened(sealed(made).data).parcel == made


def test_the_digest_is_of_what_was_said_not_of_how_it_was_encrypted() -> None:
    first, second = sealed(world.parcel()), sealed(world.parcel())
    assert first.digest == second.digest
    assert first.data != second.data


def test_nothing_inside_shows_outside() -> None:
    data = sealed(world.parcel()).data
    for word in (b"lyon", b"turin", b"exhibit", b"ffff", b"comity/"):
        assert word not in data.split(b"\n", 1)[1].lower()


def test_a_changed_byte_anywhere_never_opens() -> None:
    data = sealed(world.parcel()).data
    chosen = random.Random(20261125)
    places = {*range(120), *chosen.sample(range(len(data)), 250), len(data) - 1}
    for place in places:
        changed = bytearray(data)
        changed[place] ^= chosen.randrange(1, 256)
        with pytest.raises((errors.Invalid, errors.Refused, errors.Unverified)):
            opened(bytes(changed))


def test_a_parcel_for_somebody_else_is_refused() -> None:
    with pytest.raises(errors.Refused) as refused:
        opened(sealed(world.parcel()).data, OSLO)
    assert refused.value.code == "not-addressed-here"


def test_a_parcel_that_its_recipient_encrypts_again_for_another_is_refused() -> None:
    body = wrapping.unwrap(sealed(world.parcel()).data, world.NODES[TURIN].opener)
    passed_on = wrapping.wrap(body, [world.NODES[OSLO].card], entropy=os.urandom)
    with pytest.raises(errors.Refused) as refused:
        opened(passed_on, OSLO)
    assert refused.value.code == "not-addressed-here"


def test_a_parcel_for_another_epoch_of_the_same_authority_is_refused() -> None:
    def older(said: dict[str, Any], _: list[bytes]) -> None:
        said["recipients"][0]["key"] = "it-turin#2"

    with pytest.raises(errors.Refused) as refused:
        opened(forged(older))
    assert refused.value.code == "not-addressed-here"


def test_a_parcel_replayed_to_another_federation_is_refused() -> None:
    with pytest.raises(errors.Refused) as refused:
        opened(sealed(world.parcel()).data, federation=world.OTHER_FEDERATION)
    assert refused.value.code == "other-federation"


def test_a_replay_to_its_recipient_is_the_same_parcel_again() -> None:
    data = sealed(world.parcel()).data
    assert opened(data) == opened(data)


@pytest.mark.parametrize("signer", [OSLO, TURIN])
def test_a_sender_that_did_not_sign_is_unverified(signer: AuthorityId) -> None:
    with pytest.raises(errors.Unverified) as refused:
        opened(forged(lambda *_: None, signer=signer))
    assert refused.value.code == "signature-wrong"


def test_an_unknown_sender_is_unverified() -> None:
    def stranger(said: dict[str, Any], _: list[bytes]) -> None:
        said["sender"] = "xx-stranger"

    with pytest.raises(errors.Unverified):
        opened(forged(stranger))


def test_what_was_signed_as_something_else_is_no_parcel() -> None:
    with pytest.raises(errors.Invalid) as refused:
        opened(forged(lambda *_: None, kind=envelope.RECORD_TYPE))
    assert refused.value.code == "manifest-malformed"


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "C:\\x", "", "A" * 64, "a" * 63, "a" * 65,
     "a" * 64 + "\n", ".", "~root", "\u202e" + "a" * 63, 7, None, ["a" * 64]],
)  # fmt: skip
@pytest.mark.parametrize("where", ["blobs", "receipts", "record"])
def test_a_name_that_is_no_digest_is_refused_before_anything_is_used(name: Any, where: str) -> None:
    def rename(said: dict[str, Any], _: list[bytes]) -> None:
        section = said["items"][1]["record"] if where == "record" else said[where][0]
        section["name"] = name

    with pytest.raises(errors.Invalid) as refused:
        opened(forged(rename))
    assert refused.value.code == "name-not-a-digest"


def swap(said: dict[str, Any], sections: list[bytes]) -> None:
    sections[0], sections[2] = sections[2], sections[0]


def alter(said: dict[str, Any], sections: list[bytes]) -> None:
    sections[-1] = bytes(len(sections[-1]))


@pytest.mark.parametrize("change", [alter, swap])
def test_sections_other_than_the_signed_ones_are_unverified(change: Change) -> None:
    with pytest.raises(errors.Unverified) as refused:
        opened(forged(change))
    assert refused.value.code == "section-altered"


def grow_blob(said: dict[str, Any], _: list[bytes]) -> None:
    said["blobs"][0]["size"] = contents.BLOB_BYTES_MAX + 1


def same_blob_twice(said: dict[str, Any], sections: list[bytes]) -> None:
    said["blobs"].append(said["blobs"][0])
    sections.insert(4, sections[3])


def bad_disclosures(said: dict[str, Any], sections: list[bytes]) -> None:
    sections[1] = b"two~~parts"
    said["items"][0]["disclosures"] = {
        "name": contents.blob_id(sections[1]),
        "size": len(sections[1]),
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (grow_blob, "parcel-too-large"),
        (same_blob_twice, "manifest-malformed"),
        (bad_disclosures, "manifest-malformed"),
        (lambda said, sections: sections.append(b"more"), "manifest-malformed"),
        (lambda said, sections: sections.pop(), "manifest-malformed"),
        (lambda said, _: said.update(number=0), "manifest-malformed"),
        (lambda said, _: said.update(number=True), "manifest-malformed"),
        (lambda said, _: said.update(number="7"), "manifest-malformed"),
        (lambda said, _: said.update(made_at="2026-11-25"), "manifest-malformed"),
        (lambda said, _: said.update(protocol="comity-parcel/2"), "manifest-malformed"),
        (lambda said, _: said.update(recipients=[]), "manifest-malformed"),
        (lambda said, _: said.update(want=["../x"]), "manifest-malformed"),
        (lambda said, _: said.update(want=["a" * 64] * 1_001), "manifest-malformed"),
        (lambda said, _: said.update(surplus=1), "manifest-malformed"),
        (lambda said, _: said.pop("seen"), "manifest-malformed"),
        (lambda said, _: said["head"].update(consistency=LONG), "manifest-malformed"),
        (lambda said, _: said["head"].update(consistency="AAAA"), "manifest-malformed"),
        (lambda said, _: said["blobs"][0].update(size=-1), "manifest-malformed"),
        (lambda said, _: said["blobs"][0].update(path="x"), "manifest-malformed"),
    ],
)  # fmt: skip
def test_a_manifest_that_breaks_its_form_is_invalid_although_it_is_signed(
    change: Change, code: str
) -> None:
    with pytest.raises(errors.Invalid) as refused:
        opened(forged(change))
    assert refused.value.code == code


def test_a_bomb_inside_a_sealed_parcel_is_refused() -> None:
    bomb = zlib.compress(bytes(80 * 2**20), 9)
    data = wrapping.wrap(bomb, [world.NODES[TURIN].card], entropy=os.urandom)
    with pytest.raises(errors.Invalid) as refused:
        opened(data)
    assert refused.value.code == "parcel-bomb"


@pytest.mark.parametrize(
    "body", [b"", bytes(4), b"\xff\xff\xff\xff{}", (2).to_bytes(4, "big") + b"{}"]
)
def test_a_body_without_a_manifest_is_invalid(body: bytes) -> None:
    data = wrapping.wrap(compression.compress(body), [world.NODES[TURIN].card], entropy=os.urandom)
    with pytest.raises(errors.Invalid):
        opened(data)


@pytest.mark.parametrize(
    "changed",
    [
        {"blobs": (bytes(contents.BLOB_BYTES_MAX + 1),)},
        {"blobs": (b"same", b"same")},
        {"blobs": tuple(bytes([n]) for n in range(65))},
        {"items": (Item(bytes(contents.RECORD_BYTES_MAX + 1)),)},
        {"items": tuple(Item(b"%d" % n) for n in range(1_001))},
        {"want": (RecordId("../x"),)},
        {"number": 0},
        {"federation": MatterId("none")},
        {"seen": (b"x" * 2**18,) * 9},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_no_receiver_would_take_cannot_be_sealed(changed: dict[str, Any]) -> None:
    made = dataclasses.replace(world.parcel(), **changed)
    with pytest.raises(errors.Invalid):
        sealed(made)


def test_a_parcel_is_signed_only_for_its_sender_and_sealed_only_to_those_it_names() -> None:
    made = world.parcel()
    with pytest.raises(errors.Invalid) as refused:
        parcel.seal(made, world.NODES[OSLO].signer, world.cards(made))
    assert refused.value.code == "parcel-sender"
    with pytest.raises(errors.Invalid) as refused:
        parcel.seal(made, world.NODES[LYON].signer, [world.NODES[OSLO].card])
    assert refused.value.code == "parcel-recipients"


def test_a_large_parcel_of_zeros_and_of_noise_goes_through() -> None:
    blobs = (*(bytes([n]) * 2**20 for n in range(4)), os.urandom(2**20))
    made = dataclasses.replace(world.parcel(), blobs=blobs)
    assert opened(sealed(made).data).parcel.blobs == blobs
