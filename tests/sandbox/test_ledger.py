from pathlib import Path

import pytest

from sandbox.ledger import Action, Effect, Ledger, Summary, System


def record(ledger: Ledger, key: str, action: Action = "post", system: System = "sink", **more) -> Effect:
    return ledger.record(system=system, action=action, key=key, **more)


@pytest.mark.parametrize(
    ("shown", "unique", "duplicates"),
    [
        ([], 0, 0),
        ([("a", "post"), ("b", "post")], 2, 0),
        ([("a", "post"), ("a", "post")], 1, 1),
        ([("a", "mail"), ("a", "mail"), ("a", "mail")], 1, 2),
        ([("a", "post"), ("a", "update"), ("a", "update")], 1, 0),
        ([("a", "update"), ("a", "post")], 1, 0),
        ([("a", "write"), ("a", "write")], 1, 0),
    ],
)
def test_only_a_second_new_thing_under_one_key_is_a_duplicate(shown, unique, duplicates):
    ledger = Ledger()
    for key, action in shown:
        record(ledger, key, action)
    assert ledger.summary() == Summary(len(shown), unique, duplicates, 0)


def test_a_key_may_be_seen_once_in_each_system():
    ledger = Ledger()
    record(ledger, "a", system="slack")
    record(ledger, "a", "mail", system="email")
    assert ledger.summary() == Summary(effects=2, unique=2, duplicates=0, disorder=0)
    assert ledger.by_system() == {"slack": Summary(1, 1, 0, 0), "email": Summary(1, 1, 0, 0)}


@pytest.mark.parametrize(
    ("arrivals", "disorder"),
    [
        ([("a", "t", 1), ("b", "t", 2), ("c", "t", 3)], 0),
        ([("a", "t", 1), ("c", "t", 3), ("b", "t", 2)], 1),
        ([("c", "t", 3), ("b", "t", 2), ("a", "t", 1)], 2),
        ([("c", "t", 3), ("a", "other", 1)], 0),
        ([("a", "t", 1), ("b", "t", 2), ("a", "t", 1)], 0),  # a repetition is a duplicate, not disorder
        ([("a", "t", None), ("b", "t", 2), ("c", "t", None)], 0),
    ],
)
def test_disorder_counts_first_appearances_after_a_higher_ordinal(arrivals, disorder):
    ledger = Ledger()
    for key, thread, ordinal in arrivals:
        record(ledger, key, thread=thread, ordinal=ordinal)
    assert ledger.summary().disorder == disorder


def test_effects_can_be_asked_for_since_a_number_and_by_system():
    ledger = Ledger(clock=lambda: 1_780_300_800.25)
    first = record(ledger, "a", system="slack", channel_or_to="C1", text="Hello", account="x")
    second = record(ledger, "b")
    assert first == Effect(1, "slack", "post", "a", "", "x", "C1", "Hello", 1_780_300_800_250)
    assert ledger.effects() == [first, second]
    assert ledger.effects(since=1) == [second]
    assert ledger.effects(system="slack") == [first]


def test_a_restarted_ledger_knows_what_was_recorded_before(tmp_path: Path):
    file = tmp_path / "ledger.jsonl"
    before = Ledger(file)
    record(before, "a", thread="t", ordinal=2)
    record(before, "b", thread="t", ordinal=1)
    before.close()
    after = Ledger(file)
    assert after.effects() == before.effects()
    assert after.holds("sink", "a")
    assert record(after, "a").seq == 3
    assert after.summary() == Summary(effects=3, unique=2, duplicates=1, disorder=1)
    after.close()


def test_a_line_torn_by_a_kill_is_cut_off(tmp_path: Path):
    file = tmp_path / "ledger.jsonl"
    before = Ledger(file)
    record(before, "a")
    before.close()
    with file.open("ab") as half:
        half.write(b'{"seq":2,"system":"si')
    after = Ledger(file)
    record(after, "b")
    after.close()
    again = Ledger(file)
    assert [effect.key for effect in again.effects()] == ["a", "b"]
    again.close()


def test_clearing_empties_the_file_too(tmp_path: Path):
    file = tmp_path / "ledger.jsonl"
    ledger = Ledger(file)
    record(ledger, "a")
    ledger.clear()
    record(ledger, "b")
    ledger.close()
    assert file.read_text().count("\n") == 1
    assert not ledger.holds("sink", "a")
