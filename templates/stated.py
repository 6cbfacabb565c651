"""What a letter states: the fields that its templates write, in each of its parts."""

from functools import cache
from pathlib import Path
from typing import get_type_hints

from jinja2 import nodes

from templates.environment import FOLDER
from templates.payload import TEMPLATES
from templates.render import environment

PARTS = (("html", "html.j2"), ("text", "txt.j2"))


@cache
def stated(letter: str, folder: Path = FOLDER) -> frozenset[str]:
    """Return the fields of its content that both parts of a letter write, by name.

    To ask for a field is not to state it, but for one that is yes or no: words follow from it.
    """
    hints = get_type_hints(TEMPLATES[letter].content)
    flags = frozenset(name for name, hint in hints.items() if hint is bool)
    parts = [_names(medium, folder / f"email/{letter}.{ending}", flags) for medium, ending in PARTS]
    return frozenset.intersection(*parts)


def _names(medium: str, file: Path, flags: frozenset[str]) -> frozenset[str]:
    tree = environment(medium).parse(file.read_text(encoding="utf-8"))
    written = [_loaded(output) for output in tree.find_all(nodes.Output)]
    return frozenset().union(*written, _loaded(tree) & flags)


def _loaded(node: nodes.Node) -> frozenset[str]:
    return frozenset(name.name for name in node.find_all(nodes.Name) if name.ctx == "load")
