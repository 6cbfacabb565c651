"""The command that shows a template's words, a letter's in any of its languages."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import answer, complain, say, tell, wants_json

if TYPE_CHECKING:
    from worker.previews import Preview

_NOT_OWED = "(Not owed: as {} would get it today.)"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(preview)


def preview(
    template: Annotated[str, typer.Argument(help="A template by name.")],
    *,
    account: Annotated[str, typer.Option(help="An account by its key.")] = "",
    example: Annotated[bool, typer.Option("--example", help="Show a letter to an invented account.")] = False,
    language: Annotated[str, typer.Option(help="Show a letter in this language, such as de or fr-CA.")] = "",
    variant: Annotated[str, typer.Option(help="Show a letter in the variant of a planned experiment.")] = "",
    all_locales: Annotated[bool, typer.Option("--all-locales", help="Show it in every language.")] = False,
    browser: Annotated[bool, typer.Option("--browser", help="Open a letter in the browser.")] = False,
) -> None:
    """Show a letter as an account would get it today, owed or not, or its latest notice; send nothing."""
    from templates.render import Unrenderable  # noqa: PLC0415 - a command loads what it needs

    check_account(account, example=example)
    if browser:
        _is_letter(template)
    languages = _languages(template, language, every=all_locales)
    try:
        found = _found(template, account)
        if variant:
            found = found._replace(payload=_varied(found.payload, template, variant))
        bodies = [_body(template, found, each) for each in languages]
    except Unrenderable as error:
        complain(str(error))
        raise typer.Exit(1) from None
    if browser:
        _open(template, found.account, bodies)
    elif wants_json():
        answer(bodies if all_locales else bodies[0])
    else:
        _say(bodies, each_named=all_locales)
        if not found.owed:
            say(_NOT_OWED.format(found.account))


def _say(bodies: Sequence[Mapping[str, Any]], *, each_named: bool) -> None:
    for body in bodies:
        if each_named:
            say(f"--- {body['language']}")
        _show(body)


def _open(template: str, account: str, bodies: Sequence[Mapping[str, Any]]) -> None:
    """Open letters in the browser: from a file that nobody else may read and the next preview replaces."""
    import webbrowser  # noqa: PLC0415 - see above

    from config.settings import data_folder  # noqa: PLC0415 - see above
    from templates.previews import gallery  # noqa: PLC0415 - see above

    file = data_folder() / "preview.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(gallery(f"{template} to {account}", bodies), encoding="utf-8")
    shown = webbrowser.open(file.as_uri())
    told = "It is open in your browser" if shown else "No browser could be opened"
    tell({"file": str(file), "opened": shown}, f"{told}: {file}")


def _languages(template: str, language: str, *, every: bool) -> Sequence[str]:
    """Return the languages to show, an empty one for that of the notice; ends the command on wrong use."""
    from health.languages import LANGUAGES, written  # noqa: PLC0415 - see above

    if language or every:
        _is_letter(template)
    if language and every:
        raise typer.BadParameter("give --language or --all-locales, not both")
    if language and not written(language):
        raise typer.BadParameter(f"no letters are written in {language!r}, but in {', '.join(LANGUAGES)}")
    return LANGUAGES if every else (language,)


def _is_letter(template: str) -> None:
    """End the command unless a template is a letter: others have one language, and nothing for a browser."""
    from templates.payload import TEMPLATES  # noqa: PLC0415 - see above

    letters = [name for name, each in TEMPLATES.items() if each.medium == "mail"]
    if template not in letters:
        raise typer.BadParameter(
            f"only letters speak several languages, or show more in a browser: {', '.join(letters)}"
        )


def _varied(payload: str, template: str, name: str) -> str:
    """Return a letter's payload in the words that a planned experiment tries; ends on wrong use."""
    from cli.experiment import named  # noqa: PLC0415 - see above
    from worker.experiments import varied  # noqa: PLC0415 - see above

    planned = named(name)
    if planned.variant is None or planned.letter != template:
        raise typer.BadParameter(f"{name} tries no variant of {template}", param_hint="--variant")
    return varied(payload, planned.variant)


def check_account(account: str, *, example: bool) -> None:
    """End the command unless it names an account, or asks for an invented one."""
    if example == bool(account):
        raise typer.BadParameter("name one account, or give --example", param_hint="--account")


def _found(template: str, account: str) -> "Preview":
    from cli.opened import opened  # noqa: PLC0415 - see above
    from worker import previews  # noqa: PLC0415 - see above

    with opened() as deployment, deployment.database.read() as connection:
        return previews.preview(deployment, connection, template, account)


def _body(template: str, found: "Preview", language: str) -> dict[str, Any]:
    from templates.render import render  # noqa: PLC0415 - see above

    return dict(json.loads(render(template, found.payload, language, found.person_name)))


def _show(body: Mapping[str, Any]) -> None:
    from cli.sending import readable, spoken  # noqa: PLC0415 - see above

    if "subject" in body:
        say(f"Subject: {body['subject']}")
    if "language" in body:
        say(spoken(body))
    say("")
    say(readable(body))
