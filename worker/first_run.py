"""The first run: what is set up and what is missing, in the order in which it is done."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from integrations import registry
from store import book, sources, users
from store.database import Connection
from store.installation import is_live
from worker.deployment import Deployment

SOURCE, BOOK, PLAN, DESTINATION, PEOPLE, LIVE = "source", "book", "plan", "destination", "people", "live"


class Step(NamedTuple):
    """A step: its name, what it is, how it stands, and what to do where it is not done."""

    name: str
    title: str
    is_done: bool
    stands: str
    to_do: str


def steps(deployment: Deployment, connection: Connection, planned: int) -> Sequence[Step]:
    """Return every step in its order; ``planned`` is how many notices would be sent."""
    judged = sum(book.bands(connection, None).values())
    return (
        _source(deployment, connection),
        _book(judged),
        _plan(planned, is_live_=is_live(connection)),
        _destination(deployment),
        _people(connection),
        _live(is_live_=is_live(connection)),
    )


def is_over(connection: Connection) -> bool:
    """Tell whether an installation is past its first run: it judges accounts, and notices may leave."""
    return is_live(connection) and bool(book.bands(connection, None))


def _source(deployment: Deployment, connection: Connection) -> Step:
    read = sorted(name for name, of in sources.readings(connection).items() if of.ended_ms)
    set_up = [name for name in registry.SOURCES if deployment.has_source(name) and name not in read]
    waiting = f"set up and not read yet: {', '.join(set_up)}" if set_up else "none is set up"
    return Step(
        SOURCE,
        "Connect a source",
        bool(read),
        f"read: {', '.join(read)}" if read else waiting,
        "Set the key of one where this runs (`seatsignal config example` lists all settings), and start it: "
        "`seatsignal up`. Or import files: `seatsignal import DIR`.",
    )


def _book(judged: int) -> Step:
    return Step(
        BOOK,
        "Judge the book",
        judged > 0,
        f"{judged:,} accounts are judged" if judged else "no account is judged",
        "It follows each pull by itself; `seatsignal assess` does it now. Is that how you know them? Tune a "
        "copy of policy.yaml and name it in SEATSIGNAL_POLICY.",
    )


def _plan(planned: int, *, is_live_: bool) -> Step:
    return Step(
        PLAN,
        "See what would be sent",
        is_live_ or planned > 0,
        "it is sent by now" if is_live_ else f"{planned:,} notices would be sent",
        "`seatsignal deliver --dry-run` shows the words of each. None of these is ever sent.",
    )


def _destination(deployment: Deployment) -> Step:
    missing = [name for name in _routed(deployment) if not registry.is_set_up(name)]
    needed = [variable for name in missing for variable in _required(name)]
    return Step(
        DESTINATION,
        "Connect where people work",
        not missing,
        f"routed to and not set up: {', '.join(missing)}" if missing else "all that routes name is set up",
        f"Set {', '.join(needed) or 'its settings'}; or send elsewhere by a routes.yaml of your own, named "
        "in SEATSIGNAL_ROUTES. `seatsignal doctor` asks each whether it answers.",
    )


def _routed(deployment: Deployment) -> Iterator[str]:
    routes = deployment.routes
    named = (routes.of(audience).destination for audience in ("csm", "sales", "ops"))
    yield from dict.fromkeys(name for name in (*named, routes.sender) if name in registry.DESTINATIONS)


def _required(name: str) -> Iterator[str]:
    model = registry.settings_models()[name]
    prefix = str(model.model_config["env_prefix"]).upper()
    yield from (prefix + field.upper() for field, of in model.model_fields.items() if of.is_required())


def _people(connection: Connection) -> Step:
    may = [each for each in users.everyone(connection) if not each.is_disabled]
    return Step(
        PEOPLE,
        "Let colleagues in",
        len(may) > 1,
        "1 user may sign in" if len(may) == 1 else f"{len(may)} users may sign in",
        "On Users, each with a role; or `seatsignal user add`.",
    )


def _live(*, is_live_: bool) -> Step:
    return Step(
        LIVE,
        "Go live",
        is_live_,
        "what a run plans is sent" if is_live_ else "dry-run: nothing leaves",
        "On Deliveries, or `seatsignal go-live`. Mails to customers wait for a person at first.",
    )
