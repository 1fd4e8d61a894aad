import hashlib
import random as random_

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity import errors
from comity.matching import blinded, frames, identifiers
from comity.matching.identifiers import IdentifierClass
from tests.matching import curve

RUN = "run-1"


def drawn(seed: int) -> blinded.Random:
    """Bytes that are the same each time. Never for use: keys would be known."""
    return random_.Random(seed).randbytes


def elements(numbers: range, run: str = RUN) -> list[bytes]:
    return [blinded.element(run, name(number)) for number in numbers]


def name(number: int) -> identifiers.Identifier:
    return identifiers.normalise(IdentifierClass.DOMAIN, f"shop{number}.example")


KEPT, REQUEST = blinded.ask(elements(range(10)), random=drawn(1))
RESPONSE = blinded.answer(elements(range(6, 90)), REQUEST, random=drawn(2))


def test_the_asker_learns_the_places_of_what_both_hold() -> None:
    assert blinded.hits(KEPT, RESPONSE) == [6, 7, 8, 9]


@settings(max_examples=15)
@given(st.sets(st.integers(0, 40), max_size=20), st.sets(st.integers(0, 40), max_size=20))
def test_the_hits_are_the_intersection(asked: set[int], held: set[int]) -> None:
    mine, theirs = sorted(asked), sorted(held)
    own = [blinded.element(RUN, name(number)) for number in mine]
    kept, request = blinded.ask(own, random=drawn(3))
    others = [blinded.element(RUN, name(number)) for number in theirs]
    response = blinded.answer(others, request, random=drawn(4))
    assert [mine[place] for place in blinded.hits(kept, response)] == sorted(asked & held)


def test_what_is_kept_outlives_the_process() -> None:
    asked = blinded.Asked.from_bytes(KEPT)
    assert asked.to_bytes() == KEPT
    assert (asked.own, asked.asked) == (10, 64)


def test_another_run_and_another_class_never_match() -> None:
    response = blinded.answer(elements(range(10), run="run-2"), REQUEST, random=drawn(5))
    assert blinded.hits(KEPT, response) == []
    as_handle = identifiers.Identifier(cls=IdentifierClass.HANDLE, value=name(1).value, original="")
    assert blinded.element(RUN, name(1)) != blinded.element(RUN, as_handle)


def test_parts_of_an_element_cannot_be_shifted() -> None:
    """`run` + `1` with class `x` is not `run1`: each part stands after its length."""
    one = identifiers.Identifier(cls=IdentifierClass.MD5, value="a", original="")
    assert blinded.element("r", one) != blinded.element("r\0\0\0\3md5", one)
    parts = [b"comity/psi/1", b"r", b"md5", b"a"]
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert blinded.element("r", one) == hashlib.sha256(framed).digest()


@pytest.mark.parametrize(("count", "points"), [(0, 64), (1, 64), (64, 64), (65, 128)])
def test_a_request_shows_only_its_size_class(count: int, points: int) -> None:
    _, request = blinded.ask(elements(range(count)), random=drawn(6))
    assert blinded.asked_count(request) == points
    assert len(request) == len(frames.REQUEST) + 4 + points * 33


@pytest.mark.parametrize(("count", "points"), [(0, 64), (64, 64), (65, 128)])
def test_a_response_shows_only_the_size_class(count: int, points: int) -> None:
    response = blinded.answer(elements(range(count)), REQUEST, random=drawn(7))
    held, answered = frames.read_response(response, count_max=1_024)
    assert (len(held), len(answered)) == (points, 64)


def test_a_dummy_is_never_a_hit() -> None:
    """Even if both sides draw the same dummies: places beyond the asker's own do not count."""
    kept, request = blinded.ask([], random=drawn(8))
    response = blinded.answer([], request, random=drawn(8))
    assert blinded.hits(kept, response) == []


def test_equal_arguments_make_equal_bytes_and_other_randomness_other_points() -> None:
    assert blinded.ask(elements(range(10)), random=drawn(1)) == (KEPT, REQUEST)
    other = blinded.answer(elements(range(6, 90)), REQUEST, random=drawn(9))
    assert not set(frames.read_response(other, count_max=128)[0]) & set(
        frames.read_response(RESPONSE, count_max=128)[0]
    )


def test_the_points_are_those_of_the_protocol() -> None:
    """An implementation that shares no code makes the same points (M6)."""
    key = int.from_bytes(blinded.Asked.from_bytes(KEPT).key, "big")
    server_key = int.from_bytes(_server_key(84, drawn(2)), "big")
    points = frames.read_request(REQUEST, count_max=64)
    held, answered = frames.read_response(RESPONSE, count_max=128)
    for place in (0, 9):
        point = curve.onto_curve(elements(range(10))[place])
        assert points[place] == curve.compressed(curve.times(key, point))
        both = curve.times(server_key, curve.times(key, point))
        assert answered[place] == curve.compressed(both)
    common = curve.onto_curve(elements(range(10))[9])
    assert curve.compressed(curve.times(server_key, common)) in held


def _server_key(own: int, random: blinded.Random) -> bytes:
    """The key is drawn after the dummies."""
    return [random(32) for _ in range(128 - own + 1)][-1]


@pytest.mark.parametrize("place", [-1, 30, 600])
def test_a_point_that_is_on_no_curve_is_refused(place: int) -> None:
    points = frames.read_request(REQUEST, count_max=64)
    points[place % 64] = _off_curve()
    with pytest.raises(errors.Invalid) as refused:
        blinded.answer([], frames.write_request(points), random=drawn(1))
    assert refused.value.code == "matching-frame"
    held, answered = frames.read_response(RESPONSE, count_max=128)
    answered[place % 64] = _off_curve()
    with pytest.raises(errors.Invalid) as refused:
        blinded.hits(KEPT, frames.write_response(held, answered))
    assert refused.value.code == "matching-frame"


def _off_curve() -> bytes:
    x = 1
    while True:
        square = (x**3 - 3 * x + curve.B) % curve.P
        if pow(square, (curve.P - 1) // 2, curve.P) == curve.P - 1:
            return b"\2" + x.to_bytes(32, "big")
        x += 1


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_changed_bytes_are_refused_or_lose_hits_and_never_make_one(place: int, change: int) -> None:
    changed = bytearray(RESPONSE)
    changed[place % len(changed)] ^= change
    try:
        found = blinded.hits(KEPT, bytes(changed))
    except errors.Invalid:
        return
    assert set(found) <= {6, 7, 8, 9}


@settings(max_examples=40)
@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused(data: bytes) -> None:
    for read in (
        lambda: blinded.answer([], data, random=drawn(1)),
        lambda: blinded.hits(KEPT, data),
        lambda: blinded.hits(data, RESPONSE),
        lambda: blinded.asked_count(data),
    ):
        with pytest.raises(errors.Invalid):
            read()


def test_the_answer_to_another_question_is_refused_by_its_size() -> None:
    kept, _ = blinded.ask(elements(range(65)), random=drawn(1))
    with pytest.raises(errors.Invalid, match="64 elements where 128 were asked"):
        blinded.hits(kept, RESPONSE)


def test_equal_elements_would_show_and_are_refused() -> None:
    with pytest.raises(errors.Invalid) as refused:
        blinded.ask([*elements(range(3)), *elements(range(1))], random=drawn(1))
    assert refused.value.code == "matching-duplicate-element"


def test_an_element_has_32_bytes() -> None:
    with pytest.raises(errors.Invalid) as refused:
        blinded.ask([b"shop.example"], random=drawn(1))
    assert refused.value.code == "matching-element"


def test_more_than_the_limit_is_refused_before_any_work() -> None:
    with pytest.raises(errors.Invalid) as refused:
        blinded.answer([], blinded.ask(elements(range(65)), random=drawn(1))[1],
                       random=drawn(1), asked_max=64)  # fmt: skip
    assert refused.value.code == "matching-frame"
    with pytest.raises(errors.Invalid) as refused:
        blinded.ask(elements(range(65)), random=drawn(1), count_max=64)
    assert refused.value.code == "matching-set-too-large"


def test_randomness_that_repeats_is_noticed() -> None:
    with pytest.raises(errors.Invalid):
        blinded.ask([], random=bytes)
    with pytest.raises(errors.Unavailable) as refused:
        blinded.ask(elements(range(64)), random=lambda count: b"\xff" * count)
    assert refused.value.code == "matching-no-randomness"


def test_a_kept_question_that_was_cut_or_emptied_is_refused() -> None:
    for kept in (KEPT[:-1], bytes(40), b"", KEPT + b"\0", bytes(32) + KEPT[32:]):
        with pytest.raises(errors.Invalid) as refused:
            blinded.hits(kept, RESPONSE)
        assert refused.value.code == "matching-secret"
