"""Templates that try to leave their box: a table of them in every medium, and random ones of their parts."""

import random
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import jinja2
from babel import Locale

from templates.environment import Environment, MarkdownEnvironment, SlackEnvironment, filled
from templates.render import FAILURES
from tests.chaos.security.measured import Tally
from tests.chaos.verdict import Verdict
from tests.templates.test_escapes import ESCAPES, VALUES

MEDIA: Sequence[Callable[[], Environment]] = (
    lambda: Environment(autoescape=True),
    lambda: Environment(autoescape=False),
    SlackEnvironment,
    MarkdownEnvironment,
)
LONGEST_S = 2.0
TELLTALE = re.compile(r"<(?:class|function|bound|built-in|module|method|Macro|template)|object at 0x|root:")
"""What is only seen of something that no template may see."""
_PART = re.compile(r"\w+|\W")


def bar(size: int, seed: int) -> Verdict:
    """Try the table in every medium, and so many templates made of its parts."""
    tally, chance = Tally("templates", seed=seed), random.Random(seed)
    for make in MEDIA:
        for source in ESCAPES:
            tally.count(int(not refused(make(), source)))
    for _ in range(size):
        tally.count(int(escaped(chance.choice(MEDIA)(), woven(chance))))
    return tally.verdict(len(ESCAPES) * len(MEDIA) + size).against({"jinja_alone": control()})


def control() -> int:
    """How many that reach for Python's objects Jinja itself lets through; others would fill the memory."""
    alone = jinja2.Environment(autoescape=True)
    harmless = [source for source in ESCAPES if "__" in source and not re.search("000|popen|passwd", source)]
    return sum(not refused(alone, source) for source in harmless)


def refused(environment: jinja2.Environment, source: str) -> bool:
    """Whether a template ends in a refusal, in time."""
    begun = time.process_time()
    try:
        filled(environment.from_string(source), VALUES, Locale("en"))
    except FAILURES:
        return time.process_time() - begun < LONGEST_S
    except Exception:  # noqa: BLE001 - no refusal, but a defect
        return False
    return False


def escaped(environment: jinja2.Environment, source: str) -> bool:
    """Whether a template shows what it may not, runs on, or ends in another error than a refusal."""
    begun, shown = time.process_time(), ""
    try:
        with suppress(*FAILURES):
            shown = filled(environment.from_string(source), VALUES, Locale("en"))
    except Exception:  # noqa: BLE001 - as above
        return True
    return bool(TELLTALE.search(shown)) or time.process_time() - begun > LONGEST_S


def woven(chance: random.Random) -> str:
    """A template of pieces of two or three of the table's, often with brackets that fit."""
    parts: list[str] = []
    for source in chance.choices(ESCAPES[:-1], k=chance.randint(2, 3)):
        words = _PART.findall(source[:200].strip("{}% "))
        begin = chance.randrange(len(words))
        parts += words[begin : begin + chance.randint(1, 12)]
    inner = "".join(parts).replace("{{", "").replace("}}", "")
    return (
        chance.choice(
            ("{{ %s }}", "{{ (%s) }}", "{%% set x = %s %%}{{ x }}", "{%% if %s %%}x{%% endif %%}", "%s")
        )
        % inner
    )
