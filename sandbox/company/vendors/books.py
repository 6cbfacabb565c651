"""Every vendor's book as the stand-ins take it: as JSON, the same bytes for the same company."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from sandbox.company.clock import BASELINE_AT, MONDAY_AT
from sandbox.company.company import Company
from sandbox.company.vendors import hubspot, keygen, posthog, stripe, zendesk

DAYS = {"eve": BASELINE_AT, "monday": MONDAY_AT}


def books(company: Company, at: datetime) -> Mapping[str, bytes]:
    """What each vendor knows at an instant, by vendor."""
    held = {
        "stripe": stripe.book(company, at),
        "posthog": posthog.book(company, at),
        "keygen": keygen.book(company, at),
        "zendesk": zendesk.book(company, at),
        "hubspot": hubspot.book(company),
    }
    return {vendor: msgspec.json.encode(content) for vendor, content in held.items()}


def write_books(company: Company, out: Path) -> None:
    """Write the folders ``eve`` and ``monday`` below ``out``, a file for each vendor."""
    for day, at in DAYS.items():
        folder = out / day
        folder.mkdir(parents=True, exist_ok=True)
        for vendor, content in books(company, at).items():
            (folder / f"{vendor}.json").write_bytes(content)
