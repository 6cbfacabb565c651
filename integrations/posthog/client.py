"""PostHog's query endpoint: https://posthog.com/docs/api/queries."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from integrations.budget import Budget
from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.http import Http
from integrations.posthog.answers import HogQLQuery, QueryRequest, QueryResponse, Row, unexpected
from integrations.posthog.queries import Key, Query
from integrations.posthog.settings import PostHogSettings
from integrations.session import Credentials
from integrations.vitals import Vitals

REMEDY = (
    "set SEATSIGNAL_POSTHOG_API_KEY to a personal API key with the scope query:read and access to the project"
)


class Rows(NamedTuple):
    """A page of rows with their keys, and whether there may be more after it."""

    rows: Sequence[Row]
    keys: Sequence[Key]
    more: bool


class PostHogClient:
    """One project, as the user whose personal API key is set."""

    def __init__(self, settings: PostHogSettings, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        key = settings.api_key.get_secret_value()
        credentials = Credentials({"Authorization": f"Bearer {key}"}, REMEDY)
        self._path = f"api/projects/{settings.project_id}/query/"
        self._http = Http("posthog", settings.base_url, credentials, budget=budget, read_s=settings.timeout_s)

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of PostHog."""
        return self._http.vitals

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def rows(self, query: Query) -> Rows:
        """The rows that answer a query, ordered by their first two columns. Raises as `Http.post` does."""
        return _checked(self._answer(query), query)

    def _answer(self, query: Query) -> QueryResponse:
        request = QueryRequest(query=HogQLQuery(query=query.text, values=query.values))
        try:
            return self._http.post(self._path, QueryResponse, request)
        except Rejected as error:
            if error.reason != "status_402":
                raise
        raise Misconfigured(
            "quota_used_up", "posthog: the organisation's limit on API queries is reached; see Billing there"
        )


def _checked(answer: QueryResponse, query: Query) -> Rows:
    if answer.columns != query.columns:
        raise unexpected("other columns than asked for")
    if any(len(row) != len(query.columns) for row in answer.results):
        raise unexpected("a row with more or fewer cells than columns")
    if answer.has_more and not answer.results:
        raise unexpected("no rows, and more of them")
    keys = [_key(row) for row in answer.results] if query.keyed else []
    _check_order(keys, query.after)
    return Rows(answer.results, keys, bool(answer.has_more) or len(answer.results) >= query.rows)


def _key(row: Row) -> Key:
    match row:
        case (str(first), str(second), *_):
            return first, second
        case _:
            raise unexpected("a row without its key")


def _check_order(keys: Sequence[Key], after: Key) -> None:
    """Rows come in the order of their keys, all after ``after``: else some would repeat, or be skipped."""
    if keys and keys[0] <= after:
        raise RetryLater("repeated_page", "posthog: the same rows came twice")
    if any(key <= before for before, key in pairwise(keys)):
        raise unexpected("rows out of order")
