"""The file of endpoints: for each kind of record where it is, how it is paged, and what its values are."""

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    field_validator,
    model_validator,
)

from config.files import ConfigError, read
from health.records import SHAPES, Shape
from integrations.errors import Misconfigured
from integrations.rows.columns import nearest
from integrations.rows.mapped import Mapped, PathTo
from integrations.rows.usage import added_up

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Auth(_Part):
    """How an endpoint knows us. ``secret`` is the name of one in SEATSIGNAL_HTTP_SECRETS."""

    kind: Literal["none", "bearer", "basic", "header", "query"] = "none"
    secret: str = ""
    user: str = ""
    name: str = Field(default="", pattern=r"^[\w.\[\]-]*$")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind == "none") != (not self.secret):
            raise ValueError("`secret` names what is shown, of every kind but none")
        if (self.kind in {"header", "query"}) != bool(self.name):
            raise ValueError("`name` is that of the header or of the query parameter, and of nothing else")
        if (self.kind == "basic") != bool(self.user):
            raise ValueError("`user` belongs to the kind basic")
        return self


class Paging(_Part):
    """How the next page is asked for. ``path`` is where an answer holds what leads there."""

    style: Literal["none", "page", "offset", "cursor", "link", "next"] = "none"
    parameter: str = ""
    path: PathTo = ()
    size: int = Field(default=0, ge=0, le=10_000)
    size_parameter: str = ""
    first: int = Field(default=1, ge=0, le=1)
    total: PathTo = ()
    place: Literal["query", "body"] = "query"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        counted = self.style in {"page", "offset"}
        if bool(self.parameter) != (counted or self.style == "cursor"):
            raise ValueError("`parameter` is what page, offset and cursor are sent as")
        if bool(self.path) != (self.style in {"cursor", "next"}):
            raise ValueError("`path` is where an answer holds the cursor, or the next address")
        if counted and not self.size:
            raise ValueError("`size` is how many rows a page has: one with fewer is the last")
        if self.total and not counted:
            raise ValueError("`total` belongs to page and offset: other styles say where they end")
        return self


class Since(_Part):
    """How an endpoint is asked for what changed; ``watermark`` is where a row says when it did."""

    parameter: str = Field(min_length=1)
    watermark: Mapped
    start: datetime | date
    format: Literal["iso", "date", "epoch_s", "epoch_ms"] = "iso"
    overlap_s: int = Field(default=900, ge=0, le=31 * 86_400)
    place: Literal["query", "body"] = "query"


class Endpoint(_Part):
    """One listing, whose rows are the records of one import file. A ``body`` makes it a POST."""

    url: str = Field(pattern=r"^(https?://[^\s?#]+|/[^\s?#]*)$")
    auth: Auth = Auth()
    headers: dict[HeaderName, str] = {}
    query: dict[str, str | int] = {}
    body: dict[str, Any] | None = None
    paging: Paging = Paging()
    rows: PathTo = ()
    columns: dict[str, Mapped] = Field(min_length=1)
    since: Since | None = None
    complete: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if secret := next((name for name in self.headers if name.lower() in SECRET_HEADERS), ""):
            raise ValueError(f"the header {secret} holds a secret: say it as `auth`, which names one")
        if self.since and self.complete:
            raise ValueError("an endpoint with `since` leaves out what is old: it cannot be complete")
        if self.complete and self.paging.style in {"page", "offset"} and not self.paging.total:
            raise ValueError("`complete` by page or offset needs `total`: a page may be short for any reason")
        in_body = self.paging.place == "body" or (self.since and self.since.place == "body")
        if in_body and self.body is None:
            raise ValueError("`place: body` needs a `body`, if only {}")
        return self

    @property
    def fingerprint(self) -> str:
        """Identifies what is asked: the watermark of another listing says nothing of this one."""
        said = self.model_dump_json(include={"url", "query", "body", "rows", "columns", "since"})
        return hashlib.sha256(said.encode()).hexdigest()[:16]


class Endpoints(RootModel[dict[str, Endpoint]]):
    """By the name of the import file."""

    @field_validator("root")
    @classmethod
    def _known(cls, endpoints: dict[str, Endpoint]) -> dict[str, Endpoint]:
        for name, endpoint in endpoints.items():
            if name not in SHAPES:
                hint = f", did you mean {near}?" if (near := nearest(name, SHAPES)) else ""
                raise ValueError(f"{name} is no file of the import format{hint}")
            if endpoint.complete and SHAPES[name].by_day:
                raise ValueError(f"{name} holds days: a day that is absent is not gone, so not `complete`")
            if name == "usage" and added_up(endpoint.columns):
                raise ValueError("usage: rows of users or single metrics cannot be added up page by page")
        if not endpoints:
            raise ValueError("has no endpoint")
        return endpoints


class Asked(NamedTuple):
    """An endpoint and the kind of record that its rows are."""

    shape: Shape
    endpoint: Endpoint

    @property
    def file(self) -> str:
        """What its rows are called in messages."""
        return f"the endpoint {self.shape.name}"


def asked(path: Path) -> tuple[Asked, ...]:
    """Return the endpoints of a file, accounts first. Raises `Misconfigured` with every problem."""
    endpoints = _read(path).root
    return tuple(Asked(shape, endpoints[name]) for name, shape in SHAPES.items() if name in endpoints)


def _read(path: Path) -> Endpoints:
    try:
        return read(Endpoints, path)
    except ConfigError as error:
        wrong = str(error)
    raise Misconfigured("endpoints_invalid", f"http: SEATSIGNAL_HTTP_ENDPOINTS: {wrong}")
