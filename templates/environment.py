"""Jinja with almost everything taken out: templates arrange words, they do not compute.

Four fences, each enough for most escapes alone: only listed kinds of expression are compiled (no
arithmetic, no literal lists, no concatenation, no set blocks); only fields of plain values can be read,
never an attribute of an object; only our macros can be called and only our filters used; and every
turn, call and character counts down (`templates.rendering`).
"""

from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path

from babel import Locale
from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateAssertionError, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.ext import InternationalizationExtension
from jinja2.runtime import Context, LoopContext, Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from markupsafe import Markup, escape

from templates.bidi import FSI, bdi, isolated, unbdi
from templates.filters import FILTERS
from templates.markdown import literal
from templates.mrkdwn import inert, mention, url
from templates.plain import Plain
from templates.prose import prose, prose_day
from templates.rendering import CURRENT, STEPS, Rendering
from templates.translation import FILTER, Said, said, translated

FOLDER = Path(__file__).parent
SOURCE_LIMIT = 32_768
"""Characters of literal text in one template."""
ADMITTED: frozenset[type[nodes.Node]] = frozenset(
    {
        nodes.And,
        nodes.Assign,
        nodes.Block,
        nodes.Call,
        nodes.Compare,
        nodes.CondExpr,
        nodes.Const,
        nodes.Extends,
        nodes.Filter,
        nodes.For,
        nodes.FromImport,
        nodes.Getattr,
        nodes.If,
        nodes.Import,
        nodes.Keyword,
        nodes.Macro,
        nodes.Name,
        nodes.Not,
        nodes.Operand,
        nodes.Or,
        nodes.Output,
        nodes.Template,
        nodes.TemplateData,
        nodes.Test,
    }
)
ADMITTED_TESTS = ("none",)
LOOP_FIELDS = frozenset({"first", "index", "last"})


class Environment(ImmutableSandboxedEnvironment):
    """The environment of one medium. ``escape`` makes any text safe there."""

    newstyle_gettext = True
    """Jinja's extension leaves the values of ``{% trans %}`` beside its words, for `Said` to take up."""

    def __init__(self, *, autoescape: bool, tags_end_lines: bool = True) -> None:
        """Keep nothing that Jinja brings along: no globals, no filters, one test."""
        super().__init__(
            loader=FileSystemLoader(FOLDER),
            autoescape=autoescape,
            undefined=StrictUndefined,
            finalize=self.written,
            optimized=False,  # folding would freeze the locale of whoever renders first
            auto_reload=False,
            trim_blocks=tags_end_lines,
            lstrip_blocks=tags_end_lines,
            extensions=[InternationalizationExtension],
        )
        self.globals.clear()
        self.policies["ext.i18n.trimmed"] = True
        self.filters = {**FILTERS, "rows": _rows, "said": said, FILTER: translated}
        self.filters |= {"attribute": _attribute, "prose": prose, "prose_day": prose_day}
        self.tests = {name: TESTS[name] for name in ADMITTED_TESTS}

    @pass_context
    def written(self, _context: Context, value: object) -> object:
        """An expression's value on its way out: text or a number, or `SecurityError`."""
        if isinstance(value, Undefined):
            return value  # says by itself what is missing
        text = value if isinstance(value, str) else _figure(value)
        CURRENT.get().write(len(text))
        return text if isinstance(text, Markup) else self.escaped(text)

    def escaped(self, text: str) -> str:
        """Text as this medium needs it, with names kept from reordering what is around them.

        HTML is escaped by Jinja itself, but for such names.
        """
        marked = isolated(text)
        return bdi(marked) if self.autoescape and FSI in marked else marked

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002 - Jinja's own signature
    ) -> str:
        source = Said(self).visit(source)
        _admit(source)
        for loop in source.find_all(nodes.For):
            _bind(loop, self)
        return super()._generate(source, name, filename, defer_init)

    def getattr(self, obj: object, attribute: str) -> object:
        """A field of a plain value, a macro of an import, the place in a loop; nothing else."""
        if isinstance(obj, dict):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, LoopContext) and attribute in LOOP_FIELDS:
            return getattr(obj, attribute)
        macro = super().getattr(obj, attribute)
        return macro if isinstance(macro, Macro) else self.unsafe_undefined(obj, attribute)

    def is_safe_callable(self, obj: object) -> bool:
        """Macros alone; each call is a step."""
        CURRENT.get().step()
        return isinstance(obj, Macro)


class SlackEnvironment(Environment):
    """Values are mrkdwn-escaped; what macros hand on is not escaped twice."""

    def __init__(self) -> None:
        """Add the two filters that make Slack's own marks."""
        super().__init__(autoescape=True, tags_end_lines=False)
        self.filters |= {"mention": mention, "url": url}

    def escaped(self, text: str) -> str:
        """Text that Slack shows and does not act on."""
        return Markup(isolated(inert(text)))  # noqa: S704 - it is escaped


class MarkdownEnvironment(Environment):
    """Values are text that Markdown shows as it is; what macros hand on is not escaped twice."""

    def __init__(self) -> None:
        """Escape as HTML's does, but by Markdown's rules."""
        super().__init__(autoescape=True)

    def escaped(self, text: str) -> str:
        """Text without a mark, a link or a cell of its own."""
        return Markup(isolated(literal(text)))  # noqa: S704 - it is escaped


def filled(template: Template, values: Mapping[str, Plain], locale: Locale, steps: int = STEPS) -> str:
    """The template's words. Raises what Jinja and the filters raise; `SecurityError` past a bound."""
    token = CURRENT.set(Rendering(locale, steps))
    try:
        return "".join(template.generate(values))
    finally:
        CURRENT.reset(token)


def _figure(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise SecurityError(f"a template may not print a {type(value).__name__}")
    return str(value)


def _attribute(text: str) -> Markup:
    """Text for where HTML takes no elements: its marks stay characters."""
    return unbdi(escape(isolated(text)))


def _rows(items: object) -> Iterator[object]:
    if not isinstance(items, tuple):
        raise SecurityError(f"a template may not walk a {type(items).__name__}")
    for item in items:
        CURRENT.get().step()
        yield item


def _bind(loop: nodes.For, environment: Environment) -> None:
    loop.iter = nodes.Filter(loop.iter, "rows", [], [], None, None, lineno=loop.lineno)
    loop.iter.set_environment(environment)


def _admit(source: nodes.Template) -> None:
    literal = 0
    for node in _nodes(source):
        literal += len(node.data) if isinstance(node, nodes.TemplateData) else 0
        if type(node) not in ADMITTED or getattr(node, "recursive", False):
            raise TemplateAssertionError(f"{type(node).__name__} is not for templates", node.lineno)
        if isinstance(node, nodes.Const) and isinstance(node.value, float) and not isfinite(node.value):
            raise TemplateAssertionError("a number is too large", node.lineno)  # Python cannot write it
    if literal > SOURCE_LIMIT:
        raise TemplateAssertionError("the template is too long", source.lineno)


def _nodes(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _nodes(child)
