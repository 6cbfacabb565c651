"""Pages on which a person sees what the company's people would have seen."""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox import crm
from sandbox.answers import query
from sandbox.hubspot import view as hubspot
from sandbox.ledger import NEW_THINGS, Effect
from sandbox.mail.mailbox import body, html_with_images
from sandbox.mail.routes import asked_mail
from sandbox.mattermost.routes import CHANNELS
from sandbox.rendering import FOLDER, Pages
from sandbox.salesforce import view as salesforce
from sandbox.slack import asking, people
from sandbox.slack.workspace import Form
from sandbox.state import Sandbox
from sandbox.zendesk import view as desk

MOST_ROWS = 500
LETTER_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; form-action 'none'"
)


class Viewed(msgspec.Struct, frozen=True):
    """How a page is looked at: `refresh` in seconds, `part` of a mail (html, plain, source).

    `only` narrows companies to those with room to grow (upsell) or to a health band.
    """

    refresh: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 0
    part: str = ""
    only: str = ""


class Row(NamedTuple):
    """An effect, and whether it showed something under a key that was visible already."""

    effect: Effect
    duplicate: bool


def routes(sandbox: Sandbox) -> list[Route]:
    """`/` and everything under `/view`; `?refresh=5` reloads a page every five seconds."""
    pages = Pages(sandbox)
    return [
        *_overview(sandbox, pages),
        *_slack(sandbox, pages),
        *_teams(sandbox, pages),
        *_inbox(sandbox, pages),
        *_mattermost(sandbox, pages),
        *(route for shelf in _shelves(sandbox) for route in _crm(sandbox, pages, shelf)),
        *_helpdesk(sandbox, pages),
    ]


def _overview(sandbox: Sandbox, pages: Pages) -> list[Route]:
    async def start(request: Request) -> HTMLResponse:
        refresh = query(request, Viewed).refresh
        latest, companies = sandbox.ledger.effects()[:-7:-1], hubspot.companies(sandbox.hubspot)
        return pages.page("start.html", refresh=refresh, latest=latest, companies=companies)

    async def ledger(request: Request) -> HTMLResponse:
        refresh = query(request, Viewed).refresh
        newest = list(_rows(sandbox.ledger.effects()))[: -MOST_ROWS - 1 : -1]
        return pages.page("ledger.html", refresh=refresh, rows=newest, summary=sandbox.ledger.summary())

    async def style(_request: Request) -> FileResponse:
        return FileResponse(FOLDER / "style.css")

    async def emoji(_request: Request) -> FileResponse:
        return FileResponse(FOLDER / "emoji.svg")

    return [
        Route("/", start),
        Route("/view/ledger", ledger),
        Route("/view/style.css", style),
        Route("/view/emoji.svg", emoji),
    ]


def _slack(sandbox: Sandbox, pages: Pages) -> list[Route]:
    async def first(request: Request) -> HTMLResponse:
        shown = next(iter(sandbox.workspace.conversations.values()))
        return pages.page("slack.html", refresh=query(request, Viewed).refresh, shown=shown)

    async def channel(request: Request) -> HTMLResponse:
        name = request.path_params["channel"]
        shown = sandbox.workspace.destination(name)
        if shown is None:
            raise HTTPException(404, f"there is no channel {name}")
        return pages.page("slack.html", refresh=query(request, Viewed).refresh, shown=shown)

    return [
        Route("/view/slack", first),
        *_hands(sandbox, pages),
        *_homes(sandbox, pages),
        Route("/view/slack/{channel}", channel),
    ]


def _hands(sandbox: Sandbox, pages: Pages) -> list[Route]:
    """Buttons and forms, as the first person of the workspace presses and fills them in."""
    workspace = sandbox.workspace

    async def press(request: Request) -> Response:
        values = await _values(request)
        done = people.Press(user=next(iter(workspace.people)), **values)
        before = set(workspace.forms)
        await run_in_threadpool(people.pressed, workspace, done)
        shown = [f"/view/slack/form/{name}" for name in workspace.forms if name not in before]
        return RedirectResponse(shown[0] if shown else f"/view/slack/{done.channel}#m{done.ts}", 303)

    async def form(request: Request) -> HTMLResponse:
        return _form(request, {})

    async def fill(request: Request) -> Response:
        name = request.path_params["form"]
        back = _back(workspace.forms[name]) if name in workspace.forms else "/view/slack"
        done = people.Fill(name, await _values(request))
        answer = await run_in_threadpool(people.sent_off, workspace, done)
        return _form(request, _faults(answer)) if name in workspace.forms else RedirectResponse(back, 303)

    def _form(request: Request, faults: dict[str, str]) -> HTMLResponse:
        name = request.path_params["form"]
        found = workspace.forms.get(name)
        if found is None:
            raise HTTPException(404, f"there is no form {name}")
        return pages.page("form.html", refresh=0, form=found, faults=faults, back=_back(found))

    return [
        Route("/view/slack/press", press, methods=["POST"]),
        Route("/view/slack/form/{form}", form),
        Route("/view/slack/form/{form}", fill, methods=["POST"]),
    ]


def _homes(sandbox: Sandbox, pages: Pages) -> list[Route]:
    """The home tab of a person, and how they look at it: what is shown then comes a moment later."""
    workspace = sandbox.workspace

    async def home(request: Request) -> HTMLResponse:
        person = workspace.people.get(request.path_params["user"])
        if person is None:
            raise HTTPException(404, f"there is nobody called {request.path_params['user']}")
        view = workspace.homes.get(person.id, {})
        refresh = query(request, Viewed).refresh
        return pages.page("home.html", refresh=refresh, person=person, blocks=view.get("blocks", []))

    async def look(request: Request) -> Response:
        user = request.path_params["user"]
        await run_in_threadpool(asking.looked, workspace, asking.Look(user))
        return RedirectResponse(f"/view/slack/home/{user}?refresh=2", 303)

    return [
        Route("/view/slack/home/{user}", home),
        Route("/view/slack/home/{user}", look, methods=["POST"]),
    ]


def _teams(sandbox: Sandbox, pages: Pages) -> list[Route]:
    async def channel(request: Request) -> HTMLResponse:
        name = request.path_params.get("channel") or next(iter(sandbox.teams.channels))
        if name not in sandbox.teams.channels:
            raise HTTPException(404, f"there is no channel {name}")
        return pages.page("teams.html", refresh=query(request, Viewed).refresh, shown=name)

    return [Route("/view/teams", channel), Route("/view/teams/{channel}", channel)]


def _mattermost(sandbox: Sandbox, pages: Pages) -> list[Route]:
    async def channel(request: Request) -> HTMLResponse:
        name = request.path_params.get("channel") or CHANNELS[0]
        if name not in CHANNELS:
            raise HTTPException(404, f"there is no channel {name}")
        posted = sandbox.ledger.effects(system="mattermost")
        refresh = query(request, Viewed).refresh
        return pages.page("mattermost.html", refresh=refresh, shown=name, channels=CHANNELS, posted=posted)

    return [Route("/view/mattermost", channel), Route("/view/mattermost/{channel}", channel)]


def _back(form: Form) -> str:
    """Where the message stands under which somebody pressed the button of a form."""
    channel, _, ts = str(form.view.get("private_metadata", "")).partition(":")
    return f"/view/slack/{channel}#m{ts}"


def _faults(answer: dict[str, Any]) -> dict[str, str]:
    """What the app finds wrong, by field; under no field, that it did not answer as it should."""
    said = answer["said"]
    if isinstance(said, dict) and "errors" in said:
        return dict(said["errors"])
    return {"": f"The app answered {answer['status']}: nothing was taken."}


async def _values(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _inbox(sandbox: Sandbox, pages: Pages) -> list[Route]:
    async def mails(request: Request) -> HTMLResponse:
        newest = sandbox.mailbox.mails[: -MOST_ROWS - 1 : -1]
        return pages.page("inbox.html", refresh=query(request, Viewed).refresh, mails=newest)

    async def mail(request: Request) -> HTMLResponse:
        viewed = query(request, Viewed)
        found = asked_mail(sandbox, request)
        there = [kind for kind in ("html", "plain") if body(found.message, kind)] + ["source"]
        shown = viewed.part if viewed.part in there else there[0]
        return pages.page("mail.html", refresh=viewed.refresh, mail=found, parts=there, shown=shown)

    async def letter(request: Request) -> HTMLResponse:
        message = asked_mail(sandbox, request).message
        content = '<base target="_blank">' + html_with_images(message)
        return HTMLResponse(content, headers={"Content-Security-Policy": LETTER_POLICY})

    return [
        Route("/view/inbox", mails),
        Route("/view/inbox/{number:int}", mail),
        Route("/view/inbox/{number:int}/html", letter),
    ]


def _shelves(sandbox: Sandbox) -> tuple[crm.Shelf, ...]:
    """The CRMs that there are."""
    return (
        crm.Shelf(
            "HubSpot",
            "/view/crm",
            lambda: hubspot.companies(sandbox.hubspot),
            lambda at: hubspot.tasks(sandbox.hubspot, at),
        ),
        crm.Shelf(
            "Salesforce",
            "/view/salesforce",
            lambda: salesforce.accounts(sandbox.salesforce),
            lambda at: salesforce.tasks(sandbox.salesforce, at),
        ),
    )


def _crm(sandbox: Sandbox, pages: Pages, shelf: crm.Shelf) -> list[Route]:
    async def companies(request: Request) -> HTMLResponse:
        viewed = query(request, Viewed)
        found = shelf.companies()
        return pages.page(
            "crm.html", refresh=viewed.refresh, companies=found, only=viewed.only, crm=crm, shelf=shelf
        )

    async def company(request: Request) -> HTMLResponse:
        named = request.path_params["company"]
        found = shelf.company(named)
        if found is None:
            raise HTTPException(404, f"there is no company {named}")
        return pages.page(
            "company.html",
            refresh=query(request, Viewed).refresh,
            it=found,
            shelf=shelf,
            tasks=shelf.tasks(named),
            changes=list(crm.changes(sandbox.ledger, named)),
            bands=crm.BANDS,
        )

    return [Route(shelf.path, companies), Route(f"{shelf.path}/{{company}}", company)]


def _helpdesk(sandbox: Sandbox, pages: Pages) -> list[Route]:
    async def organizations(request: Request) -> HTMLResponse:
        found = desk.clients(sandbox.zendesk)
        refresh = query(request, Viewed).refresh
        return pages.page("helpdesk.html", refresh=refresh, clients=found, bands=desk.BANDS)

    return [Route("/view/helpdesk", organizations)]


def _rows(effects: list[Effect]) -> Iterator[Row]:
    visible: set[tuple[str, str]] = set()
    for effect in effects:
        name = (effect.system, effect.key)
        is_new = effect.action in NEW_THINGS
        yield Row(effect, is_new and name in visible)
        if is_new:
            visible.add(name)
