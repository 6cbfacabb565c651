"""The vendors of a bar: a stand-in for each, every one a process of its own with a ledger of its own."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import requests

from cli import standins
from integrations.hubspot.destination import HubSpotDestination
from integrations.hubspot.properties import FIELDS
from integrations.hubspot.settings import HubSpotSettings
from integrations.settings import settings
from sandbox.config import Config
from tests.book import without_token
from tests.chaos import nursery
from tests.chaos.company import PAGES, books_of, noon_s
from tests.chaos.fleet import Crib, until
from tests.chaos.nursery import Birth
from tests.chaos.stage import Servers
from tests.integrations.mail import rig as mail
from tests.integrations.slack import rig as slack
from tests.owed import AUTOMATIC
from tests.rehearsal import Rehearsal

SOURCES = standins.VENDORS
NAMES = (*SOURCES, "slack", "smtp")
NEWS = frozenset({"post", "mail"})
LATE = "operator/stale/"
GENEROUS = {"per_second": 10_000, "burst": 10_000}
CONFIG = {
    "slack_rate": GENEROUS,
    "hubspot_rate": GENEROUS,
    "hubspot_search_rate": GENEROUS,
    "zendesk": {"calls_a_minute": 1_000_000, "exports_a_minute": 1_000_000},
    "smtp_user": "seatsignal",
    "smtp_password": "sandbox-password",
}
OFTEN = {f"SEATSIGNAL_{vendor.upper()}_CALLS_PER_MINUTE": "100000" for vendor in SOURCES}
REACHED = {
    "SEATSIGNAL_HUBSPOT_SEARCHES_PER_SECOND": "1000",
    "SEATSIGNAL_ZENDESK_CALLS_PER_MINUTE": "1000",
    "SEATSIGNAL_PUBLIC_URL": "https://seatsignal.example",
    "SEATSIGNAL_COMPANY_NAME": "Lumen Works",
    "SEATSIGNAL_MODES": str(AUTOMATIC),
    "SEATSIGNAL_CHUNK_SIZE": "60",
}
Told = Counter[tuple[str, str, str]]
"""News that people saw: where, about what, and in which channel, at which company or address."""
Records = Mapping[str, Mapping[str, str]]
"""What the CRM's companies say of our verdicts, by their ids."""


@dataclass(frozen=True)
class Vendors:
    """Stand-ins by vendor, and the settings that point every integration at its own."""

    at: Mapping[str, Rehearsal]
    folder: Path

    @cached_property
    def settings(self) -> dict[str, str]:
        """Settings by environment variable. The file of routes is written once: workers read it."""
        found: dict[str, str] = {}
        for vendor in SOURCES:
            given = standins.settings(self.folder, self.at[vendor].http)
            mine = f"SEATSIGNAL_{vendor.upper()}_"
            found |= {name: value for name, value in given.items() if name.startswith(mine)}
            found |= {"SEATSIGNAL_ROUTES": given["SEATSIGNAL_ROUTES"]}
        sending = {**slack.rig(self.at["slack"]).good, **mail.rig(self.at["smtp"]).good}
        return found | sending | OFTEN | REACHED | PAGES

    @contextmanager
    def set_up(self) -> Iterator[None]:
        """Let this process be one that reads from them and sends to them, until the end of the block."""
        settings = {**self.settings, "SEATSIGNAL_LOG_LEVEL": "ERROR"}
        with patch.dict(os.environ, settings):
            yield

    def show(self, day: date) -> None:
        """Let them hold what there is on a day, and forget all that they have shown."""
        for name, vendor in self.at.items():
            vendor.reset()
            vendor.set_clock(noon_s(day))
            if name in SOURCES:
                vendor.seed(name, books_of(day)[name])

    def prepare_crm(self) -> None:
        """Make our properties there, as ``seatsignal crm setup`` does."""
        with closing(HubSpotDestination(settings(HubSpotSettings))) as hubspot:
            hubspot.setup()

    def told(self) -> Told:
        """What people saw arrive, whoever sent it and in whichever run.

        Operators hear of a source whose turns pass in vain, and rightly: under kills theirs do.
        """
        return Counter(
            (effect["system"], matter(effect["key"]), effect["channel_or_to"])
            for effect in self.effects()
            if effect["action"] in NEWS and not effect["key"].startswith(LATE)
        )

    def effects(self) -> list[dict[str, Any]]:
        """Everything that anyone could have seen change."""
        return [effect for vendor in self.at.values() for effect in vendor.ledger()["effects"]]

    def records(self) -> Records:
        """What the CRM's companies say because of us."""
        ours = {definition.name for definition in FIELDS.values()}
        return {
            each["id"]: {name: value for name, value in each["properties"].items() if name in ours and value}
            for each in self._companies(",".join(sorted(ours)))
        }

    def _companies(self, properties: str) -> Iterator[dict[str, Any]]:
        address = f"{self.at['hubspot'].http}/hubspot/crm/v3/objects/companies"
        token = {"Authorization": f"Bearer {Config().hubspot_token}"}
        after: str | None = "0"
        while after:
            asked = {"limit": "100", "properties": properties, **({"after": after} if after != "0" else {})}
            answer = requests.get(address, params=asked, headers=token, timeout=10)
            answer.raise_for_status()
            yield from answer.json()["results"]
            after = answer.json().get("paging", {}).get("next", {}).get("after")


@dataclass(frozen=True)
class Town:
    """All that bars over HTTP are played with."""

    servers: Servers
    crib: Crib
    vendors: Vendors


def matter(key: str) -> str:
    """What a notice is about: its key without its run, and without a person's token."""
    plain = without_token(key)
    return plain if plain.startswith("letter/") else plain.rpartition("/")[0] or plain


@contextmanager
def open_town(servers: Servers, crib: Crib) -> Iterator[Town]:
    """Start all stand-ins and wait until they listen; they end with the block."""
    folder = servers.folder / "vendors"
    folder.mkdir()
    config = folder / "config.json"
    config.write_bytes(msgspec.json.encode(CONFIG))
    logs = {name: folder / f"{name}.log" for name in NAMES}
    births = [Birth(("sandbox", "--config", str(config)), _inherited(), str(log)) for log in logs.values()]
    pids = [crib.bear(birth) for birth in births]
    try:
        yield Town(servers, crib, Vendors({name: _listening(log) for name, log in logs.items()}, folder))
    finally:
        for pid in pids:
            nursery.end(pid)


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}


def _listening(log: Path) -> Rehearsal:
    """Wait for the line in which a stand-in says where it is."""
    assert until(lambda: log.exists() and log.read_bytes().endswith(b"\n"), 60), "a stand-in does not start"
    where = msgspec.json.decode(log.read_bytes().splitlines()[0])
    host, port = where["smtp"].split(":")
    return Rehearsal(where["http"], host, int(port), where["pid"])
