"""Who we are to Zendesk: told by settings, checked before anything else, and renewed in time."""

from collections.abc import Iterator
from contextlib import closing

import pytest
import responses
from pydantic import SecretStr

from integrations.errors import Misconfigured, RetryLater
from integrations.settings import settings
from integrations.zendesk.access import LIFE_S, MARGIN_S, Access
from integrations.zendesk.answers import Me
from integrations.zendesk.settings import ZendeskSettings
from integrations.zendesk.source import ZendeskSource
from tests.integrations.zendesk.book import NOW_S, seed, truth
from tests.rehearsal import Rehearsal

BASE = "https://seller.zendesk.example"
CLIENT = {"client_id": "seatsignal", "client_secret": SecretStr("zendesk-sandbox-secret")}
PERSON = {"email": "admin@seller.example", "token": SecretStr("zendesk-sandbox-token")}


def chosen(base_url: str, **more: object) -> ZendeskSettings:
    return ZendeskSettings(base_url=base_url, **more)  # type: ignore[arg-type]  # as the model checks


def made(base_url: str, **more: object) -> ZendeskSource:
    return ZendeskSource(chosen(base_url, **more), clock=lambda: NOW_S)


@pytest.fixture
def zendesk(sandbox: Rehearsal) -> str:
    sandbox.set_clock(NOW_S)
    sandbox.seed("zendesk", seed())
    return f"{sandbox.http}/zendesk"


@pytest.mark.parametrize("who", [CLIENT, PERSON, CLIENT | PERSON], ids=["client", "person", "both"])
def test_either_way_in_leads_to_everything(zendesk: str, who: dict[str, object]) -> None:
    with closing(made(zendesk, **who)) as source:
        source.check()
        assert {record for page in source.pull(None) for record in page.records} == truth()


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (PERSON | {"email": "agent@seller.example"}, "not_admin"),
        (PERSON | {"email": "nobody@seller.example"}, "unauthorized"),
        (PERSON | {"token": SecretStr("canary-4471")}, "unauthorized"),
        (CLIENT | {"client_id": "another"}, "unauthorized"),
        (CLIENT | {"client_secret": SecretStr("canary-4471")}, "unauthorized"),
    ],
)
def test_who_may_not_read_is_told_before_the_first_pull(
    zendesk: str, who: dict[str, object], reason: str
) -> None:
    with closing(made(zendesk, **who)) as source, pytest.raises(Misconfigured) as caught:
        source.check()
    assert caught.value.reason == reason
    assert "SEATSIGNAL_ZENDESK_" in str(caught.value)
    assert "canary" not in f"{caught.value!r}{caught.value}"


@pytest.mark.parametrize(
    ("status", "body", "who", "reason"),
    [
        (200, {"user": {"id": None, "role": "end-user", "name": "Anonymous user"}}, PERSON, "unauthorized"),
        (404, {"error": "RecordNotFound"}, PERSON, "no_account"),
        (404, {"error": "RecordNotFound"}, CLIENT, "no_account"),
        (400, {"error": "invalid_scope"}, CLIENT, "no_token"),
        (422, {"error": "unsupported"}, CLIENT, "no_token"),
    ],
)
@responses.activate
def test_what_is_wrong_with_the_account_is_told(
    status: int, body: dict[str, object], who: dict[str, object], reason: str
) -> None:
    responses.get(f"{BASE}/api/v2/users/me", status=status, json=body)
    responses.post(f"{BASE}/oauth/tokens", status=status, json=body)
    with closing(made(BASE, **who)) as source, pytest.raises(Misconfigured) as caught:
        source.check()
    assert caught.value.reason == reason
    assert "SEATSIGNAL_ZENDESK_" in str(caught.value)


@responses.activate
def test_a_vendor_that_cannot_give_a_token_now_is_asked_later() -> None:
    responses.post(f"{BASE}/oauth/tokens", status=503)
    with closing(made(BASE, **CLIENT)) as source, pytest.raises(RetryLater):
        source.check()


class Clock:
    now = 5.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def vendor() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}/api/v2/users/me", json={"user": {"id": 1}})
        yield mock


@pytest.mark.parametrize(("lives", "life_s"), [({"expires_in": 1_800}, 1_800), ({}, LIFE_S)])
def test_a_token_is_renewed_before_it_ends(
    vendor: responses.RequestsMock, lives: dict[str, int], life_s: int
) -> None:
    for number in (1, 2):
        vendor.post(f"{BASE}/oauth/tokens", json={"access_token": f"token-{number}", **lives})
    clock = Clock()
    with closing(Access(chosen(BASE, **CLIENT), clock)) as access:
        sent = []
        for second in (0.0, life_s - MARGIN_S - 1, life_s - MARGIN_S, life_s):
            clock.now = 5.0 + second
            access.http().get("api/v2/users/me", Me)
            sent.append(str(vendor.calls[-1].request.headers["Authorization"]))
    assert sent == ["Bearer token-1", "Bearer token-1", "Bearer token-2", "Bearer token-2"]


def test_a_token_asks_for_reading_alone() -> None:
    with responses.RequestsMock() as mock:
        token = mock.post(f"{BASE}/oauth/tokens", json={"access_token": "t", "expires_in": 600})
        Access(chosen(BASE, **CLIENT)).http()
    assert token.calls[0].request.body == (
        b'{"client_id":"seatsignal","client_secret":"zendesk-sandbox-secret",'
        b'"grant_type":"client_credentials","scope":"read","expires_in":3600}'
    )
    assert "Authorization" not in token.calls[0].request.headers


# -- settings ----------------------------------------------------------------------------------------

SET = {"SUBDOMAIN": "seller", "CLIENT_ID": "seatsignal", "CLIENT_SECRET": "s"}


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "set SEATSIGNAL_ZENDESK_SUBDOMAIN, SEATSIGNAL_ZENDESK_CLIENT_ID"),
        ({"SUBDOMAIN": "seller"}, "set SEATSIGNAL_ZENDESK_CLIENT_ID, SEATSIGNAL_ZENDESK_CLIENT_SECRET"),
        (SET | {"CLIENT_SECRET": ""}, "set SEATSIGNAL_ZENDESK_CLIENT_SECRET"),
        (SET | {"CLIENT_ID": ""}, "set SEATSIGNAL_ZENDESK_CLIENT_ID"),
        ({"SUBDOMAIN": "seller", "TOKEN": "t"}, "set SEATSIGNAL_ZENDESK_EMAIL"),
        ({"SUBDOMAIN": "seller", "EMAIL": "a@seller.example"}, "set SEATSIGNAL_ZENDESK_TOKEN"),
        (SET | {"SUBDOMAIN": "seller.zendesk.com"}, "SEATSIGNAL_ZENDESK_SUBDOMAIN: "),
        (SET | {"TOPIC": "tag"}, "SEATSIGNAL_ZENDESK_TOPIC: "),
        (SET | {"TOPIC": "field:billing"}, "SEATSIGNAL_ZENDESK_TOPIC: "),
        (SET | {"EXTERNAL_ID": "paddle"}, "SEATSIGNAL_ZENDESK_EXTERNAL_ID: "),
        (SET | {"PAGE_SIZE": "1001"}, "SEATSIGNAL_ZENDESK_PAGE_SIZE: "),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(
    variables: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"SEATSIGNAL_ZENDESK_{name}", value)
    with pytest.raises(Misconfigured) as caught:
        settings(ZendeskSettings)
    assert told in str(caught.value)


def test_the_subdomain_is_part_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SET.items():
        monkeypatch.setenv(f"SEATSIGNAL_ZENDESK_{name}", value)
    assert settings(ZendeskSettings).address == "https://seller.zendesk.com"


def test_no_setting_shows_a_secret() -> None:
    made = chosen(BASE, token=SecretStr("canary-1"), email="a@seller.example")
    assert "canary" not in f"{made!r}{made}{made.model_dump()}{made.model_dump_json()}"
