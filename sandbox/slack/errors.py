"""How a Slack method says no."""

from collections.abc import Iterable


class Refused(Exception):  # noqa: N818 - an answer Slack gives, not a defect
    """Becomes `{"ok": false, "error": name}`.

    `problems` go where Slack puts its explanations; `retry_after_s` makes it an HTTP 429.
    """

    def __init__(self, name: str, problems: Iterable[str] = (), retry_after_s: int = 0) -> None:
        super().__init__(name)
        self.name = name
        self.problems = [str(problem) for problem in problems]
        self.retry_after_s = retry_after_s
