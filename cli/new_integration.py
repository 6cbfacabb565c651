"""``seatsignal new-integration``: the files that a vendor's folder begins with, in a checkout of ours."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template

from config.errors import Actionable

PARTS: Mapping[str, str] = {
    "integrations/{name}/settings.py": "settings",
    "integrations/{name}/answers.py": "answers",
    "integrations/{name}/client.py": "client",
    "integrations/{name}/source.py": "source",
    "tests/integrations/{name}/source_rig.py": "rig",
    "docs/integrations/{name}.md": "page",
}
PACKAGES = ("integrations/{name}", "tests/integrations/{name}")


class Unmakeable(Actionable):
    """The files cannot be made here, or under that name."""


def make(checkout: Path, name: str) -> list[Path]:
    """Write the files of a new integration and return them. Raises `Unmakeable`; nothing is overwritten."""
    if not (checkout / "integrations" / "registry.py").is_file():
        raise Unmakeable("run this in a checkout of Seatsignal, where integrations/registry.py is")
    if not (name.isidentifier() and name.islower()):
        raise Unmakeable(f"{name!r}: name the vendor in small letters, as a Python module")
    wanted = {checkout / place.format(name=name): part for place, part in PARTS.items()}
    there = [path for path in wanted if path.exists()]
    if there:
        raise Unmakeable(f"{there[0].relative_to(checkout)} is there already; nothing was written")
    for folder in PACKAGES:
        (checkout / folder.format(name=name)).mkdir(parents=True, exist_ok=True)
        (checkout / folder.format(name=name) / "__init__.py").touch()
    names = {"name": name, "NAME": name.upper(), "Title": name.title().replace("_", "")}
    for path, part in wanted.items():
        text = (files("cli") / "scaffold" / f"{part}.txt").read_text(encoding="utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_sorted(Template(text).substitute(names)), encoding="utf-8")
    return list(wanted)


def _sorted(text: str) -> str:
    """Put our imports in order, which depends on the vendor's name."""
    lines = text.splitlines(keepends=True)
    at = [number for number, line in enumerate(lines) if line.startswith("from integrations.")]
    for number, line in zip(at, sorted(lines[number] for number in at), strict=True):
        lines[number] = line
    return "".join(lines)


def next_steps(name: str) -> str:
    """Return what is left to a person."""
    title = name.title().replace("_", "")
    entry = f'"{name}": Entry("integrations.{name}.source:{title}Source", '
    return (
        "Now: one line in integrations/registry.py, SOURCES:\n"
        f'    {entry}"integrations.{name}.settings:{title}Settings"),\n'
        "then its interval in config/schedule.yaml, its settings in .env.example and\n"
        "docs/operating.md, a stand-in in sandbox/, and the suites until they pass:\n"
        "docs/adding-an-integration.md"
    )
