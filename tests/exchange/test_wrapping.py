import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity import errors
from comity.exchange import contents, padding, wrapping
from tests.exchange import world

TURIN = world.NODES[world.TURIN]
OSLO = world.NODES[world.OSLO]
BODY = b"a body" * 100


def entropy(size: int) -> bytes:
    return bytes(range(size))


@pytest.fixture(scope="module")
def wrapped() -> bytes:
    return wrapping.wrap(BODY, [TURIN.card, OSLO.card], entropy=entropy)


def header_of(wrapped: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(wrapped.split(b"\n", 2)[1])
    return found


def with_header(wrapped: bytes, **changed: Any) -> bytes:
    magic, _, rest = wrapped.split(b"\n", 2)
    header = header_of(wrapped) | changed
    return b"\n".join([magic, json.dumps(header).encode(), rest])


def test_every_recipient_opens_it(wrapped: bytes) -> None:
    assert wrapping.unwrap(wrapped, TURIN.opener) == BODY
    assert wrapping.unwrap(wrapped, OSLO.opener) == BODY


def test_nobody_else_opens_it(wrapped: bytes) -> None:
    with pytest.raises(errors.Refused) as refused:
        wrapping.unwrap(wrapped, world.NODES[world.LYON].opener)
    assert refused.value.code == "not-addressed-here"


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_a_flipped_bit_anywhere_never_opens(wrapped: bytes, data: st.DataObject) -> None:
    start = data.draw(st.sampled_from([0, 20, 200, 1_500, 2_900, len(wrapped) - 40]))
    place = start + data.draw(st.integers(0, min(len(wrapped) - start, 300) - 1))
    changed = bytearray(wrapped)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((errors.Invalid, errors.Refused, errors.Unverified)):
        # Oslo's key must open nothing either: its header was changed for everybody.
        wrapping.unwrap(bytes(changed), TURIN.opener)
    with pytest.raises((errors.Invalid, errors.Refused, errors.Unverified)):
        wrapping.unwrap(bytes(changed), OSLO.opener)


@pytest.mark.parametrize("kept", [0, 15, 16, 40, 1_000, 3_300, -1])
def test_a_truncated_parcel_is_invalid(wrapped: bytes, kept: int) -> None:
    with pytest.raises(errors.Invalid):
        wrapping.unwrap(wrapped[:kept], TURIN.opener)


def test_what_is_appended_is_not_taken(wrapped: bytes) -> None:
    with pytest.raises(errors.Invalid) as refused:
        wrapping.unwrap(wrapped + b"x", TURIN.opener)
    assert refused.value.code == "parcel-truncated"


def test_what_is_larger_than_the_largest_parcel_is_invalid() -> None:
    with pytest.raises(errors.Invalid) as refused:
        wrapping.unwrap(bytes(wrapping.SEALED_BYTES_MAX + 1), TURIN.opener)
    assert refused.value.code == "parcel-too-large"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"suite": "none"}, "suite-unknown"),
        ({"suite": None}, "suite-unknown"),
        ({"salt": "AAAA"}, "parcel-header"),
        ({"salt": 7}, "parcel-header"),
        ({"salt": "?"}, "parcel-header"),
        ({"keys": []}, "parcel-header"),
        ({"keys": {}}, "parcel-header"),
        ({"keys": [{"tag": "00"}]}, "parcel-header"),
        ({"keys": [{"tag": "00", "key": ""}]}, "parcel-header"),
        ({"keys": [{"tag": "0" * 16, "key": ""}] * 2}, "parcel-header"),
        ({"keys": [{"tag": "0" * 16, "key": "A" * 5_000}]}, "parcel-header"),
        ({"size": 1}, "parcel-truncated"),
        ({"size": "1"}, "parcel-truncated"),
        ({"more": 1}, "parcel-header"),
    ],
)
def test_a_header_that_breaks_its_form_is_named(
    wrapped: bytes, changed: dict[str, Any], code: str
) -> None:
    with pytest.raises((errors.Invalid, errors.Refused)) as refused:
        wrapping.unwrap(with_header(wrapped, **changed), TURIN.opener)
    assert refused.value.code == code


def test_a_recipient_taken_out_of_the_header_spoils_it_for_the_others(wrapped: bytes) -> None:
    keys = header_of(wrapped)["keys"]
    for kept in (keys[:1], keys[1:]):
        changed = with_header(wrapped, keys=kept)
        with pytest.raises((errors.Refused, errors.Unverified)):
            wrapping.unwrap(changed, TURIN.opener)
        with pytest.raises((errors.Refused, errors.Unverified)):
            wrapping.unwrap(changed, OSLO.opener)


def test_the_header_names_nobody_and_differs_each_time() -> None:
    def tags(first: int) -> set[str]:
        wrapped = wrapping.wrap(BODY, [TURIN.card], entropy=lambda size: bytes([first]) * size)
        assert b"turin" not in wrapped
        return {entry["tag"] for entry in header_of(wrapped)["keys"]}

    assert tags(1) == tags(1)
    assert not tags(1) & tags(2)


def test_the_size_tells_the_bucket_and_no_more() -> None:
    sizes = {
        len(wrapping.wrap(bytes(size), [TURIN.card], entropy=entropy)) for size in (0, 1, 4_088)
    }
    assert len(sizes) == 1


def test_a_content_key_of_another_length_is_invalid() -> None:
    def short(size: int) -> bytes:
        return bytes(16)

    with pytest.raises(errors.Invalid, match="16 bytes, not 32"):
        wrapping.unwrap(wrapping.wrap(BODY, [TURIN.card], entropy=short), TURIN.opener)


@pytest.mark.parametrize("recipients", [[], [TURIN.card, TURIN.card]], ids=["none", "one twice"])
def test_recipients_are_at_least_one_and_each_once(recipients: list[Any]) -> None:
    with pytest.raises(errors.Invalid) as refused:
        wrapping.wrap(BODY, recipients, entropy=entropy)
    assert refused.value.code == "parcel-recipients"


def test_the_largest_body_still_fits_when_it_does_not_shrink() -> None:
    largest = padding.bucket(contents.BODY_BYTES_MAX + 2**17)
    assert 16 + 2**17 + largest + 16 == wrapping.SEALED_BYTES_MAX
