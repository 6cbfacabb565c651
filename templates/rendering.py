"""What one rendering has in hand: the locale of its words, and how much it may still do."""

from contextvars import ContextVar
from dataclasses import dataclass

from babel import Locale
from jinja2.exceptions import SecurityError

STEPS = 5_000
"""Turns of loops and calls of macros in one rendering; our longest letter takes under 100."""
CHARACTERS = 1_000_000
"""Characters that one rendering may write, counting again what a macro hands on."""


@dataclass(slots=True)
class Rendering:
    """Counts down, so that no template can run for long or fill the memory, whatever it says."""

    locale: Locale
    steps_left: int = STEPS
    characters_left: int = CHARACTERS

    def step(self) -> None:
        """One turn of a loop or one call of a macro. Raises `SecurityError` when none is left."""
        self.steps_left -= 1
        if self.steps_left < 0:
            raise SecurityError("the template takes too many steps")

    def write(self, characters: int) -> None:
        """So many characters are about to be written. Raises `SecurityError` when it is too much."""
        self.characters_left -= characters
        if self.characters_left < 0:
            raise SecurityError("the template writes too much")


CURRENT: ContextVar[Rendering] = ContextVar("rendering")
"""The rendering of this thread or task; filters read its locale."""
