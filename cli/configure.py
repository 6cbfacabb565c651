"""``seatsignal config``: check, show and describe everything that can be set."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, complain, tell, wants_json

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

    from config.routes import Routes
    from health.nudge_rules import NudgeRules
    from health.policy import Policy

AUDIENCES = ("csm", "sales", "ops")
OF_THE_PROCESS = ("SEATSIGNAL_FAILPOINTS", "SEATSIGNAL_JSON", "SEATSIGNAL_SECRETS_DIR")
"""Variables that are no field of a model: read from the environment alone."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Check, show and describe what can be set.", no_args_is_help=True)
    group.command()(check)
    group.command()(show)
    group.command()(schema)
    group.command()(example)
    group.command()(key)
    app.add_typer(group, name="config")


def check() -> None:
    """Read every file of ours and every setting, and say what is wrong with them."""
    from config.experiments import load_experiments  # noqa: PLC0415 - a command loads what it needs
    from config.modes import load_modes  # noqa: PLC0415 - see above
    from config.nudges import load_nudges  # noqa: PLC0415 - see above
    from config.policy import load as load_policy  # noqa: PLC0415 - see above
    from config.policy import overlaps  # noqa: PLC0415 - see above
    from config.routes import load_routes  # noqa: PLC0415 - see above
    from config.schedule import load_schedule  # noqa: PLC0415 - see above
    from config.settings import settings  # noqa: PLC0415 - see above
    from config.targets import load_targets  # noqa: PLC0415 - see above
    from templates import checked  # noqa: PLC0415 - see above
    from worker.plays import checked_plays  # noqa: PLC0415 - see above
    from worker.renewal_rules import checked_letters  # noqa: PLC0415 - see above

    chosen = settings()
    policy, notes = load_policy(chosen.policy), overlaps(chosen.policy)
    checked_plays(chosen.plays)
    checked_letters(chosen.letters, policy)
    nudges = load_nudges(chosen.nudges)
    load_modes(chosen.modes)
    load_schedule(chosen.schedule)
    load_targets(chosen.targets)
    load_experiments(chosen.experiments)
    routes = load_routes(chosen.routes)
    problems = [
        *_unknown_variables(),
        *_integrations(),
        *_routes(routes),
        *_channels(routes),
        *_unaddressed(policy, nudges, routes),
        *checked.problems(),
    ]
    if wants_json():
        answer({"policy": policy.hash, "problems": problems, "overlaps": notes})
    for line in problems:
        complain(line)
    if problems:
        raise typer.Exit(1)
    if not wants_json():
        print(*notes, f"Policy {policy.hash}, plays, routes, schedule and settings are good.", sep="\n")


def _unknown_variables() -> Iterator[str]:
    """Yield a line for each ``SEATSIGNAL_…`` variable that nothing reads where it stands."""
    from config.variables import ENVIRONMENT, given  # noqa: PLC0415 - see above

    settings = _names()
    for place, variables in given().items():
        known = settings | set(OF_THE_PROCESS) if place == ENVIRONMENT else settings
        for name in sorted(variables.keys() - known):
            where = "" if place == ENVIRONMENT else f" in {place}"
            yield f"{name}{where}: {_why_not(name, settings)}"


def _why_not(name: str, settings: set[str]) -> str:
    from config.variables import nearest  # noqa: PLC0415 - see above

    if name in OF_THE_PROCESS:
        return "read from the environment alone"
    meant = nearest(name, settings)
    return f"nothing reads this variable{f', did you mean {meant}?' if meant else ''}"


def _names() -> set[str]:
    """Return every setting's variable, ours and the integrations'."""
    from config.settings import Settings  # noqa: PLC0415 - see above
    from config.variables import PREFIX  # noqa: PLC0415 - see above
    from integrations import registry  # noqa: PLC0415 - see above

    names = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    for vendor, model in registry.settings_models().items():
        names |= {f"{PREFIX}{vendor}_{name}".upper() for name in model.model_fields}
    return names


def _integrations() -> Iterator[str]:
    """Yield what is wrong with the settings of integrations that have any, and with the files they name."""
    from config.variables import PREFIX, given  # noqa: PLC0415 - see above
    from integrations import registry  # noqa: PLC0415 - see above
    from integrations.errors import Misconfigured  # noqa: PLC0415 - see above
    from integrations.settings import settings  # noqa: PLC0415 - see above

    there = set().union(*given().values())
    for vendor, model in registry.settings_models().items():
        if any(f"{PREFIX}{vendor}_{name}".upper() in there for name in model.model_fields):
            try:
                settings(model)
                if vendor in registry.SOURCES:
                    registry.source(vendor).close()
            except Misconfigured as error:
                yield f"{vendor}: {error}"


def _unaddressed(policy: "Policy", nudges: "NudgeRules", routes: "Routes") -> Iterator[str]:
    """Yield a line for each survey or nudge that is sent, and that the routes send to nobody."""
    from health.letters import SURVEYS  # noqa: PLC0415 - see above

    for kind in sorted(policy.surveys.kinds):
        if not routes.letters.get(SURVEYS[kind]):
            yield f"routes: letters.{SURVEYS[kind]}: the policy sends {kind}, and nobody would get it"
    for letter in sorted(nudges.sent):
        if not routes.letters.get(letter):
            yield f"routes: letters.{letter}: nudges.yaml sends it, and nobody would get it"


def _routes(routes: "Routes") -> Iterator[str]:
    """Yield a line for each route through a destination that is not there."""
    from config.files import nearest  # noqa: PLC0415 - see above
    from integrations.registry import DESTINATIONS  # noqa: PLC0415 - see above

    for audience in AUDIENCES:
        name = routes.of(audience).destination
        if name not in DESTINATIONS:
            yield f"routes: {audience}: no destination {name!r}{nearest(name, sorted(DESTINATIONS))}"


def _channels(routes: "Routes") -> Iterator[str]:
    """Yield a line for each route to a channel that the settings of its destination do not name."""
    from config.files import nearest  # noqa: PLC0415 - see above
    from config.routes import CARDS  # noqa: PLC0415 - see above

    for audience in AUDIENCES:
        route = routes.of(audience)
        channels = _named_channels(route.destination) if route.destination in CARDS else ()
        if channels and route.owner not in channels:
            meant = nearest(route.owner, channels)
            yield f"routes: {audience}: no channel {route.owner!r} of {CARDS[route.destination]}{meant}"


def _named_channels(destination: str) -> Sequence[str]:
    """Return the channels that the settings of a destination name, where they can be read."""
    from integrations.errors import Misconfigured  # noqa: PLC0415 - see above
    from integrations.registry import DESTINATIONS, is_set_up  # noqa: PLC0415 - see above
    from integrations.settings import settings  # noqa: PLC0415 - see above

    if not is_set_up(destination):
        return ()
    try:
        return sorted(settings(DESTINATIONS[destination].model()).model_dump()["channels"])
    except Misconfigured:
        return ()  # it is told among the integrations


def show(
    compiled: Annotated[
        bool, typer.Option("--compiled", help="The function the policy compiles to.")
    ] = False,
) -> None:
    """Print the settings in force; secrets are never shown."""
    from config.policy import load as load_policy  # noqa: PLC0415 - see above
    from config.settings import settings  # noqa: PLC0415 - see above
    from worker import in_force  # noqa: PLC0415 - see above

    if compiled:
        source = load_policy(settings().policy).source
        tell({"compiled": source}, source)
        return
    values = in_force.values(settings())
    lines = (f"SEATSIGNAL_{name.upper()}={'' if value is None else value}" for name, value in values.items())
    tell(values, "\n".join(lines))


def schema() -> None:
    """Print a JSON schema of the settings, ours and the integrations'."""
    from config.settings import Settings  # noqa: PLC0415 - see above
    from integrations import registry  # noqa: PLC0415 - see above

    models: dict[str, type[BaseSettings]] = {"seatsignal": Settings, **registry.settings_models()}
    answer({name: model.model_json_schema() for name, model in models.items()})


def example() -> None:
    """Print a file of every setting, each off: the start of a `.env`."""
    from cli.example import example as text  # noqa: PLC0415 - see above

    told = text()
    tell({"env": told}, told.rstrip("\n"))


def key() -> None:
    """Make a key for SEATSIGNAL_ENCRYPTION_KEYS; it is kept nowhere."""
    from store.vault import new_key  # noqa: PLC0415 - see above

    made = new_key()
    tell({"key": made}, made)
