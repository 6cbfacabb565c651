"""How Zendesk says no."""

from collections.abc import Mapping


class Refused(Exception):  # noqa: N818 - an answer Zendesk gives, not a defect
    """Becomes an answer of that status; ``error`` is its name there, ``description`` what a person reads."""

    def __init__(
        self,
        status: int,
        error: str,
        description: str = "",
        headers: Mapping[str, str] | None = None,
        details: object = None,
    ) -> None:
        super().__init__(error)
        self.status = status
        more = {"description": description, "details": details}
        self.body = {"error": error} | {name: value for name, value in more.items() if value}
        self.headers = dict(headers or {})
