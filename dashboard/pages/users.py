"""Users: colleagues who may sign in, what they may, and where they are signed in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import FastAPI, Form
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from dashboard import colleagues
from dashboard.access import ROLES, Right, Viewer
from dashboard.colleagues import Unsuitable
from dashboard.instants import instant
from dashboard.picks import numbers
from dashboard.said import Heard, Said
from dashboard.site import Seer, Site, goes
from store import users
from store.database import Connection
from store.users import OpenSessions, Session, User
from templates.views import Cell, Choice, Column, Field, Item, Lines, Part, Row, Table, View
from templates.views import Form as Asks

Text = Annotated[str, Form()]
ADDRESS_LIMIT = 254


class UsersPage:
    """Who may come in."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        site = self._site
        site.shows(app, "/users", self.list, Right.ADMINISTER)
        site.shows(app, "/users/one", self.show, Right.ADMINISTER)
        acts = {
            "add": self.add,
            "change": self.change,
            "password": self.renew,
            "lock": self.lock,
            "sessions": self.end,
        }
        for name, act in acts.items():
            site.does(app, f"/users/{name}", act, Right.ADMINISTER)

    def list(self, viewer: Seer, said: Heard) -> Response:
        """Show who may sign in."""
        with self._site.deployment.database.read() as connection:
            everyone, signed_in = users.everyone(connection), users.open_sessions(connection)
        shown = View(
            title="Users",
            here="/users",
            lead="Colleagues who may sign in. What each does is in the audit log under their address.",
            done=said.done,
            wrong=said.wrong,
            parts=(_everyone(everyone, signed_in, viewer), _add()),
        )
        return self._site.page(shown, viewer)

    def show(self, viewer: Seer, said: Heard, email: str = "") -> Response:
        """Show a colleague, and where they are signed in."""
        with self._site.deployment.database.read() as connection:
            user = users.find(connection, email)
            if user is None:
                raise HTTPException(404)
            open_ones = users.sessions_of(connection, user.id)
        return self._site.page(_one(user, open_ones, viewer, said), viewer)

    # -- what is done --------------------------------------------------------------------------------

    def add(self, viewer: Seer, email: Text = "", role: Text = "", own_only: Text = "") -> Response:
        """Let a colleague in, and tell their password this once."""
        password, actor = colleagues.made_up(), viewer.user.email
        try:
            named = colleagues.address(email)
            with self._site.deployment.database.write() as connection:
                colleagues.add(connection, named, role, password, actor, own_only=bool(own_only))
        except Unsuitable as error:
            return goes("/users", wrong=str(error))
        return self._told(viewer, named, password)

    def renew(self, viewer: Seer, email: Text = "") -> Response:
        """Give a colleague another password, and tell it this once."""
        password = colleagues.made_up()
        try:
            with self._site.deployment.database.write() as connection:
                user = colleagues.found(connection, email)
                colleagues.renew(connection, user, password, viewer.user.email)
        except Unsuitable as error:
            return goes("/users", wrong=str(error))
        return self._told(viewer, user.email, password)

    def _told(self, viewer: Viewer, email: str, password: str) -> Response:
        """Answer with a password, in a page that nothing keeps: no address holds it."""
        words = (
            password,
            "It is shown this once. They change it under their own settings, at the top right.",
        )
        shown = View(
            title=f"The password of {email}",
            here="/users",
            trail=(Item(label="Users", href="/users"),),
            parts=(Lines(lines=words, tone="note"),),
        )
        return self._site.page(shown, viewer)

    def change(self, viewer: Seer, email: Text = "", role: Text = "", own_only: Text = "") -> Response:
        """Let a colleague be something else."""
        actor = viewer.user.email
        return self._done(
            email,
            lambda connection, user: colleagues.change(
                connection, user, role, actor, own_only=bool(own_only)
            ),
            "Saved: it holds from the next page on.",
        )

    def lock(self, viewer: Seer, email: Text = "") -> Response:
        """Let a colleague in no more."""
        actor = viewer.user.email
        return self._done(
            email,
            lambda connection, user: colleagues.lock_out(connection, user, actor),
            "Locked out, and every session has ended. Another password lets them in again.",
        )

    def end(
        self, viewer: Seer, email: Text = "", pick: Annotated[tuple[str, ...], Form()] = (), every: Text = ""
    ) -> Response:
        """End the sessions of a colleague that were ticked, or every one."""
        actor, chosen = viewer.user.email, numbers(pick)
        if not every and not chosen:
            return goes("/users", wrong="Nothing was done: tick the sessions first.")
        return self._done(
            email,
            lambda connection, user: colleagues.end_sessions(
                connection, user, actor, None if every else chosen
            ),
            "Every session has ended." if every else "What was ticked has ended.",
        )

    def _done(self, email: str, act: Callable[[Connection, User], object], done: str) -> Response:
        try:
            with self._site.deployment.database.write() as connection:
                user = colleagues.found(connection, email)
                act(connection, user)
        except Unsuitable as error:
            return goes("/users", wrong=str(error))
        return goes("/users", done=f"{user.email}: {done}")


def _state(user: User) -> str:
    return "locked out" if user.is_disabled else "may sign in"


def _sees(user: User) -> str:
    return "own accounts" if user.own_only else "all accounts"


def _everyone(everyone: Sequence[User], signed_in: Mapping[int, OpenSessions], viewer: Viewer) -> Table:
    return Table(
        columns=(
            *(Column(label=label) for label in ("User", "Role", "Sees", "State", "Last here")),
            Column(label="Signed in at", is_number=True),
        ),
        rows=tuple(_row(each, signed_in.get(each.id), viewer) for each in everyone),
    )


def _row(user: User, signed_in: OpenSessions | None, viewer: Viewer) -> Row:
    return Row(
        cells=(
            Cell(text=user.email, href=f"/users/one?{urlencode({'email': user.email})}"),
            Cell(text=user.role),
            Cell(text=_sees(user)),
            Cell(text=_state(user)),
            Cell(
                kind="instant",
                text=instant(signed_in.seen_ms, viewer.zone) if signed_in else "",
                note="signed in nowhere",
            ),
            Cell(kind="number", number=signed_in.sessions if signed_in else 0),
        )
    )


def _roles(chosen: str) -> Field:
    choices = tuple(Choice(value=role, label=role, is_chosen=role == chosen) for role in ROLES)
    return Field(name="role", label="Role", kind="select", choices=choices)


def _own_only(*, is_ticked: bool) -> Field:
    words = "They see the accounts that they look after, and no others"
    return Field(name="own_only", label=words, kind="checkbox", value="yes", is_ticked=is_ticked)


def _add() -> Asks:
    email = Field(name="email", label="Address", kind="email", is_required=True, limit=ADDRESS_LIMIT)
    return Asks(
        title="Let a colleague in",
        about="A password is made up and shown once: hand it over yourself.",
        action="/users/add",
        fields=(email, _roles("csm"), _own_only(is_ticked=False)),
        submit="Add them",
        is_folded=True,
    )


def _one(user: User, open_ones: Sequence[Session], viewer: Viewer, said: Said) -> View:
    return View(
        title=user.email,
        here="/users",
        lead=f"{user.role}, sees {_sees(user)}, {_state(user)}",
        trail=(Item(label="Users", href="/users"),),
        done=said.done,
        wrong=said.wrong,
        parts=(*_sessions(user, open_ones, viewer), *_acts(user, open_ones)),
    )


def _sessions(user: User, open_ones: Sequence[Session], viewer: Viewer) -> Iterator[Part]:
    yield Table(
        title="Where they are signed in",
        columns=tuple(Column(label=label) for label in ("Browser", "Since", "Last used", "Until")),
        rows=tuple(
            Row(
                pick=str(each.id),
                cells=(
                    Cell(text=each.agent, note="unknown"),
                    *(
                        Cell(kind="instant", text=instant(at, viewer.zone))
                        for at in (each.made_ms, each.seen_ms, each.ends_ms)
                    ),
                ),
            )
            for each in open_ones
        ),
        form="ends",
        empty="Nowhere.",
    )
    if open_ones:
        whose = Field(name="email", kind="hidden", value=user.email)
        submit = "End those that are ticked"
        yield Asks(name="ends", action="/users/sessions", fields=(whose,), submit=submit)


def _acts(user: User, open_ones: Sequence[Session]) -> Sequence[Part]:
    whose = Field(name="email", kind="hidden", value=user.email)
    change = Asks(
        title="Role",
        action="/users/change",
        fields=(whose, _roles(user.role), _own_only(is_ticked=user.own_only)),
    )
    password = Asks(
        title="Another password",
        about="Made up and shown once; every session of theirs ends. Who was locked out may come in.",
        action="/users/password",
        fields=(whose,),
        submit="Make one up",
        is_folded=True,
    )
    made = [change, password]
    if open_ones:
        made.append(
            Asks(
                title="End every session",
                action="/users/sessions",
                fields=(whose, Field(name="every", kind="hidden", value="yes")),
                submit="End them",
                is_folded=True,
            )
        )
    if not user.is_disabled:
        made.append(
            Asks(
                title="Lock out",
                about="They cannot sign in any more; what they did stays on record.",
                action="/users/lock",
                fields=(whose,),
                submit="Lock out",
                tone="bad",
                is_folded=True,
            )
        )
    return made
