"""``seatsignal config``: check, show and describe everything that can be set."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, say, wants_json

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Check, show and describe what can be set.", no_args_is_help=True)
    group.command()(check)
    group.command()(show)
    group.command()(schema)
    app.add_typer(group, name="config")


def check() -> None:
    """Read every file of ours and every setting, and say what is wrong with them."""
    from config.policy import load as load_policy  # noqa: PLC0415 - a command loads what it needs
    from config.routes import load_routes  # noqa: PLC0415 - see above
    from config.schedule import load_schedule  # noqa: PLC0415 - see above
    from config.settings import settings  # noqa: PLC0415 - see above

    chosen = settings()
    policy = load_policy(chosen.policy)
    load_routes(chosen.routes)
    load_schedule(chosen.schedule)
    unknown = _unknown_variables()
    if wants_json():
        answer({"policy": policy.hash, "unknown_variables": unknown})
    for line in unknown:
        say(line)
    if unknown:
        raise typer.Exit(1)
    say(f"Policy {policy.hash}, routes and schedule are good.")


def _unknown_variables() -> list[str]:
    """Return a line for each ``SEATSIGNAL_…`` variable that nothing reads."""
    import os  # noqa: PLC0415 - see above

    from config.files import nearest  # noqa: PLC0415 - see above

    known = {f"SEATSIGNAL_{name}" for name in _names()}
    found = sorted(name for name in os.environ if name.startswith("SEATSIGNAL_") and name not in known)
    return [f"{name}: nothing reads this variable{nearest(name, sorted(known))}" for name in found]


def _names() -> set[str]:
    from config.settings import Settings  # noqa: PLC0415 - see above
    from integrations import registry  # noqa: PLC0415 - see above

    names = {name.upper() for name in Settings.model_fields} | {"FAILPOINTS", "JSON", "SECRETS_DIR"}
    for vendor, model in registry.settings_models().items():
        names |= {f"{vendor}_{name}".upper() for name in model.model_fields}
    return names


def show(
    compiled: Annotated[
        bool, typer.Option("--compiled", help="The function the policy compiles to.")
    ] = False,
) -> None:
    """Print the settings in force; secrets are never shown."""
    from config.policy import load as load_policy  # noqa: PLC0415 - see above
    from config.settings import settings  # noqa: PLC0415 - see above
    from store.database import database_url  # noqa: PLC0415 - see above

    chosen = settings()
    if compiled:
        print(load_policy(chosen.policy).source)
        return
    shown = json.loads(chosen.model_dump_json())
    for name in ("database_url", "broker_url"):
        if "://" in shown[name] and "@" in shown[name]:
            shown[name] = (
                database_url(shown[name]).render_as_string(hide_password=True)
                if name == "database_url"
                else "(set)"
            )
    if wants_json():
        answer(shown)
        return
    for name, value in shown.items():
        print(f"SEATSIGNAL_{name.upper()}={'' if value is None else value}")


def schema() -> None:
    """Print a JSON schema of the settings, ours and the integrations'."""
    from config.settings import Settings  # noqa: PLC0415 - see above
    from integrations import registry  # noqa: PLC0415 - see above

    models: dict[str, type[BaseSettings]] = {"seatsignal": Settings, **registry.settings_models()}
    answer({name: model.model_json_schema() for name, model in models.items()})
