"""``{% trans %}`` and ``_()`` inside the fences: what a template says, in the language of its rendering.

Jinja's own extension reads both and makes calls of ``gettext`` of them. Here those calls become a filter,
so that still nothing can be called but our macros. A translation is text: it is escaped as any value is,
and its placeholders are replaced, never formatted.
"""

import re

from jinja2 import Environment, nodes
from jinja2.exceptions import SecurityError
from jinja2.visitor import NodeTransformer

from health.languages import DEFAULT
from templates.bidi import isolated
from templates.catalogues import catalogue
from templates.rendering import CURRENT

FILTER = "translated"
_SAID = frozenset({"_", "gettext", "ngettext"})
_PLACEHOLDER = re.compile(r"%(?:%|\((\w+)\)s)")


class Said(NodeTransformer):
    """Turns what Jinja's extension calls into a filter; any other call stays, and ends in a refusal."""

    def __init__(self, environment: Environment) -> None:
        """Make filters of an environment."""
        self._environment = environment

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's name for it
        """Replace ``gettext("words", name=value)`` and its kin; the words must stand in the template."""
        called = self.generic_visit(node)
        if not _is_said(node):
            return called
        words, *more = node.args
        said = nodes.Filter(words, FILTER, more, node.kwargs, node.dyn_args, node.dyn_kwargs)
        return said.set_lineno(node.lineno).set_environment(self._environment)


def _is_said(node: nodes.Call) -> bool:
    if not isinstance(node.node, nodes.Name) or node.node.name not in _SAID:
        return False
    words = node.args[: 2 if node.node.name == "ngettext" else 1]
    return bool(words) and all(map(_is_text, words))


def _is_text(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str)


def translated(singular: str, plural: str = "", count: int = 1, /, **values: object) -> str:
    """Words in the rendering's language, with values in their places."""
    if type(count) is not int:
        raise SecurityError(f"a template may not count by a {type(count).__name__}")
    said = catalogue(CURRENT.get().locale.language)
    words = said.ngettext(singular, plural, count) if plural else said.gettext(singular)
    return _PLACEHOLDER.sub(lambda found: _value(found, {"num": count, **values}), words)


def _value(found: re.Match[str], values: dict[str, object]) -> str:
    """The value of a placeholder. Raises `KeyError` for one that the template does not know."""
    if found[1] is None:
        return "%"
    value = values[found[1]]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise SecurityError(f"a template may not print a {type(value).__name__}")
    text = str(value)
    CURRENT.get().write(len(text))
    return isolated(text)


def said(text: str) -> str:
    """A `phrase` of ours in the rendering's language; empty where that language has none for it."""
    rendering = CURRENT.get()
    if not text or rendering.locale.language == DEFAULT:
        return text
    translation = catalogue(rendering.locale.language).gettext(text)
    return "" if translation == text else translation
