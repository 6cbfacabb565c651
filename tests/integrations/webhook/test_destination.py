"""Notices as CloudEvents: what they say, how they are signed, and to where they never go."""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from typing import Any

import pytest
import responses

from health.nouns import Notice
from integrations import registry, signed
from integrations.errors import Misconfigured
from integrations.roles import Destination
from integrations.webhook.event import kind
from sandbox.webhook.routes import SECRET
from templates.render import render
from tests.docs.pages import DOCS
from tests.integrations.webhook.schema import misfits, schema
from tests.templates.examples import EXAMPLES, payload

URL = "https://events.customer.example/hooks/health"
SCHEMA = DOCS / "integrations" / "webhook.schema.json"
TOLD = (
    "alert",
    "recovered",
    "expansion",
    "alert_task",
    "recovered_task",
    "expansion_task",
    "operator",
    "digest",
)


@pytest.fixture
def destination(monkeypatch: pytest.MonkeyPatch) -> Iterator[Destination]:
    monkeypatch.setenv("SEATSIGNAL_WEBHOOK_URL", URL)
    monkeypatch.setenv("SEATSIGNAL_WEBHOOK_SECRET", SECRET)
    with closing(registry.destination("webhook")) as opened:  # type: ignore[type-var]  # all have it
        yield opened


@pytest.fixture
def receiver() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        mock.add("POST", URL, status=202, body="thanks")
        yield mock


def notice(template: str, key: str = "csm/böhm/2026/alert/7") -> Notice:
    content = payload(EXAMPLES[template])
    body = render(template, content)
    return Notice(key, "webhook", "message", f"t/{key}", 7, template, "success", content, body, attempt=1)


def sent(mock: responses.RequestsMock) -> tuple[dict[str, str], bytes]:
    request = mock.calls[-1].request
    return dict(request.headers), bytes(request.body or b"")


def test_an_event_is_a_cloud_event(destination: Destination, receiver: responses.RequestsMock) -> None:
    [receipt] = destination.deliver([notice("alert_task")])
    headers, body = sent(receiver)
    told = json.loads(body)
    said = json.loads(payload(EXAMPLES["alert_task"]))
    assert receipt.outcome == "sent"
    assert headers["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    assert {name: told[name] for name in ("specversion", "id", "source", "subject", "datacontenttype")} == {
        "specversion": "1.0",
        "id": "csm/böhm/2026/alert/7",
        "source": "/seatsignal",
        "subject": said["account_key"],
        "datacontenttype": "application/json",
    }
    assert told["data"]["said"]["flags"] == said["flags"]
    assert said["account_name"] in told["data"]["subject"]
    assert said["flags"][0]["evidence"] in told["data"]["text"]
    assert (told["data"]["audience"], told["data"]["template"]) == ("success", "alert")


def test_a_receiver_knows_it_by_three_headers(
    destination: Destination, receiver: responses.RequestsMock
) -> None:
    [receipt] = destination.deliver([notice("alert_task")])
    headers, body = sent(receiver)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(b64decode(SECRET.removeprefix("whsec_")), signed, sha256).digest()
    assert headers["webhook-signature"] == f"v1,{b64encode(digest).decode()}"
    assert receipt.remote == headers["webhook-id"]


def test_two_secrets_sign_while_they_are_rotated(
    monkeypatch: pytest.MonkeyPatch, receiver: responses.RequestsMock
) -> None:
    new = "whsec_" + b64encode(bytes(range(32))).decode()
    for name, value in (("URL", URL), ("SECRET", new), ("SECRET_OLD", SECRET)):
        monkeypatch.setenv(f"SEATSIGNAL_WEBHOOK_{name}", value)
    list(registry.destination("webhook").deliver([notice("alert_task")]))
    headers, body = sent(receiver)
    for secret in (new, SECRET):
        key = b64decode(secret.removeprefix("whsec_"))
        assert (
            signed.event([key], headers, body, float(headers["webhook-timestamp"])) == headers["webhook-id"]
        )


def test_the_same_notice_has_the_same_ids_each_time(
    destination: Destination, receiver: responses.RequestsMock
) -> None:
    ids = set()
    for key in ("k", "k", "other"):
        list(destination.deliver([notice("operator", key)]))
        headers, body = sent(receiver)
        ids.add((headers["webhook-id"], json.loads(body)["id"]))
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("template", "said", "expected"),
    [
        ("alert", {"why": "first"}, "alert.opened"),
        ("alert_task", {"why": "worsened"}, "alert.updated"),
        ("alert", {"why": "window_opened", "corrected_on": "2026-06-01"}, "alert.corrected"),
        ("recovered_task", {"why": "recovered"}, "alert.closed"),
        ("expansion_task", {}, "expansion.opened"),
        ("operator", {"why": "first"}, "operator.told"),
        ("week", {}, "week.told"),
    ],
)
def test_the_type_says_what_happened(template: str, said: dict[str, object], expected: str) -> None:
    assert kind(template, said) == f"com.seatsignal.{expected}"


@pytest.mark.parametrize("template", TOLD)
def test_what_is_said_fits_the_schema_that_is_published(
    template: str, destination: Destination, receiver: responses.RequestsMock
) -> None:
    list(destination.deliver([notice(template)]))
    told = json.loads(sent(receiver)[1])["data"]
    published = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert misfits(told, published, published) == []
    assert "contacts" not in told["said"]


def test_the_schema_that_is_published_is_that_of_the_code() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema()


def _without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda data: data["said"].pop(name)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("text"),
        lambda data: data.update(thread=7),
        lambda data: data["said"].update(band="fine"),
        lambda data: data["said"].update(score=101),
        lambda data: data["said"]["flags"][0].update(kind=""),
        _without("account_key"),
    ],
)
def test_a_schema_that_anything_fits_proves_nothing(spoil: Callable[[dict[str, Any]], object]) -> None:
    said = json.loads(payload(EXAMPLES["alert"]))
    data = {"template": "alert", "thread": "t", "audience": "a", "subject": "", "text": "x", "said": said}
    assert misfits(data, schema(), schema()) == []
    spoil(data)
    assert misfits(data, schema(), schema())


def test_markup_of_another_medium_is_none_here(
    destination: Destination, receiver: responses.RequestsMock
) -> None:
    told = notice("operator")
    list(destination.deliver([Notice(**{**_fields(told), "body": b'{"text": "A &amp; B &lt;c&gt;"}'})]))
    assert json.loads(sent(receiver)[1])["data"]["text"] == "A & B <c>"


def _fields(told: Notice) -> dict[str, Any]:
    return {name: getattr(told, name) for name in told.__slots__}


def test_a_receiver_that_wants_no_more_is_left_alone(destination: Destination) -> None:
    with responses.RequestsMock() as mock:
        mock.add("POST", URL, status=410)
        with pytest.raises(Misconfigured, match="SEATSIGNAL_WEBHOOK_URL") as caught:
            list(destination.deliver([notice("operator")]))
    assert caught.value.reason == "gone"


@pytest.mark.parametrize(
    "url",
    [
        "http://events.customer.example/",
        "https://a:b@customer.example/",
        "https://customer.example/?key=1",
        "x",
    ],
)
def test_an_address_that_would_leak_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATSIGNAL_WEBHOOK_URL", url)
    monkeypatch.setenv("SEATSIGNAL_WEBHOOK_SECRET", SECRET)
    with pytest.raises(Misconfigured) as caught:
        registry.destination("webhook")
    assert caught.value.reason == "base_url"


@pytest.mark.parametrize(
    "host", ["10.1.2.3", "169.254.169.254", "[::ffff:127.0.0.1]", "100.64.0.1", "192.168.0.9"]
)
def test_an_address_inside_is_never_called(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATSIGNAL_WEBHOOK_URL", f"https://{host}/hook")
    monkeypatch.setenv("SEATSIGNAL_WEBHOOK_SECRET", SECRET)
    with closing(registry.destination("webhook")) as opened, pytest.raises(Misconfigured) as caught:  # type: ignore[type-var]  # all have it
        list(opened.deliver([notice("operator")]))
    assert caught.value.reason == "address_not_public"


@pytest.mark.parametrize("secret", ["whsec_", "whsec_c2hvcnQ=", "whsec_not base64", "whsec_" + "A" * 92])
def test_a_secret_that_nobody_could_use_is_refused(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATSIGNAL_WEBHOOK_URL", URL)
    monkeypatch.setenv("SEATSIGNAL_WEBHOOK_SECRET", secret)
    with pytest.raises(Misconfigured, match="set SEATSIGNAL_WEBHOOK_SECRET to whsec_ and 24 to 64") as caught:
        registry.destination("webhook")
    assert secret.removeprefix("whsec_") not in str(caught.value) or secret == "whsec_"
