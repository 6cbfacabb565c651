"""The pictures in the docs, taken anew by ``make pictures``: never by a test."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from health.letters import LETTERS
from templates.render import render
from tests import services
from tests.chromium import chromium
from tests.templates.examples import EXAMPLES, payload

IMAGES = Path(__file__).parent.parent / "docs" / "images"
LANGUAGES = ("de", "fr")
WIDTH, WIDE, HIGH = 320, 1280, 860
VISITOR = "visitor@lumen-ledger.example"
_COMMAND = (sys.executable, "-m", "cli", "--json")


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


def dashboard(folder: Path) -> None:
    """Write today, and the account that fell furthest, as the demo's visitor sees them."""
    with TemporaryDirectory() as data, _demo(Path(data)) as page:
        page.screenshot(path=folder / "today.png")
        page.get_by_role("rowheader").get_by_role("link").first.click()
        page.screenshot(path=folder / "account.png")


@contextmanager
def _demo(data: Path) -> Iterator[Page]:
    """Play the demo to its end, serve its dashboard, and sign its visitor in."""
    url = f"sqlite:///{data / 'seatsignal/demo/own/demo.sqlite3'}"
    environment = os.environ | {"XDG_DATA_HOME": str(data), "SEATSIGNAL_COMPANY_NAME": "Lumen Ledger"}
    subprocess.run([*_COMMAND, "demo", "--once"], env=environment, check=True, stdout=subprocess.DEVNULL)
    environment |= {"SEATSIGNAL_DATABASE_URL": url, "SEATSIGNAL_WEB_PORT": str(services.free_port())}
    added = [*_COMMAND, "user", "add", VISITOR, "--role", "manager"]
    told = subprocess.run(added, env=environment, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    password = json.loads(told.stdout)["password"]
    with _served(environment) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(services.browser()), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDE, "height": HIGH})
        page.goto(address)
        page.get_by_label("Address").fill(VISITOR)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Today").wait_for()
        yield page
        browser.close()


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[str]:
    serving = subprocess.Popen([*_COMMAND, "web"], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert serving.stderr
        line = next(line for line in serving.stderr if '"web_listening"' in line)
        yield str(json.loads(line)["url"])
    finally:
        serving.terminate()
        serving.wait(10)


if __name__ == "__main__":
    take(IMAGES / "letters")
    dashboard(IMAGES)
