"""The pictures in the docs, taken anew by ``make pictures``: never by a test."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from cli.demo import VISITOR
from health.letters import LETTERS
from templates.render import render
from tests import services
from tests.chromium import chromium
from tests.templates.examples import EXAMPLES, payload

IMAGES = Path(__file__).parent.parent / "docs" / "images"
LANGUAGES = ("de", "fr")
WIDTH, WIDE, HIGH, TALL = 320, 1280, 860, 1000
HALF_A_SECOND_MS = 500
_COMMAND = (sys.executable, "-m", "cli", "demo")


def take(folder: Path) -> None:
    """Write each letter in English, the renewal in other languages too, as a narrow screen shows them."""
    # Chromium's own children may write to its profile to the last.
    kept = TemporaryDirectory(ignore_cleanup_errors=True)
    with kept as profile, chromium(Path(profile)) as browser:
        shown = [(letter, "en", "") for letter in LETTERS]
        shown += [("renewal", language, f"-{language}") for language in LANGUAGES]
        for name, language, suffix in shown:
            letter = json.loads(render(name, payload(EXAMPLES[name]), language))
            browser.show(letter["html"], WIDTH, "light", height=1)
            (folder / f"{name}{suffix}.png").write_bytes(browser.picture())


def rehearsal(folder: Path) -> None:
    """Write what the demo leaves behind as people see it: dashboard, Slack, inbox, CRM."""
    with TemporaryDirectory() as data, _demo(Path(data)) as told, _screen() as page:
        page.goto(told["The dashboard"])
        page.get_by_label("Address").fill(VISITOR)
        page.get_by_label("Password").fill(told["password"])
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Today").wait_for()
        page.screenshot(path=folder / "today.png")
        page.get_by_role("rowheader").get_by_role("link").first.click()
        page.screenshot(path=folder / "account.png")
        page.set_viewport_size({"width": WIDE, "height": TALL})
        page.goto(told["Slack as a person sees it"])
        page.get_by_role("button", name="Acknowledge").last.click()
        while not page.get_by_text("1 reply").is_visible():
            page.wait_for_timeout(HALF_A_SECOND_MS)
            page.goto(told["Slack as a person sees it"])
        page.screenshot(path=folder / "slack.png")
        page.goto(told["The inbox"])
        page.get_by_role("link", name="renews").first.click()
        page.screenshot(path=folder / "inbox.png")
        page.goto(told["HubSpot's records"])
        page.get_by_role("link", name="Ploverfold Dental Inc.").first.click()
        page.screenshot(path=folder / "crm.png")


@contextmanager
def _demo(data: Path) -> Iterator[dict[str, str]]:
    """Play the demo and let it stay, and return what it says of where things are."""
    environment = os.environ | {"XDG_DATA_HOME": str(data), "PYTHONUNBUFFERED": "1"}
    playing = subprocess.Popen(_COMMAND, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert playing.stdout
        told = takewhile(lambda line: not line.startswith("Ctrl-C"), playing.stdout)
        yield dict(
            found for line in told if len(found := re.split(r": +|  +", line.strip(), maxsplit=1)) == 2
        )
    finally:
        playing.send_signal(signal.SIGINT)
        playing.wait(60)


@contextmanager
def _screen() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(services.browser()), args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": WIDE, "height": HIGH})
        browser.close()


if __name__ == "__main__":
    take(IMAGES / "letters")
    rehearsal(IMAGES)
