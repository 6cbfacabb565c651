"""The stand-in of Teams is as strict as Teams, and aloud where Teams fails in silence."""

from typing import Any

import pytest
import requests

from sandbox.teams.cards import MOST_BYTES
from tests.integrations.teams.rig import address
from tests.rehearsal import Rehearsal, start_sandbox

Json = dict[str, Any]


def run(text: str, **more: object) -> Json:
    return {"type": "TextRun", "text": text, **more}


def paragraph(*runs: Json, **more: object) -> Json:
    return {"type": "RichTextBlock", "inlines": list(runs), **more}


def message(*body: Json, **card: object) -> Json:
    content = {
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": list(body or [paragraph(run("Hello"))]),
        **card,
    }
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": content}],
    }


def post(sandbox: Rehearsal, sent: object, channel: str = "success", **more: str) -> requests.Response:
    return requests.post(address(sandbox.http, channel, **more), json=sent, timeout=10)


def effects(sandbox: Rehearsal) -> list[Json]:
    return list(sandbox.ledger(system="teams")["effects"])


def test_a_card_is_taken_with_202_and_nothing_else_is_said(sandbox: Rehearsal):
    answer = post(
        sandbox, message(paragraph(run("Title", weight="bolder"), run("more")), paragraph(run("Key k1")))
    )
    assert (answer.status_code, answer.content) == (202, b"")
    [effect] = effects(sandbox)
    told = {name: effect[name] for name in ("action", "key", "thread", "channel_or_to", "text")}
    assert told == {
        "action": "post",
        "key": "k1",
        "thread": "k1",
        "channel_or_to": "success",
        "text": "Title",
    }


def test_posting_twice_shows_two(sandbox: Rehearsal):
    for _ in range(2):
        post(sandbox, message(paragraph(run("Key k1"))))
    assert sandbox.summary()["duplicates"] == 1


def test_a_card_that_follows_another_is_of_its_thread(sandbox: Rehearsal):
    post(sandbox, message(paragraph(run("Key k2")), paragraph(run("Follows the card with the key k1"))))
    assert [(each["key"], each["thread"]) for each in effects(sandbox)] == [("k2", "k1")]


def test_only_who_has_the_whole_address_posts(sandbox: Rehearsal):
    answer = post(sandbox, message(), signature="guessed")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "DirectApiAuthorizationRequired")
    answer = post(sandbox, message(), channel="nobody")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "WorkflowNotFound")
    assert effects(sandbox) == []


LINK = {"type": "Action.OpenUrl", "url": "https://seatsignal.example/"}


@pytest.mark.parametrize(
    "sent",
    [
        {},
        [],
        {"text": "Hello"},
        {"type": "message", "attachments": []},
        {**message(), "summary": "x"},
        message(version="1.6"),
        message(fallbackText="[x](https://evil.example)"),
        message(msteams={"width": "Full", "entities": []}),
        message({"type": "TextBlock", "text": "Hello"}),
        message({"type": "Image", "url": "https://evil.example/p.png"}),
        message({"type": "FactSet", "facts": []}),
        message(paragraph()),
        message(paragraph(run(""))),
        message(paragraph(run("x", weight="heavy"))),
        message(paragraph(run("x", selectAction={**LINK, "url": "javascript:alert(1)"}))),
        message({"type": "Container", "items": [{"type": "Container", "items": [paragraph(run("x"))]}]}),
        message(actions=[LINK]),
        message(actions=[{**LINK, "title": "Open"}] * 7),
        message(actions=[{"type": "Action.Submit", "title": "Done"}]),
    ],
)
def test_what_teams_would_not_show_is_refused(sandbox: Rehearsal, sent: object):
    answer = post(sandbox, sent)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "TriggerInputSchemaMismatch")
    assert effects(sandbox) == []


@pytest.mark.parametrize(("body", "kind"), [(b"{", "application/json"), (b"{}", "text/plain"), (b"", "")])
def test_what_is_no_json_is_refused(sandbox: Rehearsal, body: bytes, kind: str):
    url = address(sandbox.http, "success")
    assert requests.post(url, body, headers={"Content-Type": kind}, timeout=10).status_code == 400


@pytest.mark.parametrize("letter", ["W", '"', "\N{CJK RADICAL REPEAT}"])
def test_a_card_is_weighed_as_text_within_json(sandbox: Rehearsal, letter: str):
    fits = message(paragraph(*(run(letter * 1_000) for _ in range(5))))
    assert post(sandbox, fits).status_code == 202
    counted = {"W": 1, '"': 4}.get(letter, 3)
    many = MOST_BYTES // (1_000 * counted) + 1
    answer = post(sandbox, message(paragraph(*(run(letter * 1_000) for _ in range(many)))))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "RequestEntityTooLarge")


def test_four_calls_a_second_are_taken_and_each_channel_counts_by_itself():
    with start_sandbox({"teams": {"rate": {"per_second": 0.01, "burst": 4}}}) as slow:
        statuses = [post(slow, message()).status_code for _ in range(5)]
        assert statuses == [202] * 4 + [429]
        refused = post(slow, message())
        assert int(refused.headers["Retry-After"]) >= 1
        assert post(slow, message(), channel="sales").status_code == 202


def test_a_channel_is_shown_as_people_see_it_and_nothing_in_it_acts(sandbox: Rehearsal):
    hostile = "<script>alert(1)</script>"
    fields = {"type": "ColumnSet", "columns": [{"type": "Column", "items": [paragraph(run("Score"))]}]}
    box = {"type": "Container", "style": "emphasis", "items": [paragraph(run(hostile), spacing="none")]}
    linked = paragraph(run("Harbour", selectAction=LINK), separator=True)
    post(sandbox, message(box, fields, linked, actions=[{**LINK, "title": "Open the account"}]))
    shown = requests.get(f"{sandbox.http}/view/teams", timeout=10).text
    assert hostile not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "Open the account" in shown
    assert '<a href="https://seatsignal.example/"' in shown
    assert "Nothing has been posted" in requests.get(f"{sandbox.http}/view/teams/sales", timeout=10).text
    sandbox.reset()
    assert "Nothing has been posted" in requests.get(f"{sandbox.http}/view/teams", timeout=10).text
