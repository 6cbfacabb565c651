"""How Chargebee says no: apidocs.chargebee.com/docs/api/error-handling."""


class Refused(Exception):  # noqa: N818 - an answer Chargebee gives, not a defect
    """Becomes the answer under a status; ``param`` names what is at fault."""

    def __init__(
        self, status: int, code: str, message: str, *, param: str = "", after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {} if after_s is None else {"Retry-After": str(after_s)}
        self.content = {
            "message": message,
            "type": "invalid_request",
            "api_error_code": code,
            **({"param": param} if param else {}),
            "http_status_code": status,
        }
