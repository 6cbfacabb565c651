"""Which request an answer leads to. A next address is followed on the host that was asked alone."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urljoin, urlsplit

from requests.utils import parse_header_links

from integrations.api.endpoints import Asked, Paging
from integrations.errors import Misconfigured, RetryLater
from integrations.rows.mapped import ABSENT, found

Query = Mapping[str, str | int | Sequence[str]]
NO_ADDRESS = "a next address that is none"
_PORTS = {"http": 80, "https": 443}


class Turn(NamedTuple):
    """One request: what is sent with it, how many rows those before it brought, and the total they told."""

    path: str
    query: Query
    body: Mapping[str, Any] | None
    read: int = 0
    total: int | None = None

    @property
    def asked(self) -> "Turn":
        """The request alone."""
        return self._replace(read=0, total=None)


class Reply(NamedTuple):
    """An answer with its headers, and the rows in it."""

    content: Any
    headers: Mapping[str, str]
    rows: Sequence[Any]


def first(asked: Asked, path: str, since: str | int | None) -> Turn:
    """The request that a listing begins with."""
    endpoint, paging = asked.endpoint, asked.endpoint.paging
    turn = Turn(path, endpoint.query, endpoint.body)
    if endpoint.since and since is not None:
        turn = _with(turn, endpoint.since.parameter, since, endpoint.since.place)
    if paging.size_parameter:
        turn = _with(turn, paging.size_parameter, paging.size, paging.place)
    if paging.style == "page":
        return _with(turn, paging.parameter, paging.first, paging.place)
    return _with(turn, paging.parameter, 0, paging.place) if paging.style == "offset" else turn


def onward(asked: Asked, origin: str, turn: Turn, reply: Reply) -> Turn | None:
    """The request that follows, or `None` at the end. Raises `RetryLater` or `Misconfigured`."""
    paging = asked.endpoint.paging
    match paging.style:
        case "page" | "offset":
            following = _counted(asked, turn, reply)
        case "cursor":
            following = _by_cursor(asked, turn, reply)
        case "link":
            following = _at(asked, origin, turn, _linked(reply.headers))
        case "next":
            following = _at(asked, origin, turn, _text(asked, reply, paging))
        case _:
            following = None
    if following and not reply.rows:
        raise unexpected(asked, "no rows, and more of them")
    return following


def unexpected(asked: Asked, what: str) -> RetryLater:
    """The error for an answer that is not what the file says."""
    return RetryLater("unexpected_answer", f"http: {asked.file}: {what}")


def _counted(asked: Asked, turn: Turn, reply: Reply) -> Turn | None:
    paging = asked.endpoint.paging
    read, total = turn.read + len(reply.rows), _total(asked, reply)
    if len(reply.rows) > paging.size:
        raise Misconfigured("page_size", f"http: {asked.file}: a page has more rows than `size` says")
    if turn.total not in {None, total}:
        raise unexpected(asked, "its total changed while it was read")
    if len(reply.rows) < paging.size:
        if total not in {None, read}:
            raise unexpected(asked, "another number of rows than its total")
        return None
    if total == read:
        return None
    number = read if paging.style == "offset" else paging.first + read // paging.size
    following = _with(turn, paging.parameter, number, paging.place)
    return following._replace(read=read, total=total)


def _total(asked: Asked, reply: Reply) -> int | None:
    steps = asked.endpoint.paging.total
    total = found(reply.content, steps) if steps else None
    if steps and (not isinstance(total, int) or isinstance(total, bool)):
        raise unexpected(asked, "no number where `total` says")
    return total


def _by_cursor(asked: Asked, turn: Turn, reply: Reply) -> Turn | None:
    paging = asked.endpoint.paging
    cursor = _text(asked, reply, paging)
    return _with(turn, paging.parameter, cursor, paging.place) if cursor else None


def _text(asked: Asked, reply: Reply, paging: Paging) -> str:
    """What leads to the next page; empty where nothing, null or false does."""
    value = found(reply.content, paging.path)
    if value is ABSENT or value is None or value is False:
        return ""
    if isinstance(value, str | int) and value is not True:
        return str(value)
    raise unexpected(asked, "what leads to its next page is no text")


def _linked(headers: Mapping[str, str]) -> str:
    links = parse_header_links(headers.get("link", ""))
    return next((link["url"] for link in links if link.get("rel") == "next"), "")


def _at(asked: Asked, origin: str, turn: Turn, address: str) -> Turn | None:
    """The request at an address, which is whole, or begins where the one before was."""
    if not address:
        return None
    try:
        target = urlsplit(urljoin(f"{origin}/{turn.path}", address))
        here = _host(target.geturl()) == _host(origin)
    except ValueError:
        raise unexpected(asked, NO_ADDRESS) from None
    if "\\" in address:  # which some take for a slash
        raise unexpected(asked, NO_ADDRESS)
    if not here:
        raise Misconfigured(
            "other_host",
            f"http: {asked.file}: its next page is said to be on another host: none is asked",
        )
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(target.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    return turn._replace(path=target.path.lstrip("/"), query=query)


def _host(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _with(turn: Turn, parameter: str, value: str | int, place: str) -> Turn:
    if place == "body":
        return turn._replace(body={**(turn.body or {}), parameter: value})
    return turn._replace(query={**turn.query, parameter: value})
