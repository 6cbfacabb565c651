"""The viewer's templates, and the only user of Jinja here."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from sandbox.mail.mailbox import body, field, key
from sandbox.mrkdwn import mrkdwn, plain
from sandbox.slack.workspace import Workspace
from sandbox.state import Sandbox

FOLDER = Path(__file__).parent / "pages"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data: http://127.0.0.1:*; frame-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Pages:
    """Renders a template of `pages/`; everything in it is escaped and loads nothing from outside."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._templates = Environment(
            autoescape=True,
            loader=FileSystemLoader(FOLDER),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        people = {user.id: user.name for user in sandbox.config.users}
        channels = {channel.id: channel.name for channel in sandbox.config.channels}
        self._templates.filters |= {
            "mrkdwn": partial(mrkdwn, names=people | channels),
            "place": partial(_place, sandbox.workspace),
            "plain": plain,
            "body": body,
            "field": field,
            "key": key,
            "when": _when,
            "seconds": float,
        }
        self._templates.globals |= {"sandbox": sandbox}

    def page(self, name: str, *, refresh: int, **values: object) -> HTMLResponse:
        """One page; `refresh` is the seconds after which it reloads itself, 0 for never."""
        content = self._templates.get_template(name).render(refresh=refresh, **values)
        return HTMLResponse(content, headers={"Content-Security-Policy": POLICY})


def _place(workspace: Workspace, channel_or_to: str) -> str:
    conversation = workspace.conversations.get(channel_or_to)
    return conversation.label if conversation else channel_or_to


def _when(seconds: float, form: str) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(form)
