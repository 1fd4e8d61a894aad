"""Evidence through the pages: in as a stream, over with two signatures, out as a file."""

import hashlib
import os
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from comity.records.ids import MatterId
from comity.web.pages import exhibits
from tests.web.conftest import Visit
from tests.web.pages.story import Story, post, token
from tests.world.world import TURIN

ABOUT = {
    "description": "Front server",
    "source": "dd, by the provider",
    "method": "provider-answer",
    "basis": "Article 29",
}
CONTENT = os.urandom(3_000_000)


def take(client: TestClient, case: str, content: bytes = CONTENT, **about: str) -> object:
    data = {"form_token": token(client, f"/exhibits/new?case={case}"), **ABOUT, **about}
    return client.post(
        f"/exhibits/{case}", data=data, files={"file": ("server.img", content, "image/svg+xml")}
    )


def exhibit(story: Story, case: MatterId) -> str:
    with story.lyon.tools.cabinet.holding(case) as folder:
        return folder.matter.things("exhibit")[-1].id


def test_an_exhibit_goes_in_over_and_out_again(story: Story, visit: Visit) -> None:
    case = story.case()
    lyon, turin = visit(story.lyon, "desk_head"), visit(story.turin)
    taken = take(lyon, case)
    assert taken.status_code == 303, taken.text  # type: ignore[attr-defined]
    one = exhibit(story, case)
    assert hashlib.sha256(CONTENT).hexdigest() in lyon.get(f"/matters/{case}/things/exhibit").text

    path = f"/matters/{case}/exhibits/{one}"
    handed = post(lyon, f"{path}/hand-over", {"to": TURIN, "purpose": "analysis"})
    assert handed.status_code == 303, handed.text
    story.world.settle()
    assert "Front server" in turin.get(f"{path}/receive").text
    received = post(turin, f"{path}/receive", {})
    assert received.status_code == 303, received.text

    kept = turin.get(f"{path}/content")
    assert kept.content == CONTENT
    assert kept.headers["content-type"] == "application/octet-stream"
    assert kept.headers["content-disposition"].startswith('attachment; filename="server.img"')
    assert kept.headers["x-content-type-options"] == "nosniff"
    assert kept.headers["cache-control"] == "no-store"


def test_nothing_of_it_is_ever_written_in_the_clear(
    story: Story, visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    case = story.case()
    marked = b"a-witness-is-named-here" * 100_000
    assert take(visit(story.lyon), case, marked).status_code == 303  # type: ignore[attr-defined]
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(found) > 5
    assert not [path for path in found if b"a-witness-is-named-here" in path.read_bytes()]


def test_without_a_file_or_a_description_nothing_is_taken_in(story: Story, visit: Visit) -> None:
    case = story.case()
    client = visit(story.lyon)
    page = take(client, case, basis="")
    assert page.status_code == 422  # type: ignore[attr-defined]
    assert 'href="#f-basis"' in page.text  # type: ignore[attr-defined]
    data = {"form_token": token(client, f"/exhibits/new?case={case}"), **ABOUT}
    body = b"".join(
        f'--mark\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in data.items()
    )
    headers = {"content-type": "multipart/form-data; boundary=mark"}
    missing = client.post(f"/exhibits/{case}", content=body + b"--mark--\r\n", headers=headers)
    assert missing.status_code == 422
    assert "Choose the file" in missing.text
    with story.lyon.tools.cabinet.holding(case) as folder:
        assert not folder.matter.things("exhibit")


def test_an_upload_without_its_token_or_session_takes_nothing_in(
    story: Story, visit: Visit
) -> None:
    case = story.case()
    client, stranger = visit(story.lyon), visit(story.lyon, "")
    files = {"file": ("a", b"x", "text/plain")}
    for data in ({**ABOUT, "form_token": "0" * 64}, ABOUT):
        assert client.post(f"/exhibits/{case}", data=data, files=files).status_code == 403
    data = {**ABOUT, "form_token": token(stranger, "/sign-in")}
    answer = stranger.post(f"/exhibits/{case}", data=data, files=files)
    assert answer.headers["location"] == "/sign-in"
    with story.lyon.tools.cabinet.holding(case) as folder:
        assert not folder.matter.things("exhibit")


def test_only_whoever_holds_the_bytes_gives_them_out(story: Story, visit: Visit) -> None:
    case = story.case()
    take(visit(story.lyon), case)
    story.world.settle()
    path = f"/matters/{case}/exhibits/{exhibit(story, case)}/content"
    assert visit(story.turin).get(path).status_code == 404
    assert visit(story.lyon, "oversight").get(path).status_code == 403
    assert visit(story.lyon, "operator").get(path).status_code == 404


def test_a_hand_over_needs_a_head_of_desk(story: Story, visit: Visit) -> None:
    case = story.case()
    client = visit(story.lyon)
    take(client, case)
    path = f"/matters/{case}/exhibits/{exhibit(story, case)}"
    assert client.get(f"{path}/hand-over").status_code == 403
    assert client.get(f"/matters/{case}/exhibits/{case}/receive").status_code == 404


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.img", "attachment; filename=\"a.img\"; filename*=UTF-8''a.img"),
        ("../../etc/passwd", "attachment; filename=\"passwd\"; filename*=UTF-8''passwd"),
        ('x"\r\nset-cookie: a=b', None),
        ("صورة.png", None),
        ("", "attachment; filename=\"exhibit\"; filename*=UTF-8''exhibit"),
    ],
)
def test_names_of_files_say_nothing_but_a_name(name: str, said: str | None) -> None:
    found = exhibits.kept_as(name)
    assert said is None or found == said
    assert found.isascii()
    assert "\r" not in found
    assert found.count('"') == 2
