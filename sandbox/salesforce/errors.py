"""How Salesforce says no."""

from collections.abc import Sequence
from typing import Any


class Refused(Exception):  # noqa: N818 - an answer Salesforce gives, not a defect
    """Becomes Salesforce's list of errors under a status."""

    def __init__(self, status: int, code: str, message: str, fields: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.content: Any = [
            {"message": message, "errorCode": code, **({"fields": fields} if fields else {})}
        ]


class NoToken(Refused):
    """Becomes what OAuth says."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(400, error, description)
        self.content = {"error": error, "error_description": description}


class NotSaved(Exception):  # noqa: N818 - as above
    """What is wrong with one record of a collection."""

    def __init__(self, code: str, message: str, *fields: str) -> None:
        super().__init__(message)
        self.content = {"statusCode": code, "message": message, "fields": fields}


def malformed(message: str) -> Refused:
    """What is sent cannot be read."""
    return Refused(400, "JSON_PARSER_ERROR", message)


def no_field(kind: str, name: str) -> Refused:
    """There is no such field, or it is hidden from whoever asks."""
    return Refused(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {kind}", (name,))
