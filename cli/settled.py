"""Wait until the pull, the runs and the deliveries of a day are done, then say how the book stands.

A process of its own, which prints one JSON object; it ends with status 1 if its patience ends first.
"""

import json
import sys
import threading
import time
from collections import Counter

from cli.opened import opened
from store import outbox, runs, slots
from store.verdicts import book
from worker.deployment import Deployment
from worker.process import schedule
from worker.tick import JUDGE, pull_job

LOOK_S = 0.1


def main(patience_s: float) -> int:
    """Poll the database, which alone knows what is owed."""
    until = time.monotonic() + patience_s
    pause = threading.Event()
    with opened() as deployment:
        while not _settled(deployment):
            if time.monotonic() > until:
                return 1
            pause.wait(LOOK_S)
        print(json.dumps(_standing(deployment)))
    return 0


def _settled(deployment: Deployment) -> bool:
    pulls = map(pull_job, filter(deployment.has_source, schedule().pull))
    with deployment.database.read() as connection:
        if not all(slots.any_done(connection, job) for job in (*pulls, JUDGE)):
            return False
        open_notices = {"due", "claimed", "sending"} & outbox.account_of(connection).keys()
        return not open_notices and not runs.still_open(connection)


def _standing(deployment: Deployment) -> dict[str, object]:
    with deployment.database.read() as connection:
        verdicts = book(connection)
        owed = outbox.account_of(connection)
        held = runs.held(connection)
    at_risk = [v.assessment.facts for v in verdicts if v.shown.band == "at_risk"]
    revenue: Counter[str] = Counter()
    for facts in at_risk:
        revenue[str(facts.get("currency"))] += int(facts.get("revenue_at_risk_minor") or 0)
    return {
        "accounts": len(verdicts),
        "bands": Counter(verdict.shown.band for verdict in verdicts),
        "revenue_at_risk_minor": revenue,
        "notices": owed,
        "held": dict(held),
    }


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
