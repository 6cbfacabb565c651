"""The page docs/catalogue.md, made from the catalogue: ``seatsignal metrics --markdown`` prints it."""

import textwrap
from collections.abc import Iterator
from datetime import datetime

import yaml

from cli.metrics import kind, parts
from config.metrics import Catalogue, Entry

WIDTH = 118
YAML_WIDTH = 90  # a line is broken once it is longer
HEAD = """\
Every figure and every measure: what it is, what it tells, how it is read, and what to do about it. A
**figure** is of the whole book or a part of it; a **measure** is of one account, and rules of the policy
may name it. [What the numbers mean](metrics.md) says how a verdict is made from measures.

This page is made by `seatsignal metrics --markdown`. `seatsignal metrics NAME` tells one entry and computes
its example; with `--value`, what it comes to today, and of how many accounts that is known. `--by plan`
splits it, `--spread` tells how it lies over accounts, `--worst` names the ten at the worse end. A measure is
always told as it lies over accounts, with the share of them that reads each word of its bands.

Numbers in examples are rounded to two places, and names are invented. A share has its `part` and its
`whole`, so that shares can be added up, and Wilson's interval at 95 %; of nothing it is `not_applicable`,
never 0 %. Bands are half-open: an edge belongs to the band that begins there. What an example of a figure
does not give (rules of renewal, bands, next steps) is what ships. Measures are given as
[facts](metrics.md#value-not-applicable-unknown) of an account, `daily` as runs of [days, value] up to
yesterday."""


def page(catalogue: Catalogue) -> str:
    """Return the page as Markdown."""
    return "\n".join(_lines(catalogue)) + "\n"


def _lines(catalogue: Catalogue) -> Iterator[str]:
    yield "# The metric catalogue"
    for paragraph in HEAD.split("\n\n"):
        yield from ("", *_wrapped(paragraph))
    yield ""
    for family in catalogue.values():
        links = ", ".join(f"[{name}](#{name})" for name in family.entries)
        yield from _wrapped(f"- **{family.title}**: {links}", "  ")
    for family in catalogue.values():
        yield from ("", f"## {family.title}", "", *_wrapped(family.about))
        for name, entry in family.entries.items():
            yield from _entry(name, entry)


def _entry(name: str, entry: Entry) -> Iterator[str]:
    yield from ("", f"### {name}", "")
    yield from _wrapped(f"**{entry.title}** ({kind(entry)}, {entry.unit}). {entry.definition}")
    yield ""
    for label, text in list(parts(entry))[1:]:
        shown = _marked(label, text)
        yield from _wrapped(f"- **{label}**: {shown}", "  ")
    yield from (
        "",
        "```yaml",
        *yaml_of({"given": entry.example.given, "gives": entry.example.gives}).splitlines(),
    )
    yield "```"


def _marked(label: str, text: str) -> str:
    """Return a text with names of columns and functions as code, and names of entries as links."""
    if label in {"measured from", "computed by"}:
        return ", ".join(f"`{each}`" for each in text.split(", "))
    if label == "tools":
        return ", ".join(f"`{each}`" if " " in each else each for each in text.split(", "))
    if label == "connects to":
        return ", ".join(f"[{each}](#{each})" for each in text.split(", "))
    return text.replace("|", "\\|")


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


class _Dumper(yaml.SafeDumper):
    """Writes an instant as ISO text."""


_Dumper.add_representer(
    datetime, lambda dumper, at: dumper.represent_str(at.isoformat().replace("+00:00", "Z"))
)


def yaml_of(value: object) -> str:
    """Return a value as YAML, short lists and mappings on one line."""
    return yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=None,
        sort_keys=False,
        allow_unicode=True,
        width=YAML_WIDTH,
    )
