"""``seatsignal``: the commands, and what they have in common.

``--database`` and ``--json`` may stand before or after the command. Exit status: 0 done, 1 failed,
2 wrong use, 3 done with rejects. Modules are imported by the command that needs them.
"""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from cli import (
    answers,
    backtest,
    bounces,
    configure,
    contact,
    crm,
    done,
    drift,
    erase,
    experiment,
    explain,
    facts,
    fit,
    identity,
    judgement,
    mails,
    metrics,
    move,
    operate,
    outbound,
    override,
    preview,
    quality,
    rekey,
    report,
    rules,
    send_test,
    simulate,
    statement,
    suppressions,
    token,
    unsettled,
    user,
)
from cli.output import plainly

app = typer.Typer(
    name="seatsignal",
    help="Judge every customer account's health, and put the verdict where people work.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (
    operate,
    facts,
    identity,
    judgement,
    explain,
    override,
    preview,
    send_test,
    done,
    answers,
    statement,
    quality,
    erase,
    bounces,
    suppressions,
    user,
    token,
    rekey,
    move,
    rules,
    metrics,
    backtest,
    fit,
    report,
    simulate,
    experiment,
    outbound,
    unsettled,
    mails,
    crm,
    drift,
    configure,
    contact,
):
    module.register(app)


@app.callback()
def common(
    database: Annotated[str, typer.Option(help="SQLite file or PostgreSQL URL; anywhere on the line.")] = "",
    json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout; all else on stderr.")
    ] = False,
) -> None:
    """Take what every command shares."""
    if database:
        os.environ["SEATSIGNAL_DATABASE_URL"] = database
    if json:
        os.environ["SEATSIGNAL_JSON"] = "1"


def hoist(arguments: Sequence[str]) -> list[str]:
    """Move the shared options to the front, where the shared callback reads them."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--json" or word.startswith("--database="):
            front.append(word)
        elif word == "--database":
            front += [word, *(value for value in [next(words, None)] if value is not None)]
        elif word == "--":
            rest += [word, *words]
        else:
            rest.append(word)
    return front + rest


def main() -> None:
    """Run a command; an error that a person can act on is told plainly."""
    with plainly():
        app(hoist(sys.argv[1:]))
