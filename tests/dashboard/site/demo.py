"""The demo's company on its Monday, judged; with licences that call home, limits, and two experiments."""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert

from sandbox.company.clock import LAST_DAY
from sandbox.company.company import company, write
from store.database import Database
from store.schema import migrate
from store.tables import experiments
from tests.book import deployment, judge_folder
from worker.deployment import Deployment
from worker.precision import count

_PLANNED = {
    "hypothesis": "A letter before the limit makes more accounts expand.",
    "letter": "limit",
    "metric": "expanded",
    "within_days": 60,
    "baseline_pct": 10.0,
    "effect_points": 8.0,
    "hold_out_pct": 50.0,
    "alpha": 0.05,
    "power": 0.8,
    "strata": [],
}
_READING = {
    "verdict": "better",
    "held_out": {"accounts": 300, "met": 30},
    "written": {"accounts": 310, "met": 62},
    "points": 10.0,
    "low": 4.25,
    "high": 15.75,
    "chance": 0.0007,
}


def _row(name: str, **more: object) -> dict[str, object]:
    planned = json.dumps({**_PLANNED, "name": name})
    row = {"name": name, "letter": "limit", "hash": "0c1d", "planned": planned}
    ended = {"stopped_on": None, "stop_reason": "", "read_on": None, "reading": ""}
    return row | ended | {"started_on": date(2026, 3, 2)} | more


_EXPERIMENTS = [
    _row("limit_letter"),
    _row(
        "earlier_letter",
        stopped_on=date(2026, 5, 4),
        stop_reason="enough",
        read_on=date(2026, 5, 18),
        reading=json.dumps(_READING),
    ),
]


def opened(folder: Path, **settings: object) -> Deployment:
    """Return the company's deployment on SQLite; close its database."""
    url = f"sqlite:///{folder / 'seatsignal.sqlite3'}"
    database = Database(url)
    migrate(database)
    database.close()
    write(company(seed=7), folder)
    _write_licences(folder / "monday")
    _write_abroad(folder / "monday")
    made = deployment(url, **settings)
    judge_folder(made, folder / "baseline", LAST_DAY)
    judge_folder(made, folder / "monday", LAST_DAY + timedelta(days=1))
    count(made)
    with made.database.write() as connection:
        connection.execute(insert(experiments), _EXPERIMENTS)
    return made


_SOME = ("11", "50", "501", "502", "503", "504")
"""Accounts whose licences call home."""
_ISSUED = LAST_DAY - timedelta(days=20)


def _write_licences(folder: Path) -> None:
    """Write of some accounts what the vendor of licences would tell."""
    issued, used = f"{_ISSUED}T09:00:00Z", f"{_ISSUED + timedelta(days=3)}T10:00:00Z"
    licences = (f"l-{of},{of},active,team,{issued},{used},{used},2027-06-01" for of in _SOME)
    named = "licence_id,account_id,status,plan,issued_at,activated_at,first_validated_at,expires_on"
    _write(folder, "licences", named, licences)
    days = [LAST_DAY - timedelta(days=back) for back in range(17)]
    outcomes = (("valid", 5, "DE"), ("expired", 1, "FR"), ("too_many_machines", 2, ""))
    checks = (
        f"{of},{day},l-{of},{outcome},{times},{country}"
        for of in _SOME[:-1]
        for day in days
        for outcome, times, country in outcomes
    )
    _write(folder, "validations", "account_id,day,licence_id,outcome,count,country", checks)
    steps = (f"{of},{step},{used},{outcome}" for of in _SOME for step, outcome in _STEPS)
    _write(folder, "activation_steps", "account_id,step,at,outcome", steps)
    limits = (f"{of},domains,{8 + at},10" for at, of in enumerate(_SOME))
    _write(folder, "limits", "account_id,limit,used,allowed", limits)


def _write_abroad(folder: Path) -> None:
    """Write an account that pays in another currency, and whose term ends when others do."""
    owner = "lior.thornbury@tallyfold.example"
    term = f"{LAST_DAY - timedelta(days=325)},{LAST_DAY + timedelta(days=40)}"
    _write(folder, "accounts", "account_id,name,csm_email,country", [f"abroad,Alpenquill AG,{owner},CH"])
    named = "subscription_id,account_id,plan,term_start,term_end,seats,mrr,currency,status,auto_renew"
    _write(folder, "subscriptions", named, [f"s-abroad,abroad,team,{term},20,950,CHF,active,true"])


_STEPS = (("activated", "done"), ("configured", "failed"))


def _write(folder: Path, name: str, header: str, rows: Iterable[str]) -> None:
    (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
