"""What holds for every page: references, links, commands, layout."""

import re
from itertools import chain

import pytest
import typer.main

from cli.main import app
from tests.docs.pages import DOCS, ROOT, names, page, sources

REFERENCE = re.compile(r'docs/([\w/-]+\.md)(?:,\s+"([^"]+)")?')
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
COMMAND = re.compile(
    r"(?<!/)seatsignal ((?:(?:config|crm|experiment|identity|user) )?[a-z][a-z-]*)(?![\w.:/@-])"
)
LONGEST = 120


def slug(heading: str) -> str:
    """A heading's anchor, as web views of Markdown make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def commands(group: object = None, before: str = "") -> set[str]:
    """Every command by its words, those of groups with the group's."""
    below = getattr(group or typer.main.get_command(app), "commands", {})
    inner = (commands(command, f"{before}{name} ") for name, command in below.items())
    return set(chain.from_iterable(inner)) or {before.strip()}


def references() -> set[tuple[str, str]]:
    """Page and section that the code refers to."""
    return {
        (name, " ".join(section.split()))
        for path in [*sources(), *(ROOT / "config").glob("*.yaml"), ROOT / "README.md"]
        for name, section in REFERENCE.findall(path.read_text(encoding="utf-8"))
    }


def test_every_section_that_the_code_refers_to_is_there() -> None:
    found = references()
    assert ("metrics.md", "Measures") in found
    missing = {
        (name, section)
        for name, section in found
        if not (DOCS / name).is_file() or (section and section not in page(name).headings)
    }
    assert missing == set()


@pytest.mark.parametrize("name", names())
def test_links_lead_somewhere(name: str) -> None:
    dead = []
    for target, anchor in LINK.findall(page(name).text):
        if "://" in target:
            continue
        there = (DOCS / name).parent / target if target else DOCS / name
        if not there.is_file() or (anchor and anchor not in anchors(there.read_text(encoding="utf-8"))):
            dead.append(f"{target}#{anchor}")
    assert dead == []


def anchors(text: str) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("name", names())
def test_every_command_on_a_page_exists(name: str) -> None:
    blocks = [block.text for block in page(name).blocks]
    used = {found for text in [*page(name).code(), *blocks] for found in COMMAND.findall(text)}
    assert used - commands() == set()


def test_every_command_is_explained_to_operators() -> None:
    listed = {
        cell.removeprefix("seatsignal ") for cell in page("operating.md").table("Commands").column("command")
    }
    assert listed == commands()


@pytest.mark.parametrize("name", names())
def test_lines_are_short_and_have_no_space_at_their_end(name: str) -> None:
    lines = page(name).text.splitlines()
    assert [line for line in lines if len(line) > LONGEST or line != line.rstrip()] == []


@pytest.mark.parametrize("name", [name for name in names() if not name.startswith("decisions/")])
def test_no_heading_stands_twice(name: str) -> None:
    headings = page(name).headings
    assert len(set(headings)) == len(headings)
