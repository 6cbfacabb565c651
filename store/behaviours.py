"""Behaviours: which daily metrics the facts of use are stated in, whatever a policy reads of them."""

from collections import Counter
from datetime import date

import msgspec
from sqlalchemy import Connection, and_, func, select

from health.records import Usage
from store.tables import facts, source_accounts

MOST = 200
"""Metrics that are looked at; what hardly anybody does tells of hardly anybody."""
_ACCOUNTS = 2_000
_KEY = ("account_id", "day", "product", "metrics")
_names = msgspec.json.Decoder(dict[str, float])


def behaviours(connection: Connection, first: date, last: date) -> tuple[str, ...]:
    """Return the metrics that use is stated in between two days, both included, by name.

    Where there are many accounts, the use of a part of them, evenly spread, is looked through.
    """
    usage = facts["usage"]
    columns = [usage.c[name] for name in Usage._fields if name not in _KEY]
    accounts = connection.execute(select(func.count()).select_from(source_accounts)).scalar_one()
    part = usage.c.source_account % max(1, accounts // _ACCOUNTS) == 0
    within = and_(usage.c.day.between(first, last), part)
    stated = connection.execute(select(*map(func.count, columns)).where(within)).one()
    found = Counter({column.name: times for column, times in zip(columns, stated, strict=True)})
    for (text,) in connection.execute(select(usage.c.metrics).where(within, usage.c.metrics.is_not(None))):
        found.update(_names.decode(text).keys())
    return tuple(sorted(name for name, times in found.most_common(MOST) if times))
