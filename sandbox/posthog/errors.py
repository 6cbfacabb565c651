"""How PostHog says no: a type, a code, a detail, and the attribute it is about, which for queries is none."""


class Refused(Exception):  # noqa: N818 - an answer PostHog gives, not a defect
    """Becomes an answer with this status."""

    def __init__(
        self, detail: str, status: int = 400, kind: str = "validation_error", code: str = "invalid_input"
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.kind = kind
        self.code = code
        self.headers: dict[str, str] = {}

    @classmethod
    def throttled(cls, wait_s: int) -> "Refused":
        """Too many requests; when to come again."""
        detail = f"Request was throttled. Expected available in {wait_s} seconds."
        refused = cls(detail, 429, "throttled_error", "throttled")
        refused.headers["Retry-After"] = str(wait_s)
        return refused

    @property
    def content(self) -> dict[str, str | None]:
        """The answer's body."""
        return {"type": self.kind, "code": self.code, "detail": self.detail, "attr": None}
