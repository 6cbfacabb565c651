"""What a story got is read from the ledger, and what is amiss is noticed."""

import json

import pytest

from cli.stories import SILENCE, told


def test_a_story_that_is_not_told_is_noticed(tmp_path):
    stories = tmp_path / "stories.json"
    stories.write_text(json.dumps([{"name": "one", "account_id": "7", "expected": {"slack": 1}}]))
    empty = {"effects": [], "unique": 0, "duplicates": 0}
    assert not told(stories, empty, 0).ok
    effect = {"seq": 1, "system": "slack", "action": "post", "key": "csm/7/t/at_risk/1"}
    assert told(stories, empty | {"effects": [effect]}, 0).ok
    twice = {"effects": [effect], "unique": 1, "duplicates": 1}
    assert not told(stories, twice, 0).ok
    stray = {
        "effects": [effect, effect | {"seq": 2, "key": "csm/8/t/at_risk/1"}],
        "unique": 2,
        "duplicates": 0,
    }
    assert [story.name for story in told(stories, stray, 0).stories if not story.ok] == [SILENCE]


def test_what_a_visitor_answered_is_no_part_of_a_story(tmp_path):
    stories = tmp_path / "stories.json"
    stories.write_text(json.dumps([{"name": "one", "account_id": "7", "expected": {"slack": 1}}]))
    alert = {"seq": 1, "system": "slack", "action": "post", "key": "csm/7/t/at_risk/1"}
    answer = alert | {"seq": 2, "key": "slack/#customer-success/csm/7/t/answer/1"}
    assert told(stories, {"effects": [alert, answer], "unique": 2, "duplicates": 0}, 0).ok


OUTAGE = {"name": "outage", "account_id": "7", "source": "keygen", "expected": {"slack": 1}}


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        (["operator/fleet/keygen/2026-06-01/1/began"], []),
        ([], ["outage"]),
        (["csm/7/t/at_risk/1", "operator/fleet/keygen/2026-06-01/1/began"], ["outage"]),
        (
            ["operator/fleet/keygen/2026-06-01/1/began", "operator/stale/keygen/2026-06-01/2/began"],
            ["outage"],
        ),
        (["operator/fleet/posthog/2026-06-01/1/began"], ["outage", SILENCE]),
        (["operator/fleet/keygen/2026-06-01/1/began", "operator/mail/refused/2026-06-01"], [SILENCE]),
    ],
)
def test_what_operators_are_told_belongs_to_the_story_of_that_source(tmp_path, keys, wrong):
    stories = tmp_path / "stories.json"
    stories.write_text(json.dumps([OUTAGE]))
    effects = [
        {"seq": at, "system": "slack", "action": "post", "key": key} for at, key in enumerate(keys, start=1)
    ]
    found = told(stories, {"effects": effects, "unique": len(effects), "duplicates": 0}, 0)
    assert [story.name for story in found.stories if not story.ok] == wrong


def test_what_a_record_says_is_no_message_and_a_task_is_one(tmp_path):
    stories = tmp_path / "stories.json"
    stories.write_text(json.dumps([{"name": "one", "account_id": "7", "expected": {"crm": 1}}]))
    task = {"seq": 1, "system": "crm", "action": "post", "key": "sales/7/expansion/t/expansion/1"}
    record = {"seq": 2, "system": "crm", "action": "write", "key": "company:90"}
    found = told(stories, {"effects": [task, record], "unique": 2, "duplicates": 0}, 0)
    assert (found.ok, found.delivered["crm"], found.records) == (True, 1, 1)
    again = told(stories, {"effects": [task, record], "unique": 2, "duplicates": 0}, 2)
    assert (again.delivered["crm"], again.records) == (0, 0)
