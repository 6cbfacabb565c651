"""What a preview shows, and in which language."""

import stat
import webbrowser
from html.parser import HTMLParser
from pathlib import Path

import pytest

from health.languages import LANGUAGES
from templates.previews import gallery
from tests import book
from tests.cli.conftest import Seatsignal

RENEWAL = ("preview", "renewal", "--account", book.RENEWING)


def test_a_preview_has_the_words_that_would_be_sent(owing: Seatsignal):
    letter = owing("preview", "failed_payment", "--account", book.UNPAID)
    assert letter.status == 0
    subject, language, blank, hello, *_ = letter.out.splitlines()
    assert subject.startswith("Subject: Your payment of ")
    assert language == (
        "Language: en (neither the contact nor the account states one that letters are written in)"
    )
    assert (blank, hello) == ("", "Hello,")
    assert "Lumen Works" in letter.out
    alert = owing("preview", "alert", "--account", book.LEAVING, "--json").document
    assert set(alert) == {"text", "blocks", "news"}
    none = owing("preview", "digest", "--account", book.LEAVING)
    assert (none.status, none.out) == (1, "")
    assert none.complaint == [
        f"No 'digest' was ever planned for '{book.LEAVING}'; `seatsignal plan` lists what is."
    ]


def test_a_letter_that_is_not_owed_is_shown_as_the_account_would_get_it_today(
    owing: Seatsignal, reaching: dict[str, str]
):
    owing.variables.update(reaching)
    letter = owing("preview", "renewal", "--account", book.UNPAID)
    assert letter.out.startswith("Subject: Your Lumen Works subscription renews on August 31, 2027\n")
    assert letter.out.endswith(f"(Not owed: as {book.UNPAID} would get it today.)\n")
    owed = owing("preview", "renewal", "--account", book.RENEWING)
    assert "Not owed" not in owed.out
    every = owing("preview", "survey_renewal", "--account", book.UNPAID, "--all-locales", "--json").document
    assert [each["language"] for each in every] == list(LANGUAGES)


def test_what_an_account_lacks_for_a_letter_is_said_and_an_invented_one_shown(
    owing: Seatsignal, reaching: dict[str, str]
):
    owing.variables.update(reaching)
    refused = owing("preview", "invite_team", "--account", book.UNPAID)
    assert (refused.status, refused.out) == (1, "")
    assert refused.complaint == [
        f"'invite_team' cannot be shown as '{book.UNPAID}' would get it. What is missing, and its place:",
        "  a contact to write to (admin): contacts.csv, or a CRM; routes.yaml says which roles",
        "  how many seats were given out: seats.csv, or what lists users",
        "`--example` shows it as an invented account would get it.",
    ]
    example = owing("preview", "invite_team", "--example")
    assert example.out.startswith("Subject: Harbour & Pine: 4 of 20 seats given out\n")
    assert owing("preview", "alert", "--example").status == 1


def test_a_letter_can_be_seen_in_another_language(owing: Seatsignal):
    german = owing(*RENEWAL, "--language", "de_at")
    subject, language, *_ = german.out.splitlines()
    assert subject.startswith("Subject: Ihr Abonnement bei Lumen Works ")
    assert language == "Language: de-AT (asked for)"


def test_a_letter_can_be_seen_in_every_language(owing: Seatsignal):
    shown = owing(*RENEWAL, "--all-locales")
    assert [line for line in shown.out.splitlines() if line.startswith("--- ")] == [
        f"--- {language}" for language in LANGUAGES
    ]
    assert shown.out.count("(asked for)") == len(LANGUAGES)
    told = owing(*RENEWAL, "--all-locales", "--json").document
    assert [(each["language"], each["language_from"]) for each in told] == [
        (language, "asked") for language in LANGUAGES
    ]
    assert len({each["subject"] for each in told}) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((*RENEWAL, "--language", "tlh"), "no letters are written in 'tlh', but in en, de, fr, es"),
        ((*RENEWAL, "--language", "de", "--all-locales"), "not both"),
        (("preview", "renewal"), "name one account, or give --example"),
        ((*RENEWAL, "--example"), "name one account, or give --example"),
        (("preview", "alert", "--account", book.LEAVING, "--all-locales"), "only letters speak"),
        (("preview", "alert", "--account", book.LEAVING, "--language", "de"), "only letters speak"),
    ],
)
def test_a_language_that_there_is_not_is_wrong_use(
    owing: Seatsignal, arguments: tuple[str, ...], complaint: str
):
    refused = owing(*arguments)
    assert (refused.status, refused.out) == (2, "")
    assert complaint in " ".join(refused.err.split())


class Shown(HTMLParser):
    """What a page holds: its frames with what they may do and show, and every element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.frames: list[dict[str, str | None]] = []
        self.elements: list[str] = []
        self.policy = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        found = dict(attrs)
        if tag == "iframe":
            self.frames.append(found)
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"] or ""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the system's browser was to open; there is none here."""
    asked: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: bool(asked.append(address)))
    return asked


def test_a_letter_opens_in_the_browser_in_every_language(owing: Seatsignal, opened: list[str]):
    told = owing(*RENEWAL, "--all-locales", "--browser", "--json").document
    file = Path(told["file"])
    assert opened == [file.as_uri()]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    page = Shown(file.read_text(encoding="utf-8"))
    assert [frame["title"] for frame in page.frames] == list(LANGUAGES)
    assert all(frame["sandbox"] == "" for frame in page.frames)
    assert all("<html" in (frame["srcdoc"] or "") for frame in page.frames)
    assert "default-src 'none'" in page.policy
    assert "script" not in page.elements
    assert told["opened"] is False


def test_a_preview_in_the_browser_takes_the_place_of_the_one_before(owing: Seatsignal, opened: list[str]):
    owing(*RENEWAL, "--browser")
    said = owing("preview", "failed_payment", "--account", book.UNPAID, "--browser")
    assert said.out.startswith("No browser could be opened: ")
    assert len(set(opened)) == 1
    page = Shown(Path(said.out.partition(": ")[2].strip()).read_text(encoding="utf-8"))
    assert len(page.frames) == 1


def test_nothing_of_a_letter_leaves_its_frame():
    body = {"language": "en", "subject": "<b>", "html": '"><script>x</script>', "text": "</pre><script>"}
    page = Shown(gallery("<i>", [body]))
    assert page.elements.count("script") == 0
    assert {"b", "i"}.isdisjoint(page.elements)
    assert page.frames[0]["srcdoc"] == body["html"]


def test_what_is_no_letter_has_nothing_for_a_browser(owing: Seatsignal, opened: list[str]):
    refused = owing("preview", "alert", "--account", book.LEAVING, "--browser")
    assert refused.status == 2
    assert opened == []


def test_a_nudge_that_came_to_be_owed_can_be_seen(eve: Seatsignal, day: str, tmp_path: Path):
    nudges = tmp_path / "nudges.yaml"
    nudges.write_text("spread_days: 1\nunused_seats: { below_pct: 90, seats_min: 1 }\n")
    people = Path(day) / "contacts.csv"
    people.write_text(people.read_text().replace(",billing\n", ",admin\n"))
    eve.variables |= {"SEATSIGNAL_NUDGES": str(nudges), "SEATSIGNAL_PUBLIC_URL": book.REACHED["public_url"]}
    eve.variables |= {"SEATSIGNAL_COMPANY_NAME": book.REACHED["company_name"]}
    assert eve("import", day).status == 0
    shown = eve("preview", "unused_seats", "--account", "a7")
    assert shown.out.startswith("Subject: Account a7: 7 of 8 paid seats in use\n")
