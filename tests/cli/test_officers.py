from pathlib import Path

from tests.cli import shell


def test_a_person_is_added_listed_and_kept_out(lone: shell.Shell) -> None:
    ann = lone.do("officer", "add", "Ann Smit", "--role", "desk_head")
    assert lone.do("officer", "list") == {"officers": [ann], "alone": True}
    assert ann["role"] == "desk_head"
    assert lone.run("officer", "list", "-q").lines == [ann["id"]]
    assert not lone.do("officer", "deactivate", "Ann Smit")["active"]
    assert not lone.do("officer", "list")["officers"][0]["active"]


def test_nobody_is_added_twice(lone: shell.Shell) -> None:
    lone.do("officer", "add", "Ann Smit")
    done = lone.run("officer", "add", "ann smit")
    assert (done.code, done.err.partition(":")[0]) == (5, "officer-exists")


def test_a_link_is_for_one_officer_and_a_name_with_a_slash_is_a_name(lone: shell.Shell) -> None:
    lone.do("officer", "add", "A/B ?#% \u00e9")
    url = lone.run("officer", "link", "A/B ?#% \u00e9", "-q").lines[0]
    assert "/sign-in/cmt_link_" in url


def test_a_token_works_until_its_officer_is_kept_out(lone: shell.Shell) -> None:
    lone.do("officer", "add", "Ann Smit")
    said = lone.do("officer", "token", "Ann Smit", "--days", 1, "--label", "a program")
    given = {"COMITY_TOKEN": said["secret"], "COMITY_PURPOSE": "investigation"}
    assert lone.run("matter", "list", **given).code == 0
    lone.do("officer", "deactivate", "Ann Smit")
    done = lone.run("matter", "list", **given)
    assert (done.code, done.err.partition(":")[0]) == (4, "sign-in-needed")


def test_a_token_in_a_file_is_shown_to_nobody(lone: shell.Shell, tmp_path: Path) -> None:
    lone.do("officer", "add", "Ann Smit")
    path = tmp_path / "token"
    done = lone.run("officer", "token", "Ann Smit", "--out", path, "--json")
    assert "cmt_token_" not in done.text
    assert path.read_text().startswith("cmt_token_")
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_token_is_made_that_could_not_be_written(lone: shell.Shell, tmp_path: Path) -> None:
    lone.do("officer", "add", "Ann Smit")
    path = tmp_path / "token"
    path.write_text("mine")
    done = lone.run("officer", "token", "Ann Smit", "--out", path)
    assert (done.code, done.err.partition(":")[0]) == (5, "file-exists")
    assert path.read_text() == "mine"


def test_a_token_for_ever_is_invalid(lone: shell.Shell) -> None:
    lone.do("officer", "add", "Ann Smit")
    assert lone.run("officer", "token", "Ann Smit", "--days", 3650).code == 2


def test_a_token_is_good_for_its_scope_alone(lone: shell.Shell, tmp_path: Path) -> None:
    lone.do("officer", "add", "Ann Smit")
    for scope, code in (("read", 4), ("act", 0)):
        path = tmp_path / f"{scope}.token"
        lone.do("officer", "token", "Ann Smit", "--scope", scope, "--out", path)
        case = ["act", "case.opened/1", "--field", "title=A shop", "--token-file", path]
        assert lone.run(*case).code == code, scope
