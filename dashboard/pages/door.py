"""The door: sign in, sign out, and what is one's own: zone, language, password, sessions."""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, available_timezones

from fastapi import FastAPI, Form, Request
from fastapi.responses import Response

from dashboard import passwords
from dashboard.access import Right, Viewer
from dashboard.guard import Refused, TooMany
from dashboard.instants import instant
from dashboard.pages.provider import PATH as PROVIDER
from dashboard.pages.provider import ProviderPages
from dashboard.picks import numbers
from dashboard.said import Heard
from dashboard.site import Seer, Site, goes, inside
from store import audit, users
from store.users import Session
from templates.views import Cell, Choice, Column, Field, Part, Row, Table, View, Way
from templates.views import Form as Asks

TITLE = "Sign in"
NOBODY = (
    "Nobody can sign in yet: make the first user with `seatsignal user add ADDRESS --role admin` on the "
    "machine that Seatsignal runs on."
)
NO_PASSWORDS = "Passwords let nobody in here: sign in with your company's account."
LANGUAGE_NAMES = {
    "en": "English (US)",
    "en-GB": "English (UK)",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
}


class DoorPages:
    """The pages by which one comes in and goes."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        site = self._site
        site.opens(app, "/sign-in", self.ask)
        site.opens(app, "/sign-in", self.come, ("POST",))
        if site.provider:
            ProviderPages(site, site.provider, partial(sign_in, site)).serve_from(app)
        site.does(app, "/sign-out", self.go, Right.READ)
        site.shows(app, "/me", self.me)
        site.does(app, "/me", self.save, Right.READ)
        site.does(app, "/me/password", self.renew, Right.READ)
        site.does(app, "/me/sessions", self.end, Right.READ)

    # -- in and out ----------------------------------------------------------------------------------

    def ask(self, to: str = "/") -> Response:
        """Ask who is there."""
        with self._site.deployment.database.read() as connection:
            wrong = "" if self._site.provider or users.any_admin(connection) else NOBODY
        return self._site.page(sign_in(self._site, inside(to), wrong))

    def come(
        self,
        request: Request,
        email: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        to: Annotated[str, Form()] = "/",
    ) -> Response:
        """Let somebody in, or say why not."""
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return self._site.page(sign_in(self._site, inside(to), "That form was not ours."), status=403)
        if not takes_passwords(self._site):
            return self._site.page(sign_in(self._site, inside(to), NO_PASSWORDS), status=403)
        agent, host = request.headers.get("user-agent", ""), request.client.host if request.client else ""
        try:
            token = self._site.access.sign_in(email, password, agent, host)
        except Refused as error:
            return self._refused(error, inside(to), email)
        return self._site.signed_in(token, inside(to))

    def _refused(self, error: Refused, to: str, email: str) -> Response:
        shown = sign_in(self._site, to, str(error), email[:200])
        if not isinstance(error, TooMany):
            return self._site.page(shown, status=HTTPStatus.FORBIDDEN)
        answer = self._site.page(shown, status=HTTPStatus.TOO_MANY_REQUESTS)
        answer.headers["Retry-After"] = str(error.wait_s)
        return answer

    def go(self, viewer: Seer) -> Response:
        """Let somebody out."""
        self._site.access.sign_out(viewer)
        return self._site.signed_out()

    # -- one's own -----------------------------------------------------------------------------------

    def me(self, viewer: Seer, said: Heard) -> Response:
        """Show what is one's own."""
        with self._site.deployment.database.read() as connection:
            open_ones = users.sessions_of(connection, viewer.user.id, viewer.session)
        shown = View(
            title="My settings and sessions",
            lead=f"{viewer.user.email}, {viewer.user.role}",
            done=said.done,
            wrong=said.wrong,
            parts=(
                _settings(viewer),
                *([_password()] if viewer.user.password and takes_passwords(self._site) else []),
                _sessions(open_ones, viewer.zone),
                _ends(),
            ),
        )
        return self._site.page(shown, viewer)

    def save(
        self, viewer: Seer, zone: Annotated[str, Form()] = "UTC", language: Annotated[str, Form()] = "en"
    ) -> Response:
        """Keep zone and language."""
        if zone not in available_timezones() or language not in LANGUAGE_NAMES:
            return goes("/me", wrong="That zone or language is not known.")
        with self._site.deployment.database.write() as connection:
            users.change(connection, viewer.user.id, zone=zone, language=language)
        return goes("/me", done="Saved.")

    def renew(
        self, viewer: Seer, old: Annotated[str, Form()] = "", new: Annotated[str, Form()] = ""
    ) -> Response:
        """Keep another password, and end every other session."""
        if not passwords.fits(old, viewer.user.password):
            return goes("/me", wrong="The password until now is not right.")
        if wrong := passwords.wrong(new, viewer.user.email):
            return goes("/me", wrong=wrong)
        with self._site.deployment.database.write() as connection:
            users.change(connection, viewer.user.id, password=passwords.hashed(new))
            users.end_all(connection, viewer.user.id, but=viewer.session)
            audit.record(connection, "password_changed", str(viewer.user.id), actor=viewer.user.email)
        return goes("/me", done="The password is changed; every other session has ended.")

    def end(self, viewer: Seer, pick: Annotated[tuple[str, ...], Form()] = ()) -> Response:
        """End sessions that were ticked."""
        chosen = numbers(pick)
        with self._site.deployment.database.write() as connection:
            ended = sum(users.end(connection, viewer.user.id, each) for each in chosen)
            audit.record(connection, "sessions_ended", str(viewer.user.id), str(ended), viewer.user.email)
        return goes("/me", done=f"Ended: {ended}.")


def takes_passwords(site: Site) -> bool:
    """Tell whether passwords of ours let anybody in."""
    return site.provider is None or site.provider.passwords


def sign_in(site: Site, to: str, wrong: str = "", email: str = "") -> View:
    """Return the page that asks who is there, and leads ``to`` a page of ours."""
    ways: list[Part] = []
    if site.provider:
        ways.append(
            Way(label="Sign in with your company's account", href=f"{PROVIDER}?{urlencode({'to': to})}")
        )
    if takes_passwords(site):
        ways.append(_by_password(to, email, "Or with a password" if ways else ""))
    return View(title=TITLE, wrong=wrong, parts=tuple(ways))


def _by_password(to: str, email: str, title: str) -> Asks:
    fields = (
        Field(name="to", kind="hidden", value=to),
        Field(
            name="email",
            label="Address",
            kind="email",
            value=email,
            is_required=True,
            autocomplete="username",
        ),
        Field(
            name="password",
            label="Password",
            kind="password",
            is_required=True,
            autocomplete="current-password",
        ),
    )
    return Asks(title=title, action="/sign-in", fields=fields, submit="Sign in")


def _settings(viewer: Viewer) -> Asks:
    zones = tuple(
        Choice(value=name, label=name.replace("_", " "), is_chosen=name == viewer.user.zone)
        for name in sorted(available_timezones())
    )
    languages = tuple(
        Choice(value=name, label=words, is_chosen=name == viewer.user.language)
        for name, words in LANGUAGE_NAMES.items()
    )
    return Asks(
        title="How it is shown",
        action="/me",
        fields=(
            Field(name="zone", label="Times in", kind="select", choices=zones),
            Field(name="language", label="Money and days as in", kind="select", choices=languages),
        ),
    )


def _password() -> Asks:
    return Asks(
        title="Password",
        about="Every other session ends with the old one.",
        action="/me/password",
        fields=(
            Field(
                name="old",
                label="Until now",
                kind="password",
                is_required=True,
                autocomplete="current-password",
            ),
            Field(
                name="new",
                label="From now on",
                kind="password",
                is_required=True,
                autocomplete="new-password",
                hint=f"At least {passwords.LEAST} characters.",
            ),
        ),
        submit="Change it",
    )


def _sessions(open_ones: Sequence[Session], zone: ZoneInfo) -> Table:
    return Table(
        title="Where you are signed in",
        columns=(Column(label="Browser"), Column(label="Since"), Column(label="Last used")),
        rows=tuple(
            Row(
                pick="" if each.is_this else str(each.id),
                cells=(
                    Cell(text=f"{each.agent or 'unknown'}{' (this one)' if each.is_this else ''}"),
                    Cell(kind="instant", text=instant(each.made_ms, zone)),
                    Cell(kind="instant", text=instant(each.seen_ms, zone)),
                ),
            )
            for each in open_ones
        ),
        form="ends",
    )


def _ends() -> Asks:
    return Asks(name="ends", action="/me/sessions", submit="End those that are ticked")
