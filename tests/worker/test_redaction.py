"""What is taken out of a text: addresses, tokens, links of letters and secrets, however they are written."""

import json
import re
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.links import Links
from worker.redaction import redacted, redaction

PASSWORD = 'p4ss "wörd"/\\@x'
"""A password that every way of quoting changes."""
TOKEN = "xoxb-1234-canary"
ADDRESSES = (
    "dana@customer.example",
    "Dana.Quill+tag@mail.customer.example",
    "dana_quill-2@customer.co.example",
    "o'brien@customer.example",
    "dana%40customer.example",
    "jörg@kunde.example",
    "dana@bücher.example",
    "d@x.example",
)
SECRETS = (
    TOKEN,
    "xoxp-1-2-abcDEF",
    "xapp-1-A-canary",
    "sk_live_canary",
    "rk_live_canary",
    "whsec_canary/+=",
    "pat-eu1-canary",
    "sst_canary-_",
    "Bearer eyJhbGciOi.canary-_",
    "bearer canary",
    "Basic Y2FuYXJ5OmNhbmFyeQ==",
)
URLS = (
    "postgresql://seat:canary@db.example:5432/seat",
    "redis://:canary@broker.example/0",
    "amqp://seat:can%40ary@broker.example//",
)
AROUND = ("{}", "<{}>", '"{}"', "({}),", "to={};", "mailto:{}?x", "[{}]", "Key (email)=({}) exists", "x {}\n")


def core(text: str) -> str:
    """The part of an address or a secret that must be gone."""
    return text.partition("@")[0].split("%40")[0] if "example" in text and "://" not in text else text


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("text", [*ADDRESSES, *SECRETS])
def test_an_address_or_a_token_is_taken_out_wherever_it_stands(text, around):
    told = redacted(around.format(text))
    assert text not in told
    assert core(text).split()[-1] not in told.split("[")[0] or len(core(text)) == 1
    assert "[address]" in told or "[secret]" in told


@pytest.mark.parametrize("url", URLS)
def test_what_signs_in_is_taken_out_of_urls_and_the_rest_stays(url):
    told = redacted(f"cannot reach {url}: refused")
    assert "canary" not in told
    assert "can%40ary" not in told
    assert told.endswith(
        "example:5432/seat: refused" if "5432" in url else url.partition(".example")[2] + ": refused"
    )


@pytest.mark.parametrize(
    "text",
    [
        "run 3 released: 5 notices",
        "2026-06-01T08:30:00Z",
        "csm/a1/s-a1@2026-01-01/at_risk/3",
        "sqlite:////var/lib/seatsignal.sqlite3",
        "http://127.0.0.1:8080/healthz",
        "worker@host",
        "barer than before, and basically fine",
    ],
)
def test_what_is_neither_stays_as_it_is(text):
    assert redacted(text) == text


@given(st.text(min_size=4).filter(str.strip), st.text())
def test_a_known_secret_is_gone_in_every_spelling(secret, around):
    redact = redaction([secret])
    for spelt in (secret, json.dumps(secret), repr(secret)):
        inner = spelt if spelt == secret else spelt[1:-1]
        told = redact(f"{around}{spelt}{around}")
        assert inner not in told.replace("[secret]", "").replace("[address]", "") or inner in around + around


AWKWARD = (PASSWORD, 'it\'s \\ "both"', "pässwörd", "p%40ss+w rd", "odd \udcff byte")
QUOTINGS: tuple[Callable[[str], str], ...] = (
    json.dumps,
    repr,
    lambda text: repr(repr(text)),
    lambda text: repr(text.encode(errors="surrogateescape")),
    lambda text: json.dumps(repr([json.dumps(text)])),
    lambda text: str(KeyError({"told": f"wrong: {text!r}"})),
    lambda text: urlencode({"password": text.encode(errors="surrogateescape")}),
    lambda text: quote(text.encode(errors="surrogateescape"), safe=""),
)


@pytest.mark.parametrize("quoting", QUOTINGS)
@pytest.mark.parametrize("secret", AWKWARD)
def test_a_secret_is_gone_however_often_it_is_quoted(secret, quoting):
    told = redaction([secret])(quoting(secret))
    assert told.count("[secret]") == 1
    assert not set(re.findall(r"\w{2,}", told)) - {"secret", "told", "wrong", "password"}


@given(st.text(min_size=6), st.binary(), st.binary(), st.booleans())
def test_a_secret_is_gone_from_base64_wherever_it_begins(secret, before, after, in_urls):
    encode = urlsafe_b64encode if in_urls else b64encode
    encoded = encode(before + secret.encode() + after).decode()
    assert redaction([secret])(f"AUTH PLAIN {encoded} (sent)") == "AUTH PLAIN [secret] (sent)"


def test_base64_without_a_secret_stays_as_it_is():
    text = f"picture {b64encode(bytes(range(256))).decode()} in /var/lib/seatsignal"
    assert redaction(["canary"])(text) == text


def test_what_proves_a_link_of_a_letter_is_gone():
    links = Links("https://seatsignal.example", b"key")
    for link in (links.unsubscribe("a1" * 12, "failed_payment"), links.preferences("a1" * 12)):
        start, slash, _ = link.rpartition("/")
        assert redacted(f'<a href="{link}">') == f'<a href="{start}{slash}[secret]">'
        assert redacted(quote(link, safe="")) == f"{quote(start + slash, safe='')}[secret]"


@pytest.mark.parametrize("between", ["", "/", ";", " ", "/a/", "%20", "%40x/"])
def test_one_address_after_another_is_gone(between):
    told = redacted(f"a%40customer.example{between}b@customer.example{between}c%40customer.example")
    assert "example" not in told


@pytest.mark.parametrize("part", ["a", "a.b", "%40", "a%40", "\\", "xoxb-", "a@", "a1f0"])
def test_a_long_word_takes_no_longer_than_a_text_of_its_length(part):
    begun = time.process_time()
    redaction([PASSWORD])(part * (40_000 // len(part)))
    assert time.process_time() - begun < 2


def test_a_password_too_short_to_be_one_takes_out_nothing():
    assert redaction(["a", ""])("a password") == "a password"
