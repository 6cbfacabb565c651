"""Nothing a customer or a vendor wrote can act: not in Slack, not in HTML, not in a subject."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from health.languages import LANGUAGES
from health.nouns import Why
from templates.asked import ReplyContent
from templates.content import AlertContent, Contact, DigestRow, FlagLine, Play
from templates.examples import ACTIVATION, APPROACHING_LIMIT, FAILED_PAYMENT, GREETING, RENEWAL, SURVEY
from templates.letters import (
    ApproachingLimitLetter,
    FailedPaymentLetter,
    RenewalLetter,
    SurveyLetter,
    Wording,
)
from templates.mrkdwn import inert, mention, shortened
from templates.nudges import ActivationLetter, WelcomeLetter
from templates.payload import Spoken
from templates.render import Unrenderable, render
from tests.templates.examples import ALERT, payload

PAYLOADS = (
    "<!channel>",
    "<!here|here>",
    "<!subteam^S012>",
    "<@U012AB3CD>",
    "<#C012AB3CD|general>",
    "<https://evil.example|your bank>",
    "@channel @here @everyone",
    "*bold* _it_ ~gone~ `code` ```block```",
    "> quoted\n>>> more",
    "&lt;!channel&gt;",
    "&amp;lt;!channel&amp;gt;",
    "\n\nheader: mine",
    "\r\nBcc: someone@evil.example",
    "\u2028section: mine",
    "\u202egpj.exe",
    "{{ 7 * 7 }}{% raw %}",
    '"><script>alert(1)</script>',
    "</title></style></td><img src=x onerror=alert(1)>",
    "<!--",
    "]]><svg/onload=alert(1)>",
    "' onmouseover='x",
    "javascript:alert(1)",
    "\x00\x07\ud7ff",
)
ANYTHING = st.lists(st.one_of(st.text(max_size=30), st.sampled_from(PAYLOADS)), max_size=5).map("".join)
EXAMPLES = settings(max_examples=50)
"""`make chaos` holds the same on 200 of each, with ``--full`` on 20,000."""
KEEPS_APART = (("bdi", ()), "/bdi")
"""Ours, around names that are written right to left (`templates.bidi`)."""


def hostile_alert(text: str) -> AlertContent:
    named = text or "-"
    return msgspec.structs.replace(
        ALERT,
        account_key=named,
        account_name=named,
        owner=text,
        owner_name=text,
        kind=named,
        reasons=(text, text),
        changes=(text,),
        override=text,
        flags=(FlagLine(kind=named, evidence=text, why=Why.WORSENED),),
        what_would_change=text,
        term=text,
        active_definition=text,
        contacts=(Contact(name=named, role=text),),
        play=Play(title=named, steps=(text,), talking_points=(text,)),
    )


def texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in texts(part)]


def told(name: str, content: Spoken, language: str = "") -> dict[str, Any]:
    return dict(json.loads(render(name, payload(content), language)))


OURS = re.compile(r"<@[UW][A-Z0-9]+>|&(?:amp|lt|gt);")
ACTS = re.compile(r"[<>`~]|&|@(?:channel|here|everyone|group)\b", re.IGNORECASE)


@EXAMPLES
@given(text=ANYTHING)
def test_slack_shows_any_text_and_does_nothing(text: str) -> None:
    sent = told("alert", hostile_alert(text))
    for shown in [*texts(sent["blocks"]), sent["text"], sent["news"]]:
        if not shown.startswith("https://"):
            assert not ACTS.search(OURS.sub("", shown)), shown


@EXAMPLES
@given(text=ANYTHING)
def test_slack_says_back_what_was_asked_and_does_nothing(text: str) -> None:
    row = DigestRow(account_key=text or "K", account_name=text or "N", band="watch")
    for kind in ("unknown", "several", "muted", "woken", "always", "refused"):
        said = ReplyContent(
            kind=kind, asked=text, detail=text, rows=(row,), always=(text,), until=date(2026, 6, 8)
        )
        sent = told("reply", said)
        for shown in [*texts(sent["blocks"]), sent["text"]]:
            assert not ACTS.search(OURS.sub("", shown)), shown


@EXAMPLES
@given(text=ANYTHING)
def test_slack_gets_no_new_block_and_no_new_line(text: str) -> None:
    plain, sent = told("alert", hostile_alert("Z")), told("alert", hostile_alert(f"Z{text}"))
    assert [b["type"] for b in sent["blocks"]] == [b["type"] for b in plain["blocks"]]
    assert [t.count("\n") for t in texts(sent["blocks"])] == [t.count("\n") for t in texts(plain["blocks"])]


@EXAMPLES
@given(text=ANYTHING)
def test_slack_text_has_no_marks_at_word_edges(text: str) -> None:
    assert not re.search(r"\*|(?<![^\W_])_|_(?![^\W_])", inert(text))


@EXAMPLES
@given(text=ANYTHING, limit=st.integers(1, 60))
def test_cut_markup_stays_whole(text: str, limit: int) -> None:
    cut = shortened(inert(text), limit)
    assert len(cut) <= limit
    assert not re.search(r"[<>]|&(?!(?:amp|lt|gt);)", cut)


@pytest.mark.parametrize(
    ("owner", "shown"),
    [
        ("U01ROBIN", "<@U01ROBIN>"),
        ("W01ROBIN", "<@W01ROBIN>"),
        ("U01> <!channel", "Robin"),
        ("!channel", "Robin"),
        ("robin@seller.example", "Robin"),
        ("", "Robin"),
        ("U01ROBIN\n", "Robin"),
    ],
)
def test_only_a_persons_id_is_a_mention(owner: str, shown: str) -> None:
    assert mention(owner, "Robin") == shown


class Structure(HTMLParser):
    """The elements and attributes of a page in order, and its comments; words left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.nodes: list[object] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.nodes.append((tag, tuple(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.nodes.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.nodes.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.nodes.append(("declaration", decl))

    def unknown_decl(self, data: str) -> None:
        self.nodes.append(("unknown", data))

    def handle_pi(self, data: str) -> None:
        self.nodes.append(("instruction", data))


def hostile_payment(text: str) -> FailedPaymentLetter:
    return msgspec.structs.replace(
        FAILED_PAYMENT, account_name=text, person_name=text, company_name=text, csm_name=text, invoice=text
    )


def hostile_limit(text: str) -> ApproachingLimitLetter:
    return msgspec.structs.replace(APPROACHING_LIMIT, account_name=text, csm_name=text, unit=text)


def hostile_renewal(text: str) -> RenewalLetter:
    return msgspec.structs.replace(
        RENEWAL,
        account_name=text,
        company_name=text,
        active_wording=text,
    )


def hostile_survey(text: str) -> SurveyLetter:
    return msgspec.structs.replace(SURVEY, account_name=text, company_name=text, person_name=text)


def hostile_steps(text: str) -> ActivationLetter:
    said = {"en": text}
    line = msgspec.structs.replace(ACTIVATION.left[0], name=said, why=said, done_when=said)
    return msgspec.structs.replace(ACTIVATION, account_name=text, left=(line,), done=(said,))


def hostile_welcome(text: str) -> WelcomeLetter:
    note = Wording(note={"en": text})
    return msgspec.structs.replace(GREETING, account_name=text, company_name=text, product=text, wording=note)


LETTERS = {
    "welcome": hostile_welcome,
    "finish_activation": hostile_steps,
    "failed_payment": hostile_payment,
    "approaching_limit": hostile_limit,
    "renewal": hostile_renewal,
    "survey_nps": hostile_survey,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
@EXAMPLES
@given(text=ANYTHING)
def test_html_has_no_new_node(name: str, language: str, text: str) -> None:
    plain, sent = (told(name, LETTERS[name](words), language) for words in ("Z", f"Z{text}"))
    nodes = Structure(sent["html"]).nodes
    assert [node for node in nodes if node not in KEEPS_APART] == Structure(plain["html"]).nodes
    assert nodes.count(KEEPS_APART[0]) == nodes.count(KEEPS_APART[1])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
@EXAMPLES
@given(text=ANYTHING)
def test_a_subject_is_one_visible_line_and_the_text_gets_no_new_line(
    name: str, language: str, text: str
) -> None:
    plain, sent = (told(name, LETTERS[name](words), language) for words in ("Z", f"Z{text}"))
    assert re.fullmatch(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]{1,180}", sent["subject"])
    assert sent["text"].count("\n") == plain["text"].count("\n")


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        'https://a.example/"onclick=x',
        "https://a.example/|<!channel>",
        "https://a.example/\nheader: mine",
        "https://a.example/\n",
        "ftp://a.example",
        "",
    ],
)
def test_a_link_that_is_no_web_address_is_refused(link: str) -> None:
    broken = payload(FAILED_PAYMENT).replace("https://app.example/billing?a=1&b=2", json.dumps(link)[1:-1])
    with pytest.raises(Unrenderable, match=r"payload_invalid.*links\.manage"):
        render("failed_payment", broken)
