"""How Intercom says no."""

from collections.abc import Mapping


class Refused(Exception):  # noqa: N818 - an answer Intercom gives, not a defect
    """Becomes an answer of that status; ``code`` is its name there."""

    def __init__(
        self, status: int, code: str, message: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"type": "error.list", "errors": [{"code": code, "message": message}]}
        self.headers = dict(headers or {})
