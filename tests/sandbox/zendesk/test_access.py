"""Who may call Zendesk, and how often."""

import pytest

from tests.integrations.zendesk.book import NOW_S, seed
from tests.rehearsal import Rehearsal, start_sandbox
from tests.sandbox.zendesk.conftest import ME, ORGANIZATIONS, RATINGS, Zendesk

AGENT = ("agent@seller.example/token", "zendesk-sandbox-token")


@pytest.mark.parametrize(
    ("auth", "headers"),
    [
        (None, {}),
        (("admin@seller.example/token", "another"), {}),
        (("admin@seller.example", "zendesk-sandbox-token"), {}),  # the token is no password
        (("nobody@seller.example/token", "zendesk-sandbox-token"), {}),
        (None, {"Authorization": "Basic ???"}),
        (None, {"Authorization": "Bearer zendesk-access-1"}),
        (None, {"Authorization": "Bearer zendesk-sandbox-token"}),
    ],
)
def test_a_stranger_is_told_so(zendesk: Zendesk, auth, headers):
    answer = zendesk.ask(ME, auth=auth, headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"error": "Couldn't authenticate you"})


def test_an_agent_may_know_who_he_is_and_export_nothing(zendesk: Zendesk):
    assert zendesk.ask(ME, auth=AGENT).json()["user"]["role"] == "agent"
    assert zendesk.ask(ME).json()["user"]["role"] == "admin"
    refused = [zendesk.ask(path, {"start_time": 0}, auth=AGENT) for path in (ORGANIZATIONS, RATINGS)]
    assert [answer.status_code for answer in refused] == [403, 403]


def test_a_client_gets_a_token_that_ends(sandbox: Rehearsal, zendesk: Zendesk):
    given = zendesk.token(expires_in=600).json()
    assert (given["token_type"], given["scope"], given["expires_in"]) == ("bearer", "read", 600)
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    assert zendesk.ask(ME, auth=None, headers=bearer).json()["user"]["role"] == "admin"
    sandbox.set_clock(NOW_S + 601)
    assert zendesk.ask(ME, auth=None, headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("wanted", "status", "error"),
    [
        ({"client_secret": "another"}, 401, "invalid_client"),
        ({"client_id": "another"}, 401, "invalid_client"),
        ({"scope": "read everything"}, 400, "invalid_scope"),
        ({"expires_in": 300}, 400, "invalid_request"),
        ({"expires_in": 172_800}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "invalid_request"),
        ({"username": "admin"}, 400, "invalid_request"),
    ],
)
def test_a_client_that_asks_wrongly_gets_none(zendesk: Zendesk, wanted, status, error):
    answer = zendesk.token(**wanted)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_what_nobody_has_is_not_found(zendesk: Zendesk):
    assert zendesk.ask("api/v2/tickets").status_code == 404


def test_a_minute_has_so_many_exports_and_says_when_the_next_begins():
    with start_sandbox({"zendesk": {"exports_a_minute": 2}}) as running:
        running.set_clock(NOW_S)
        running.seed("zendesk", seed())
        zendesk = Zendesk(running.http)
        answers = [zendesk.ask(ORGANIZATIONS, {"start_time": 0}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].json()["error"] == "APIRateLimitExceeded"
        assert 55 <= int(answers[2].headers["Retry-After"]) <= 60
        assert answers[0].headers["zendesk-ratelimit-incremental-exports"].startswith("total=2; remaining=1;")
        assert zendesk.ask(ME).status_code == 200  # what is no export has a minute of its own


def test_every_answer_says_what_is_left(zendesk: Zendesk):
    first, second = (int(zendesk.ask(ME).headers["ratelimit-remaining"]) for _ in range(2))
    assert first - second == 1
    refused = zendesk.ask(ME, auth=None)
    assert int(refused.headers["ratelimit-remaining"]) == second - 1


def test_no_more_than_the_plan_allows():
    with start_sandbox({"zendesk": {"calls_a_minute": 1}}) as running:
        answers = [Zendesk(running.http).ask(ME) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert int(answers[1].headers["Retry-After"]) > 0
