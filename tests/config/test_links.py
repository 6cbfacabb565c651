import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from config.files import ConfigError
from config.links import PREFERENCES_DAYS, BadLink, LinkReader, Links, Survey, public_address

KEY = bytes(range(32))
SUBJECT = "5f2a9c0d1e4b7a8835f0c6d2"
DAY_S = 86_400
NOON = 20_000 * DAY_S + DAY_S // 2
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\x00é"
LINKS = Links("https://letters.example/seats", KEY, lambda: NOON)


def token(link: str) -> str:
    return link.rpartition("/")[2]


UNSUBSCRIBE = token(LINKS.unsubscribe(SUBJECT, "renewal"))
PREFERENCES = token(LINKS.preferences(SUBJECT))
ASKED = Survey(SUBJECT, 41, "renewal_confidence", date(2026, 6, 1))
SURVEY = token(LINKS.survey(ASKED))


def test_a_link_is_read_back_by_whoever_has_the_key():
    reader = LinkReader(KEY, lambda: NOON)
    assert reader.read_unsubscribe(UNSUBSCRIBE) == (SUBJECT, "renewal")
    assert reader.read_preferences(PREFERENCES) == SUBJECT
    assert reader.read_survey(SURVEY) == ASKED


def test_links_stand_under_the_public_address():
    assert LINKS.unsubscribe(SUBJECT, "renewal") == f"https://letters.example/seats/u/{UNSUBSCRIBE}"
    assert LINKS.preferences(SUBJECT) == f"https://letters.example/seats/p/{PREFERENCES}"
    assert LINKS.survey(ASKED) == f"https://letters.example/seats/s/{SURVEY}"
    assert LINKS.account("ACME/1 ü'") == "https://letters.example/seats/accounts/ACME%2F1%20%C3%BC%27"


def test_a_link_is_short_plain_and_the_same_each_time():
    for made in (UNSUBSCRIBE, PREFERENCES, SURVEY):
        assert re.fullmatch(r"[A-Za-z0-9._-]{60,110}", made)
    assert token(LINKS.unsubscribe(SUBJECT, "renewal")) == UNSUBSCRIBE


@pytest.mark.parametrize(
    ("read", "given_token"),
    [
        (LINKS.read_preferences, UNSUBSCRIBE),
        (LINKS.read_unsubscribe, PREFERENCES),
        (LINKS.read_survey, UNSUBSCRIBE),
        (LINKS.read_survey, PREFERENCES),
        (LINKS.read_unsubscribe, SURVEY),
        (LINKS.read_preferences, SURVEY),
        (LinkReader(KEY[::-1], lambda: NOON).read_survey, SURVEY),
        (LinkReader(KEY[::-1], lambda: NOON).read_unsubscribe, UNSUBSCRIBE),
        (LinkReader(KEY[::-1], lambda: NOON).read_preferences, PREFERENCES),
    ],
)
def test_a_link_for_another_purpose_or_of_another_installation_is_refused(
    read: Callable[[str], object], given_token: str
):
    with pytest.raises(BadLink):
        read(given_token)


@pytest.mark.parametrize(
    ("days", "works"), [(0, True), (PREFERENCES_DAYS, True), (PREFERENCES_DAYS + 1, False)]
)
def test_a_link_to_the_preferences_expires(days: int, works: bool):
    reader = LinkReader(KEY, lambda: NOON + days * DAY_S)
    if works:
        assert reader.read_preferences(PREFERENCES) == SUBJECT
        return
    with pytest.raises(BadLink):
        reader.read_preferences(PREFERENCES)


def test_a_link_to_unsubscribe_never_expires():
    assert LinkReader(KEY, lambda: NOON + 9_999 * DAY_S).read_unsubscribe(UNSUBSCRIBE) == (SUBJECT, "renewal")


@pytest.mark.parametrize("subject", ["", "ann@customer.example", "a.b", "a/b", "a b", "ü"])
def test_no_address_and_no_free_text_gets_into_a_link(subject: str):
    with pytest.raises(ValueError, match="no address"):
        LINKS.unsubscribe(subject, "renewal")
    with pytest.raises(ValueError, match="no address"):
        LINKS.unsubscribe(SUBJECT, subject)
    with pytest.raises(ValueError, match="no address"):
        LINKS.preferences(subject)


def spliced(good: str, start: int, left_out: int, inserted: str) -> str:
    """A good token with a part of it left out, replaced, or grown."""
    return good[:start] + inserted + good[start + left_out :]


ALTERED = st.builds(
    spliced,
    st.sampled_from([UNSUBSCRIBE, PREFERENCES, SURVEY]),
    st.integers(0, len(SURVEY)),
    st.integers(0, 4),
    st.sampled_from(["", UNSUBSCRIBE, PREFERENCES, SURVEY, ".", "="])
    | st.text(ALPHABET, min_size=1, max_size=3),
)


@settings(max_examples=2_000)
@given(ALTERED)
def test_an_altered_link_is_refused(token: str):
    assume(token not in {UNSUBSCRIBE, PREFERENCES, SURVEY})
    for read in (LINKS.read_unsubscribe, LINKS.read_preferences, LINKS.read_survey):
        with pytest.raises(BadLink):
            read(token)


@pytest.mark.parametrize(
    ("good", "read"),
    [
        (UNSUBSCRIBE, LINKS.read_unsubscribe),
        (PREFERENCES, LINKS.read_preferences),
        (SURVEY, LINKS.read_survey),
    ],
    ids=["unsubscribe", "preferences", "survey"],
)
def test_each_single_character_counts(good: str, read: Callable[[str], object]):
    """The last character of a signature has spare bits; other spellings of it are refused too."""
    spellings = {good[:i] + c + good[i + 1 :] for i in range(len(good)) for c in ALPHABET} - {good}
    spellings |= {good + c for c in ALPHABET}
    for spelling in spellings:
        with pytest.raises(BadLink):
            read(spelling)


@pytest.mark.parametrize("hostile", ["", ".", "..", "\ud800", "\x00", "ü" * 10, "a" * 100_000, "." * 10_000])
def test_what_was_never_a_token_is_refused(hostile: str):
    for read in (LINKS.read_unsubscribe, LINKS.read_preferences):
        with pytest.raises(BadLink):
            read(hostile)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://letters.example", "https://letters.example"),
        ("https://letters.example/", "https://letters.example"),
        ("https://letters.example:8443/a/b/", "https://letters.example:8443/a/b"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.8.9.1", "http://127.8.9.1"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_public_address(url: str, address: str):
    assert public_address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "letters.example",
        "http://letters.example",
        "http://10.0.0.1",
        "http://localhost.letters.example",
        "http://127.0.0.1.letters.example",
        "ftp://letters.example",
        "https://",
        "https:///u",
        "https://ann:secret@letters.example",
        "http://127.0.0.1@letters.example",
        "https://letters.example?a=1",
        "https://letters.example/#a",
        "https://letters.example/a b",
        "https://letters.example/\n",
        "https://letters.example:99999",
        "https://letters.example:port",
        "https://[::1",
        'https://letters.example/"',
    ],
)
def test_what_is_no_public_address(url: str):
    with pytest.raises(ConfigError, match="SEATSIGNAL_PUBLIC_URL: must be https://") as caught:
        Links(url, KEY)
    assert "secret" not in str(caught.value)
