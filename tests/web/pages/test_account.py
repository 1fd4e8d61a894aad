"""The pages on which an officer keeps passkeys and sessions, and shows that they are there."""

import json
from typing import Any

from comity.desk import passkeys, people
from comity.web.pages import account
from tests.web.conftest import Visit
from tests.web.pages.story import Story, post
from tests.world.authenticator import Authenticator

SITE = passkeys.Site(host="127.0.0.1", origin="http://127.0.0.1:8000")


def registered(story: Story, client: Any) -> Authenticator:
    key = Authenticator(SITE)
    options = client.get("/account/options?use=register").json()
    answer = json.dumps(key.create(options))
    said = {"passkey_answer": answer, "label": "Blue <key>"}
    assert post(client, "/account/passkeys", said, page="/account").status_code == 303
    return key


def test_a_passkey_is_added_listed_and_removed(story: Story, visit: Visit) -> None:
    client = visit(story.lyon)
    assert "You have no passkey yet" in client.get("/account").text
    registered(story, client)
    page = client.get("/account").text
    assert "Blue &lt;key&gt;" in page
    (kept,) = story.lyon.tools.store.passkeys(story.lyon.people["officer"].id)
    gone = post(client, "/account/passkeys/remove", {"passkey": kept.id}, page="/account")
    assert gone.status_code == 303
    assert "You have no passkey yet" in client.get("/account").text


def test_what_no_authenticator_said_is_refused_and_nothing_is_kept(
    story: Story, visit: Visit
) -> None:
    client = visit(story.lyon)
    for answer in ("", "{}", "[]", "nonsense", "[" * 5000, '{"response": 7}'):
        said = {"passkey_answer": answer, "label": ""}
        refused = post(client, "/account/passkeys", said, page="/account")
        assert refused.status_code == 400, answer[:20]
        assert "passkey-unverified" in refused.text
    assert not story.lyon.tools.store.passkeys(story.lyon.people["officer"].id)


def test_presence_begins_a_new_session_and_ends_the_old(story: Story, visit: Visit) -> None:
    client = visit(story.lyon)
    key = registered(story, client)
    (before,) = [one.value for one in client.cookies.jar if one.name.endswith("session")]
    answer = json.dumps(key.get(client.get("/account/options?use=confirm").json()))
    said = {"passkey_answer": answer, "next": "/account"}
    done = post(client, "/confirm", said, page="/confirm?next=/account")
    assert done.headers["location"] == "/account"
    (after,) = [one.value for one in client.cookies.jar if one.name.endswith("session")]
    assert after != before
    assert client.get("/account").status_code == 200
    assert people.officer_of(story.lyon.tools, before, "session", story.world.now()) is None


def test_a_passkey_lets_a_stranger_in_as_its_holder(story: Story, visit: Visit) -> None:
    client = visit(story.lyon)
    key = registered(story, client)
    post(client, "/sign-out", {}, page="/account")
    answer = json.dumps(key.get(client.get("/passkey/options").json()))
    said = {"passkey_answer": answer, "next": "/account"}
    done = post(client, "/passkey/sign-in", said, page="/sign-in")
    assert (done.status_code, done.headers["location"]) == (303, "/account")
    assert story.lyon.people["officer"].name in client.get("/account").text
    again = post(client, "/passkey/sign-in", said, page="/account")
    assert again.status_code == 401
    assert "The passkey was not accepted." in again.text


def test_a_session_is_ended_from_the_list(story: Story, visit: Visit) -> None:
    client = visit(story.lyon)
    officer, now = story.lyon.people["officer"], story.world.now()
    other = people.begin_session(story.lyon.tools, officer, "link", now)
    said = {"session": people.digest(other).hex()}
    assert post(client, "/account/sessions/end", said, page="/account").status_code == 303
    assert people.officer_of(story.lyon.tools, other, "session", now) is None
    gone = post(client, "/account/sessions/end", said, page="/account")
    assert gone.status_code == 404


def test_the_way_back_stays_on_this_site(story: Story, visit: Visit) -> None:
    client = visit(story.lyon)
    page = client.get("/confirm?next=https://evil.example/").text
    assert "evil.example" not in page.partition("<main")[2]


def test_assurances_are_all_told() -> None:
    assert set(account.ASSURANCES) == {"", "link", "passkey", "oidc"}


def test_a_token_of_ones_own_is_shown_once(story: Story, visit: Visit) -> None:
    client = visit(story.lyon)
    registered(story, client)
    away = {"label": "a program", "days": "3", "scope": "read"}
    refused = post(client, "/account/tokens", away, page="/account")
    assert refused.status_code == 403
    key = registered(story, client)
    answer = json.dumps(key.get(client.get("/account/options?use=confirm").json()))
    made = post(client, "/account/tokens", {**away, "passkey_answer": answer}, page="/account")
    secret = made.text.partition("cmt_token_")[2].partition("<")[0]
    assert len(secret) == 43
    page = client.get("/account").text
    assert "a program" in page
    assert secret not in page
    for days in ("0", "9999", "x"):
        wrong = post(client, "/account/tokens", {**away, "days": days}, page="/account")
        assert wrong.status_code == 422, days
