"""Identity: which accounts of each source are none of ours, and why; a person says which they are."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from fastapi import FastAPI, Form
from fastapi.responses import Response
from msgspec import DecodeError
from msgspec.json import decode, encode

from dashboard.access import Right
from dashboard.said import Heard
from dashboard.site import Seer, Site, goes
from store import matches
from store.database import Connection
from store.matches import ByHand, Unmatched
from templates.views import Cell, Column, Field, Figure, Figures, Part, Row, Table, View
from templates.views import Form as Asks
from worker import identity
from worker.identity import NotLinkable

PAGE = 50
Names = Mapping[tuple[str, str], Sequence[str]]


class IdentityPage:
    """Who is whom."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        site = self._site
        site.shows(app, "/identity", self.show, Right.IDENTIFY)
        site.does(app, "/identity/link", self.link, Right.IDENTIFY)
        site.does(app, "/identity/unlink", self.unlink, Right.IDENTIFY)
        site.does(app, "/identity/undo", self.undo, Right.IDENTIFY)

    def show(self, viewer: Seer, said: Heard, after: str = "") -> Response:
        """Show what waits for a person, with what it goes by."""
        with self._site.deployment.database.read() as connection:
            rates = matches.match_rates(connection)
            found = matches.unmatched(connection, PAGE + 1, _place(after))
            names = matches.named(connection, found[:PAGE])
            by_hand = matches.by_hand(connection, PAGE)
        more = _address(found[PAGE - 1]) if len(found) > PAGE else ""
        parts: tuple[Part, ...] = (
            _rates(rates), _waiting(found[:PAGE], names, more), _link(), _unlink(), *_said(by_hand),
        )  # fmt: skip
        shown = View(
            title="Identity",
            here="/identity",
            lead="Which of our accounts a source's account is. What fits nobody, or two, is joined to none "
            "until a person says so; facts follow at the next assessment.",
            done=said.done,
            wrong=said.wrong,
            parts=parts,
        )
        return self._site.page(shown, viewer)

    def link(
        self,
        viewer: Seer,
        source: Annotated[str, Form()] = "",
        external_id: Annotated[str, Form()] = "",
        account: Annotated[str, Form()] = "",
    ) -> Response:
        """Say that a source's account is one of ours."""
        source, external_id, account = source.strip(), external_id.strip(), account.strip()
        actor = viewer.user.email
        return self._said(
            lambda connection: identity.link(connection, source, external_id, account, actor),
            f"{source} {external_id} is {account} from the next assessment on.",
        )

    def unlink(
        self, viewer: Seer, source: Annotated[str, Form()] = "", external_id: Annotated[str, Form()] = ""
    ) -> Response:
        """Say that a source's account is none of ours."""
        source, external_id = source.strip(), external_id.strip()
        return self._said(
            lambda connection: identity.unlink(connection, source, external_id, viewer.user.email),
            f"{source} {external_id} is linked to nobody.",
        )

    def undo(self, viewer: Seer, pick: Annotated[tuple[str, ...], Form()] = ()) -> Response:
        """Take back what was said of those that were ticked."""
        places = [place for each in pick if (place := _place(each)) != ("", "")]

        def act(connection: Connection) -> None:
            for source, external_id in places:
                identity.undo(connection, source, external_id, viewer.user.email)

        return self._said(act, f"Taken back: {len(places)}.")

    def _said(self, act: Callable[[Connection], object], done: str) -> Response:
        try:
            with self._site.deployment.database.write() as connection:
                act(connection)
        except NotLinkable as error:
            return goes("/identity", wrong=f"{error}.")
        return goes("/identity", done=done)


def _place(text: str) -> tuple[str, str]:
    """Return a source and an id of what stands in an address or a tick; nothing where it is neither."""
    try:
        return decode(urlsafe_b64decode(text), type=tuple[str, str])
    except (ValueError, DecodeError):
        return "", ""


def _pick(source: str, external_id: str) -> str:
    return urlsafe_b64encode(encode((source, external_id))).decode()


def _address(last: Unmatched) -> str:
    return f"/identity?after={_pick(last.source, last.external_id)}"


def _rates(rates: Mapping[str, tuple[int, int]]) -> Figures:
    return Figures(
        title="Accounts that are ours",
        items=tuple(
            Figure(
                label=source,
                cell=Cell(kind="percent", number=100 * linked / total if total else None),
                note=f"{linked:,} of {total:,}",
            )
            for source, (linked, total) in sorted(rates.items())
        ),
    )


def _waiting(found: Sequence[Unmatched], names: Names, more: str) -> Table:
    labels = ("Its id", "Source", "Why nobody", "Goes by", "Would fit")
    return Table(
        title="Joined to nobody",
        columns=tuple(Column(label=label) for label in labels),
        rows=tuple(_unmatched(each, names) for each in found),
        more=more,
        empty="Every account of every source is one of ours.",
    )


def _unmatched(found: Unmatched, names: Names) -> Row:
    return Row(
        cells=(
            Cell(text=found.external_id),
            Cell(text=found.source),
            Cell(text=identity.why(found)),
            Cell(text=", ".join(names.get((found.source, found.external_id), ())), note="its id alone"),
            Cell(text=", ".join(found.candidates), note="nobody"),
        )
    )


_OF_A_SOURCE = (
    Field(name="source", label="Source", is_required=True),
    Field(name="external_id", label="Its id there", is_required=True),
)


def _link() -> Asks:
    return Asks(
        title="Say which account it is",
        about="What the source states of it then counts for our account. It can be taken back below.",
        action="/identity/link",
        fields=(*_OF_A_SOURCE, Field(name="account", label="Key of our account", is_required=True)),
        submit="Link them",
        is_folded=True,
    )


def _unlink() -> Asks:
    return Asks(
        title="Say that one is none of ours",
        about="It is not linked again by itself. It can be taken back below.",
        action="/identity/unlink",
        fields=_OF_A_SOURCE,
        submit="Unlink it",
        is_folded=True,
    )


def _said(said: Sequence[ByHand]) -> Sequence[Part]:
    if not said:
        return ()
    table = Table(
        title="Said by people",
        columns=tuple(Column(label=label) for label in ("Its id", "Source", "Is", "Said by")),
        rows=tuple(
            Row(
                pick=_pick(each.source, each.external_id),
                cells=(
                    Cell(text=each.external_id),
                    Cell(text=each.source),
                    Cell(text=each.account, note="none of ours"),
                    Cell(text=each.actor, note="see the audit log"),
                ),
            )
            for each in said
        ),
        form="undo",
    )
    return table, Asks(name="undo", action="/identity/undo", submit="Take back those that are ticked")
