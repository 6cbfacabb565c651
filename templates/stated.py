"""What a letter states: the fields that its templates write, in each of its parts."""

from functools import cache

from jinja2 import nodes

from templates.environment import FOLDER
from templates.render import environment

PARTS = (("html", "html.j2"), ("text", "txt.j2"))


@cache
def stated(letter: str) -> frozenset[str]:
    """Return the fields of its content that both parts of a letter write, by name."""
    found = [_names(medium, f"email/{letter}.{ending}") for medium, ending in PARTS]
    return frozenset.intersection(*found)


def _names(medium: str, file: str) -> frozenset[str]:
    source = (FOLDER / file).read_text(encoding="utf-8")
    tree = environment(medium).parse(source)
    return frozenset(name.name for name in tree.find_all(nodes.Name) if name.ctx == "load")
