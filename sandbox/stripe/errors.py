"""How Stripe says no."""


class Refused(Exception):  # noqa: N818 - an answer Stripe gives, not a defect
    """Becomes the object ``error`` under a status; what is empty is left out."""

    def __init__(self, status: int, message: str, *, code: str = "", param: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.content = {
            "type": "invalid_request_error",
            "message": message,
            **({"code": code} if code else {}),
            **({"param": param} if param else {}),
        }
