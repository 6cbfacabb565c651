"""The company: everything that is known of its customers, at any instant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sandbox.company import billing, book, desk, history, licensing, use
from sandbox.company.cast import STORIES
from sandbox.company.clock import BASELINE_AT, LAST_DAY, MONDAY_AT
from sandbox.company.folders import Table, write_folder, write_stories


@dataclass(frozen=True, slots=True)
class Company:
    """All facts, as they will be in the end."""

    accounts: Sequence[book.Account]
    contacts: Sequence[book.Contact]
    terms: Sequence[history.Term]
    endings: Sequence[history.Ending]
    usage: Sequence[use.Day]
    tickets: Sequence[desk.Ticket]
    payments: Sequence[billing.Payment]
    surveys: Sequence[desk.Survey]
    events: Sequence[desk.Event]
    licences: Sequence[licensing.Licence]
    checks: Sequence[licensing.Check]


def company(seed: int) -> Company:
    """Make the company. Names, people and tickets depend on the seed; use, terms and stories do not."""
    terms = history.terms()
    seats = {term.account_id: term.seats for term in terms}
    accounts = list(book.accounts(history.customers(), seats, seed))
    countries = {account.account_id: account.country for account in accounts}
    usage = list(use.usage(history.use(), countries, seats))
    last = (day for day in usage if day.day == LAST_DAY)
    licences = list(licensing.licences(accounts))
    utilisation = {day.account_id: day.active_users_30d / seats[day.account_id] for day in last}
    return Company(
        accounts,
        list(book.contacts(accounts, seed)),
        terms,
        history.endings(),
        usage,
        list(desk.tickets(utilisation, seed)),
        list(billing.payments(terms)),
        list(desk.surveys(utilisation, seed)),
        list(desk.events(seats, seed)),
        licences,
        list(licensing.checks(licences)),
    )


def known(company: Company, at: datetime) -> Iterator[Table]:
    """Yield what the company's systems know at an instant. A day's use is known once it is over."""
    header = (*use.Day._fields[:-1], *history.feature_names())
    over = [(*day[:-1], *day.features) for day in company.usage if day.day < at.date()]
    yield Table("accounts", book.Account._fields, company.accounts)
    yield Table("contacts", book.Contact._fields, company.contacts)
    yield Table("subscriptions", history.Term._fields, company.terms)
    yield Table("outcomes", history.Ending._fields, company.endings)
    yield Table("usage", header, over)
    yield Table("tickets", desk.Ticket._fields, _seen(company.tickets, at))
    yield Table("payments", billing.Payment._fields, _seen(company.payments, at))
    yield Table("surveys", desk.Survey._fields, company.surveys)
    yield Table("events", desk.Event._fields, company.events)


def _seen(facts: Sequence[desk.Ticket] | Sequence[billing.Payment], at: datetime) -> list[tuple[object, ...]]:
    return [seen for fact in facts if (seen := fact.seen(at)) is not None]


def changes(before: Table, after: Table) -> Table:
    """Return the rows of ``after`` that are new, or not as they were."""
    old = frozenset(before.rows)
    return after._replace(rows=[row for row in after.rows if row not in old])


def write(company: Company, out: Path) -> None:
    """Write the folders ``baseline`` and ``monday``, and ``stories.json``, below ``out``."""
    baseline = list(known(company, BASELINE_AT))
    monday = map(changes, baseline, known(company, MONDAY_AT))
    write_folder(out / "baseline", baseline)
    write_folder(out / "monday", monday)
    write_stories(out / "stories.json", STORIES)
