"""What all our errors that a person can act on have in common."""


class Actionable(Exception):  # noqa: N818 - a kind of error, not an error
    """Its text says what is wrong, where, and what to do; a command prints it and no traceback."""
