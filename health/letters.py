"""Letters: which of them a customer must get, and which may stay away."""

from collections.abc import Mapping

NOTICE, NUDGE = "notice", "nudge"
"""A notice tells what the customer has to know in time and is never held back; a nudge suggests something."""
LETTERS: Mapping[str, str] = {"failed_payment": NOTICE, "approaching_limit": NUDGE, "renewal": NOTICE}
"""Every letter by its template, and which of the two it is."""
