"""A small book of accounts in the import format: on the day before all is well, on the day there is news.

Every account has 8 seats and is used by 7 people. The news: `LEAVING` asks to cancel, the payment of
`UNPAID` failed, and a renewal window of `RENEWING` opens.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from cli.opened import judge_waiting
from config.settings import Settings
from integrations.files.source import FilesSource
from store.database import Database
from store.installation import set_setting
from tests.owed import AUTOMATIC, rows
from worker.bell import Aside
from worker.deployment import Deployment
from worker.pipeline import open_run, pull
from worker.process import open_deployment

DAY_BEFORE, DAY = date(2026, 5, 31), date(2026, 6, 1)
ACCOUNTS = tuple(f"a{number}" for number in range(12))
KINDS = ("accounts", "contacts", "payments", "subscriptions", "tickets", "usage")
LEAVING, UNPAID, RENEWING = "a1", "a2", "a3"
OWNER = "ann.lee@seller.example"
TERM_START = date(2025, 9, 1)
LATER, SOON = date(2027, 8, 31), date(2026, 8, 30)
"""Ends of terms: without a window on either day, and with one that opens on the day."""
DAYS = 60


def person(account: str, role: str = "billing") -> str:
    """The address of an account's contact."""
    return f"{role}@{account}.customer.example"


def write(folder: Path, *, news: bool) -> Path:
    """Write the book as it is on one of the two days."""
    folder.mkdir(parents=True, exist_ok=True)
    _file(folder, "accounts", "account_id,name,csm_email,country", map(_account, ACCOUNTS))
    _file(folder, "contacts", "account_id,email,name,role", map(_contact, ACCOUNTS))
    _file(folder, "subscriptions", _SUBSCRIPTION, map(_subscription, ACCOUNTS))
    days = [(DAY if news else DAY_BEFORE) - timedelta(days=n) for n in range(1, DAYS)]
    _file(
        folder,
        "usage",
        "account_id,day,active_users,active_users_30d",
        (f"{account},{day},7,7" for account in ACCOUNTS for day in reversed(days)),
    )
    paid = "failed," if news else "paid,2026-05-30"
    _file(
        folder,
        "payments",
        "invoice_id,account_id,due_on,status,paid_on,amount,currency",
        (f"i-{account},{account},2026-05-30,{_paid(account, paid)},100,EUR" for account in ACCOUNTS),
    )
    asked = [f"t1,{LEAVING},2026-05-31T18:00:00Z,Please cancel our subscription,open"] if news else []
    _file(folder, "tickets", "ticket_id,account_id,opened_at,subject,status", asked)
    return folder


def _file(folder: Path, name: str, header: str, rows: Iterable[str]) -> None:
    (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def _account(account: str) -> str:
    return f"{account},Account {account},{OWNER},DE"


def _contact(account: str) -> str:
    return f"{account},{person(account)},Dana of {account},billing"


_SUBSCRIPTION = "subscription_id,account_id,term_start,term_end,seats,mrr,currency,status,auto_renew"


def _subscription(account: str) -> str:
    end = SOON if account == RENEWING else LATER
    return f"s-{account},{account},{TERM_START},{end},8,100,EUR,active,true"


def _paid(account: str, news: str) -> str:
    return news if account == UNPAID else "paid,2026-05-30"


REACHED = {
    "public_url": "https://seatsignal.example",
    "company_name": "Lumen Works",
    "modes": AUTOMATIC,
}
"""Settings without which no letter is written, or leaves by itself."""
OWED = (
    f"csm/{LEAVING}/s-{LEAVING}@{TERM_START}/at_risk/3",
    f"csm/{UNPAID}/s-{UNPAID}@{TERM_START}/at_risk/3",
    f"letter/failed_payment/{UNPAID}/…/i-{UNPAID}",
    f"csm/{RENEWING}/s-{RENEWING}@{TERM_START}/renewal_window/3",
    f"letter/renewal/{RENEWING}/…/s-{RENEWING}@{TERM_START}/90",
)
"""What the day owes, after the two runs of the day before; a person's token is left out of the key."""


def deployment(url: str, **settings: object) -> Deployment:
    """A deployment as a command opens it; close its database."""
    return open_deployment(Settings.model_validate({"database_url": url} | REACHED | settings), Aside())


def set_day(database: Database, day: date) -> None:
    """Let the installation believe that it is another day."""
    with database.write() as connection:
        set_setting(connection, "business_day", day.isoformat())


def judge_day(opened: Deployment, folder: Path, day: date) -> None:
    """Import the book of one of the two days and judge it, as far as the outbox."""
    judge_folder(opened, write(folder, news=day == DAY), day)


def judge_folder(opened: Deployment, folder: Path, day: date) -> None:
    """Import what is in a folder and judge it on a day."""
    set_day(opened.database, day)
    opened.use_source("files", FilesSource(folder))
    assert pull(opened, "files").failure == ""
    judge_waiting(opened)


def judge_eve(opened: Deployment, folder: Path) -> None:
    """Judge the day before in dry-run, and let the day begin."""
    judge_day(opened, folder, DAY_BEFORE)
    open_run(opened, "full")
    judge_waiting(opened)
    set_day(opened.database, DAY)


def keys(database: Database) -> dict[str, str]:
    """Where each notice stands, by its key without a person's token."""
    return {without_token(row.key): row.status for row in rows(database)}


def without_token(key: str) -> str:
    """A notice's key without a person's token, which is another on each installation."""
    words = key.split("/")
    return "/".join([*words[:3], "…", *words[4:]]) if words[0] == "letter" else key
