import dataclasses
import datetime

from comity.desk import people, sessions
from tests.world.world import LYON, World, refused


def test_a_session_seats_its_officer_until_it_is_ended(world: World) -> None:
    lyon = world.add(LYON)
    token = people.issue(
        lyon.tools, lyon.people["officer"], "session", datetime.timedelta(hours=1), world.now()
    )
    desk = sessions.seat(lyon.tools, token, "prosecution", world.now())
    assert desk is not None
    assert (desk.officer.name, desk.purpose) == ("officer of fr-lyon", "prosecution")
    sessions.end(lyon.tools, token, world.now())
    assert sessions.seat(lyon.tools, token, "prosecution", world.now()) is None
    sessions.end(lyon.tools, token, world.now())


def test_preferences_are_kept_with_the_officer_and_need_a_session(world: World) -> None:
    lyon = world.add(LYON)
    token = people.issue(
        lyon.tools, lyon.people["officer"], "session", datetime.timedelta(hours=1), world.now()
    )
    sessions.keep(lyon.tools, token, {"language": "fr"}, world.now())
    seated = sessions.seat(lyon.tools, token, "", world.now())
    assert seated is not None
    assert seated.officer.preferences == {"language": "fr"}
    refused("session-ended", lambda: sessions.keep(lyon.tools, "cmt_session_no", {}, world.now()))


def test_who_was_kept_out_a_moment_ago_does_not_come_back_by_a_preference(world: World) -> None:
    """The holder of a session is remembered for seconds; a change of role or of leave is not."""
    lyon = world.add(LYON)
    officer = lyon.people["officer"]
    token = people.issue(lyon.tools, officer, "session", datetime.timedelta(hours=1), world.now())
    now = world.now()
    assert sessions.seat(lyon.tools, token, "", now) is not None
    # By another process, behind this one's memory.
    lyon.tools.store.save_officer(dataclasses.replace(officer, active=False))
    refused("session-ended", lambda: sessions.keep(lyon.tools, token, {"language": "fr"}, now))
    kept = lyon.tools.store.officer(officer.id)
    assert kept is not None
    assert (kept.active, dict(kept.preferences)) == (False, {})
