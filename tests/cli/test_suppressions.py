"""``seatsignal suppressions``: who is not written to, and the person who lifts it."""

from contextlib import closing

import pytest

from store import returns, subjects
from tests.cli.conftest import Seatsignal

DANA, UNKNOWN = "dana.quill@customer.example", "sam.reed@customer.example"


@pytest.fixture
def returned(eve: Seatsignal) -> Seatsignal:
    """Letters to two people came back, one of whom is known."""
    with closing(eve.database()) as database, database.write() as connection:
        subjects.remember(connection, {DANA: "Dana"})
        for at_ms, address in enumerate((DANA, UNKNOWN)):
            returns.take(connection, "postmark", returns.Return(address, address, "bounced", at_ms))
    return eve


def people(seatsignal: Seatsignal) -> list[str]:
    return [each["person"] for each in seatsignal("suppressions", "--json").document["suppressions"]]


def test_they_are_listed_by_address_where_it_is_known(returned: Seatsignal):
    unknown, known = people(returned)
    assert known == DANA
    assert "@" not in unknown
    assert f"{DANA}  bounced  1970-01-01" in " ".join(returned("suppressions").out.splitlines())


def test_a_person_lifts_one_with_a_reason(returned: Seatsignal):
    assert returned("suppressions", "--lift", DANA.upper(), "--reason", "a new mailbox").status == 0
    assert len(people(returned)) == 1
    again = returned("suppressions", "--lift", DANA, "--reason", "a new mailbox")
    assert (again.status, again.out) == (1, "")


@pytest.mark.parametrize("words", [("--lift", DANA), ("--reason", "why"), ("--lift", DANA, "--reason", "  ")])
def test_nothing_is_lifted_without_a_reason(returned: Seatsignal, words):
    assert returned("suppressions", *words).status == 2
    assert len(people(returned)) == 2
