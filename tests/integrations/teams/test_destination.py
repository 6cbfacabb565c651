"""Cards reach the right channel, one after the other, and whatever is answered says what happens next."""

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
import responses
from pydantic import SecretStr

from integrations import channels
from integrations.channels import LATER_S
from integrations.errors import Misconfigured
from integrations.teams.destination import TeamsDestination
from integrations.teams.settings import TeamsSettings
from tests.integrations.rig import Expected
from tests.integrations.teams.rig import NOWHERE, SIGNATURE, address, rig
from tests.integrations.test_every_destination import assert_is, ended
from tests.rehearsal import Rehearsal

HOST = "https://prod-07.westeurope.logic.azure.example"
SECRET = "canary-7731"


def settings(http: str, *channels: str) -> TeamsSettings:
    addresses = {channel: SecretStr(address(http, channel)) for channel in channels}
    return TeamsSettings(channels=addresses, calls_per_minute=600_000)


@pytest.fixture
def teams(sandbox: Rehearsal) -> Iterator[TeamsDestination]:
    with closing(TeamsDestination(settings(sandbox.http, "success", "sales"))) as opened:
        yield opened


@pytest.fixture
def afar() -> Iterator[TeamsDestination]:
    """Where Microsoft's servers would be."""
    channels = {"success": SecretStr(address(HOST, "success", SECRET))}
    with closing(TeamsDestination(TeamsSettings(channels=channels, calls_per_minute=600_000))) as opened:
        yield opened


def test_each_channel_has_its_own_cards(sandbox: Rehearsal, teams: TeamsDestination) -> None:
    made = rig(sandbox).notice
    notices = [made("a"), made("b", owner="sales"), made("c", owner="ops"), made("d", owner="Success")]
    receipts = [(receipt.outcome, receipt.reason) for receipt in teams.deliver(notices)]
    assert receipts == [("sent", ""), ("sent", ""), ("rejected", "no_channel"), ("rejected", "no_channel")]
    effects = sandbox.ledger(system="teams")["effects"]
    assert [(each["key"], each["channel_or_to"]) for each in effects] == [("a", "success"), ("b", "sales")]


def test_the_first_card_of_a_thread_is_what_later_ones_follow(
    sandbox: Rehearsal, teams: TeamsDestination
) -> None:
    made = rig(sandbox).notice
    [first] = teams.deliver([made("k1")])
    [second] = teams.deliver([made("k2", remote=first.remote)])
    [third] = teams.deliver([made("k3", remote=second.remote)])
    assert (first.remote, second.remote, third.remote) == ("k1", "k1", "k1")
    effects = sandbox.ledger(system="teams")["effects"]
    assert [(each["key"], each["thread"]) for each in effects] == [("k1", "k1"), ("k2", "k1"), ("k3", "k1")]


@pytest.mark.parametrize(
    ("status", "body", "expected", "reason"),
    [
        (202, "", "sent", ""),
        (200, "", "sent", ""),
        (200, "1", "sent", ""),
        (202, '{"accepted": true}', "sent", ""),
        (200, "<html>Sign in</html>", "retry", "unexpected_answer"),
        (200, "Webhook message delivery failed with error: HTTP error 429", "retry", "unexpected_answer"),
        (400, '{"error": {"code": "TriggerInputSchemaMismatch"}}', "rejected", "status_400"),
        (404, "gone", "rejected", "status_404"),
        (413, "", "rejected", "status_413"),
        (404, '{"error": {"code": "WorkflowNotFound"}}', Misconfigured, "workflow_not_found"),
        (400, '{"error": {"code": "WorkflowTriggerIsNotEnabled"}}', Misconfigured, "workflow_turned_off"),
        (401, '{"error": {"code": "DirectApiAuthorizationRequired"}}', Misconfigured, "unauthorized"),
    ],
)
def test_what_a_workflow_answers_becomes_what_happens_next(
    afar: TeamsDestination, status: int, body: str, expected: Expected, reason: str
) -> None:
    with responses.RequestsMock() as mock:
        mock.add(
            "POST", f"{HOST}/teams/workflows/success/triggers/manual/paths/invoke", status=status, body=body
        )
        end = ended(afar, [rig(NOWHERE).notice("k")])
        assert mock.calls[0].request.url == address(HOST, "success", SECRET)
        assert mock.calls[0].request.headers["Content-Type"].startswith("application/json")
    assert_is(end, expected, reason)
    assert SECRET not in f"{end!r}{end}"
    assert not isinstance(end, Misconfigured) or "the channel 'success'" in str(end)


@pytest.mark.parametrize(
    "wrong",
    [
        "http://workflows.example/a?sig=1",
        "https://user@workflows.example/a",
        "https://workflows.example",
        "https://workflows.example/?sig=1",
        "https://workflows.example/a#b",
        "https:///a",
        "https://[workflows/a",
        "workflows.example/a",
        "file:///etc/passwd",
        "",
    ],
)
def test_an_address_that_is_none_or_would_leak_is_never_called(wrong: str) -> None:
    with (
        closing(TeamsDestination(TeamsSettings(channels={"success": SecretStr(wrong)}))) as opened,
        responses.RequestsMock() as mock,
    ):
        with pytest.raises(Misconfigured) as caught:
            opened.check()
        with pytest.raises(Misconfigured):
            list(opened.deliver([rig(NOWHERE).notice("k")]))
        assert caught.value.reason == "address_invalid"
        assert "the channel 'success'" in str(caught.value)
        assert not mock.calls


@pytest.mark.parametrize("host", ["10.0.0.8", "169.254.169.254", "[fd00::1]", "0x7f000001"])
def test_an_address_in_a_network_that_is_not_public_is_not_connected_to(host: str) -> None:
    channels = {"success": SecretStr(f"https://{host}/workflows/a?sig={SECRET}")}
    with closing(TeamsDestination(TeamsSettings(channels=channels))) as opened:
        end = ended(opened, [rig(NOWHERE).notice("k")])
    assert_is(end, Misconfigured, "address_not_public")


@pytest.mark.parametrize("fault", ["401", "429", "500", "html", "drop_answer", "refuse", "hang"])
def test_no_address_is_told_or_logged_whatever_happens(
    sandbox: Rehearsal, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    hasty = settings(sandbox.http, "success").model_copy(update={"timeout_s": 0.5})
    with closing(TeamsDestination(hasty)) as opened:
        for number in range(2):
            sandbox.faults("teams", fault, on="/workflows/")
            end = ended(opened, [rig(sandbox).notice(f"k{number}")])
            assert not isinstance(end, list) or end[0].outcome == "retry"
            told = f"{end!r}{end}{getattr(end, '__context__', '')}{opened!r}{vars(opened)}{caplog.text}"
            assert not [secret for secret in (SIGNATURE, "/workflows/", sandbox.http) if secret in told]


def test_a_check_posts_nothing_and_needs_every_server_to_answer(
    sandbox: Rehearsal, teams: TeamsDestination
) -> None:
    teams.check()
    assert teams.vitals.clock_skew_s is not None
    assert sandbox.ledger(system="teams")["effects"] == []


@pytest.mark.parametrize("status", [200, 301, 401, 403, 404, 405])
def test_whatever_a_server_says_of_its_root_it_answers(afar: TeamsDestination, status: int) -> None:
    with responses.RequestsMock() as mock:
        mock.add("GET", f"{HOST}/", status=status)
        afar.check()
        assert [call.request.url for call in mock.calls] == [f"{HOST}/"]


def test_cards_of_one_worker_are_spread_over_the_second(
    sandbox: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests, now = list[float](), [100.0]

    def rest(seconds: float) -> None:
        rests.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(channels, "_rest", rest)
    monkeypatch.setattr(channels, "_clock", lambda: now[0])
    slow = TeamsSettings(channels=settings(sandbox.http, "success").channels)
    with closing(TeamsDestination(slow)) as opened:
        list(opened.deliver([rig(sandbox).notice(key) for key in "abc"]))
        now[0] += 0.1
        list(opened.deliver([rig(sandbox).notice("d")]))
        now[0] += 60.0
        list(opened.deliver([rig(sandbox).notice("e")]))
    assert rests == pytest.approx([0.0, 0.25, 0.25, 0.15, 0.0])


def test_a_channel_that_needs_a_person_is_raised_once_a_day_and_then_waits_alone(
    sandbox: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(channels, "_clock", lambda: now[0])
    monkeypatch.setattr(channels, "_rest", lambda _: None)
    made = rig(sandbox).notice
    gone, well = made("a", owner="nobody"), made("b")
    chosen = settings(sandbox.http, "nobody", "success")
    with closing(TeamsDestination(chosen)) as opened:
        assert_is(ended(opened, [gone, well]), Misconfigured, "workflow_not_found")
        now[0] += 86_399.0
        receipts = [(each.outcome, each.reason, each.after_s) for each in opened.deliver([gone, well])]
        assert receipts == [("retry", "workflow_not_found", LATER_S), ("sent", "", 0.0)]
        now[0] += 1.0
        assert_is(ended(opened, [gone, well]), Misconfigured, "workflow_not_found")
        opened._channels._clients["nobody"] = opened._channels.client("success")
        assert_is(ended(opened, [gone]), "sent", "")
        opened._channels._clients.pop("nobody").close()
        assert_is(ended(opened, [gone]), Misconfigured, "workflow_not_found")


def test_a_refusal_for_one_channel_leaves_its_notice_to_a_person_and_the_next_passes(
    sandbox: Rehearsal, teams: TeamsDestination
) -> None:
    made = rig(sandbox).notice
    words = {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "x"}]}
    unknown_here = {"type": "Container", "style": "good", "items": [words]}
    said = {"body": [unknown_here], "actions": [], "news": []}
    broken = replace(made("a"), body=json.dumps(said).encode())
    receipts = [(each.outcome, each.reason) for each in teams.deliver([broken, made("b")])]
    assert receipts == [("rejected", "status_400"), ("sent", "")]
