"""How what a source says would be read: some records of each kind, and why rows are refused."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
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
    kind = _kind(record)
    hidden = HIDDEN.union(PERSONAL.get(kind, ()))
    stated = {name: value for name, value in record._asdict().items() if value not in {None, ""}}
    told = (f"{name}={'(set)' if name in hidden else value}" for name, value in stated.items())
    return f"{kind}: {', '.join(told)}"


def _kind(record: Record) -> str:
    return next(shape.name for shape in FACTS.values() if shape.record is type(record))


def _sample(source: Source, rows: int) -> Sample:
    pages = list(_pages(source, rows))
    records = defaultdict[str, list[str]](list)
    for record in chain.from_iterable(page.records for page in pages):
        kind = records[_kind(record)]
        if len(kind) < rows:
            kind.append(shown(record))
    reasons = chain.from_iterable(page.reasons for page in pages)
    return Sample(records, sum(page.rejects for page in pages), list(reasons))


def _pages(source: Source, rows: int) -> Iterator[Page]:
    """Yield the first page of each kind, or pages until there are so many records."""
    if isinstance(source, Sampled):
        yield from source.sample()
        return
    for page in source.pull(None):
        yield replace(page, records=(held := list(page.records)))
        rows -= len(held)
        if rows <= 0:
            return
