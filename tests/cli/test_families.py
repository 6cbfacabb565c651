"""Parents and children, as `explain`, `accounts` and the brief tell them."""

import pytest

from tests import book
from tests.cli.conftest import Seatsignal

GROUP, NORTH, LOST = "a0", book.LEAVING, "a4"


@pytest.fixture
def related(eve: Seatsignal, day: str, tmp_path) -> Seatsignal:
    """The book with a group: one that leaves and one in order are below it, and one names nobody of ours."""
    parents = {NORTH: GROUP, "a3": GROUP, LOST: "nobody", "a5": "a6", "a6": "a5"}
    rows = [f"{each},Account {each},{book.OWNER},DE,{parents.get(each, '')}" for each in book.ACCOUNTS]
    folder = tmp_path / "day"
    header = "account_id,name,csm_email,country,parent_id"
    (folder / "accounts.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    assert eve("import", day).status == 0
    return eve


def test_a_parent_is_told_what_all_come_to(related: Seatsignal):
    own = {key: related("explain", key, "--json").document for key in (GROUP, NORTH, "a3")}
    told = own[GROUP]["kin"]["family"]
    assert told["points"] == round(sum(100 * each["health"] for each in own.values()) / 3)
    assert (told["accounts"], told["coverage"], told["currency"]) == (2, 1.0, "EUR")
    assert (told["worst"]["key"], told["worst"]["points"]) == (NORTH, 4_900)
    lines = related("explain", GROUP).out
    assert f"With 2 accounts below, by revenue: health {told['points'] / 100:g} of 100, healthy" in lines
    assert (
        f"Worst below with at least 10% of the revenue: Account {NORTH} ({NORTH}), health 49, at risk"
        in lines
    )
    brief = related("report", "--account", GROUP, "--json").document
    assert [line for line in brief["family"] if line not in lines] == []
    assert brief["family"]


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (NORTH, f"It is part of Account {GROUP} ({GROUP})."),
        (LOST, "Its parent 'nobody' is none of our accounts."),
        ("a5", "It is said to be among its own ancestors, so it counts as nobody's child."),
    ],
)
def test_a_child_is_told_where_it_belongs(related: Seatsignal, account, said):
    assert said in related("explain", account).out.splitlines()


def test_the_list_shows_families_where_there_are_any(related: Seatsignal):
    listed = {each["account"]: each for each in related("accounts", "--json").document}
    assert (listed[NORTH]["parent"], listed[NORTH]["family"]) == (GROUP, None)
    assert listed[GROUP]["family"]["accounts"] == 2
    assert {key for key, each in listed.items() if each["family"]} == {GROUP}
    head, *rows = related("accounts").out.splitlines()
    assert head.endswith("with those below")
    assert next(row for row in rows if row.startswith(f"{GROUP} ")).endswith(f"worst {NORTH} 49")
    healthy = {each["account"]: each for each in related("accounts", "--band", "healthy", "--json").document}
    assert healthy[GROUP]["family"] == listed[GROUP]["family"]
