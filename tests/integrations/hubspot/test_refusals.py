"""HubSpot's ways of saying no."""

import json
from typing import Any

import pytest

from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.http import Refusal
from integrations.hubspot.answers import Failure
from integrations.hubspot.refusals import explained, failed

CANARY = "customer@firm.example"


def invalid(*problems: dict[str, Any]) -> str:
    return f"Property values were not valid: {json.dumps(problems)}"


def missing(name: str) -> dict[str, Any]:
    return {"isValid": False, "error": "PROPERTY_DOESNT_EXIST", "name": name, "message": CANARY}


SCOPES = {"requiredGranularScopes": ["crm.objects.companies.write"]}


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason", "after_s"),
    [
        (
            403,
            {"category": "MISSING_SCOPES", "errors": [{"context": SCOPES}]},
            Misconfigured,
            "missing_scopes",
            0,
        ),
        (403, {"category": "MISSING_SCOPES", "context": SCOPES}, Misconfigured, "missing_scopes", 0),
        (403, {"category": "MISSING_SCOPES"}, Misconfigured, "missing_scopes", 0),
        (429, {"policyName": "SECONDLY"}, RetryLater, "rate_limited", 1),
        (429, {"policyName": "TEN_SECONDLY_ROLLING"}, RetryLater, "rate_limited", 10),
        (429, {"policyName": "brand_new"}, RetryLater, "rate_limited", 10),
        (429, {}, RetryLater, "rate_limited", 10),
        (429, {"policyName": "DAILY"}, RetryLater, "daily_limit", 3_600),
        (423, {}, RetryLater, "locked", 2),
        (477, {}, RetryLater, "migrating", 0),
        (400, {"message": invalid(missing("seatsignal_band"))}, Misconfigured, "property_missing", 0),
        (400, {"message": invalid({"error": "INVALID_OPTION", "name": "x"})}, Rejected, "invalid_option", 0),
        (400, {"category": "VALIDATION_ERROR", "message": "Duplicate IDs"}, Rejected, "validation_error", 0),
        (400, {"category": "VALIDATION_ERROR", "message": "ids: [1]"}, Rejected, "validation_error", 0),
        (404, {"category": "OBJECT_NOT_FOUND"}, Rejected, "object_not_found", 0),
        (409, {"category": "CONFLICT"}, Rejected, "conflict", 0),
    ],
)
def test_refusals(
    status: int, body: dict[str, Any], kind: type[IntegrationError], reason: str, after_s: float
) -> None:
    error = explained(Refusal(status, json.dumps({"message": CANARY, **body}).encode(), 0.0))
    assert (type(error), error and error.reason) == (kind, reason)
    assert getattr(error, "after_s", 0) == after_s
    assert CANARY not in f"{error!r}{error}"


@pytest.mark.parametrize("status", [423, 429, 477])
def test_a_wish_to_wait_comes_first(status: int) -> None:
    error = explained(Refusal(status, b"{}", 17.0))
    assert isinstance(error, RetryLater)
    assert error.after_s == 17.0


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"category": 7}', b'{"category": "VAL', b"\xff"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500])
def test_where_the_body_says_nothing_the_status_decides(status: int, body: bytes) -> None:
    assert explained(Refusal(status, body, 0.0)) is None


def test_a_missing_scope_or_property_is_named_and_nothing_else_is() -> None:
    scopes = {"requiredGranularScopes": ["crm.objects.companies.write", CANARY, "<script>"]}
    body = json.dumps({"category": "MISSING_SCOPES", "context": scopes}).encode()
    assert str(explained(Refusal(403, body, 0.0))) == (
        "hubspot: the key in SEATSIGNAL_HUBSPOT_TOKEN lacks a scope: crm.objects.companies.write"
    )
    body = json.dumps({"message": invalid(missing("seatsignal_band"), missing(CANARY))}).encode()
    assert str(explained(Refusal(400, body, 0.0))) == (
        "hubspot has no property seatsignal_band; make the properties with the command: seatsignal crm setup"
    )


@pytest.mark.parametrize(
    ("failure", "kind", "reason"),
    [
        (Failure(category="RATE_LIMITS"), RetryLater, "not_written"),
        (Failure(category="INTERNAL_ERROR"), RetryLater, "not_written"),
        (Failure(category="OBJECT_NOT_FOUND"), Rejected, "object_not_found"),
        (Failure(category="VALIDATION_ERROR"), Rejected, "validation_error"),
        (Failure(message=invalid(missing("seatsignal_band"))), Misconfigured, "property_missing"),
        (Failure(), Rejected, "unnamed_error"),
        (Failure(category="<script>"), Rejected, "unnamed_error"),
    ],
)
def test_failures_of_one_object(failure: Failure, kind: type[IntegrationError], reason: str) -> None:
    error = failed(failure)
    assert (type(error), error.reason) == (kind, reason)
