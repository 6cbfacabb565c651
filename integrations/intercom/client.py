"""Intercom's REST API: the calls we make. None of them writes.

Pages: developers.intercom.com/docs/references/2.15/rest-api/api.intercom.io, *Admins*, *Companies* and
*Conversations*; errors and limits under *Errors*.
"""

from email.utils import parsedate_to_datetime
from http import HTTPStatus

from msgspec import UNSET, Struct, UnsetType

from integrations.budget import Budget
from integrations.errors import RetryLater
from integrations.http import Http, Refusal
from integrations.intercom.answers import Admin, Companies, Conversations
from integrations.intercom.settings import IntercomSettings
from integrations.session import Credentials
from integrations.vitals import RETRY_AFTER_LIMIT_S, Vitals

REMEDY = (
    "set SEATSIGNAL_INTERCOM_TOKEN to your app's access token, with the permissions that "
    "docs/integrations/intercom.md names, and SEATSIGNAL_INTERCOM_BASE_URL to the region of your workspace"
)
COMPANIES_AT_ONCE = 60
"""What Intercom lists at most of companies."""
MOST_COMPANIES = 10_000
"""How far Intercom lists companies by the numbers of pages."""
WINDOW_S = 10.0
"""The time that a limit of calls is of; and how long to wait where Intercom does not say."""


class Filter(Struct, frozen=True):
    """One condition on a field."""

    field: str
    operator: str
    value: int


class Filters(Struct, frozen=True):
    """Conditions that all hold."""

    value: tuple[Filter, ...]
    operator: str = "AND"


class Paging(Struct, frozen=True):
    """How much of what is found is asked for, and from where on."""

    per_page: int
    starting_after: str | UnsetType = UNSET


class Search(Struct, frozen=True):
    """A search."""

    query: Filters
    pagination: Paging


class IntercomClient:
    """One Intercom workspace, by the token that is set."""

    def __init__(self, settings: IntercomSettings, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        token = settings.token.get_secret_value()
        headers = {"Authorization": f"Bearer {token}", "Intercom-Version": settings.api_version}
        self._http = Http(
            "intercom",
            settings.base_url,
            Credentials(headers, REMEDY),
            budget=budget,
            explain=explained,
            read_s=settings.timeout_s,
        )
        self._page_size = settings.page_size

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Intercom."""
        return self._http.vitals

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def companies_at_once(self) -> int:
        """How many companies a page has at most."""
        return min(self._page_size, COMPANIES_AT_ONCE)

    def me(self) -> Admin:
        """Who we are; the cheapest thing to ask."""
        return self._http.get("me", Admin)

    def companies(self, page: int) -> Companies:
        """A page of all companies that have people, by its number from 1 on."""
        return self._http.get("companies", Companies, {"page": page, "per_page": self.companies_at_once})

    def conversations(self, from_s: int, until_s: int, after: str) -> Conversations:
        """Conversations that last changed within some seconds, both included, from a cursor on.

        Whether Intercom's comparisons include their bounds its pages tell in two ways; so a second more is
        asked for on either side.
        """
        within = (
            Filter("updated_at", ">", max(from_s - 1, 0)),
            Filter("updated_at", "<", until_s + 1),
        )
        paging = Paging(self._page_size, after or UNSET)
        return self._http.post("conversations/search", Conversations, Search(Filters(within), paging))


def explained(refusal: Refusal) -> RetryLater | None:
    """How long to wait where calls are limited; the status says all else.

    Intercom says by ``X-RateLimit-Reset``, in seconds since 1970, when its window ends.
    """
    if refusal.status != HTTPStatus.TOO_MANY_REQUESTS:
        return None
    return RetryLater("rate_limited", "intercom asks us to wait", refusal.after_s or _until_reset_s(refusal))


def _until_reset_s(refusal: Refusal) -> float:
    reset = refusal.headers.get("x-ratelimit-reset", "")
    try:
        wait_s = int(reset) - parsedate_to_datetime(refusal.headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        return WINDOW_S
    return min(max(wait_s, 1.0), RETRY_AFTER_LIMIT_S)
