"""Charts by name: what each of them is drawn from is what its page says in numbers."""

from collections.abc import Callable, Mapping
from functools import partial

from fastapi import FastAPI, Request
from fastapi.responses import Response

from dashboard.access import Viewer
from dashboard.lists import sums
from dashboard.pages import account_trend, spread, trends
from dashboard.pages.theirs import theirs
from dashboard.pictures import Scheme, Size, drawn
from dashboard.site import Seer, Site
from store import scores
from templates.charts import Look, Spec
from worker.deployment import Deployment
from worker.figured import TRENDS

Drawn = Callable[[Deployment, Viewer, str], Spec | None]
CHARTS: Mapping[str, Drawn] = {
    **{name: partial(trends.spec, name) for name in TRENDS},
    "windows": sums.windows_spec,
    "scores": spread.scores_spec,
    "bands": spread.bands_spec,
}
"""By name; each takes what it is to be of, a currency or a segment."""


class ChartPages:
    """The charts of pages."""

    def __init__(self, site: Site) -> None:
        """Hold the site."""
        self._site = site

    def serve_from(self, app: FastAPI) -> None:
        """Add the routes."""
        self._site.shows(app, "/charts/{name}.svg", self.show)
        self._site.shows(app, "/accounts/{key}/score.svg", self.score)

    def show(  # noqa: PLR0917 - what a chart is asked for by
        self,
        request: Request,
        name: str,
        viewer: Seer,
        of: str = "",
        scheme: Scheme = "light",
        size: Size = "wide",
    ) -> Response:
        """Answer with a chart of accounts that somebody may see."""
        made = CHARTS.get(name)
        spec = made(self._site.deployment, viewer, of) if made else None
        return drawn(request, spec, Look(scheme, size))

    def score(
        self, request: Request, key: str, viewer: Seer, scheme: Scheme = "light", size: Size = "wide"
    ) -> Response:
        """Answer with how an account's score went."""
        bands = self._site.deployment.policy.bands
        with self._site.deployment.database.read() as connection:
            theirs(connection, key, viewer)
            history = scores.history(connection, key)
        spec = account_trend.spec(history, (bands.watch_from / 100, bands.healthy_from / 100))
        return drawn(request, spec, Look(scheme, size))
