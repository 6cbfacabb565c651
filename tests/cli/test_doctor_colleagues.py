"""Which colleagues the doctor says were found in Slack by their address, and what to do about the others."""

from contextlib import closing
from pathlib import Path

import pytest

from store import colleagues
from tests import book
from tests.cli.conftest import Seatsignal
from tests.cli.test_doctor import findings

ROUTES = Path("config/routes.yaml").read_text(encoding="utf-8")
PEOPLE = """
people:
  Dee.Moss@seller.example: {}
  gone@seller.example: {}
  new@seller.example: {}
  set.by.hand@seller.example: { slack: U0SET }
  left@seller.example: { left: true }
"""


@pytest.fixture
def routed(eve: Seatsignal, tmp_path: Path) -> Seatsignal:
    """A book whose colleagues are named by their address; Slack was asked of some."""
    routes = tmp_path / "routes.yaml"
    routes.write_text(ROUTES + PEOPLE, encoding="utf-8")
    eve.variables["SEATSIGNAL_ROUTES"] = str(routes)
    with closing(eve.database()) as database, database.write() as connection:
        colleagues.keep(connection, "dee.moss@seller.example", "U0DEE")
        colleagues.keep(connection, "gone@seller.example", "U0GONE")
        colleagues.keep(connection, "gone@seller.example", "")
        colleagues.keep(connection, book.OWNER, "")
    return eve


def told(commands: Seatsignal) -> dict[str, tuple[str, str]]:
    found = findings(commands("doctor", "--json"))
    return {what: each for (about, what), each in found.items() if about == "colleagues in Slack"}


def test_who_was_found_who_was_not_and_who_is_still_to_be_asked_for_are_told_apart(routed: Seatsignal):
    found = told(routed)
    assert found["found"] == ("good", "dee.moss@seller.example (U0DEE)")
    assert found["not found"][0] == "note"
    who, what_to_do = found["not found"][1].split(": ", 1)
    assert who == "gone@seller.example"
    assert "people, slack" in what_to_do
    assert "backup in routes.yaml" in what_to_do
    assert found["not asked yet"][1].startswith("new@seller.example: ")


def test_owners_are_among_them_where_they_are_looked_for(routed: Seatsignal, tmp_path: Path):
    (tmp_path / "routes.yaml").write_text(ROUTES + PEOPLE + "find_owners: true\n", encoding="utf-8")
    assert told(routed)["not found"][1].startswith(f"{book.OWNER}, gone@seller.example: ")


def test_nothing_is_said_where_nobody_is_looked_for(eve: Seatsignal):
    assert told(eve) == {}
