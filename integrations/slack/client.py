"""Slack's Web API: the methods we call, and its way of saying no.

Slack answers most failures with status 200 and ``"ok": false``; here they become our three errors.
Method pages: docs.slack.dev/reference/methods.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

from integrations.budget import Budget
from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.http import Http
from integrations.session import Credentials
from integrations.slack.answers import (
    Answer,
    Conversation,
    Conversations,
    Found,
    Known,
    Listing,
    Message,
    Messages,
    Posted,
    User,
)
from integrations.slack.forms import OpenForm, ShowHome
from integrations.slack.message import Post, Update, Whisper
from integrations.slack.settings import SlackSettings
from integrations.vitals import Vitals

A = TypeVar("A", bound=Answer)
L = TypeVar("L", bound=Listing)

REMEDY = "set SEATSIGNAL_SLACK_TOKEN to the bot token of your Slack app"
SCOPES = (
    "chat:write, chat:write.public, channels:read, channels:history, groups:read, groups:history, "
    "im:read, im:history, users:read, users:read.email and commands"
)
PAGE = 200
PAGES_LIMIT = 10
LIMITED_S = 30.0
"""Seconds to wait where Slack says that it limits us and not for how long."""

PERSON_NEEDED: Mapping[str, str] = {
    "account_inactive": f"the bot was removed; install the app again and {REMEDY}",
    "channel_not_found": "a channel does not exist, or is private and the bot was not invited to it",
    "invalid_auth": f"the token is not valid; {REMEDY}",
    "is_archived": "a channel is archived; name another one",
    "missing_scope": f"the app lacks a scope; it needs {SCOPES}",
    "not_authed": f"no token arrived; {REMEDY}",
    "not_in_channel": "the bot is not in a channel; invite it there",
    "token_expired": f"the token has expired; {REMEDY}",
    "token_revoked": f"the token was revoked; install the app again and {REMEDY}",
}
OF_A_CHANNEL = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
"""What is wrong with one channel, or with one person: others are reached as ever."""
NOBODY = "users_not_found"
"""No active account has an address: one that was deactivated is not found either."""
TEMPORARY = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
LIMITED = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited"})
_LABEL = re.compile(r"[a-z][a-z0-9_]{0,59}")


class SlackClient:
    """One workspace, as the bot whose token is set."""

    def __init__(self, settings: SlackSettings, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        token = settings.token.get_secret_value()
        credentials = Credentials({"Authorization": f"Bearer {token}"}, REMEDY)
        self._http = Http("slack", settings.base_url, credentials, budget=budget, read_s=settings.timeout_s)

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Slack."""
        return self._http.vitals

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def auth_test(self) -> str:
        """What the bot is called, whose token it is. Raises unless Slack knows it."""
        return _accepted(self._http.get("auth.test", Known)).user

    def post(self, message: Post) -> Posted:
        """Show a message, anew each time this is called."""
        return _accepted(self._http.post("chat.postMessage", Posted, message))

    def update(self, message: Update) -> Posted:
        """Change what a message says, in its place."""
        return _accepted(self._http.post("chat.update", Posted, message))

    def post_to_one(self, message: Whisper) -> None:
        """Show a message to one person of a channel."""
        _accepted(self._http.post("chat.postEphemeral", Answer, message))

    def open_form(self, form: OpenForm) -> None:
        """Show a form to whoever has just pressed a button."""
        _accepted(self._http.post("views.open", Answer, form))

    def show_home(self, home: ShowHome) -> None:
        """Show somebody their home tab, in place of what it showed."""
        _accepted(self._http.post("views.publish", Answer, home))

    def history(self, channel: str, oldest_s: float) -> Iterator[Message]:
        """A channel's messages outside threads since ``oldest_s`` (seconds since 1970), newest first."""
        query = {"channel": channel, "oldest": f"{oldest_s:.6f}", "include_all_metadata": "true"}
        for page in self._pages("conversations.history", Messages, query):
            yield from page.messages

    def replies(self, channel: str, ts: str) -> Iterator[Message]:
        """A message and what its thread says, oldest first."""
        query = {"channel": channel, "ts": ts, "include_all_metadata": "true"}
        for page in self._pages("conversations.replies", Messages, query):
            yield from page.messages

    def conversations(self) -> Iterator[Conversation]:
        """Every channel the bot can see, and its direct messages."""
        return self._listed({"types": "public_channel,private_channel,im", "exclude_archived": "true"})

    def user(self, address: str) -> User | None:
        """Whoever has an address in the workspace; `None` where nobody active does."""
        answer = self._http.get("users.lookupByEmail", Found, {"email": address})
        return None if answer.error == NOBODY and not answer.ok else _accepted(answer).user

    def channels(self) -> Iterator[Conversation]:
        """Every channel the bot can see, those included that are archived."""
        return self._listed({"types": "public_channel,private_channel"})

    def _listed(self, query: Mapping[str, str]) -> Iterator[Conversation]:
        for page in self._pages("conversations.list", Conversations, query):
            yield from page.channels

    def _pages(self, method: str, page: type[L], query: Mapping[str, str | int]) -> Iterator[L]:
        cursor = ""
        for _ in range(PAGES_LIMIT):
            asked = {**query, "limit": PAGE, **({"cursor": cursor} if cursor else {})}
            answer = _accepted(self._http.get(method, page, asked))
            yield answer
            cursor = answer.response_metadata.next_cursor
            if not cursor:
                return


def _accepted(answer: A) -> A:
    if answer.ok:
        return answer
    raise refusal(answer.error)


def refusal(error: str) -> IntegrationError:
    """Slack's name of a failure as the error that says what happens next."""
    reason = error if _LABEL.fullmatch(error) else "unnamed_error"
    if reason in PERSON_NEEDED:
        return Misconfigured(reason, f"slack: {PERSON_NEEDED[reason]}")
    if reason in LIMITED:
        return RetryLater("rate_limited", "slack: it asks us to wait", LIMITED_S)
    if reason in TEMPORARY:
        return RetryLater(reason, f"slack: it answered {reason}")
    return Rejected(reason, f"slack: it answered {reason}")
