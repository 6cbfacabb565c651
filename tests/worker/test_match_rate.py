"""While too few of a source's accounts are ours, nothing rests on it, and operators hear of that once."""

import json

import pytest

from health.records import Identifier, Record, Ticket
from store import identity, matches, verdicts
from tests.worker.ill import ACCOUNTS, DAY, SOURCE, Telling, Ward, days_before, used
from worker.pipeline import pull
from worker.tick import sweep

DESK = "keygen"
"""A source with a floor, which here states tickets."""
STATED = 10


@pytest.fixture
def ward(deployment) -> Ward:
    ward = Ward(deployment)
    ward.deployment.use_source(DESK, Telling())
    return ward


def states(ours: int, accounts: int = STATED) -> list[Record]:
    """A ticket of each of its accounts, of which it says of some whose they are."""
    known = [Identifier(f"k{number}", "our_id", ACCOUNTS[number]) for number in range(ours)]
    return [*known, *(Ticket(f"t{number}", f"k{number}", 1, status="open") for number in range(accounts))]


def read(ward: Ward, records: list[Record]) -> None:
    ward.deployment._sources[DESK].records = records  # type: ignore[attr-defined]  # it is `Telling`
    assert pull(ward.deployment, DESK).failure == ""
    ward.judge_waiting()


def open_tickets(ward: Ward, account: str = ACCOUNTS[0]) -> float | None:
    return _verdict(ward, account).inputs["open_tickets"]


def _verdict(ward: Ward, account: str):
    with ward.database.read() as connection:
        return verdicts.verdict(connection, account).assessment


def link(ward: Ward, number: int) -> None:
    with ward.database.write() as connection:
        assert identity.link_by_hand(connection, DESK, f"k{number}", ACCOUNTS[number], "ann")


def test_a_source_at_its_floor_counts_and_nobody_is_told(ward):
    read(ward, states(6))
    assert (open_tickets(ward), ward.told()) == (1.0, [])


def test_under_its_floor_it_is_unknown_and_told_once_however_often_it_is_read(ward):
    for _ in range(3):
        read(ward, states(5))
        ward.judge()
    (told,) = ward.told()
    assert open_tickets(ward) is None
    assert told.thread == f"slack/#seatsignal-ops/operator/match_rate/{DESK}/{DAY}"
    said = json.loads(told.payload)
    assert "Only 5 of its 10 accounts are linked, under its floor of 60%" in said["what_happened"]
    assert "seatsignal identity review" in said["what_to_do"][0]


def test_who_was_judged_by_it_before_is_judged_anew_at_once(ward):
    read(ward, states(6))
    assert open_tickets(ward) == 1.0
    read(ward, states(6, 11))
    assert [open_tickets(ward, account) for account in ACCOUNTS[:6]] == [None] * 6
    assert "keygen, of whose accounts 54% are linked" in str(_verdict(ward, ACCOUNTS[0]).facts["distrusted"])


def test_once_enough_are_linked_it_counts_again_and_that_is_told_in_the_thread(ward):
    read(ward, states(5))
    link(ward, 6)
    read(ward, states(5))
    assert open_tickets(ward) == 1.0
    began, ended = ward.told()
    assert began.thread == ended.thread
    assert "Enough of its accounts are linked" in json.loads(ended.payload)["what_happened"]


def test_a_source_whose_own_accounts_are_ours_has_all_of_them(ward):
    with ward.database.read() as connection:
        assert matches.match_rates(connection)[SOURCE] == (len(ACCOUNTS), len(ACCOUNTS))
    ward.turn(1)
    ward.read(used([DAY]))
    assert ward.told() == []


def test_a_source_that_names_nobody_is_not_under_its_floor(ward):
    read(ward, [])
    ward.judge()
    assert ward.told() == []


def test_a_source_without_a_floor_may_have_as_many_others_as_it_likes(ward):
    ward.deployment.use_source("zendesk", Telling())
    ward.deployment._sources["zendesk"].records = states(1, 100)  # type: ignore[attr-defined]  # it is `Telling`
    pull(ward.deployment, "zendesk")
    ward.judge_waiting()
    assert (open_tickets(ward), ward.told()) == (1.0, [])


def test_while_nobody_is_ours_yet_a_source_that_came_first_is_no_incident(deployment):
    ward = Ward(deployment, new=True)
    deployment.use_source(DESK, Telling())
    read(ward, states(10))
    sweep(deployment)
    assert ward.told() == []
    ward.read(used(days_before(DAY, 70)))
    assert (open_tickets(ward), ward.told()) == (1.0, [])
