"""How what a source says would be read: some records of each kind, and why rows are refused."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from cli.output import complain, say, tell
from health.records import FACTS, Record
from integrations.roles import Page, Sampled, Source
from store.tables import PERSONAL

HIDDEN = frozenset({"csm_email", "sales_email", "acts"})
"""Fields that name somebody, beside those that are stored as personal."""


class Sample(NamedTuple):
    """``records`` in words, by kind; rows that could not be read are counted, and some ``reasons`` told."""

    records: dict[str, list[str]]
    rejects: int
    reasons: list[str]


def show(source: Source, name: str, rows: int) -> None:
    """Print up to so many records of each kind, and keep nothing. Raises the three errors."""
    source.check()
    found = _sample(source, rows)
    lines = [line for kind in found.records.values() for line in kind]
    tell({"source": name, **found._asdict()}, "\n".join(lines) or f"{name}: the first page is empty.")
    for reason in found.reasons:
        complain(reason)
    say(f"{name}: {len(lines)} records shown, {found.rejects} rows rejected; nothing was stored.")


def shown(record: Record) -> str:
    """A record in one line, without what names a person."""
    shape = next(shape for shape in FACTS.values() if shape.record is type(record))
    hidden = HIDDEN.union(PERSONAL.get(shape.name, ()))
    stated = {name: value for name, value in record._asdict().items() if value not in {None, ""}}
    told = (f"{name}={'(set)' if name in hidden else value}" for name, value in stated.items())
    return f"{shape.name}: {', '.join(told)}"


def _sample(source: Source, rows: int) -> Sample:
    found = Sample(defaultdict(list), 0, [])
    for page in _pages(source):
        for record in page.records:
            kind = found.records[type(record).__name__]
            if len(kind) < rows:
                kind.append(shown(record))
        found = found._replace(rejects=found.rejects + page.rejects)
        found.reasons.extend(page.reasons)
        if not isinstance(source, Sampled) and sum(map(len, found.records.values())) >= rows:
            break
    return found


def _pages(source: Source) -> Iterator[Page]:
    return source.sample() if isinstance(source, Sampled) else source.pull(None)
