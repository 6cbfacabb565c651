"""Who gets what, through what."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from config.files import SHIPPED, read


class Route(BaseModel):
    """A destination by name, and the owner as it understands one: a channel, an address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    destination: str
    owner: str


class Routes(BaseModel):
    """Routes per audience, and the roles of contacts that each letter goes to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    csm: Route
    sales: Route
    ops: Route
    letters: dict[str, tuple[str, ...]]

    def of(self, audience: str) -> Route:
        """Return the route of an audience: csm, sales or ops."""
        route: Route = getattr(self, audience)
        return route


def load_routes(path: Path | None = None) -> Routes:
    """Return the routes, the shipped ones by default. Raises `config.files.ConfigError`."""
    return read(Routes, path or SHIPPED / "routes.yaml")
