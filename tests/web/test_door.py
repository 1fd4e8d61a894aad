"""The promises of a door, kept here by the one in memory; the desk's must pass them too."""

from datetime import timedelta

import pytest

from comity import errors
from comity.web.door import Preferences
from tests.web.conftest import NOW
from tests.web.door import VIEWER, Door


def test_a_link_works_once() -> None:
    door = Door()
    code = door.link(NOW)
    session = door.sign_in(code, NOW)
    assert door.session(session.token, NOW) == VIEWER
    with pytest.raises(errors.Refused):
        door.sign_in(code, NOW)


def test_unknown_used_and_old_links_look_the_same() -> None:
    door = Door()
    used, old = door.link(NOW), door.link(NOW)
    door.sign_in(used, NOW)
    said = set()
    for code, now in ((used, NOW), (old, NOW + timedelta(days=1)), ("never-made", NOW)):
        with pytest.raises(errors.Refused) as caught:
            door.sign_in(code, now)
        said.add((caught.value.code, caught.value.message))
    assert len(said) == 1


def test_every_sign_in_is_a_new_session() -> None:
    door = Door()
    tokens = {door.sign_in(door.link(NOW), NOW).token for _ in range(3)}
    assert len(tokens) == 3


def test_a_session_ends_by_itself_and_by_signing_out() -> None:
    door = Door()
    one, two = (door.sign_in(door.link(NOW), NOW) for _ in range(2))
    assert door.session(one.token, one.ends_at) is None
    door.sign_out(two.token, NOW)
    door.sign_out(two.token, NOW)
    assert door.session(two.token, NOW) is None


def test_preferences_are_kept_for_a_session_and_for_nobody_else() -> None:
    door = Door()
    session = door.sign_in(door.link(NOW), NOW)
    wanted = Preferences(language="fr", scheme="dark")
    door.set_preferences(session.token, wanted, NOW)
    viewer = door.session(session.token, NOW)
    assert viewer is not None
    assert viewer.preferences == wanted
    with pytest.raises(errors.Refused):
        door.set_preferences("nobody", wanted, NOW)
