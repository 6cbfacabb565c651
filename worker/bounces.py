"""Letters that came back by mail: a report counts if it names a letter of ours, and whom that was for."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

import structlog

from integrations.mail.reports import Report, reports
from integrations.mime import local_part
from store import returns
from store.database import Connection, Database

log = structlog.get_logger()

SENDER = "mail"
NO_REPORT, UNRELATED, KNOWN = "no_report", "unrelated", "known"
"""What becomes of a mail that reports nothing, of a report of no letter of ours, and of one told before."""


def take_reports(database: Database, mails: Iterable[bytes]) -> Counter[str]:
    """Remember what mails report of letters, and return how many told what: a kind, or why nothing."""
    taken: Counter[str] = Counter()
    now = datetime.fromtimestamp(database.now() / 1000, UTC)
    for mail in mails:
        found = reports(mail, now)
        taken[NO_REPORT] += not found
        for report in found:
            with database.write() as connection:
                taken[_taken(connection, report)] += 1
    return +taken


def _taken(connection: Connection, report: Report) -> str:
    keys = returns.letters_to(connection, report.address, SENDER)
    if report.letter not in map(local_part, keys):
        log.warning("report_refused", sender=SENDER, reason=UNRELATED)
        return UNRELATED
    event, at_ms = f"{report.letter}/{report.kind}", round(report.at.timestamp() * 1000)
    told = returns.Return(event, report.address, report.kind, at_ms)
    new = returns.take(connection, SENDER, told)
    log.info("letter_returned", sender=SENDER, kind=report.kind, new=new)
    return report.kind if new else KNOWN
