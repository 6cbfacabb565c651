"""dlt in an environment of its own: loads pages of subscriptions into PostgreSQL, once a line it is sent.

It appends to tables that are there, without keys: the least that it can do. It answers each line once all is
loaded. It imports nothing of ours.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL"}
import dlt

KEPT = "kept"
"""What is handed over: what is kept of a subscription alone, else the whole answer, as dlt is mostly used."""
TERM = (
    "id",
    "status",
    "currency",
    "start_date",
    "trial_end",
    "cancel_at_period_end",
    "canceled_at",
    "ended_at",
)
ITEM = ("id", "quantity", "current_period_start", "current_period_end")
PRICE = ("id", "unit_amount", "unit_amount_decimal", "billing_scheme", "recurring")


def main() -> None:
    """Load the pages in a file, a line each, for every line that comes in."""
    url, dataset, what, pages, folder = sys.argv[1:]
    lines = Path(pages).read_bytes().splitlines()
    pipeline = dlt.pipeline(
        "rival",
        pipelines_dir=folder,
        destination=dlt.destinations.postgres(url),
        dataset_name=dataset,
    )
    for _ in sys.stdin:
        pipeline.run(_rows(lines, what), table_name=what, write_disposition="append").raise_on_failed_jobs()
        sys.stdout.write("loaded\n")
        sys.stdout.flush()


def _rows(pages: list[bytes], what: str) -> Iterator[list[dict[str, Any]]]:
    for page in pages:
        told = json.loads(page)["data"]
        yield [_stored(each) for each in told] if what == KEPT else told


def _stored(subscription: dict[str, Any]) -> dict[str, Any]:
    items = [
        _picked(item, ITEM) | {"price": _picked(item["price"], PRICE)}
        for item in subscription["items"]["data"]
    ]
    return _picked(subscription, TERM) | {"customer": subscription["customer"]["id"], "items": items}


def _picked(told: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: told.get(name) for name in names}


if __name__ == "__main__":
    main()
