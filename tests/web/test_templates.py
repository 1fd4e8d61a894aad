import re
from datetime import timedelta
from typing import Any

import jinja2
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from comity.web import page, templates
from tests.web.test_app import application


def blank(client: TestClient) -> page.Page:
    """A page for nobody, outside of any request."""
    app: FastAPI = application(client)
    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [],
        "app": app, "state": {"nonce": "n"}, "scheme": "http", "server": ("127.0.0.1", 8000),
    }  # fmt: skip
    return page.plain(Request(scope))


def draw(client: TestClient, source: str, **values: object) -> str:
    """A template given as text."""
    shown = blank(client)
    environment = shown.frame.templates._environment
    environment.loader = jinja2.ChoiceLoader(
        [environment.loader, jinja2.DictLoader({"text.html": source})]
    )
    return shown.frame.templates.draw("text.html", shown, values)


def test_what_is_filled_in_is_escaped(client: TestClient) -> None:
    shown = draw(client, "{{ x }} {{ _('You are %(x)s', x=x) }} {{ ui.tag(x) }}", x="<b>'&")
    assert "<b>" not in shown
    assert shown.count("&lt;b&gt;") == 3


def test_a_name_that_is_not_given_is_an_error(client: TestClient) -> None:
    with pytest.raises(jinja2.UndefinedError):
        draw(client, "{{ nobody }}")


def test_times_carry_their_zone_and_a_machine_readable_form(client: TestClient) -> None:
    shown = draw(client, "{{ ui.time(page.now) }}")
    assert shown == (
        '<time datetime="2026-03-05T13:05:00Z"><bdi>5 Mar 2026, 14:05 UTC+1</bdi></time>'
    )


def test_a_long_digest_is_short_and_whole(client: TestClient) -> None:
    shown = draw(client, "{{ ui.hash('ab12' * 16) }}")
    assert "ab12ab12…ab12" in shown
    assert f'title="{"ab12" * 16}"' in shown
    assert f">{'ab12' * 16}</code>" in shown


@pytest.mark.parametrize(("hours", "tone"), [(-1, "danger"), (3, "warning"), (200, "neutral")])
def test_a_clock_says_how_near_it_is_in_words_and_colour(
    client: TestClient, hours: int, tone: str
) -> None:
    shown = draw(client, "{{ ui.due(page.now + left) }}", left=timedelta(hours=hours))
    assert f'data-color="{tone}"' in shown
    assert re.search(r"overdue|in 3 hours|in 1 week", shown)
    assert "<time" in shown


def test_the_current_section_is_the_longest_that_fits(client: TestClient) -> None:
    source = "{{ ui.nav(sections, here) }}"
    sections = [page.Section("/", "Start"), page.Section("/cases", "Cases")]
    shown = draw(client, source, sections=sections, here="/cases/7")
    assert '<a href="/cases" aria-current="true">' in shown
    assert '<a href="/">' in shown
    assert '<a href="/casesandmore"' not in shown


def test_templates_say_nothing_that_is_not_in_the_catalogues() -> None:
    """Words in templates stand in calls; what is left outside of tags and calls is punctuation."""
    for path in templates.FOLDER.rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
        text = re.sub(r"<code.*?</code>|<svg.*?</svg>", "", text, flags=re.DOTALL)
        text = re.sub(r'[a-z-]+="[^"]*"', "", re.sub(r"<[^>]*>", " ", text))
        words = re.findall(r"[A-Za-z]{2,}", text)
        assert set(words) <= {"Comity"}, path.name


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    for path in templates.FOLDER.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:|\bhx-on|js:", text), (
            path.name
        )
        assert not re.search(r"\|\s*safe\b", text), path.name
        for tag in re.findall(r"<script[^>]*>", text):
            assert 'nonce="{{ page.nonce }}"' in tag


def test_every_element_that_htmx_drives_carries_the_nonce() -> None:
    for path in templates.FOLDER.rglob("*.html"):
        for tag in re.findall(r"<[a-z][^>]*\shx-[^>]*>", path.read_text()):
            assert 'hx-nonce="{{ page.nonce }}"' in tag, path.name
