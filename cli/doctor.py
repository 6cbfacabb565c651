"""``seatsignal doctor``: whether everything that is set up answers, and what to change where it does not."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice
from time import time
from typing import TYPE_CHECKING

import typer

from cli.opened import opened
from cli.output import answer, table, wants_json
from cli.sample import shown
from config.errors import Actionable
from integrations import registry
from integrations.roles import Crm, Destination, Examined, Page, Prepared, Sampled, Source
from integrations.vitals import Vitals
from store import colleagues, edits, matches
from store.installation import SECRET, setting
from store.vault import is_sealed
from worker.colleagues import sought_by
from worker.deployment import Deployment
from worker.freshness import SourceState, states, troubles

if TYPE_CHECKING:
    from integrations.oidc.provider import Provider

GOOD, BAD, NOTE = "good", "bad", "note"
SKEW_S = 60.0
"""Seconds that two clocks may differ: signatures and cursors bear five times that."""
FEW_CALLS = 10
ANSWERS = "credentials, reach, scopes"
NOT_FOUND = (
    "alerts go to their backup, else to the channel: set their id (people, slack) or a backup in "
    "routes.yaml; of who has left, name another owner in the CRM; Slack is asked again every day"
)
UNASKED = "20 are asked about every 5 minutes, as long as `seatsignal up` runs"
SAMPLE_PAGES = 5
"""How many pages are read for a record to show."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: ``state`` is good, bad (a person must act) or note."""

    about: str
    what: str
    state: str
    detail: str = ""


def examine() -> None:
    """Print the findings; end with status 1 if any is bad."""
    with opened() as deployment:
        findings = list(_findings(deployment))
    if wants_json():
        answer([{name: getattr(each, name) for name in each.__slots__} for each in findings])
    else:
        table(("about", "looked at", "", ""), [(f.about, f.what, f.state, f.detail) for f in findings])
    if any(each.state == BAD for each in findings):
        raise typer.Exit(1)


def _findings(deployment: Deployment) -> Iterator[Finding]:
    yield from _ourselves(deployment)
    yield from _integration(deployment, registry.OIDC, "provider", lambda _name: registry.provider())
    for name in registry.SOURCES:
        yield from _integration(deployment, name, "source", deployment.source)
    for name in registry.DESTINATIONS:
        yield from _integration(deployment, name, "destination", deployment.destination)
    with deployment.database.read() as connection:
        found = states(deployment, connection, {})
    yield from _accounts(deployment, found)
    yield from _colleagues(deployment)
    unused = _out_of_use(found)
    yield from unused.values()
    yield from _incidents(deployment, unused)


# -- ourselves ---------------------------------------------------------------------------------------


def _ourselves(deployment: Deployment) -> Iterator[Finding]:
    skew_s = deployment.database.now() / 1000 - time()
    yield _clock("database", skew_s)
    yield _broker(deployment.settings.broker_url)
    yield _secrets(deployment)
    if deployment.settings.public_url:
        yield Finding("web", "public address", GOOD)
    else:
        yield Finding("web", "public address", NOTE, "SEATSIGNAL_PUBLIC_URL is not set: no letter leaves")


def _secrets(deployment: Deployment) -> Finding:
    with deployment.database.read() as connection:
        sealed = is_sealed(setting(connection, SECRET))
    if sealed:
        return Finding("database", "secrets", GOOD, "encrypted")
    return Finding(
        "database", "secrets", NOTE, "not encrypted: SEATSIGNAL_ENCRYPTION_KEYS, `seatsignal rekey`"
    )


def _broker(url: str) -> Finding:
    from kombu import Connection  # noqa: PLC0415 - loads Celery's transport

    try:
        with Connection(url, connect_timeout=5) as connection:
            connection.ensure_connection(max_retries=1, timeout=5)
    except Exception as error:  # noqa: BLE001 - each transport has errors of its own
        return Finding("broker", "reach", BAD, f"{type(error).__name__}: see SEATSIGNAL_BROKER_URL")
    return Finding("broker", "reach", GOOD, "in memory" if url.startswith("memory") else "")


def _clock(about: str, skew_s: float) -> Finding:
    state = GOOD if abs(skew_s) <= SKEW_S else BAD
    remedy = "" if state == GOOD else "; set this machine's clock"
    return Finding(about, "clock", state, f"{round(skew_s):+} s from ours{remedy}")


# -- integrations ------------------------------------------------------------------------------------


def _integration(
    deployment: Deployment,
    name: str,
    role: str,
    made: "Callable[[str], Source | Destination | Provider | None]",
) -> Iterator[Finding]:
    about = f"{name} {role}"
    if not registry.is_set_up(name):
        yield Finding(about, "settings", NOTE, "not set up")
        return
    try:
        if integration := made(name):
            with closing(integration):
                yield from _asked(deployment, name, about, integration)
    except Actionable as error:
        yield Finding(about, ANSWERS, BAD, str(error))


def _asked(
    deployment: Deployment, name: str, about: str, integration: "Source | Destination | Provider"
) -> Iterator[Finding]:
    """Ask an integration what it can tell. Raises the three errors."""
    if isinstance(integration, Crm) and name not in deployment.routes.crms():
        yield Finding(about, "routes", NOTE, "nothing is routed to it: it is only read")
        return
    if isinstance(integration, Examined):
        found = list(integration.examine(deployment.routes.named(name)))
    else:
        integration.check()
        found = []
    yield Finding(about, ANSWERS, GOOD)
    yield from _needed(about, found, made_by_setup=isinstance(integration, Crm))
    yield from _vitals(about, integration.vitals)
    if pages := _pages(integration):
        yield _sample(about, pages, pushed=name in registry.PUSHED)


def _needed(about: str, found: Sequence[Prepared], *, made_by_setup: bool) -> Iterator[Finding]:
    """Yield each thing that is not as it must be there, or that all of them are."""
    lacking = [each for each in found if each.outcome != "there"]
    for each in lacking:
        detail = each.difference
        if made_by_setup and each.outcome == "missing":
            detail = "is not there: `seatsignal crm setup` makes it"
        elif made_by_setup and each.kind != "setting":
            detail = f"{detail}: mend it there, or rename it and let `seatsignal crm setup` make ours"
        yield Finding(about, f"{each.kind} {each.name} of {each.object}", BAD, detail)
    if found and not lacking:
        yield Finding(about, "what it needs there", GOOD, f"all of {len(found)}")


def _vitals(about: str, vitals: Vitals) -> Iterator[Finding]:
    if vitals.clock_skew_s is not None:
        yield _clock(about, vitals.clock_skew_s)
    if vitals.calls_left is not None:
        of = "" if vitals.calls_allowed is None else f" of {vitals.calls_allowed:,}"
        yield _calls(about, "calls left", vitals.calls_left, f"{of} in the current window")
    if vitals.calls_left_today is not None:
        yield _calls(about, "calls left today", vitals.calls_left_today)


def _calls(about: str, what: str, left: int, when: str = "") -> Finding:
    return Finding(about, what, GOOD if left >= FEW_CALLS else NOTE, f"{left:,}{when}")


def _pages(integration: object) -> Iterator[Page] | None:
    """Return pages of a source, the first of each kind where it can tell them; `None` of what is none."""
    if isinstance(integration, Sampled):
        return integration.sample()
    pull: Callable[[None], Iterator[Page]] | None = getattr(integration, "pull", None)
    return pull(None) if pull else None


def _sample(about: str, pages: Iterable[Page], *, pushed: bool) -> Finding:
    """Read some pages, store nothing, and show a record of them without what names a person."""
    record = next(chain.from_iterable(page.records for page in islice(pages, SAMPLE_PAGES)), None)
    if record is None:
        return Finding(about, "sample", NOTE, "it calls us" if pushed else "the first pages are empty")
    return Finding(about, "sample", GOOD, shown(record))


# -- sources that are out of use ---------------------------------------------------------------------


def _out_of_use(states: Sequence[SourceState]) -> Mapping[str, Finding]:
    """Return, by source, what comes of what it stated while it was in use: nobody reads it any more."""
    return {
        each.name: Finding(each.name, "out of use", NOTE, f"nothing is set of it, {_left_behind(each)}")
        for each in states
        if not each.in_use
    }


def _left_behind(state: SourceState) -> str:
    kinds = {"unknown by now": state.unknown, "still counted": state.counted}
    told = [f"{', '.join(sorted(some))} {what}" for what, some in kinds.items() if some]
    through = f"complete through {state.complete_through}: " if state.complete_through else ""
    remedy = "; set it up again, or take accounts off it with `seatsignal identity unlink`"
    return through + ("; ".join(told) + remedy if told else "it stated nothing")


# -- incidents ---------------------------------------------------------------------------------------


def _incidents(deployment: Deployment, unused: Collection[str]) -> Iterator[Finding]:
    """Yield what is wrong with a source in use, and whose alerts wait for one even where nobody was told."""
    with deployment.database.read() as connection:
        found = troubles(connection, unused)
    for each in found:
        begun = each.incident
        told = [f"since {begun.began}"] if begun else []
        told += [begun.detail] if begun and begun.detail else []
        told += [f"alerts about {each.waiting} accounts wait"] if each.waiting else []
        yield Finding(each.source, f"incident: {each.kind}", BAD, ", ".join(told))


# -- accounts ----------------------------------------------------------------------------------------


def _accounts(deployment: Deployment, states: Sequence[SourceState]) -> Iterator[Finding]:
    with deployment.database.read() as connection:
        missing = {crm: matches.without_record(connection, crm) for crm in sorted(deployment.routes.crms())}
        drifted = edits.drifted(connection)
    yield from (_matched(each) for each in states if each.accounts)
    for crm, keys in missing.items():
        yield Finding(crm, "records to write to", NOTE if keys else GOOD, _named(keys))
    for crm, fields in sorted(Counter(each.destination for each in drifted).items()):
        yield Finding(crm, "fields of ours", NOTE, f"{fields} changed by people: see `seatsignal drift`")


def _matched(state: SourceState) -> Finding:
    what, counted = "accounts matched", f"{state.linked} of {state.accounts}"
    if state.is_under:
        remedy = (
            f"under its floor of {state.floor:.0%}, what it states is unknown: "
            "see `seatsignal identity review`"
        )
        return Finding(state.name, what, BAD, f"{counted}, {remedy}")
    return Finding(state.name, what, GOOD if state.linked == state.accounts else NOTE, counted)


def _named(keys: Sequence[str], most: int = 5) -> str:
    if not keys:
        return "every account has one"
    more = f" and {len(keys) - most} more" if len(keys) > most else ""
    return f"none, or several, for {', '.join(keys[:most])}{more}"


# -- colleagues --------------------------------------------------------------------------------------


def _colleagues(deployment: Deployment) -> Iterator[Finding]:
    """Yield who of the colleagues that are named by an address was found in Slack, and who was not."""
    if not deployment.routes.by_address:
        return
    with deployment.database.read() as connection:
        sought = sought_by(deployment.routes, connection)
        answered = colleagues.answered(connection, sought)
    there = [f"{address} ({each.id})" for address, each in answered.items() if not each.left]
    gone = [address for address, each in answered.items() if each.left]
    unasked = sorted(sought - set(answered))
    about = "colleagues in Slack"
    if there:
        yield Finding(about, "found", GOOD, ", ".join(there))
    if gone:
        yield Finding(about, "not found", NOTE, f"{', '.join(gone)}: {NOT_FOUND}")
    if unasked:
        yield Finding(about, "not asked yet", NOTE, f"{', '.join(unasked)}: {UNASKED}")
