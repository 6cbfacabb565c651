"""Templates before anything is sent: each can be compiled, and is given every name that it writes."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import FileSystemLoader, TemplateNotFound, TemplateSyntaxError, meta, nodes

from templates.environment import FOLDER, Environment
from templates.payload import TEMPLATES, Medium
from templates.render import environment
from templates.stated import PARTS

GIVEN = frozenset({"language", "subject", "_", "gettext", "ngettext"})
"""Names that a template has beside the fields of its content."""
_FOLDERS: dict[Medium, tuple[str, str]] = {
    "slack": ("slack", "slack"),
    "home": ("slack", "slack"),
    "card": ("slack", "slack"),
    "task": ("text", "crm"),
    "note": ("text", "helpdesk"),
}
"""The environment and the folder of what is not a mail; a record has no words."""


class Read(NamedTuple):
    """A template: why it cannot be compiled, else the names that it writes and the templates it builds on."""

    broken: str = ""
    names: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()


@cache
def problems(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return a line for each template that would fail as a notice is worded, with its place."""
    made = {
        kind: environment(kind).overlay(loader=FileSystemLoader(folder)) for kind in ("slack", "html", "text")
    }
    read = cache(lambda kind, file: _read(made[kind], folder, file))
    found: set[str] = set()
    for name, template in TEMPLATES.items():
        given = GIVEN.union(template.content.__struct_fields__)
        for kind, file in _files(name, template.medium, template.file):
            left = [file]
            for each in left:  # grows by what each builds on
                said = read(kind, each)
                found |= {f"templates/{said.broken}"} if said.broken else set()
                found |= {f"templates/{each}: nothing gives it {one!r}" for one in said.names - given}
                left += said.others.difference(left)
    return tuple(sorted(found))


def _files(name: str, medium: Medium, file: str) -> Iterator[tuple[str, str]]:
    """Yield which environment words a template from which files."""
    if medium == "mail":
        yield from ((kind, f"email/{file or name}.{ending}") for kind, ending in PARTS)
    elif medium in _FOLDERS:
        kind, folder = _FOLDERS[medium]
        own = {"task": name.removesuffix("_task"), "home": "own"}.get(medium, file or name)
        yield kind, f"{folder}/{own}.j2"


def _read(made: Environment, folder: Path, file: str) -> Read:
    try:
        made.get_template(file)
        tree = made.parse((folder / file).read_text(encoding="utf-8"))
    except TemplateSyntaxError as error:
        return Read(f"{error.name or file}:{error.lineno}: {error.message}")
    except TemplateNotFound:
        return Read(f"{file}: it is not there")
    for each in tree.find_all(
        nodes.Filter
    ):  # Jinja would look for one under a condition as late as it is met
        if each.name not in made.filters:
            return Read(f"{file}:{each.lineno}: there is no filter {each.name!r}")
    imported = {each.target for each in tree.find_all(nodes.Import)}
    others = frozenset(filter(None, meta.find_referenced_templates(tree)))
    return Read("", frozenset(meta.find_undeclared_variables(tree) - imported), others)
