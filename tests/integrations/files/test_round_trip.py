"""What is written in the import format is read back as it was, for every kind of record."""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import get_type_hints

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from health.records import SHAPES, Record, Shape
from integrations.files.source import FilesSource
from integrations.rows.columns import columns

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROLES = ("billing", "admin", "user", "champion")
CHOICES = {
    ("contacts", "role"): ROLES,
    ("subscriptions", "licence_model"): ("seat", "tiered", "usage", "hybrid"),
    ("activation_steps", "outcome"): ("done", "failed"),
    ("payments", "status"): ("open", "paid", "failed", "void", "uncollectible"),
    ("surveys", "kind"): ("nps", "csat", "activation_ease", "renewal_confidence", "roi_expected"),
    ("outcomes", "outcome"): ("renewed", "churned", "expanded", "contracted"),
}
TEXT = (
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)
NAMED = {
    "currency": st.sampled_from(["USD", "JPY", "KWD"]),
    "base": st.sampled_from(["USD", "EUR"]),
    "quote": st.sampled_from(["JPY", "KWD"]),
    "email": st.sampled_from(["ann@acme.example", "bob@söhne.example"]),
    "csm_email": st.just("cs@vendor.example"),
    "sales_email": st.just("sales@vendor.example"),
}
PLAIN = {
    str: TEXT,
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    date: st.dates(),
}


def field_values(shape: Shape, field: str, hint: object) -> SearchStrategy:
    if (words := CHOICES.get((shape.name, field))) is not None:
        values: SearchStrategy = st.sampled_from(words)
    elif field.endswith("_ms"):
        values = st.integers(-(10**12), 4 * 10**12)
    elif field.endswith("_minor"):
        values = st.integers(-(10**12), 10**12)
    else:
        kind = next(kind for kind in PLAIN if kind in (hint, *getattr(hint, "__args__", ())))
        values = NAMED.get(field, PLAIN[kind])
    if field in shape.required:
        return values
    return values | st.just(shape.record._field_defaults[field])


def records(shape: Shape) -> SearchStrategy[list[Record]]:
    hints = get_type_hints(shape.record)
    one = st.builds(
        shape.record, **{field: field_values(shape, field, hints[field]) for field in shape.fields}
    )
    if "currency" in shape.fields:
        one = one.filter(lambda record: record.currency is not None)
    return st.lists(
        one, max_size=5, unique_by=lambda record: tuple(getattr(record, key) for key in shape.key)
    )


def cell(record: Record, field: str) -> str:
    value = getattr(record, field)
    if value is None:
        return ""
    if field.endswith("_ms"):
        return (EPOCH + timedelta(milliseconds=value)).isoformat()
    if field.endswith("_minor"):
        places = get_currency_precision(getattr(record, "currency", "USD"))
        return format(Decimal(value).scaleb(-places), "f")
    return str(value)


def write(path: Path, shape: Shape, rows: list[Record]) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        file = csv.writer(target)
        file.writerow(column.name for column in columns(shape))
        file.writerows([cell(record, field) for field in shape.fields] for record in rows)


@pytest.mark.parametrize(
    "shape", [shape for name, shape in SHAPES.items() if name != "usage"], ids=lambda s: s.name
)
def test_records_come_back_as_they_were(shape: Shape, tmp_path_factory: pytest.TempPathFactory):
    @settings(max_examples=30)
    @given(records(shape))
    def comes_back(rows: list[Record]) -> None:
        folder = tmp_path_factory.mktemp(shape.name)
        write(folder / f"{shape.name}.csv", shape, rows)
        pages = list(FilesSource(folder).pull(None))
        assert [record for page in pages for record in page.records] == rows
        assert sum(page.rejects for page in pages) == 0

    comes_back()
