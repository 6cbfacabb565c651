"""Killed at any step of pull, assess and release: what is stored in the end is what a clean run stores."""

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import select

from cli.opened import judge_waiting
from config.settings import Settings
from integrations.files.source import FilesSource
from store.database import Database
from store.installation import set_setting
from store.schema import migrate
from store.tables import accounts, assessments, facts, flags, notices
from tests.chaos.fleet import Crib
from tests.chaos.nursery import Birth
from worker.bell import Aside
from worker.pipeline import pull
from worker.process import open_deployment
from worker.tick import sweep

pytestmark = pytest.mark.kill

STEPS = ("pulled", "pulled@3", "stored", "stored@2", "judged", "assessed", "released")
ONE = (
    "accounts.csv",
    "account_id,name,csm_email,country\n"
    + "".join(f"a{n},Account {n},ann.lee@us.example,US\n" for n in range(60)),
)
DAYS = [f"2026-04-{day:02d}" for day in range(1, 31)] + [f"2026-05-{day:02d}" for day in range(1, 32)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Sixty accounts; the tenth has a failed payment, the eleventh wants to cancel."""
    made = tmp_path_factory.mktemp("import")
    (made / ONE[0]).write_text(ONE[1])
    usage = [f"a{n},{day},{n % 7 + 1},{n % 7 + 1}" for day in DAYS for n in range(60)]
    (made / "usage.csv").write_text(
        "account_id,day,active_users,active_users_30d\n" + "\n".join(usage) + "\n"
    )
    (made / "subscriptions.csv").write_text(
        "subscription_id,account_id,term_start,term_end,seats,mrr,currency,status,auto_renew\n"
        + "".join(f"s{n},a{n},2026-01-01,2027-01-01,8,100,USD,active,true\n" for n in range(60))
    )
    (made / "payments.csv").write_text(
        "invoice_id,account_id,due_on,status,amount,currency\ni10,a10,2026-05-20,failed,100,USD\n"
    )
    (made / "tickets.csv").write_text(
        "ticket_id,account_id,opened_at,subject,status\n"
        "t11,a11,2026-05-30,Please cancel our subscription,open\n"
    )
    return made


def kill_import(crib: Crib, database: Database, folder: Path, failpoints: str) -> int:
    """Import in a process that dies on the way; return how it ended."""
    environment = os.environ | {
        "SEATSIGNAL_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "SEATSIGNAL_FAILPOINTS": failpoints,
        "SEATSIGNAL_CHUNK_SIZE": "20",
    }
    log = f"{folder}.log"
    return crib.bear(Birth(("cli", "import", str(folder)), environment, log, awaited=True))


def go_on(database: Database, folder: Path) -> None:
    """Import again and sweep, as the next process would."""
    url = database.url.render_as_string(hide_password=False)
    deployment = open_deployment(Settings(database_url=url, chunk_size=20), Aside())
    deployment.use_source("files", FilesSource(folder))
    assert pull(deployment, "files").failure == ""
    judge_waiting(deployment)
    sweep(deployment, after_ms=0)
    judge_waiting(deployment)
    sweep(deployment)
    deployment.database.close()


def live(database: Database) -> None:
    with database.write() as connection:
        set_setting(connection, "business_day", "2026-06-01")
        set_setting(connection, "live_since_ms", "1")


def outcome(database: Database) -> dict[str, object]:
    """All that a day stores, without the numbers that count attempts."""
    with database.read() as connection:
        key_of = {row.id: row.key for row in connection.execute(select(accounts.c.id, accounts.c.key))}
        kept = {
            name: sorted(
                str([v for k, v in row._mapping.items() if k not in {"batch", "source_account"}])
                for row in connection.execute(select(table))
            )
            for name, table in facts.items()
        }
        flagged = {
            (key_of[row.account], row.kind, row.reason, row.state)
            for row in connection.execute(select(flags))
        }
        owed = sorted(
            (key_of.get(row.account, ""), row.template, row.status)
            for row in connection.execute(select(notices))
        )
        judged = {
            key_of[row.account]: (row.points, row.band) for row in connection.execute(select(assessments))
        }
    return {"facts": kept, "flags": flagged, "owed": owed, "judged": judged}


@pytest.fixture(scope="module")
def clean(folder, tmp_path_factory) -> dict[str, object]:
    database = Database(str(tmp_path_factory.mktemp("clean") / "clean.sqlite3"))
    migrate(database)
    live(database)
    go_on(database, folder)
    found = outcome(database)
    database.close()
    return found


@pytest.mark.parametrize(
    ("database_url", "step"),
    [*(("postgresql", step) for step in STEPS), *(("sqlite", step) for step in ("pulled@3", "assessed"))],
    indirect=["database_url"],
)
def test_a_kill_loses_nothing_and_doubles_nothing(crib, database, folder, clean, step):
    live(database)
    name, _, nth = step.partition("@")
    assert kill_import(crib, database, folder, f"{name}=kill@{nth or 1}") == -signal.SIGKILL
    go_on(database, folder)
    assert outcome(database) == clean


def test_the_clean_run_says_what_it_should(clean):
    assert len(clean["judged"]) == 60
    owed = [(account, template) for account, template, status in clean["owed"] if status == "due"]
    assert ("a11", "alert") in owed
