"""Payloads that fit their template, and how the others are refused."""

import json

import pytest

from templates.content import Unrenderable
from templates.examples import RENEWAL
from templates.payload import PAYLOAD_LIMIT, TEMPLATES, decode
from templates.render import render
from tests.templates.examples import ALERT, EXAMPLES, payload


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_has_an_example_that_survives_the_way_through_json(name: str) -> None:
    assert decode(name, payload(EXAMPLES[name])) == EXAMPLES[name]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_renders(name: str) -> None:
    keys = {
        "slack": {"text", "blocks", "news"},
        "home": {"text", "blocks", "news"},
        "card": {"text", "body", "actions", "news"},
        "mail": {"subject", "html", "text", "language", "language_from"},
        "task": {"subject", "text", "priority", "due_on", "owner", "done"},
        "note": {"text", "organization"},
        "record": {"fields"},
    }
    assert set(json.loads(render(name, payload(EXAMPLES[name])))) == keys[TEMPLATES[name].medium]


def altered(content: str, **changes: object) -> str:
    return json.dumps({**json.loads(content), **changes})


def without(content: str, field: str) -> str:
    return json.dumps({name: value for name, value in json.loads(content).items() if name != field})


@pytest.mark.parametrize(
    ("template", "sent", "reason", "place"),
    [
        ("nudge", payload(ALERT), "unknown_template", "nudge"),
        ("../alert", payload(ALERT), "unknown_template", "alert"),
        ("alert", "", "payload_unreadable", "JSON"),
        ("alert", '{"account_key": "A"', "payload_unreadable", "JSON"),
        ("alert", "[]", "payload_invalid", "object"),
        ("alert", without(payload(ALERT), "account_name"), "payload_invalid", "account_name"),
        ("alert", altered(payload(ALERT), score=101), "payload_invalid", "score"),
        ("alert", altered(payload(ALERT), band="fine"), "payload_invalid", "band"),
        ("alert", altered(payload(ALERT), why="because"), "payload_invalid", "why"),
        ("alert", altered(payload(ALERT), currency="euro"), "payload_invalid", "currency"),
        ("alert", altered(payload(ALERT), mrr_minor=1.5), "payload_invalid", "mrr_minor"),
        ("alert", altered(payload(ALERT), renewal_on="soon"), "payload_invalid", "renewal_on"),
        ("alert", altered(payload(ALERT), language="../../x"), "payload_invalid", "language"),
        ("alert", " " * (PAYLOAD_LIMIT + 1), "payload_too_large", "bytes"),
        ("renewal", altered(payload(RENEWAL), seats=None, price=None), "payload_invalid", "price"),
        ("renewal", altered(payload(RENEWAL), price={"now_minor": 1}), "payload_invalid", "next_minor"),
        ("renewal", altered(payload(RENEWAL), language_from="me"), "payload_invalid", "language_from"),
        ("renewal", without(payload(RENEWAL), "links"), "payload_invalid", "links"),
        ("renewal", without(payload(RENEWAL), "auto_renew"), "payload_invalid", "auto_renew"),
        ("renewal", payload(ALERT), "payload_invalid", "links"),
    ],
)
def test_a_wrong_payload_is_refused_with_its_place(template: str, sent: str, reason: str, place: str) -> None:
    with pytest.raises(Unrenderable) as caught:
        render(template, sent)
    assert caught.value.reason == reason
    assert place in str(caught.value)


@pytest.mark.parametrize(
    "change", [{"band": "SECRET-41"}, {"language": "SECRET-41!"}, {"score": "SECRET-41"}]
)
def test_a_refusal_repeats_no_value(change: dict[str, str]) -> None:
    with pytest.raises(Unrenderable) as caught:
        render("alert", altered(payload(ALERT), **change))
    assert "SECRET-41" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_field_that_a_newer_worker_added_is_skipped() -> None:
    assert render("alert", altered(payload(ALERT), mood="sunny")) == render("alert", payload(ALERT))
