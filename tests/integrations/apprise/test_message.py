"""What other chat services are posted: the words of a card as text in which nothing of a customer's acts."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.json import encode

from integrations.apprise.message import SHORTENED, message
from integrations.errors import Rejected
from templates.payload import TEMPLATES
from templates.render import render
from tests.integrations.apprise.rig import rig
from tests.integrations.teams.rig import NOWHERE
from tests.templates.examples import EXAMPLES, payload

CARDS = tuple(name for name, template in TEMPLATES.items() if template.medium == "card")
ACTS = re.compile(r"[@<][^\s\u2060]|\][(\[:]|://|www\.", re.IGNORECASE)
NOTICE = rig(NOWHERE).notice("7:alert")
ROOM = 4_000


def of(*lines: str, **more: object):
    """A card of these lines, each a paragraph."""
    body = [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": line}]} for line in lines]
    return replace(NOTICE, body=encode({"body": body, "actions": [], "news": [], **more}))


@pytest.mark.parametrize("name", CARDS)
def test_every_card_is_told_with_its_title_buttons_and_key(name: str) -> None:
    said = message(replace(NOTICE, body=render(name, payload(EXAMPLES[name]))), ROOM)
    title, *_ = said.splitlines()
    assert title
    assert said.splitlines()[-1] == "Key 7:alert"


def test_it_reads_as_the_card_does() -> None:
    linked = {
        "text": "the account",
        "selectAction": {"type": "Action.OpenUrl", "url": "https://ours.example/a"},
    }
    body = [
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "Acme is at risk"}]},
        {"type": "Container", "items": [{"type": "RichTextBlock", "inlines": [{"text": "See "}, linked]}]},
        {"type": "ColumnSet", "columns": [{"items": [{"inlines": [{"text": each}]}]} for each in ("a", "b")]},
    ]
    news = [{"items": [{"inlines": [{"text": "Worse than before"}]}]}]
    actions = [{"type": "Action.OpenUrl", "title": "Open", "url": "https://ours.example/b?c=1&d=2"}]
    first = replace(NOTICE, body=encode({"body": body, "actions": actions, "news": news}))
    whole = (
        "See the account (https://ours.example/a)\na\nb\n\nOpen: https://ours.example/b?c=1&d=2\nKey 7:alert"
    )
    assert message(first, ROOM) == f"Acme is at risk\n{whole}"
    later = message(replace(first, remote="7:first", attempt=2), ROOM)
    assert later.startswith(f"Acme is at risk\nWorse than before\n{whole}")
    assert later.splitlines()[-2:] == [
        "Follows the message with the key 7:first",
        "Sent again: if a message with this key is here already, this is the same.",
    ]


@pytest.mark.parametrize(
    "words",
    [
        "@everyone", "@channel", "@all", "mail ada@acme.example", "<!channel>", "<@U012345>", "<users/all>",
        "<at user_id='all'>", "[pay here](https://evil.example)", "![x](https://evil.example/a.png)",
        "[a]: https://evil.example", "HTTPS://evil.example", "www.evil.example", "<a href='https://evil.example'>",
    ],
)  # fmt: skip
def test_what_is_not_ours_mentions_and_links_nothing(words: str) -> None:
    said = message(of("Title", words), ROOM)
    assert ACTS.search(said) is None
    assert words in said.replace("\N{WORD JOINER}", "")


@settings(max_examples=300)
@given(st.text(alphabet=st.sampled_from("@<>[]():/!#|wW.ahtpse\\ &;\u2060"), max_size=30))
def test_whatever_a_customer_writes_does_nothing(words: str) -> None:
    assert ACTS.search(message(of("Title", words or "-"), ROOM)) is None


def test_a_key_may_hold_words_of_a_customer_s() -> None:
    said = message(replace(of("Title"), key="7:@everyone", remote="<!here>"), ROOM)
    assert ACTS.search(said) is None


def test_what_there_is_no_room_for_is_left_out_from_the_end_and_that_is_said() -> None:
    lines = [f"line {number} " + "x" * 80 for number in range(30)]
    said = message(of("Title", *lines), 1_000)
    assert len(said) <= 1_000
    assert said.startswith("Title\nline 0 ")
    assert said.endswith(f"\n{SHORTENED}\n\nKey 7:alert")
    assert "line 29" not in said


def test_a_title_that_is_longer_than_all_the_room_is_refused() -> None:
    with pytest.raises(Rejected) as caught:
        message(of("x" * 2_000), 1_000)
    assert caught.value.reason == "message_too_large"


def test_a_long_key_shows_its_two_ends() -> None:
    key = "a" * 150 + "b" * 150
    said = message(replace(of("Title"), key=key), ROOM).splitlines()[-1]
    assert said == f"Key {'a' * 80}…{'b' * 119}"
