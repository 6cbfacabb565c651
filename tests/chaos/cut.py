"""Connections to the mail server are cut at each point of the protocol: nobody is written to twice.

What may have arrived is unknown, and listed; what cannot have is sent again. Nothing is lost in silence.
"""

import time
from collections import Counter
from dataclasses import replace
from unittest.mock import patch

from health.nouns import Notice, Receipt
from store import deferral, settlement, unsettled
from store.database import Connection
from tests.chaos.days import deployed
from tests.chaos.load import Load
from tests.chaos.stage import Servers, Stage, stage
from tests.chaos.verdict import Verdict
from tests.owed import pass_time
from worker.deliver import deliver
from worker.deployment import Deployment

POINTS = range(1, 9)
A_WHILE_S = 1_000
ROUNDS = 40
SEEN_AT = 7
"""The final dot arrived, and no answer came."""


def cut(servers: Servers, *, each: int) -> Verdict:
    """Cut ``each`` letters at each point. ``lost`` counts letters that are neither seen nor listed."""
    started = time.monotonic()
    found = [_cut(servers, point, each) for point in POINTS]
    with patch.object(settlement, "_settle_unsent", _tried_again):
        again = _cut(servers, SEEN_AT, 2)["again"]
    total = sum(found, Counter())
    verdict = Verdict(
        bar="cut mail",
        database="sqlite",
        seed=0,
        kills=each * len(POINTS),
        sent=total["seen"],
        unique=total["seen"] - total["again"],
        lost=total["silent"],
        duplicated=total["again"],
        unknown=total["unknown"],
        disorder=0,
        seconds=round(time.monotonic() - started, 1),
        gap_s=0.0,
        ok=not (total["again"] or total["silent"] or total["unlisted"])
        and found[SEEN_AT - 1]["unknown"] == each,
    )
    return verdict.against({"sent_again": again})


_settle = settlement._settle_unsent


def _tried_again(connection: Connection, notice: Notice, receipt: Receipt) -> None:
    """What may have arrived is sent again, as if it had not."""
    _settle(
        connection, notice, replace(receipt, outcome="retry") if receipt.outcome == "unknown" else receipt
    )


def _cut(servers: Servers, point: int, many: int) -> Counter[str]:
    """Owe letters, cut each of them once at a point, and try until nothing is open."""
    load = Load(many, "mail", threads=many)
    with (
        stage(servers, "sqlite") as chosen,
        deployed(chosen.database) as here,
        patch.dict("os.environ", chosen.environment),
    ):
        load.plan(chosen.database)
        servers.rehearsal.faults("smtp", f"cut:{point}", times=many)
        for _ in range(ROUNDS):
            _turn(here)
            if load.settled(chosen.database):
                break
        return _told(chosen, load)


def _turn(here: Deployment) -> None:
    """Send what is due, and let time pass until what was put off is due again."""
    while deliver(here, "mail").more:
        pass
    pass_time(here.database, A_WHILE_S)
    with here.database.write() as connection:
        settlement.lapse(connection)
        deferral.lift(connection, "mail")


def _told(chosen: Stage, load: Load) -> Counter[str]:
    effects = chosen.rehearsal.ledger(system="email")["effects"]
    seen = Counter(effect["key"] for effect in effects if effect["action"] == "mail")
    named = list(load.named())
    with chosen.database.read() as connection:
        stands = unsettled.statuses(connection, named)
        listed = {each.key for each in unsettled.listed(connection, ("unknown",))}
    unknown = {key for key, status in stands.items() if status == "unknown"}
    return Counter(
        seen=seen.total(),
        again=seen.total() - len(seen),
        unknown=len(unknown),
        unlisted=len(unknown - listed),
        silent=sum(key not in seen and key not in unknown for key in named)
        + sum(stands[key] not in {"sent", "unknown"} for key in seen),
    )
