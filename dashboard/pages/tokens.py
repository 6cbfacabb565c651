"""Tokens of programs: made, shown once, and revoked, as `seatsignal token` does."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import FastAPI, Form
from fastapi.responses import Response

from dashboard.access import Right, Viewer
from dashboard.api.callers import LONGEST_DAYS, NAME_LIMIT, Scope, issue
from dashboard.instants import instant
from dashboard.said import Heard
from dashboard.site import Seer, Site, goes
from store import audit, tokens
from store.tokens import Token
from templates.views import Cell, Choice, Column, Field, Item, Lines, Row, Table, View
from templates.views import Form as Asks

LASTS = (30, 90, 180, LONGEST_DAYS)
FORM = "revoke"
Text = Annotated[str, Form()]
_MAY: dict[Scope, str] = {
    Scope.ACCOUNTS: "Lists of accounts, their scores, explanations and signals",
    Scope.FIGURES: "What the catalogue's figures come to",
    Scope.EXPERIMENTS: "Experiments",
    Scope.OPERATIONS: "Sources, and every list that is not one of accounts",
}


class TokensPage:
    """By which programs ask the analytics API."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        site = self._site
        site.shows(app, "/tokens", self.list, Right.ADMINISTER)
        site.does(app, "/tokens/add", self.add, Right.ADMINISTER)
        site.does(app, "/tokens/revoke", self.revoke, Right.ADMINISTER)

    def list(self, viewer: Seer, said: Heard) -> Response:
        """Show which tokens there are; never a token itself."""
        with self._site.deployment.database.read() as connection:
            found = tokens.everyone(connection)
        shown = View(
            title="Tokens",
            here="/tokens",
            lead="By which programs ask the analytics API. A token belongs to no colleague and sees every "
            "account, as far as its scopes go.",
            done=said.done,
            wrong=said.wrong,
            parts=(_table(found, viewer), *([_revoke()] if _any(found) else []), _add()),
        )
        return self._site.page(shown, viewer)

    def add(
        self,
        viewer: Seer,
        name: Text = "",
        scope: Annotated[tuple[str, ...], Form()] = (),
        days: Text = "",
    ) -> Response:
        """Make a token, and tell it this once."""
        called = " ".join(name.split())
        if wrong := _wrong(called, scope, days):
            return goes("/tokens", wrong=wrong)
        with self._site.deployment.database.write() as connection:
            made = issue(connection, called, [Scope(each) for each in scope], int(days), viewer.user.email)
        if made is None:
            return goes("/tokens", wrong=f"There is a token {called} already that counts: revoke it first.")
        return self._told(viewer, called, made)

    def _told(self, viewer: Viewer, name: str, token: str) -> Response:
        """Answer with a token, in a page that nothing keeps: no address holds it."""
        shown = View(
            title=f"The token {name}",
            here="/tokens",
            trail=(Item(label="Tokens", href="/tokens"),),
            parts=(Lines(lines=(token, "It is shown this once: only its hash is kept."), tone="note"),),
        )
        return self._site.page(shown, viewer)

    def revoke(self, viewer: Seer, pick: Annotated[tuple[str, ...], Form()] = ()) -> Response:
        """End tokens that were ticked, at once."""
        with self._site.deployment.database.write() as connection:
            ended = [name for name in dict.fromkeys(pick) if tokens.revoke(connection, name)]
            audit.record_each(connection, "token_revoked", ended, actor=viewer.user.email)
        if not ended:
            return goes("/tokens", wrong="Nothing was done: tick tokens that still count.")
        return goes("/tokens", done=f"Revoked: {', '.join(ended)}.")


def _wrong(name: str, scopes: Sequence[str], days: str) -> str:
    if not 0 < len(name) <= NAME_LIMIT:
        return f"A name says what it is for, in 1 to {NAME_LIMIT} characters."
    if not scopes or not set(scopes) <= set(Scope):
        return "Tick what it may ask for."
    return "" if days in map(str, LASTS) else "Say when it ends."


def _any(found: Sequence[Token]) -> bool:
    return any(each.counts for each in found)


def _table(found: Sequence[Token], viewer: Viewer) -> Table:
    labels = ("Token", "May ask for", "Made by", "Made", "Ends", "Last used", "State")
    return Table(
        columns=tuple(Column(label=label) for label in labels),
        rows=tuple(_row(each, viewer) for each in found),
        form=FORM if _any(found) else "",
        empty="There is none yet.",
    )


def _row(token: Token, viewer: Viewer) -> Row:
    state = "revoked" if token.revoked_ms else "counts" if token.counts else "ended"
    return Row(
        pick=token.name if token.counts else "",
        cells=(
            Cell(text=token.name),
            Cell(text=", ".join(token.scopes)),
            Cell(text=token.actor),
            Cell(kind="instant", text=instant(token.made_ms, viewer.zone)),
            Cell(kind="instant", text=instant(token.ends_ms, viewer.zone)),
            Cell(
                kind="instant",
                text=instant(token.seen_ms, viewer.zone) if token.seen_ms else "",
                note="never",
            ),
            Cell(text=state),
        ),
    )


def _revoke() -> Asks:
    about = "Programs that ask by them are refused from then on."
    return Asks(
        name=FORM, about=about, action="/tokens/revoke", submit="Revoke those that are ticked", tone="bad"
    )


def _add() -> Asks:
    lasts = tuple(Choice(value=str(days), label=f"{days} days", is_chosen=days == LASTS[1]) for days in LASTS)
    may = (Field(name="scope", label=words, kind="checkbox", value=scope) for scope, words in _MAY.items())
    name = Field(name="name", label="What is it for?", is_required=True, limit=NAME_LIMIT)
    return Asks(
        title="Make a token",
        about="It is shown once: hand it to the program yourself.",
        action="/tokens/add",
        fields=(name, *may, Field(name="days", label="It ends after", kind="select", choices=lasts)),
        submit="Make it",
        is_folded=True,
    )
