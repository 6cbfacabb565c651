from contextlib import closing
from http.client import HTTPConnection

import pytest
import requests
from requests.exceptions import ConnectionError, JSONDecodeError, ReadTimeout  # noqa: A004 - requests' own name

from tests.rehearsal import Rehearsal

TOKEN = {"Authorization": "Bearer xoxb-sandbox-token"}
PLACES = {
    "sink": ("/sink/plain", {"key": "a"}),
    "slack": ("/slack/api/chat.postMessage", {"channel": "sales", "text": "Hello"}),
}
every_place = pytest.mark.parametrize("system", PLACES)


def send(sandbox: Rehearsal, system: str, timeout: float = 10) -> requests.Response:
    path, body = PLACES[system]
    return requests.post(sandbox.http + path, json=body, headers=TOKEN, timeout=timeout)


def effects(sandbox: Rehearsal) -> int:
    return len(sandbox.ledger()["effects"])


@every_place
@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        ("401", 401, {"ok": False, "error": "invalid_auth"}),
        ("403", 403, {"ok": False, "error": "forbidden"}),
        ("429_bare", 429, {"ok": False, "error": "ratelimited"}),
        ("429", 429, {"ok": False, "error": "ratelimited"}),
        ("500", 500, {"ok": False, "error": "internal_error"}),
        ("ok_false", 200, {"ok": False, "error": "internal_error"}),
    ],
)
def test_answers_instead_of_the_stand_in_leave_no_effect(sandbox: Rehearsal, system, fault, status, body):
    sandbox.faults(system, fault)
    answer = send(sandbox, system)
    assert (answer.status_code, answer.json()) == (status, body)
    assert effects(sandbox) == 0
    assert send(sandbox, system).json()["ok"] is True


def test_the_last_answer_comes_again_without_an_effect(sandbox: Rehearsal):
    first = send(sandbox, "sink").json()
    sandbox.faults("sink", "again")
    assert send(sandbox, "sink").json() == first
    assert effects(sandbox) == 1


def test_429_says_how_long_to_wait(sandbox: Rehearsal):
    sandbox.faults("slack", "429", retry_after=17)
    assert send(sandbox, "slack").headers["Retry-After"] == "17"


def test_ok_false_carries_the_error_asked_for(sandbox: Rehearsal):
    sandbox.faults("slack", "ok_false", error="account_inactive")
    assert send(sandbox, "slack").json()["error"] == "account_inactive"


@every_place
def test_html_comes_with_status_200_and_no_effect(sandbox: Rehearsal, system):
    sandbox.faults(system, "html")
    answer = send(sandbox, system)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert effects(sandbox) == 0


@every_place
def test_a_truncated_answer_is_valid_http_and_cut_json_after_the_act(sandbox: Rehearsal, system):
    sandbox.faults(system, "truncated")
    answer = send(sandbox, system)
    assert answer.status_code == 200
    assert answer.text.startswith("{")
    with pytest.raises(JSONDecodeError):
        answer.json()
    assert effects(sandbox) == 1


@every_place
def test_a_dropped_answer_hides_what_was_done(sandbox: Rehearsal, system):
    sandbox.faults(system, "drop_answer")
    with pytest.raises(ConnectionError):
        send(sandbox, system)
    assert effects(sandbox) == 1


@every_place
def test_a_refused_connection_did_nothing(sandbox: Rehearsal, system):
    sandbox.faults(system, "refuse")
    with pytest.raises(ConnectionError):
        send(sandbox, system)
    assert effects(sandbox) == 0


@every_place
def test_a_hanging_request_ends_when_the_client_leaves(sandbox: Rehearsal, system):
    sandbox.faults(system, "hang")
    with pytest.raises(ReadTimeout):
        send(sandbox, system, timeout=0.2)
    assert effects(sandbox) == 0


def test_only_the_faulty_connection_is_cut(sandbox: Rehearsal):
    with closing(HTTPConnection(sandbox.http.removeprefix("http://"))) as other:
        other.connect()
        other.auto_open = 0  # a cut would show
        sandbox.faults("sink", "drop_answer")
        with pytest.raises(ConnectionError):
            send(sandbox, "sink")
        other.request("GET", "/healthz")
        assert other.getresponse().read() == b'{"ok":true}'


def test_faults_are_played_in_order_and_as_often_as_asked(sandbox: Rehearsal):
    sandbox.faults("sink", "500", times=2)
    sandbox.faults("sink", "401")
    sandbox.faults("slack", "429")
    assert [send(sandbox, "sink").status_code for _ in range(4)] == [500, 500, 401, 200]


def test_a_fault_can_wait_for_one_method(sandbox: Rehearsal):
    sandbox.faults("slack", "500", on="chat.postMessage")
    test = requests.post(f"{sandbox.http}/slack/api/auth.test", headers=TOKEN, timeout=10)
    assert test.json()["ok"] is True
    assert send(sandbox, "slack").status_code == 500


def test_a_fault_can_let_some_requests_pass_first(sandbox: Rehearsal):
    sandbox.faults("slack", "500", on="chat.postMessage", after=2)
    assert [send(sandbox, "slack").status_code for _ in range(4)] == [200, 200, 500, 200]


def test_a_fault_can_wait_for_a_query(sandbox: Rehearsal):
    sandbox.faults("stripe", "500", on="/customers?starting_after")
    url, key = f"{sandbox.http}/stripe/v1/customers", {"Authorization": "Bearer rk_test_sandbox"}
    assert requests.get(url, headers=key, timeout=10).status_code == 200
    later = requests.get(url, {"starting_after": "cus_1"}, headers=key, timeout=10)
    assert later.status_code == 500


def test_waiting_faults_are_listed_and_dropped(sandbox: Rehearsal):
    sandbox.faults("sink", "500", times=2)
    send(sandbox, "sink")
    [waiting] = requests.get(f"{sandbox.http}/faults", timeout=10).json()
    assert (waiting["fault"], waiting["times"]) == ("500", 1)
    sandbox.calm()
    assert send(sandbox, "sink").status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"system": "slack", "fault": "cut:1"},
        {"system": "smtp", "fault": "drop_answer"},
        {"system": "smtp", "fault": "cut:9"},
        {"system": "fax", "fault": "500"},
        {"system": "slack", "fault": "500", "times": 0},
        {"system": "slack", "fault": "500", "often": 2},
    ],
)
def test_a_fault_nothing_would_play_is_refused(sandbox: Rehearsal, fault):
    answer = requests.post(f"{sandbox.http}/faults", json=fault, timeout=10)
    assert answer.status_code == 400
