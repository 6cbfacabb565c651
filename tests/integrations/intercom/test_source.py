"""What only Intercom does: windows and cursors, companies by numbers, limits by ten seconds."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from email.utils import formatdate
from itertools import islice
from typing import Any

import msgspec
import pytest
import requests
import responses

from health.records import Account, Record, Survey, Ticket
from integrations.errors import RetryLater
from integrations.intercom.records import conversation
from integrations.intercom.settings import IntercomSettings
from integrations.intercom.source import IntercomSource
from tests.integrations.intercom.documented import as_documented
from tests.integrations.intercom.workspace import (
    FIRMS,
    NOW_S,
    SPRING,
    TALKS,
    TOKEN,
    Firm,
    Talk,
    seed,
    truth,
)
from tests.rehearsal import Rehearsal

BASE = "https://api.intercom.io"
Opened = Callable[..., IntercomSource]


@pytest.fixture
def opened(sandbox: Rehearsal) -> Iterator[Opened]:
    """Opens the source with some settings, beside a stand-in that holds the workspace."""
    sandbox.set_clock(NOW_S)
    sandbox.seed("intercom", seed())
    with ExitStack() as stack:

        def made(now_s: float = NOW_S, **given: object) -> IntercomSource:
            base = {"token": TOKEN, "base_url": f"{sandbox.http}/intercom", "page_size": 7}
            settings = IntercomSettings.model_validate(base | given)
            return stack.enter_context(closing(IntercomSource(settings, clock=lambda: now_s)))

        yield made


def records(source: IntercomSource, cursor: str | None = None) -> tuple[list[Record], str | None]:
    """What a pull brings, and where the next one goes on."""
    found: list[Record] = []
    for page in islice(source.pull(cursor), 100):
        found += page.records
        cursor = page.cursor
    return found, cursor


def tickets(found: list[Record]) -> set[str]:
    return {each.ticket_id for each in found if isinstance(each, Ticket)}


# -- what is asked --------------------------------------------------------------------------------------


def test_every_call_is_as_intercom_documents_it(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, dict[str, Any]]] = []
    send = requests.Session.send

    def noted(self: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        path = request.path_url.partition("/intercom/")[2].partition("?")
        query = dict(pair.split("=") for pair in path[2].split("&") if pair)
        sent.append((path[0], json.loads(request.body) if request.body else query))
        assert request.headers["Intercom-Version"] == "2.15"
        return send(self, request, **more)

    monkeypatch.setattr(requests.Session, "send", noted)
    records(opened())
    asked = [each for each in sent if each[0] != "me"]
    assert {path for path, _ in asked} == {"companies", "conversations/search"}
    for path, content in asked:
        as_documented(path, content)
    with pytest.raises(msgspec.ValidationError):
        as_documented("companies", {"page": 1, "per_page": 61})


def test_a_company_list_has_sixty_at_most(opened: Opened) -> None:
    assert opened(page_size=150)._intercom.companies_at_once == 60


# -- windows --------------------------------------------------------------------------------------------


def test_what_changed_since_is_all_that_is_read_again(sandbox: Rehearsal, opened: Opened) -> None:
    _, cursor = records(opened())
    later = NOW_S + 1_200
    sandbox.set_clock(later)
    again, cursor = records(opened(later), cursor)
    assert tickets(again) == {TALKS[-1].id}, "within the overlap"
    assert not [each for each in again if isinstance(each, Account)], "companies come a few times a day"
    much_later = NOW_S + 7 * 3_600
    sandbox.set_clock(much_later)
    found, _ = records(opened(much_later), cursor)
    assert tickets(found) == set()
    listed = {each.account_id for each in found if isinstance(each, Account)}
    assert listed == {each.id for each in FIRMS if each.has_people}


def test_the_first_pull_goes_back_as_far_as_is_set(opened: Opened) -> None:
    found, _ = records(opened(history_days=2))
    assert tickets(found) == {each.id for each in TALKS if each.number in {28, 30, 31}}


def test_what_changes_while_a_window_is_read_comes_with_the_next(sandbox: Rehearsal, opened: Opened) -> None:
    source = opened()
    pages = source.pull(None)
    met = [next(pages) for _ in range(4)]
    changed = [replace_talk(each) if each.number == 3 else each for each in TALKS]
    sandbox.set_clock(NOW_S + 60)
    sandbox.seed("intercom", seed(talks=tuple(changed)))
    met += pages
    sandbox.set_clock(NOW_S + 600)
    after, _ = records(opened(NOW_S + 600), met[-1].cursor)
    everything = [record for page in met for record in page.records] + after
    latest = {each.ticket_id: each for each in everything if isinstance(each, Ticket)}
    assert latest[changed[2].id] == changed[2].records()[0]
    assert set(latest) == tickets(list(truth()))


def replace_talk(talk: Talk) -> Talk:
    return talk._replace(state="open", changed=SPRING.fromtimestamp(NOW_S + 30, SPRING.tzinfo), closed=None)


def test_a_cursor_that_intercom_forgot_begins_the_window_anew(sandbox: Rehearsal, opened: Opened) -> None:
    pages = opened().pull(None)
    cut = [next(pages) for _ in range(4)]
    sandbox.seed("intercom", seed(cursors_since_s=NOW_S))
    sandbox.set_clock(NOW_S)
    with pytest.raises(RetryLater) as caught:
        list(islice(opened().pull(cut[-1].cursor), 100))  # from the window's beginning, and there the same
    assert caught.value.reason == "repeated_page"
    sandbox.seed("intercom", seed())
    after, _ = records(opened(), cut[-1].cursor)
    assert {*after, *(record for page in cut for record in page.records)} == truth()


@pytest.mark.parametrize("cursor", ["", "nonsense", '{"colour":"red"}', '{"until_s":"x"}'])
def test_a_cursor_of_another_version_begins_anew(opened: Opened, cursor: str) -> None:
    assert set(records(opened(), cursor)[0]) == truth()


# -- companies ------------------------------------------------------------------------------------------


@responses.activate
def test_companies_beyond_the_last_that_can_be_listed_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.intercom.source.MOST_COMPANIES", 60)
    pages = {"page": 1, "total_pages": 3}
    shown = {"data": [Firm(1).shown()], "total_count": 130, "pages": pages}
    responses.get(f"{BASE}/me", json={"id": "1"})
    responses.get(f"{BASE}/companies", json=shown)
    responses.post(f"{BASE}/conversations/search", json={"conversations": [], "total_count": 0})
    source = IntercomSource(IntercomSettings(token=TOKEN), clock=lambda: NOW_S)
    records(source)
    assert source.left_out["companies beyond 10,000"] == 70
    assert len([call for call in responses.calls if "companies" in (call.request.url or "")]) == 1


@pytest.mark.parametrize(("kind", "named"), [("stripe", "stripe"), ("nothing", None)])
def test_company_ids_are_what_is_set(opened: Opened, kind: str, named: str | None) -> None:
    found, _ = records(opened(company_id=kind))
    assert {each.kind for each in found if hasattr(each, "kind") and not isinstance(each, Survey)} == (
        {named} if named else set()
    )


# -- conversations --------------------------------------------------------------------------------------


def test_conversations_of_nobody_are_left_out_and_counted(opened: Opened) -> None:
    source = opened()
    records(source)
    assert source.left_out["conversations without a company"] == 1


def test_the_topic_is_the_first_tag_of_those_that_are_set(opened: Opened) -> None:
    found, _ = records(opened(topic="tags:bug,Very important"))
    topics = {each.topic for each in found if isinstance(each, Ticket)}
    assert topics == {"bug", "Very important", None}


def test_words_that_intercom_may_use_for_priorities_are_ours() -> None:
    from integrations.intercom.answers import Conversation, Named  # noqa: PLC0415 - the only user

    base = {"id": "1", "created_at": 1, "updated_at": 1, "state": "open", "company": Named("c")}
    said = {
        word: next(iter(conversation(Conversation(**base, priority=word), ()))).priority  # type: ignore[arg-type, union-attr]  # a ticket
        for word in ("priority", "not_priority", "none", "low", "medium", "high", "urgent", "new")
    }
    assert said == {
        "priority": "high",
        "not_priority": "normal",
        "none": None,
        "low": "low",
        "medium": "normal",
        "high": "high",
        "urgent": "urgent",
        "new": "new",
    }


# -- limits ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reset", "after_s"), [(NOW_S + 7, 7.0), (NOW_S - 60, 1.0), (NOW_S + 10**6, 3_600.0)]
)
@responses.activate
def test_where_calls_are_limited_the_end_of_the_window_says_for_how_long(reset: int, after_s: float) -> None:
    headers = {"X-RateLimit-Reset": str(reset), "Date": formatdate(NOW_S, usegmt=True)}
    responses.get(f"{BASE}/me", status=429, headers=headers)
    with pytest.raises(RetryLater) as caught:
        IntercomSource(IntercomSettings(token=TOKEN), clock=lambda: NOW_S).check()
    assert (caught.value.reason, caught.value.after_s) == ("rate_limited", after_s)
