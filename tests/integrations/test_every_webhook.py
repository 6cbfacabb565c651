"""What every webhook must do, picked up from the registry: refuse all that is not genuine, tell what is."""

import random
from collections.abc import Callable, Mapping
from contextlib import closing

import pytest

from config.settings import Settings
from health.records import Record
from health.streams import Told
from integrations import registry
from integrations.errors import Misconfigured, Rejected
from integrations.roles import Webhook
from tests.integrations.source_rig import source_rig
from tests.integrations.webhook_rig import Delivery, WebhookRig, webhook_rig
from tests.rehearsal import Rehearsal
from worker.secrets import secrets

NAMES = tuple(registry.WEBHOOKS)
TIMED = tuple(name for name in NAMES if webhook_rig(name).tolerance_s is not None)
ASKED = tuple(name for name in NAMES if name not in registry.PUSHED)
NOW = 1_800_000_000
SECRET, OLD, OTHER = "whsec_canary_1", "whsec_canary_2", "whsec_canary_3"
MUTATIONS = 4_000
SEED = 20_260_615


@pytest.fixture
def tried(name: str, monkeypatch: pytest.MonkeyPatch) -> WebhookRig:
    rig = webhook_rig(name)
    for variable, value in {**rig.good, rig.secret: rig.as_set(SECRET)}.items():
        monkeypatch.setenv(variable, value)
    return rig


def opened(tried: WebhookRig, at_s: float = NOW) -> Webhook:
    return registry.webhook(tried.vendor, clock=lambda: at_s)


def signed(tried: WebhookRig, delivery: Delivery, at_s: int = NOW, secret: str = SECRET) -> Mapping[str, str]:
    return tried.sign(delivery.body, at_s, secret)


def refused(webhook: Webhook, headers: Mapping[str, str], body: bytes) -> Rejected:
    with pytest.raises(Rejected) as caught:
        webhook.verify(headers, body)
    told = f"{caught.value!r}{caught.value}{caught.value.__context__!r}"
    assert [secret for secret in (SECRET, OLD, OTHER) if secret in told] == []
    return caught.value


@pytest.mark.parametrize("name", NAMES)
def test_it_lies_where_its_name_says(name: str) -> None:
    entry = registry.WEBHOOKS[name]
    assert name in registry.SOURCES
    assert entry.builder.startswith(f"integrations.{name}.webhook:")
    assert entry.settings == registry.SOURCES[name].settings


@pytest.mark.parametrize("name", NAMES)
def test_a_delivery_is_known_by_its_event_each_time_it_comes(tried: WebhookRig) -> None:
    webhook = opened(tried)
    for delivery in tried.deliveries:
        again = [
            webhook.verify(signed(tried, delivery, NOW + late_s), delivery.body) for late_s in (0, 1, 60)
        ]
        assert again == [delivery.event] * 3
    assert len({delivery.event for delivery in tried.deliveries}) == len(tried.deliveries)


@pytest.mark.parametrize("written", [str.lower, str.upper, str.title])
@pytest.mark.parametrize("name", NAMES)
def test_names_of_headers_may_be_in_any_case(tried: WebhookRig, written: Callable[[str], str]) -> None:
    delivery = tried.deliveries[0]
    headers = {written(key): value for key, value in signed(tried, delivery).items()}
    assert opened(tried).verify({"Host": "ours.example", **headers}, delivery.body) == delivery.event


def mutated(chance: random.Random, whole: bytes) -> bytes:
    """The bytes with one of them changed, left out, doubled or added, or cut off somewhere."""
    at = chance.randrange(len(whole))
    match chance.randrange(5):
        case 0:
            new = whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :]
        case 1:
            new = whole[:at] + whole[at + 1 :]
        case 2:
            new = whole[:at] + whole[at : at + 1] + whole[at:]
        case 3:
            new = whole[:at] + bytes([chance.randrange(256)]) + whole[at:]
        case _:
            new = whole[:at]
    return new if new != whole else mutated(chance, whole)


@pytest.mark.parametrize("name", NAMES)
def test_a_body_that_was_changed_is_refused(tried: WebhookRig) -> None:
    chance, webhook = random.Random(SEED), opened(tried)
    for n in range(MUTATIONS):
        delivery = tried.deliveries[n % len(tried.deliveries)]
        refused(webhook, signed(tried, delivery), mutated(chance, delivery.body))


@pytest.mark.parametrize("name", NAMES)
def test_headers_that_were_changed_are_refused(tried: WebhookRig) -> None:
    chance, webhook = random.Random(SEED), opened(tried)
    for n in range(MUTATIONS):
        delivery = tried.deliveries[n % len(tried.deliveries)]
        headers = dict(signed(tried, delivery))
        changed = chance.choice(sorted(headers))
        headers[changed] = mutated(chance, headers[changed].encode()).decode("latin-1")
        refused(webhook, headers, delivery.body)


@pytest.mark.parametrize("name", NAMES)
def test_missing_and_foreign_signatures_are_refused(tried: WebhookRig) -> None:
    webhook = opened(tried)
    delivery, other = tried.deliveries[:2]
    refused(webhook, {}, delivery.body)
    refused(webhook, dict.fromkeys(signed(tried, delivery), ""), delivery.body)
    refused(webhook, signed(tried, other), delivery.body)
    refused(webhook, signed(tried, delivery, secret=OTHER), delivery.body)
    for missing in signed(tried, delivery):
        left = {name: value for name, value in signed(tried, delivery).items() if name != missing}
        refused(webhook, left, delivery.body)


@pytest.mark.parametrize("name", TIMED)
def test_only_what_was_signed_just_now_is_taken(tried: WebhookRig) -> None:
    delivery, edge = tried.deliveries[0], tried.tolerance_s
    assert edge is not None
    for skew_s in (-edge, 0, edge):
        assert opened(tried).verify(signed(tried, delivery, NOW + skew_s), delivery.body) == delivery.event
    for skew_s in (-edge - 1, edge + 1, -86_400, 86_400):
        refused(opened(tried), signed(tried, delivery, NOW + skew_s), delivery.body)


@pytest.mark.parametrize("name", NAMES)
def test_two_secrets_are_taken_while_they_are_rotated(
    tried: WebhookRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = tried.deliveries[0]
    refused(opened(tried), signed(tried, delivery, secret=OLD), delivery.body)
    monkeypatch.setenv(tried.old, tried.as_set(OLD))
    rotating = opened(tried)
    for secret in (SECRET, OLD):
        assert rotating.verify(signed(tried, delivery, secret=secret), delivery.body) == delivery.event
    refused(rotating, signed(tried, delivery, secret=OTHER), delivery.body)


@pytest.mark.parametrize("name", NAMES)
def test_without_a_secret_it_says_which_setting_is_missing(
    tried: WebhookRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(tried.secret)
    delivery = tried.deliveries[0]
    for secret in (SECRET, ""):
        with pytest.raises(Misconfigured, match=tried.secret):
            opened(tried).verify(signed(tried, delivery, secret=secret), delivery.body)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"\xff", b'{"id":7}', b'{"id":"","data":{}}'])
@pytest.mark.parametrize("name", NAMES)
def test_a_body_that_is_no_event_is_refused_though_its_signature_is_good(
    tried: WebhookRig, body: bytes
) -> None:
    refused(opened(tried), tried.sign(body, NOW, SECRET), body)
    with pytest.raises(Rejected):
        list(opened(tried).parse(body))


def assert_it_says(tried: WebhookRig, webhook: Webhook) -> None:
    for delivery in tried.deliveries:
        said = list(webhook.parse(delivery.body))
        assert set(said) == delivery.records
        assert len(said) == len(delivery.records)
    assert any(delivery.records for delivery in tried.deliveries)


@pytest.mark.parametrize("name", sorted(registry.PUSHED))
def test_a_delivery_of_who_cannot_be_asked_says_what_it_should(tried: WebhookRig) -> None:
    assert_it_says(tried, opened(tried))


@pytest.mark.parametrize("name", ASKED)
def test_a_delivery_says_what_a_pull_brings(
    tried: WebhookRig, sandbox: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = source_rig(tried.vendor, sandbox)
    rig.open_book()
    for variable, value in rig.good.items():
        monkeypatch.setenv(variable, value)
    with closing(registry.source(tried.vendor, clock=lambda: rig.clock_s)) as source:
        pulled = {record for page in source.pull(None) for record in page.records}
    assert_it_says(tried, opened(tried, rig.clock_s))
    assert frozenset[Record | Told]().union(*(each.records for each in tried.deliveries)) <= pulled


@pytest.mark.parametrize("name", NAMES)
def test_it_shows_no_secret(tried: WebhookRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tried.old, tried.as_set(OLD))
    told = f"{opened(tried)!r}{registry.WEBHOOKS[tried.vendor].model()()!r}"
    assert SECRET not in told
    assert OLD not in told
    if tried.as_set is str:  # else what is set is no secret
        assert {SECRET, OLD} <= secrets(Settings()), "else logs do not redact them"
