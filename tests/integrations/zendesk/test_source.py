"""What only Zendesk does: exports that repeat themselves, cursors that are lost, answers nobody owns."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import responses
from msgspec.structs import replace
from pydantic import SecretStr

from health.records import Account, Record, Survey
from health.records import Ticket as TicketRecord
from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.roles import Page
from integrations.zendesk.place import RATINGS_EVERY_S, Place
from integrations.zendesk.settings import ZendeskSettings
from integrations.zendesk.source import PAGE, ZendeskSource
from tests.integrations.zendesk.book import (
    NOW,
    NOW_S,
    ORGS,
    PAGE_SIZE,
    SPRING,
    TICKETS,
    Answered,
    Json,
    Org,
    Request,
    ms,
    seed,
    truth,
)
from tests.rehearsal import Rehearsal

BASE = "https://seller.zendesk.example"
EDGE = ORGS[-1].changed


@dataclass
class Counted:
    """A budget without end that counts the exports."""

    exports: int = 0

    def take(self, calls: int) -> float:
        self.exports += calls
        return 0.0


@dataclass
class Desk:
    """The stand-in with a source that reads it, and the hands of its clock."""

    sandbox: Rehearsal
    now_s: float = NOW_S
    budget: Counted = field(default_factory=Counted)

    def source(self, **more: object) -> ZendeskSource:
        return ZendeskSource(settings(self.sandbox, **more), budget=self.budget, clock=lambda: self.now_s)

    def holds(self, **content: object) -> None:
        self.sandbox.set_clock(self.now_s)
        self.sandbox.seed("zendesk", seed(**content))  # type: ignore[arg-type]  # rows of the book


def settings(sandbox: Rehearsal, **more: object) -> ZendeskSettings:
    chosen = {
        "email": "admin@seller.example",
        "token": SecretStr("zendesk-sandbox-token"),
        "base_url": f"{sandbox.http}/zendesk",
        "page_size": PAGE_SIZE,
    }
    return ZendeskSettings(**chosen | more)  # type: ignore[arg-type]  # as the model checks


@pytest.fixture
def desk(sandbox: Rehearsal) -> Desk:
    made = Desk(sandbox)
    made.holds()
    return made


@pytest.fixture
def source(desk: Desk) -> Iterator[ZendeskSource]:
    with closing(desk.source()) as made:
        yield made


def read(source: ZendeskSource, cursor: str | None = None) -> tuple[list[Record], list[Page]]:
    pages = list(source.pull(cursor))
    return [record for page in pages for record in page.records], pages


def end(source: ZendeskSource) -> str:
    """Where the pull after a whole one begins."""
    return str(read(source)[1][-1].cursor)


def test_a_quiet_desk_costs_two_exports_and_stores_nothing(desk: Desk, source: ZendeskSource) -> None:
    cursor = end(source)
    desk.budget.exports = 0
    assert list(source.pull(cursor)) == []
    assert desk.budget.exports == 2


def test_an_empty_desk_is_read_once(desk: Desk, source: ZendeskSource) -> None:
    desk.holds(orgs=(), tickets=(), ratings=())
    records, pages = read(source)
    assert (records, len(pages)) == ([], 1)
    assert list(source.pull(pages[-1].cursor)) == []


def test_the_next_pull_brings_what_changed_and_nothing_else(desk: Desk, source: ZendeskSource) -> None:
    cursor = end(source)
    desk.now_s += 600
    later = NOW + timedelta(minutes=5)
    org, ticket = ORGS[3]._replace(changed=later), TICKETS[31]._replace(changed=later, status="open")
    desk.holds(orgs=(*ORGS[:3], org, *ORGS[4:]), tickets=(*TICKETS[:31], ticket, *TICKETS[32:]))
    records, _ = read(source, cursor)
    assert set(records) == {*org.records(), *ticket.records()}


def test_an_edge_that_is_shown_again_is_read_once(desk: Desk, source: ZendeskSource) -> None:
    cursor = end(source)
    late = Org(21, EDGE, "acct-21")  # in the second that the last page ended with
    desk.holds(orgs=(*ORGS, late))
    assert set(read(source, cursor)[0]) == set(late.records())


def test_what_was_on_the_edge_and_changed_since_is_read(desk: Desk, source: ZendeskSource) -> None:
    cursor = end(source)
    desk.now_s += 600
    moved = ORGS[-1]._replace(changed=NOW + timedelta(minutes=5), external_id="acct-20b")
    desk.holds(orgs=(*ORGS[:-1], moved))
    assert set(read(source, cursor)[0]) == set(moved.records())


@pytest.mark.parametrize("page_size", [1, 2, 4, 5, 1_000])
def test_no_page_size_loses_a_second_that_many_share(desk: Desk, page_size: int) -> None:
    with closing(desk.source(page_size=page_size)) as source:
        records, pages = read(source)
    assert set(records) == truth()
    assert len(records) == len(truth()), "something was read twice"
    assert all(len([*page.records]) <= PAGE for page in pages)


def test_more_records_than_a_page_may_have_are_parted(desk: Desk, source: ZendeskSource) -> None:
    rich = Org(1, ORGS[0].changed, "acct-1", tuple(f"shop{n}.example" for n in range(2 * PAGE)))
    desk.holds(orgs=(rich,), tickets=(), ratings=())
    _, pages = read(source)
    assert [len([*page.records]) for page in pages[:3]] == [PAGE, PAGE, 2]
    again, _ = read(source, pages[1].cursor)
    assert set(again) == set(rich.records()), "a cut between parts must read the answer again"


def test_a_cursor_that_is_forgotten_is_replaced_by_the_time(desk: Desk, source: ZendeskSource) -> None:
    cursor = end(source)
    desk.holds(cursors_since_s=NOW_S)
    records, _ = read(source, cursor)
    assert set(records) == set(TICKETS[-1].records()), "what changed within the hour before"


@pytest.mark.parametrize("status", [400, 404, 410, 422])
@responses.activate
def test_any_refusal_of_a_cursor_means_that_it_is_lost(status: int) -> None:
    export = f"{BASE}/api/v2/incremental/tickets/cursor"
    responses.get(f"{BASE}/api/v2/incremental/organizations", json=NO_ORGANIZATIONS)
    where = responses.matchers.query_param_matcher
    responses.get(export, status=status, match=[where({"cursor": "c"}, strict_match=False)])
    found = {"tickets": [TICKETS[0].shown()], "after_cursor": "d", "end_of_stream": True}
    again = where({"start_time": str(NOW_S - 3_600)}, strict_match=False)
    responses.get(export, json=found, match=[again])
    place = Place(tickets_cursor="c", tickets_s=NOW_S, ratings_s=NOW_S)
    records, pages = read(alone(), place.cursor)
    assert set(records) == set(TICKETS[0].records())
    assert Place.of(pages[-1].cursor).tickets_cursor == "d"


@pytest.mark.parametrize("status", [400, 404, 410, 422])
@responses.activate
def test_a_refusal_without_a_cursor_is_told(status: int) -> None:
    responses.get(f"{BASE}/api/v2/incremental/organizations", json=NO_ORGANIZATIONS)
    responses.get(f"{BASE}/api/v2/incremental/tickets/cursor", status=status)
    with pytest.raises(Rejected):
        read(alone())


NO_ORGANIZATIONS: Json = {"organizations": [], "count": 0, "end_of_stream": True, "end_time": None}


def alone() -> ZendeskSource:
    """A source of a vendor that is not there."""
    chosen = ZendeskSettings(email="a@seller.example", token=SecretStr("t"), base_url=BASE)
    return ZendeskSource(chosen, clock=lambda: NOW_S)


@responses.activate
def test_a_stream_that_ends_without_a_cursor_goes_on_by_the_time() -> None:
    responses.get(f"{BASE}/api/v2/incremental/organizations", json=NO_ORGANIZATIONS)
    found = {"tickets": [TICKETS[-1].shown()], "after_cursor": None, "end_of_stream": True}
    export = responses.get(f"{BASE}/api/v2/incremental/tickets/cursor", json=found)
    _, pages = read(alone(), Place(tickets_cursor="c", ratings_s=NOW_S).cursor)
    read(alone(), pages[-1].cursor)
    changed_s = int(TICKETS[-1].changed.timestamp())
    assert f"start_time={changed_s - 3_600}" in str(export.calls[-1].request.url)


@responses.activate
def test_cursors_that_lead_in_a_circle_are_left() -> None:
    responses.get(f"{BASE}/api/v2/incremental/organizations", json=NO_ORGANIZATIONS)
    export = f"{BASE}/api/v2/incremental/tickets/cursor"
    for cursor in "ababab":
        found = {"tickets": [TICKETS[0].shown()], "after_cursor": cursor, "end_of_stream": False}
        responses.get(export, json=found)
    pages: list[Page] = []
    with pytest.raises(RetryLater, match="leads to itself"):
        pages.extend(alone().pull(None))
    assert [Place.of(page.cursor).tickets_cursor for page in pages] == ["a", "b"]


def test_the_first_pull_goes_back_as_far_as_is_set(desk: Desk) -> None:
    with closing(desk.source(history_days=2)) as source:
        records, _ = read(source)
    since = NOW - timedelta(days=2)
    recent = {record for each in TICKETS if each.changed >= since for record in each.records()}
    assert {record for record in records if isinstance(record, TicketRecord)} == recent
    assert len([record for record in records if isinstance(record, Account)]) == len(ORGS) - 1


def test_what_has_no_place_is_counted_apart_from_what_is_wrong(source: ZendeskSource) -> None:
    _, pages = read(source)
    assert sum(page.rejects for page in pages) == 0
    assert dict(source.left_out) == {
        "deleted organizations": 1,
        "tickets without an organization": 1,
        "ratings without an organization": 2,
    }


@pytest.mark.parametrize("on", ["incremental/organizations", "incremental/tickets", "satisfaction_ratings"])
@pytest.mark.parametrize("fault", ["missing", "nulls"])
def test_what_cannot_be_read_is_counted(desk: Desk, source: ZendeskSource, on: str, fault: str) -> None:
    desk.sandbox.faults("zendesk", fault, on=on)
    _, pages = read(source)
    first = 9 if on.endswith("organizations") else PAGE_SIZE  # a page of those ends with a whole second
    assert sum(page.rejects for page in pages) == first


def test_no_word_of_a_person_is_read(source: ZendeskSource) -> None:
    told = repr(read(source)[0])
    assert "can I cancel a meeting" in told, "subjects are read: they may speak of cancelling"
    for personal in ("Robin", "robin.vale", "remarks", "words"):
        assert personal not in told


# -- ratings -----------------------------------------------------------------------------------------


def surveys(records: list[Record]) -> set[Record]:
    return {record for record in records if isinstance(record, Survey)}


def test_ratings_are_read_again_a_few_times_a_day(desk: Desk, source: ZendeskSource) -> None:
    lately = Answered(30, 1, "good", NOW - timedelta(days=1))
    desk.holds(ratings=(lately,))
    cursor = end(source)
    for later_s, again in ((RATINGS_EVERY_S - 1, False), (RATINGS_EVERY_S, True)):
        desk.now_s = NOW_S + later_s
        desk.sandbox.set_clock(desk.now_s)
        records, pages = read(source, cursor)
        assert bool(surveys(records)) is again
    assert Place.of(pages[-1].cursor).ratings_s == desk.now_s


def test_a_rating_that_was_thought_over_is_read_as_it_is_now(desk: Desk, source: ZendeskSource) -> None:
    old = Answered(30, 1, "good", NOW - timedelta(days=28))
    desk.holds(ratings=(old,))
    cursor = end(source)
    desk.now_s += RATINGS_EVERY_S
    desk.holds(ratings=(old._replace(score="bad"),))  # at the time it had, as Zendesk may well do
    assert surveys(read(source, cursor)[0]) == set(old._replace(score="bad").records(TICKETS[0].org))


@pytest.mark.parametrize(("days", "read_again"), [(28, True), (30, False)])
def test_ratings_are_read_again_as_long_as_they_may_change(
    desk: Desk, source: ZendeskSource, days: int, read_again: bool
) -> None:
    desk.holds(ratings=(Answered(30, 1, "good", NOW - timedelta(days=days)),))
    cursor = end(source)
    desk.now_s += RATINGS_EVERY_S
    desk.sandbox.set_clock(desk.now_s)
    assert bool(surveys(read(source, cursor)[0])) is read_again


def test_a_cursor_of_ratings_that_is_lost_costs_only_their_pages(source: ZendeskSource) -> None:
    whole = Place.of(end(source))
    lost = replace(whole, ratings_cursor="not-a-cursor", ratings_s=0)
    records, after = read(source, lost.cursor)
    assert set(records) == {record for record in truth() if isinstance(record, Survey)}
    assert Place.of(after[-1].cursor) == whole


def test_ratings_that_nobody_shows_keep_no_ticket_waiting(desk: Desk, source: ZendeskSource) -> None:
    cursor: str | None = None
    desk.sandbox.faults("zendesk", "403", on="satisfaction_ratings", times=2)
    for changed in (NOW_S, NOW_S + 600):
        desk.now_s = changed
        news = Request(38, 1, SPRING, NOW + timedelta(seconds=changed - NOW_S - 120))
        desk.holds(tickets=(*TICKETS, news))
        pages: list[Page] = []
        with pytest.raises(Misconfigured, match="SEATSIGNAL_ZENDESK_CSAT"):
            pages.extend(source.pull(cursor))
        assert set(news.records()) <= {record for page in pages for record in page.records}
        cursor = pages[-1].cursor


def test_ratings_can_be_left_alone(desk: Desk) -> None:
    desk.sandbox.faults("zendesk", "500", on="satisfaction_ratings")
    with closing(desk.source(csat="off")) as source:
        records, _ = read(source)
    assert set(records) == {record for record in truth() if not isinstance(record, Survey)}


# -- limits ------------------------------------------------------------------------------------------


def test_a_wish_to_wait_is_handed_on(desk: Desk, source: ZendeskSource) -> None:
    desk.sandbox.faults("zendesk", "429", on="tickets/cursor", retry_after=41)
    with pytest.raises(RetryLater) as caught:
        read(source)
    assert (caught.value.reason, caught.value.after_s) == ("rate_limited", 41.0)


def test_only_exports_are_taken_from_the_budget(desk: Desk, source: ZendeskSource) -> None:
    _, pages = read(source)
    of_ratings = sum(1 for page in pages if any(isinstance(record, Survey) for record in page.records))
    assert of_ratings > 2
    assert desk.budget.exports == len(pages) - of_ratings


# -- what a ticket says ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("type", "problem"),
        ("field:360001", "topic_2"),
        ("field:360002", None),  # a tick says nothing
        ("field:4711", None),
        ("tags:vip,billing", "vip"),
        ("tags:import,billing", "billing"),
        ("tags:nothing", None),
    ],
)
def test_the_topic_is_what_is_set(desk: Desk, topic: str, expected: str | None) -> None:
    request = Request(38, 1, SPRING, NOW - timedelta(days=1), kind="problem", tags=("billing", "vip"))
    desk.holds(orgs=(), tickets=(request,), ratings=())
    with closing(desk.source(topic=topic)) as source:
        [record] = read(source)[0]
    assert isinstance(record, TicketRecord)
    assert record.topic == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("our_id", ("our_id", "acct-1")), ("stripe", ("stripe", "acct-1")), ("hubspot", ("hubspot", "acct-1"))],
)
def test_the_external_id_is_what_is_set(desk: Desk, kind: str, expected: tuple[str, str]) -> None:
    desk.holds(orgs=(Org(1, SPRING, "acct-1"),), tickets=(), ratings=())
    with closing(desk.source(external_id=kind)) as source:
        _, named = read(source)[0]
    assert named[1:] == expected
    with closing(desk.source(external_id="nothing")) as source:
        assert [type(record) for record in read(source)[0]] == [Account]


def test_a_ticket_that_was_opened_again_is_open(desk: Desk, source: ZendeskSource) -> None:
    solved = SPRING + timedelta(days=1)
    request = Request(38, 1, SPRING, NOW - timedelta(days=1), "open", solved)
    desk.holds(orgs=(), tickets=(request, request._replace(number=39, status="closed")), ratings=())
    again, closed = read(source)[0]
    assert isinstance(again, TicketRecord)
    assert isinstance(closed, TicketRecord)
    assert (again.solved_ms, closed.solved_ms) == (None, ms(solved))


def test_a_deleted_ticket_is_open_no_more_and_says_nothing(desk: Desk, source: ZendeskSource) -> None:
    cursor = end(source)
    desk.now_s += 600
    gone = TICKETS[31]._replace(status="deleted", changed=NOW + timedelta(minutes=3))
    desk.holds(tickets=(*TICKETS[:31], gone, *TICKETS[32:]))
    [record] = read(source, cursor)[0]
    assert record == TicketRecord(
        str(gone.id), str(ORGS[4].id), ms(SPRING) or 0, ms(NOW + timedelta(minutes=3)), status="deleted"
    )
