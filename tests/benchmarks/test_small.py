"""Benchmarks of a run, on books so small that their figures say nothing: do they measure what they say?"""

from collections.abc import Mapping
from types import ModuleType

import pytest

from benchmarks import advance, changed, databases, event, live, mail, web, windows
from store import features

SMALL: Mapping[ModuleType, Mapping[str, object]] = {
    windows: {"MODELS": 8, "ACCOUNTS": 40},
    changed: {"CHANGED": 10, "ACCOUNTS": 200, "ROUNDS": 1},
    advance: {"ACCOUNTS": 20},
    event: {"MODELS": 8, "ACCOUNTS": 200, "WHOSE": "m100"},
}


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "postgresql", databases.sqlite)
    for module, sizes in SMALL.items():
        for name, size in sizes.items():
            monkeypatch.setattr(module, name, size)


@pytest.mark.parametrize("module", SMALL, ids=lambda module: module.__name__)
def test_each_has_a_ratio_and_a_goal(module: ModuleType) -> None:
    found = next(module.results())
    assert found.ratio > 0
    assert found.goal == module.GOAL


def test_pages_are_compared_with_their_own_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in {"FEW": 20, "MANY": 40, "FROM_FACTS": 10, "TIMES": 2}.items():
        monkeypatch.setattr(web, name, size)

    found = list(web.results())

    assert len(found) == 3 * len(web.PAGES)
    assert all(each.ratio > 0 for each in found)


def test_a_call_is_kept_and_rung_for_before_it_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(live, "CALLS", 20)
    monkeypatch.setattr(live, "_ring", lambda _app, source: rung.append(source))
    with databases.sqlite() as database:
        found = live._kept(database, "memory://")
    assert (found.goal, rung) == (1, ["stripe"] * 20)


def test_a_day_later_no_row_is_built_from_all_of_its_days(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []

    def counted(*args: object, **_given: object) -> list[object]:
        built.extend(args[1])  # type: ignore[arg-type]  # the rows
        return []

    with databases.sqlite() as database:
        advance.fill(database, advance.ACCOUNTS)
        monkeypatch.setattr(features, "feature_rows", counted)
        advance._advance("sqlite", database)
    assert built == []


def test_other_accounts_than_those_that_changed_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed, "_change", lambda _database: None)
    with pytest.raises(changed.WrongAccounts):
        next(changed.results())


def test_letters_are_measured_at_what_each_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "LETTERS", 40)
    monkeypatch.setattr(mail, "NAIVE", 2)
    found = list(mail.results())
    assert [each.bench for each in found] == ["mail_rendered", "mail_enclosed", "mail_queued"]
    assert all(each.ratio > 1 for each in found)
