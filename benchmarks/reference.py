"""A reference to be ahead of: a plain logistic regression over behaviours and contract, on the same folds.

It is made from the fact tables by itself and shares nothing with `seatsignal fit` but scikit-learn and the
days it learns from. ``python -m benchmarks.reference --as-of D --train-until D`` compares the two on a
database (``SEATSIGNAL_DATABASE_URL``) by a bootstrap over accounts, the same draws for both.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from math import log1p
from typing import Any

import msgspec
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sqlalchemy import Connection, func, select

from config.calendars import workdays
from config.policy import load, with_model
from config.settings import Settings
from health.backtest import Case
from health.versus import versus
from store.database import Database
from store.tables import facts, links
from worker.backtest import Question, asked
from worker.fit import STEP_DAYS, WINDOWS_MOST, Wanted, fit

USE_DAYS = 28
SETTLED_DAYS = 60
Row = dict[str, float]
"""What the reference looks at of one account, by name."""
_metrics = msgspec.json.Decoder(dict[str, float])


class Reference:
    """Reads a book from its fact tables, and learns from it as anybody would."""

    def __init__(self, connection: Connection, horizon: int) -> None:
        """``horizon`` is in days."""
        self._connection = connection
        self._horizon = horizon
        self._terms = self._by_account("subscriptions")
        self._profiles = self._by_account("accounts")
        left = (each for each in self._facts("outcomes") if each.outcome == "churned")
        self._left = {each.account: each.at for each in left}
        self.first_use: date = connection.execute(select(func.min(facts["usage"].c.day))).scalar_one()

    def _facts(self, kind: str) -> Sequence[Any]:
        joined = links.c.source_account == facts[kind].c.source_account
        return self._connection.execute(select(links.c.account, facts[kind]).join(links, joined)).all()

    def _by_account(self, kind: str) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = defaultdict(list)
        for each in self._facts(kind):
            found[each.account].append(each)
        return found

    def _use(self, day: date) -> dict[int, Row]:
        """Return by account the sums of each behaviour over the days before a day."""
        usage = facts["usage"].c
        query = select(links.c.account, usage.active_users, usage.events, usage.metrics)
        query = query.join(links, links.c.source_account == usage.source_account)
        found: dict[int, Row] = defaultdict(lambda: defaultdict(float))
        span = usage.day.between(day - timedelta(days=USE_DAYS), day - timedelta(days=1))
        for row in self._connection.execute(query.where(span)):
            counted = _metrics.decode(row.metrics) if row.metrics else {}
            counted |= {"active_users": row.active_users or 0, "events": row.events or 0}
            for name, value in counted.items():
                found[row.account][name] += value
        return found

    def of_day(self, day: date) -> Iterator[tuple[int, Row, bool]]:
        """Yield the customers of a day: account, what is known of each, and whether it left in time."""
        use = self._use(day)
        for account, terms in self._terms.items():
            now = [each for each in terms if each.term_start <= day < each.term_end]
            gone = self._left.get(account)
            if now and (gone is None or gone >= day):
                row = {f"use:{name}": log1p(value) for name, value in use[account].items()}
                left = gone is not None and gone < day + timedelta(days=self._horizon)
                yield account, row | self._contract(account, now[-1], terms, day), left

    def _contract(self, account: int, term: Any, terms: Sequence[Any], day: date) -> Row:  # noqa: ANN401 - a row
        to_end, length = (term.term_end - day).days, (term.term_end - term.term_start).days
        began = min(each.term_start for each in terms)
        return {
            "renewal_due": float(to_end < self._horizon),
            "renewal_due_of_length": (to_end < self._horizon) * log1p(length),
            "days_to_end": float(to_end),
            "tenure": log1p((day - began).days),
            "seats": log1p(term.seats or 0),
            "mrr": log1p(term.mrr_minor or 0),
            f"plan={term.plan}": 1.0,
            f"months={round(length / 30)}": 1.0,
            f"type={self._profiles[account][0].customer_type}": 1.0,
        }

    def told(self, days: Sequence[date], train_until: date) -> dict[tuple[int, date], float]:
        """Return how likely each customer of some days is to leave, learned from what had ended before."""
        last = train_until - timedelta(days=self._horizon)
        back = [last - timedelta(days=STEP_DAYS * step) for step in range(WINDOWS_MOST)]
        learned = [
            case for on in back if (on - self.first_use).days >= SETTLED_DAYS for case in self.of_day(on)
        ]
        names = sorted({name for _, row, _ in learned for name in row})
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
        model.fit(_matrix([row for _, row, _ in learned], names), [left for *_, left in learned])
        found: dict[tuple[int, date], float] = {}
        for day in days:
            cases = [*self.of_day(day)]
            likely = model.predict_proba(_matrix([row for _, row, _ in cases], names))[:, 1]
            found |= {(account, day): float(each) for (account, *_), each in zip(cases, likely, strict=True)}
        return found


def _matrix(rows: Sequence[Row], names: Sequence[str]) -> np.typing.NDArray[np.float64]:
    return np.array([[row.get(name, 0.0) for name in names] for row in rows])


def compared(connection: Connection, days: tuple[date, ...], train_until: date, horizon: int) -> Any:  # noqa: ANN401 - JSON
    """Return how `fitted` stands against the reference, on the cases that both know."""
    policy, question = load(None), Question(days, horizon, "churned", train_until)
    model = fit(connection, policy, workdays(), Wanted("churned", horizon, train_until))
    answer = asked(connection, with_model(policy, model), workdays(), question)
    likely = Reference(connection, horizon).told(days, train_until)
    ours = [case for case in answer.pooled if (case.account, case.as_of) in likely]
    theirs = [_told(case, likely[case.account, case.as_of]) for case in ours]
    found = versus(ours, (), theirs, ())
    return {
        "cases": len(ours),
        "left_out": len(answer.pooled) - len(ours),
        "auc": found.auc._asdict(),
        "brier": found.brier._asdict(),
        "verdict": found.verdict,
    }


def _told(case: Case, likely: float) -> Case:
    return case._replace(rank=likely, likely=likely)


def main() -> None:
    """Print the comparison as JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.reference")
    parser.add_argument("--as-of", type=date.fromisoformat, action="append", required=True)
    parser.add_argument("--train-until", type=date.fromisoformat, required=True)
    parser.add_argument("--horizon", type=int, default=90)
    asked_for = parser.parse_args()
    with closing(Database(Settings().database_url)) as database, database.read() as connection:
        days = tuple(sorted(asked_for.as_of))
        found = compared(connection, days, asked_for.train_until, asked_for.horizon)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
