"""The company as a whole: the same each time, well formed, invented, and as old as it says."""

import csv
import gzip
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest

from integrations.files.source import FilesSource
from sandbox.company import clock
from sandbox.company.closures import CLOSED
from sandbox.company.company import company, known
from tests.sandbox.company.conftest import SATURDAY, SUNDAY, Demo

DATA = Path(clock.__file__).parent / "data"


def files(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()
    }


def stored(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / f"{name}.csv.gz", "rt", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_same_seed_gives_the_same_bytes(demo: Demo, tmp_path: Path):
    subprocess.run([sys.executable, "-m", "sandbox.company", "--out", tmp_path], check=True, timeout=60)

    assert files(tmp_path) == files(demo.out)


def test_another_seed_changes_names_but_neither_use_nor_terms(demo: Demo):
    other = {table.name: table for table in known(company(seed=8), clock.BASELINE_AT)}

    def same(name: str) -> bool:
        ours = [list(row.values()) for row in demo.rows("baseline", name)]
        return ours == [["" if cell is None else str(cell) for cell in row] for row in other[name].rows]

    assert all(map(same, ("usage", "subscriptions", "outcomes", "payments")))
    assert not any(map(same, ("accounts", "contacts", "tickets", "surveys")))


@pytest.mark.parametrize("folder", ["baseline", "monday"])
def test_every_file_is_in_the_import_format(demo: Demo, folder: str, tmp_path: Path):
    source = FilesSource(demo.out / folder, rejects=tmp_path)

    source.check()
    pages = list(source.pull(None))

    assert sum(page.rejects for page in pages) == 0
    assert source.remarks == []
    kinds = {type(record).__name__ for page in pages for record in page.records}
    assert kinds >= {"Usage", "Ticket", "Payment"}


def test_monday_brings_only_what_is_new(demo: Demo):
    for name in ("tickets", "payments", "usage"):
        known = {tuple(row.values()) for row in demo.rows("baseline", name)}
        assert not known & {tuple(row.values()) for row in demo.rows("monday", name)}
    assert {path.name for path in (demo.out / "monday").iterdir()} == {
        "tickets.csv",
        "payments.csv",
        "usage.csv.gz",
    }


def test_each_account_has_every_day_and_the_last_one_comes_on_monday(demo: Demo):
    assert len(demo.use) == 300
    whole = {SUNDAY - timedelta(back) for back in range(26 * 7)}
    assert all(days.keys() == whole for days in demo.use.values())
    assert {row["day"] for row in demo.rows("monday", "usage")} == {SUNDAY.isoformat()}
    assert max(row["day"] for row in demo.rows("baseline", "usage")) == SATURDAY.isoformat()


def test_history_is_exactly_a_hundred_weeks_later(demo: Demo):
    assert timedelta(days=700) == clock.SHIFT
    assert SUNDAY.strftime("%A") == "Sunday"
    moved = timedelta(days=700)
    then = {(row["account_id"], date.fromisoformat(row["day"]) + moved): row for row in stored("usage")}
    for (account, day), row in then.items():
        if account not in demo.stories.values() and demo.countries[account]["country"] == "US":
            assert int(demo.use[account][day]["events"]) <= int(row["events"])
    assert max(day for _, day in then) == SUNDAY
    renewal = demo.stories["renewal_30_days"]
    for name, dates in (("subscriptions", ("started_on", "term_start", "term_end")), ("outcomes", ("at",))):
        for before, after in zip(stored(name), demo.rows("baseline", name), strict=True):
            if before["account_id"] != renewal:
                for column in dates:
                    assert date.fromisoformat(after[column]) - date.fromisoformat(before[column]) == moved


def test_most_use_is_as_it_was_simulated(demo: Demo):
    moved = timedelta(days=700)
    days = [
        (row, demo.use[row["account_id"]][date.fromisoformat(row["day"]) + moved]) for row in stored("usage")
    ]

    same = sum(before.items() - {("day", before["day"])} <= after.items() for before, after in days)

    assert same / len(days) > 0.93


def test_nobody_is_real(demo: Demo):
    accounts, contacts = demo.rows("baseline", "accounts"), demo.rows("baseline", "contacts")
    addresses = [row[column] for row in accounts for column in ("csm_email", "sales_email")]
    addresses += [row["email"] for row in contacts]
    domains = [row["domain"] for row in accounts] + [address.partition("@")[2] for address in addresses]

    assert all(domain.endswith(".example") for domain in domains)
    assert len({row["name"] for row in accounts}) == len({row["domain"] for row in accounts}) == 300
    assert len({row["csm_email"] for row in accounts}) == 6


def test_everybody_can_be_written_to(demo: Demo):
    roles: dict[str, set[str]] = {account: set() for account in demo.use}
    for row in demo.rows("baseline", "contacts"):
        roles[row["account_id"]].add(row["role"])

    assert all(found >= {"admin", "billing"} for found in roles.values())


def test_the_mix_is_sensible(demo: Demo):
    months = [
        (date.fromisoformat(term["term_end"]) - date.fromisoformat(term["term_start"])).days // 28
        for term in demo.terms.values()
    ]
    for length, least in ((1, 100), (6, 50), (13, 50)):
        assert months.count(length) >= least
    assert {term["plan"] for term in demo.terms.values()} == {
        "starter",
        "basic",
        "standard",
        "advanced",
        "premier",
    }
    full = [demo.utilisation(account) for account in demo.use]
    assert sum(share >= 0.6 for share in full) > 150
    assert sum(share < 0.5 for share in full) > 60


def test_more_people_come_in_thirty_days_than_in_one(demo: Demo):
    for account, days in demo.use.items():
        for row in days.values():
            assert int(row["active_users"]) <= int(row["active_users_30d"]), account


@pytest.mark.parametrize("country", CLOSED)
def test_closures_are_public_holidays(country: str):
    subdivision = {"GB": "ENG", "AU": "NSW"}.get(country)
    known = holidays.country_holidays(country, subdiv=subdivision, years=(2025, 2026))
    season = {day for day in known if clock.FIRST_DAY <= day <= clock.LAST_DAY and day.weekday() < 5}

    assert season - {date(2026, 4, 6)} == CLOSED[country] - {date(2026, 4, 6)}


def test_the_stored_slice_is_small_and_attributed():
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 2_000_000
    told = (DATA / "ATTRIBUTION.md").read_text()
    assert all(
        word in told for word in ("fightchurn", "1.2.0", "Carl Gold", "crm5", "Permission is hereby granted")
    )
