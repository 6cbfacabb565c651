"""Approvals: mails to customers that wait for a person, as the customer would read them, and why."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import FastAPI, Form
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from dashboard.access import Right, Viewer
from dashboard.instants import instant
from dashboard.pages.theirs import letters, theirs
from dashboard.said import Heard
from dashboard.site import Seer, Site, goes
from store.approvals import APPROVED, DRAFT, MAILED, REJECTED, Held
from store.database import Connection
from templates.views import Cell, Column, Field, Item, Lines, Pair, Pairs, Row, Table, Text, View
from templates.views import Form as Asks
from worker.mails import Undecidable, decide, found, shown
from worker.waiting import Decision

REASON_LIMIT = 200
_WORDS = {APPROVED: "It is approved and leaves.", REJECTED: "It is not sent.", MAILED: "It is noted as sent."}


class ApprovalPages:
    """What waits, and one mail of it."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        site = self._site
        site.shows(app, "/approvals", self.list, Right.APPROVE)
        site.shows(app, "/approvals/mail", self.show, Right.APPROVE)
        site.does(app, "/approvals/mail", self.decide, Right.APPROVE)

    def list(self, viewer: Seer, said: Heard) -> Response:
        """Show what waits, the first to expire first."""
        with self._site.deployment.database.read() as connection:
            waiting = letters(connection, viewer)
        table = Table(
            columns=tuple(Column(label=label) for label in ("Mail", "Account", "Mode", "Until")),
            rows=tuple(_row(each, viewer) for each in waiting),
            empty="Nothing waits for you.",
        )
        shown_ = View(
            title="Approvals",
            here="/approvals",
            lead="Mails to customers that leave only if a person says so. Nobody decides by staying silent: "
            "what expires is not sent.",
            done=said.done,
            parts=(table,),
        )
        return self._site.page(shown_, viewer)

    def show(self, viewer: Seer, said: Heard, key: str = "") -> Response:
        """Show one mail: to whom, what it says, and why it would be sent."""
        with self._site.deployment.database.read() as connection:
            held = _held(connection, viewer, key)
            mail = shown(connection, held)
        about = Pairs(
            items=(
                Pair(term="To", cell=Cell(text=mail.to, note="nobody: erased")),
                Pair(term="Account", cell=Cell(text=held.account_name, href=f"/accounts/{held.account_key}")),
                Pair(term="Language", cell=Cell(text=mail.language)),
                Pair(term="Until", cell=Cell(kind="instant", text=instant(held.expires_ms, viewer.zone))),
                Pair(term="Subject", cell=Cell(text=mail.subject)),
            )
        )
        words = Text(title="What the customer reads", lines=tuple(mail.text.splitlines()))
        asks = () if held.decision else _asks(held)
        view = View(
            title=held.template.replace("_", " ").capitalize(),
            here="/approvals",
            trail=(Item(label="Approvals", href="/approvals"),),
            wrong=said.wrong,
            parts=(about, words, Lines(title="Why", lines=mail.why), *asks),
        )
        return self._site.page(view, viewer)

    def decide(
        self,
        viewer: Seer,
        key: Annotated[str, Form()] = "",
        decision: Annotated[str, Form()] = "",
        reason: Annotated[str, Form()] = "",
    ) -> Response:
        """Take a decision, once."""
        why = " ".join(reason.split())[:REASON_LIMIT]
        deployment = self._site.deployment
        with deployment.database.write() as connection:
            held = _held(connection, viewer, key)
            if decision not in ({MAILED, REJECTED} if held.mode == DRAFT else {APPROVED, REJECTED}):
                return goes("/approvals", done="That is no decision.")
            if decision == REJECTED and not why:
                return goes("/approvals/mail", key=key, wrong="Say why in a few words: others read it.")
            try:
                decide(deployment, connection, key, Decision(decision, viewer.user.email, why))
            except Undecidable as error:
                return goes("/approvals/mail", key=key, wrong=str(error))
        deployment.bell.deliver(deployment.routes.sender)
        return goes("/approvals", done=_WORDS[decision])


def _held(connection: Connection, viewer: Viewer, key: str) -> Held:
    try:
        held = found(connection, key)
    except Undecidable:
        raise HTTPException(404) from None
    if viewer.owners is not None:
        theirs(connection, held.account_key, viewer)
    return held


def _row(held: Held, viewer: Viewer) -> Row:
    return Row(
        cells=(
            Cell(
                text=held.template.replace("_", " "),
                href=f"/approvals/mail?{urlencode({'key': held.key})}",
            ),
            Cell(text=held.account_name, href=f"/accounts/{held.account_key}"),
            Cell(text=held.mode),
            Cell(kind="instant", text=instant(held.expires_ms, viewer.zone)),
        )
    )


def _asks(held: Held) -> tuple[Asks, ...]:
    key = Field(name="key", kind="hidden", value=held.key)
    yes, words = (MAILED, "I have sent it by hand") if held.mode == DRAFT else (APPROVED, "Approve: send it")
    approve = Asks(
        action="/approvals/mail",
        fields=(key, Field(name="decision", kind="hidden", value=yes)),
        submit=words,
    )
    reject = Asks(
        title="Do not send it",
        action="/approvals/mail",
        fields=(
            key,
            Field(name="decision", kind="hidden", value=REJECTED),
            Field(name="reason", label="Why?", is_required=True, limit=REASON_LIMIT),
        ),
        submit="Reject",
        tone="bad",
        is_folded=True,
    )
    return approve, reject
