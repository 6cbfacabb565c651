import csv
import gzip
import io
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path

import holidays
import pytest

from sandbox.company.company import company, write
from sandbox.company.vendors.books import write_books

Row = Mapping[str, str]
SATURDAY, SUNDAY, MONDAY = date(2026, 5, 30), date(2026, 5, 31), date(2026, 6, 1)


@cache
def _rows(path: Path) -> list[Row]:
    plain, packed = path.with_suffix(".csv"), path.with_suffix(".csv.gz")
    if packed.exists():
        return list(csv.DictReader(io.StringIO(gzip.decompress(packed.read_bytes()).decode())))
    return list(csv.DictReader(io.StringIO(plain.read_text()))) if plain.exists() else []


@cache
def _closed(country: str, region: str) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=region or None, years=2026))


@dataclass(frozen=True)
class Demo:
    """What was written, read again without any of our code."""

    out: Path

    @cached_property
    def stories(self) -> Mapping[str, str]:
        """The account of each story."""
        return {story["name"]: story["account_id"] for story in self.told}

    @cached_property
    def told(self) -> list[dict]:
        return json.loads((self.out / "stories.json").read_text())

    def book(self, day: str, vendor: str) -> dict:
        """What a vendor knows on the eve or on Monday."""
        return json.loads((self.out / "books" / day / f"{vendor}.json").read_bytes())

    def rows(self, folder: str, name: str) -> list[Row]:
        return _rows(self.out / folder / name)

    def of(self, folder: str, name: str, account: str) -> list[Row]:
        return [row for row in self.rows(folder, name) if row["account_id"] == account]

    @cached_property
    def terms(self) -> Mapping[str, Row]:
        """The term in force of each account."""
        return {row["account_id"]: row for row in self.rows("baseline", "subscriptions")}

    @cached_property
    def countries(self) -> Mapping[str, Row]:
        return {row["account_id"]: row for row in self.rows("baseline", "accounts")}

    @cached_property
    def use(self) -> Mapping[str, Mapping[date, Row]]:
        """Days of use by account, as they stand on Monday."""
        found: dict[str, dict[date, Row]] = defaultdict(dict)
        for folder in ("baseline", "monday"):
            for row in self.rows(folder, "usage"):
                found[row["account_id"]][date.fromisoformat(row["day"])] = row
        return found

    def counts(self, account: str, metric: str, end: date, days: int) -> list[int]:
        return [int(self.use[account][end - timedelta(back)][metric]) for back in reversed(range(days))]

    def working(self, account: str, end: date, days: int) -> list[bool]:
        """Say which days are no public holiday on a weekday."""
        place = self.countries[account]
        closed = _closed(place["country"], place["region"])
        window = [end - timedelta(back) for back in reversed(range(days))]
        return [day.weekday() >= 5 or day not in closed for day in window]

    def share_of_baseline(self, account: str, end: date, *, holidays_out: bool) -> float:
        """Return 14 days' active users ÷ what the six weeks before make one expect, weekday by weekday."""
        counts = self.counts(account, "active_users", end, 56)
        good = self.working(account, end, 56) if holidays_out else [True] * 56
        expected = 0.0
        for at in range(42, 56):
            same = [counts[before] for before in range(at % 7, 42, 7) if good[before]]
            expected += sum(same) / len(same) if good[at] and same else 0
        return sum(count for count, counted in zip(counts[42:], good[42:], strict=True) if counted) / expected

    def utilisation(self, account: str, day: date = SUNDAY) -> float:
        return int(self.use[account][day]["active_users_30d"]) / int(self.terms[account]["seats"])


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    out = tmp_path_factory.mktemp("company")
    made = company(seed=7)
    write(made, out)
    write_books(made, out / "books")
    return Demo(out)
