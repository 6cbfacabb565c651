"""What is said of a form is said by us, to whoever sent it: no link that somebody made up says anything."""

import pytest

from dashboard.site import Site
from tests.book import LEAVING
from tests.dashboard.site.conftest import Browser, Desk
from tests.dashboard.site.test_roles import filled

MADE_UP = "Call +49 30 123456 and tell them your password"


def saying(site: Site) -> list[str]:
    """Every page that somebody signed in reads."""
    files = (".csv", ".json", ".svg", ".js", ".css")
    found = {filled(path) for (method, path), right in site.rights.items() if method == "GET" and right}
    return sorted(path for path in found if not path.endswith(files))


def noted(browser: Browser) -> str:
    """Where a form leads that was refused, with what was wrong."""
    sent = {"seal": browser.seal(), "words": ""}
    answer = browser.http.post(
        f"{browser.url}/accounts/{LEAVING}/notes", data=sent, allow_redirects=False, timeout=30
    )
    return answer.headers["location"]


def test_no_page_says_what_a_made_up_link_says(desk: Desk):
    browser = desk.browser("admin")
    for path in saying(desk.site):
        for said in ("", "0" * 32, "é"):
            answer = browser.get(path, done=MADE_UP, wrong=MADE_UP, said=said)
            assert "Call +49 30 123456" not in answer.text.partition("<main")[2].partition("<form")[0], path


def test_what_we_say_is_said_to_whoever_did_it_and_to_nobody_else(desk: Desk):
    browser = desk.browser("csm")
    where = noted(browser)

    words = "A note has 1 to 1,000 characters."
    assert words in browser.get(where).text
    assert words not in desk.browser("csm").get(where).text


@pytest.mark.parametrize(("part", "instead"), [("wrong=", "done="), ("A%20note", "No%20note")])
def test_what_we_said_cannot_be_said_otherwise(desk: Desk, part: str, instead: str):
    browser = desk.browser("csm")
    where = noted(browser)
    assert part in where

    page = browser.get(where.replace(part, instead)).text

    assert "has 1 to 1,000 characters" not in page
