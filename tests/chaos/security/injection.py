"""Texts that mean to act: the properties that the tests hold on a hundred examples each, on so many more."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, cast
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from markupsafe import Markup

from health.languages import LANGUAGES
from integrations import letter
from integrations.rows import report
from templates import environment, render
from tests.chaos.security.measured import Tally
from tests.chaos.verdict import Verdict
from tests.integrations.files import test_report as files
from tests.integrations.mail import test_message as mail
from tests.templates import test_injection as templates

Check = Callable[..., object]
TEXT = {"text": templates.ANYTHING}


def inner(test: Check, **given: object) -> Check:
    """What a property checks, without its examples."""
    return partial(cast("Any", test).hypothesis.inner_test, **given)


def bars(size: int, seed_: int) -> Iterator[Verdict]:
    """Hold each property on so many examples, and see it fail without what keeps it."""
    for name, (checks, without) in PROPERTIES.items():
        tally = Tally(f"injection, {name}", seed=seed_)
        for check, values in checks:
            tally.count(*reversed(held(check, values, size, seed_)))
        with without():
            found = sum(held(check, values, 300, seed_)[1] for check, values in checks)
        yield tally.verdict(size * len(checks)).against({"as_it_came": found})


def held(check: Check, values: Mapping[str, Any], size: int, seed_: int) -> tuple[int, int]:
    """How many examples were tried, and whether one failed."""
    tried = 0

    @seed(seed_)
    @settings(
        max_examples=size,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.fixed_dictionaries(dict(values)))
    def play(example: dict[str, Any]) -> None:
        nonlocal tried
        tried += 1
        check(**example)

    try:
        play()
    except Exception:  # noqa: BLE001 - whatever it is, it came through
        return tried, 1
    return tried, 0


@contextmanager
def without_mrkdwn() -> Iterator[None]:
    """Slack's values as they came."""
    with fresh(), patch.object(environment, "inert", lambda text: text):
        yield


@contextmanager
def without_html() -> Iterator[None]:
    """HTML's values as they came."""
    with fresh(), patch("jinja2.runtime.escape", Markup):
        yield


@contextmanager
def without_headers() -> Iterator[None]:
    """Headers' values as they came."""
    with patch.object(letter, "_UNSAFE", re.compile("(?!)")):
        yield


@contextmanager
def without_cells() -> Iterator[None]:
    """Cells as they came."""
    with patch.object(report, "inert", lambda cell: cell):
        yield


@contextmanager
def fresh() -> Iterator[None]:
    """Templates that are compiled anew within, and again after."""
    render.environment.cache_clear()
    try:
        yield
    finally:
        render.environment.cache_clear()


PROPERTIES: Mapping[str, tuple[list[tuple[Check, Mapping[str, Any]]], Callable[[], Any]]] = {
    "slack": (
        [
            (inner(templates.test_slack_shows_any_text_and_does_nothing), TEXT),
            (inner(templates.test_slack_gets_no_new_block_and_no_new_line), TEXT),
        ],
        without_mrkdwn,
    ),
    "html": (
        [
            (inner(templates.test_html_has_no_new_node, name=name, language=language), TEXT)
            for name in templates.LETTERS
            for language in LANGUAGES
        ],
        without_html,
    ),
    "mail headers": (
        [
            (
                inner(mail.test_no_value_adds_a_header_or_a_part),
                {
                    **dict.fromkeys(("subject", "name", "key"), templates.ANYTHING),
                    "text": st.text(max_size=200),
                },
            )
        ],
        without_headers,
    ),
    "cells": (
        [(inner(files.test_a_spreadsheet_computes_no_cell_of_a_reject_file), files.CELLS)],
        without_cells,
    ),
}
