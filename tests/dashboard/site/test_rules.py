"""Rules: what was counted last is shown, and says so until something was."""

import re
from datetime import date

from sqlalchemy import select, update

from dashboard.pages.rules import NOT_YET
from store import precision
from store.tables import accounts, assessments, flags
from tests.book import DAY, LEAVING
from tests.dashboard.site.conftest import Desk
from worker.precision import count


def test_until_something_is_counted_it_says_who_counts(desk: Desk):
    assert NOT_YET in desk.browser("support").get("/rules").text


def test_what_is_counted_is_kept_as_it_was_counted(own_desk: Desk):
    counted = count(own_desk.deployment)

    with own_desk.database.read() as connection:
        assert precision.kept(connection) == counted
    assert counted.as_of == DAY
    assert sum(each.accounts for each in counted.bands) == 12
    assert counted.rules


def test_coverage_is_that_of_the_last_verdicts(own_desk: Desk):
    with own_desk.database.write() as connection:
        one = select(accounts.c.id).where(accounts.c.key == LEAVING).scalar_subquery()
        of_one = update(assessments).where(assessments.c.account == one)
        connection.execute(of_one.values(coverage=0.25, band="unknown"))
        found = {each.band: each for each in precision.coverage(connection, 0.6)}

    assert (found["unknown"].accounts, found["unknown"].mean, found["unknown"].thin) == (1, 0.25, 1)
    assert sum(each.accounts for each in found.values()) == 12


def test_how_right_a_rule_was_is_shown(own_desk: Desk):
    with own_desk.database.write() as connection:
        connection.execute(update(flags).where(flags.c.kind == "at_risk").values(opened=date(2026, 5, 1)))
        row = connection.execute(select(flags).where(flags.c.kind == "at_risk").limit(1)).one()
    count(own_desk.deployment)

    page = own_desk.browser("csm").get("/rules").text

    assert f'Counted on <time datetime="{DAY}">' in page
    shown = re.search(rf'<th scope="row">{row.reason.replace("_", " ")}</th>(.*?)</tr>', page, re.DOTALL)
    assert shown
    assert "none closed" in shown[1]
    assert "at once" in shown[1]
