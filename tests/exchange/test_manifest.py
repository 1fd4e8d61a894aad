import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity import errors
from comity.exchange import contents, manifest
from comity.exchange.contents import Head, Item, Parcel
from comity.records import envelope
from comity.records.ids import RecordId
from tests.exchange import world

ADDRESS = manifest.Address(authority=world.TURIN, key="it-turin#1")
SIGNER = world.NODES[world.LYON].signer
DISCLOSURES = st.text("abcXYZ019-_", min_size=1, max_size=40)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64).map(RecordId)

PARCELS = st.builds(
    Parcel,
    federation=st.just(world.FEDERATION),
    sender=st.just(world.LYON),
    recipients=st.just((world.TURIN,)),
    number=st.integers(1, 2**53),
    made_at=st.just(world.NOW),
    items=st.lists(
        st.builds(Item, st.binary(max_size=60), st.lists(DISCLOSURES, max_size=3).map(tuple)),
        max_size=4,
        unique_by=(lambda item: item.envelope, lambda item: item.disclosures or item.envelope),
    ).map(tuple),
    want=st.lists(DIGESTS, max_size=3).map(tuple),
    head=st.none()
    | st.builds(
        Head,
        st.text(max_size=40).map(str.encode),
        st.integers(0, 2**53),
        st.lists(st.binary(min_size=32, max_size=32), max_size=63).map(tuple),
    ),
    seen=st.lists(st.text(max_size=40).map(str.encode), max_size=3).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(PARCELS)
def test_an_inside_reads_back_as_it_was_written(parcel: Parcel) -> None:
    try:
        body, digest = manifest.write(parcel, [ADDRESS], SIGNER)
    except errors.Invalid as fault:
        # Two sections that happen to be the same bytes have one name.
        assert "twice" in fault.message  # noqa: PT017
        return
    signed = manifest.read(body)
    envelope.verify(signed.envelope, world.Directory().keys_of(world.LYON))
    assert signed.envelope.digest == digest
    assert manifest.parcel_of(signed) == parcel


def test_reading_believes_nothing_and_verifying_is_left_to_the_caller() -> None:
    body, _ = manifest.write(world.parcel(), [ADDRESS], world.NODES[world.OSLO].signer)
    signed = manifest.read(body)
    with pytest.raises(errors.Unverified):
        envelope.verify(signed.envelope, world.Directory().keys_of(world.LYON))


def test_one_signature_covers_every_section() -> None:
    body, _ = manifest.write(world.parcel(), [ADDRESS], SIGNER)
    start = len(body) - sum(section.size for section, _ in manifest._sections(_said(body)))
    for place in range(start, len(body), 7):
        changed = bytearray(body)
        changed[place] ^= 1
        with pytest.raises(errors.Unverified) as refused:
            manifest.parcel_of(manifest.read(bytes(changed)))
        assert refused.value.code == "section-altered"


def _said(body: bytes) -> manifest.Manifest:
    return manifest.read(body).manifest


def test_a_body_beyond_the_bound_is_invalid_before_it_is_encrypted() -> None:
    blobs = tuple(bytes([n]) * contents.BLOB_BYTES_MAX for n in range(64))
    parcel = Parcel(
        federation=world.FEDERATION,
        sender=world.LYON,
        recipients=(world.TURIN,),
        number=1,
        made_at=world.NOW,
        blobs=blobs,
    )
    with pytest.raises(errors.Invalid) as refused:
        manifest.write(parcel, [ADDRESS], SIGNER)
    assert refused.value.code == "parcel-too-large"
