"""Sentences of ours as HTML: days as their readers write them, commands as code, all else escaped."""

from datetime import date

import pytest
from babel import Locale

from templates.prose import prose, prose_day
from templates.rendering import CURRENT, STEPS, Rendering


@pytest.fixture(params=["en"])
def language(request: pytest.FixtureRequest):
    token = CURRENT.set(Rendering(Locale.parse(request.param), STEPS))
    yield request.param
    CURRENT.reset(token)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Say `seatsignal go-live`.", "Say <code>seatsignal go-live</code>."),
        ("On 2026-06-01: all.", 'On <time datetime="2026-06-01">Jun 1, 2026</time>: all.'),
        ("As of 2026-06-01, all.", 'As of <time datetime="2026-06-01">Jun 1, 2026</time>, all.'),
        (
            "2026-06-01T14:02+02:00",
            '<time datetime="2026-06-01T14:02+02:00">Jun 1, 2026, 2:02\N{NARROW NO-BREAK SPACE}PM</time>',
        ),
        ("Not 2026-13-41, nor run-2026-06-01, nor 12026-06-01.", None),
        ("/review?period=2026-06-01", None),
        ("one ` alone", None),
        ("<b>`<i>`</b>", "&lt;b&gt;<code>&lt;i&gt;</code>&lt;/b&gt;"),
        ('`" onclick="x`', "<code>&#34; onclick=&#34;x</code>"),
    ],
)
@pytest.mark.usefixtures("language")
def test_what_is_marked_is_written_out_and_all_is_escaped(said: str, written: str | None):
    assert prose(said) == (said if written is None else written)


@pytest.mark.parametrize(
    ("language", "written"), [("de", "01.06.2026"), ("fr", "1 juin 2026")], indirect=["language"]
)
def test_a_day_is_written_as_its_reader_does(language: str, written: str):
    assert prose_day(date(2026, 6, 1)) == f'<time datetime="2026-06-01">{written}</time>', language
