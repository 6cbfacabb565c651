"""The pictures of letters in the docs, taken anew by ``make pictures``: never by a test."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from templates.render import render
from tests.chromium import chromium
from tests.templates.examples import RENEWAL, payload

IMAGES = Path(__file__).parent.parent / "docs" / "images"
LANGUAGES = ("de", "fr")
WIDTH = 320


def take(folder: Path) -> None:
    """Write a renewal letter in each of the languages, as a narrow screen shows it."""
    with TemporaryDirectory() as profile, chromium(Path(profile)) as browser:
        for language in LANGUAGES:
            letter = json.loads(render("renewal", payload(RENEWAL), language))
            browser.show(letter["html"], WIDTH, "light")
            (folder / f"renewal-{language}.png").write_bytes(browser.picture())


if __name__ == "__main__":
    take(IMAGES)
