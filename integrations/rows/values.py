"""A value of a typed system, as the text that a CSV file would hold."""

from decimal import Decimal

from msgspec.json import encode


def as_text(value: object) -> str:  # noqa: PLR0911 - one for each type
    """Return a value as CSV would write it: nothing for none, a list with commas, an object as JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case Decimal():
            return format(value, "f")
        case bytes() | memoryview():
            return bytes(value).decode(errors="surrogateescape")
        case list() | tuple():
            return ",".join(map(as_text, value))
        case dict():
            return encode(value, enc_hook=str).decode()
        case _:
            return str(value)
