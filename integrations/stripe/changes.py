"""What events are about: the objects to ask for again, each once however often it changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from integrations.stripe.answers import Customer
from integrations.stripe.events import Changed, Event


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids in the order met. ``addresses`` are those that the events name of each customer, old and new.

    ``new`` are customers that were made; ``bearers`` those whose own discount changed, and with it what
    their subscriptions bring; ``unread`` are events that do not say what they are about.
    """

    addresses: dict[str, set[str]] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    subscriptions: dict[str, None] = field(default_factory=dict)
    invoices: dict[str, None] = field(default_factory=dict)
    bearers: dict[str, None] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def changes(events: Iterable[Event]) -> Changes:
    """Return what the events are about, whatever version they are rendered in."""
    found = Changes()
    for event in events:
        about = event.data.object
        match about.object, about.id:
            case "customer", str(name):
                found.addresses.setdefault(name, set()).update(_addresses(event))
                if event.type == "customer.created":
                    found.new.add(name)
            case "subscription", str(name):
                found.subscriptions[name] = None
            case "invoice", str(name):
                found.invoices[name] = None
            case "subscription_schedule", _:
                found.subscriptions.update(dict.fromkeys(filter(None, _planned(about))))
            case "discount", _ if isinstance(about.subscription, str):
                found.subscriptions[about.subscription] = None
            case "discount", _ if (bearer := _customer_id(about)) is not None:
                found.bearers[bearer] = None
            case _:
                found.unread.append(event.id)
    return found


def _addresses(event: Event) -> set[str]:
    before = event.data.previous_attributes
    named = (event.data.object.email, before.email if before else None)
    return {address for address in named if address}


def _planned(about: Changed) -> Iterator[str | None]:
    """Yield the subscriptions of a schedule: none before it has begun, another field once it has let go."""
    for named in (about.subscription, about.released_subscription):
        yield named if isinstance(named, str) else None


def _customer_id(about: Changed) -> str | None:
    return about.customer.id if isinstance(about.customer, Customer) else about.customer
