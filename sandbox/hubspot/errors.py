"""How HubSpot says no."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

Problem = dict[str, Any]


class Refused(Exception):  # noqa: N818 - an answer HubSpot gives, not a defect
    """Becomes HubSpot's error body under a status; ``more`` are further fields of it."""

    def __init__(self, status: int, category: str, message: str, **more: Any) -> None:  # noqa: ANN401 - any JSON
        super().__init__(message)
        self.status = status
        self.content = failure(category, message, **more) | {"correlationId": str(uuid.uuid4())}


def failure(category: str, message: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A failure as HubSpot words it, of a call or of one object of a batch."""
    return {"status": "error", "category": category, "message": message, **more}


def invalid(message: str, **context: Sequence[str]) -> Refused:
    """What is asked for cannot be."""
    return Refused(400, "VALIDATION_ERROR", message, **({"context": context} if context else {}))


def not_found(message: str = "resource not found") -> Refused:
    """What is asked for is not there."""
    return Refused(404, "OBJECT_NOT_FOUND", message)


def missing_scopes(required: Sequence[str]) -> Refused:
    """The key may not do this; any one of the scopes would do."""
    one = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": list(required)},
    }
    words = "This app hasn't been granted all required scopes to make this call."
    return Refused(403, "MISSING_SCOPES", words, errors=[one])


def limited(policy: str) -> Refused:
    """Too many calls. HubSpot says which limit it was, and not how long to wait."""
    words = {"DAILY": "daily", "SECONDLY": "secondly"}.get(policy, "ten_secondly_rolling")
    return Refused(
        429, "RATE_LIMITS", f"You have reached your {words} limit.", errorType="RATE_LIMIT", policyName=policy
    )


def values_refused(problems: Sequence[Problem]) -> tuple[str, str]:
    """Category and message of values that are not valid, which HubSpot packs into the message as JSON."""
    return "VALIDATION_ERROR", f"Property values were not valid: {msgspec.json.encode(problems).decode()}"


def problem(name: str, error: str, message: str) -> Problem:
    """What is wrong with one value."""
    return {
        "isValid": False,
        "message": message,
        "error": error,
        "name": name,
        "localizedErrorMessage": message,
    }
