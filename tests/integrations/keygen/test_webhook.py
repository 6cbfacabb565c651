"""Keygen's webhooks: which events matter, and what a signature covers."""

import json

import pytest

from integrations import registry
from integrations.errors import Misconfigured, Rejected
from integrations.keygen.events import MATTERS, matters
from integrations.roles import Patient
from tests.integrations.keygen.company import LICENSES
from tests.integrations.keygen.webhook_rig import event, public_key, rig, sign

SECRET, NOW = "account-key", 1_800_000_000
BODY = event(1, "license.created", LICENSES[0])


@pytest.fixture
def opened(monkeypatch):
    def webhook(**changed: str):
        key = {"SEATSIGNAL_KEYGEN_WEBHOOK_PUBLIC_KEY": public_key(SECRET)}
        for name, value in {**rig().good, **key, **changed}.items():
            monkeypatch.setenv(name, value)
        return registry.webhook("keygen", clock=lambda: NOW)

    return webhook


@pytest.mark.parametrize(
    ("name", "does"),
    [
        ("license.created", True),
        ("license.expired", True),
        ("license.entitlements.attached", True),
        ("machine.created", True),
        ("machine.deleted", True),
        ("policy.updated", True),
        ("license.validation.succeeded", False),
        ("license.validation.failed", False),
        ("license.usage.incremented", False),
        ("license.checked-out", False),
        ("machine.heartbeat.ping", False),
        ("machine.updated", False),
        ("user.password-reset", False),
        ("release.published", False),
        ("something.new", False),
    ],
)
def test_only_what_a_pull_would_bring_matters(name, does):
    assert matters(name, {}) is does


@pytest.mark.parametrize(
    ("chosen", "name", "does"),
    [
        ({"machine.*": True}, "machine.heartbeat.dead", True),
        ({"license.*": False}, "license.renewed", False),
        ({"license.*": False, "license.renewed": True}, "license.renewed", True),
        ({"license.usage.reset": True}, "license.usage.reset", True),
        ({"license.usage.reset": True}, "license.usage.incremented", False),
        ({"*": True}, "release.published", True),
    ],
)
def test_settings_say_what_matters_besides(chosen, name, does):
    assert matters(name, chosen) is does


def test_every_event_is_of_some_kind():
    assert "*" in MATTERS


def test_noise_is_taken_and_not_kept(opened):
    noise = event(2, "license.validation.succeeded", LICENSES[0])
    assert opened().verify(sign(noise, NOW, SECRET), noise) == ""
    chosen = json.dumps({"license.validation.succeeded": True})
    assert opened(SEATSIGNAL_KEYGEN_WEBHOOK_EVENTS=chosen).verify(sign(noise, NOW, SECRET), noise)


def test_a_pull_is_dear_so_no_call_rings_for_one(opened):
    assert isinstance(opened(), Patient)


def test_the_digest_is_made_of_what_came_and_not_believed(opened):
    other = event(3, "license.deleted", LICENSES[0])
    with pytest.raises(Rejected, match="does not fit"):
        opened().verify(sign(BODY, NOW, SECRET), other)


@pytest.mark.parametrize("url", ["https://elsewhere.example/seatsignal/webhooks/keygen", "https://x.example"])
def test_the_address_that_is_called_is_signed(opened, url):
    with pytest.raises(Rejected, match="SEATSIGNAL_PUBLIC_URL"):
        opened(SEATSIGNAL_KEYGEN_WEBHOOK_URL=url).verify(sign(BODY, NOW, SECRET), BODY)


def test_an_account_that_is_set_by_its_slug_is_not_compared(opened):
    assert opened(SEATSIGNAL_KEYGEN_ACCOUNT="sundial").verify(sign(BODY, NOW, SECRET), BODY)
    other = "00000002-acc0-4000-8000-000000000000"
    with pytest.raises(Rejected, match="another account"):
        opened(SEATSIGNAL_KEYGEN_ACCOUNT=other).verify(sign(BODY, NOW, SECRET), BODY)


def test_another_algorithm_is_no_signature(opened):
    headers = dict(sign(BODY, NOW, SECRET))
    headers["Keygen-Signature"] = headers["Keygen-Signature"].replace("ed25519", "rsa-sha256")
    with pytest.raises(Rejected) as caught:
        opened().verify(headers, BODY)
    assert caught.value.reason == "signature_missing"


def test_a_payload_that_is_no_licence_says_nothing(opened):
    for payload in ({}, {"id": 7}):
        assert list(opened().parse(event(1, "license.created", payload))) == []


def test_a_key_that_is_none_is_refused(opened):
    with pytest.raises(Misconfigured, match="SEATSIGNAL_KEYGEN_WEBHOOK_PUBLIC_KEY"):
        opened(SEATSIGNAL_KEYGEN_WEBHOOK_PUBLIC_KEY="abc")
