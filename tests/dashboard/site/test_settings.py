"""Settings: what is in force and where it is set; nothing that is secret is in the page."""

import re

import pytest

from config.settings import Settings
from tests.dashboard.site.conftest import Desk
from worker import in_force

CANARIES = {
    "SEATSIGNAL_SLACK_TOKEN": "xoxb-canary-slack",
    "SEATSIGNAL_MAIL_PASSWORD": "canary-mail",
    "SEATSIGNAL_STRIPE_KEY": "sk_canary",
    "SEATSIGNAL_STRIPE_BASE_URL": "https://someone:canary-url@stripe.example",
}


def cells(page: str, variable: str) -> list[str]:
    row = re.search(rf'<th scope="row">{variable}</th>(.*?)</tr>', page, re.DOTALL)
    assert row, variable
    told = re.findall(r"<td[^>]*>(.*?)</td>", row[1], re.DOTALL)
    return [re.sub(r"<[^>]+>|\s+", " ", each).strip() for each in told]


def test_every_setting_of_ours_is_there(desk: Desk):
    page = desk.browser("admin").get("/settings").text

    for name in Settings.model_fields:
        assert cells(page, f"SEATSIGNAL_{name.upper()}")
    assert desk.deployment.policy.hash in page
    assert cells(page, "SEATSIGNAL_COMPANY_NAME")[0] == "Lumen Works"


def test_where_each_is_set_is_said_and_what_is_secret_is_not(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SEATSIGNAL_LEASE_S", "12")
    monkeypatch.setenv("SEATSIGNAL_SLACK_BASE_URL", "https://slack.example/api")

    page = desk.browser("admin").get("/settings").text

    assert "canary" not in page
    assert cells(page, "SEATSIGNAL_SLACK_TOKEN")[:2] == ["(set)", "the environment"]
    assert cells(page, "SEATSIGNAL_SLACK_BASE_URL")[:2] == ["https://slack.example/api", "the environment"]
    assert cells(page, "SEATSIGNAL_LEASE_S")[1] == "the environment"
    assert cells(page, "SEATSIGNAL_TICK_S")[1] == "default"


def test_keys_and_passwords_of_ours_are_set_and_no_more(monkeypatch: pytest.MonkeyPatch):
    key = "A" * 43 + "="
    chosen = Settings.model_validate(
        {
            "database_url": "postgresql://seat:canary@db.example/seat?sslpassword=canary-key",
            "broker_url": "redis://:canary@broker.example/0",
            "encryption_keys": key,
        }
    )
    monkeypatch.setenv("SEATSIGNAL_ENCRYPTION_KEYS", key)

    told = {each.variable: each for each in in_force.own(chosen)}

    assert "canary" not in str(told)
    assert key not in str(told)
    assert told["SEATSIGNAL_ENCRYPTION_KEYS"][1:3] == ("(set)", "the environment")
    assert told["SEATSIGNAL_BROKER_URL"].value == "(set)"
    assert "seat:***@db.example" in told["SEATSIGNAL_DATABASE_URL"].value


@pytest.mark.parametrize("role", ["csm", "manager", "support"])
def test_settings_are_for_whoever_administers(desk: Desk, role: str):
    assert desk.browser(role).get("/settings").status_code == 403
