"""What is vendored is what its authors published."""

from hashlib import sha256

from templates.environment import FOLDER

HTMX = "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
"""Of ``dist/htmx.min.js`` in htmx.org 2.0.11."""


def test_htmx_is_as_published():
    assert sha256((FOLDER / "site" / "htmx.min.js").read_bytes()).hexdigest() == HTMX
    assert "Zero-Clause BSD" in (FOLDER / "site" / "htmx.LICENSE.txt").read_text(encoding="utf-8")
