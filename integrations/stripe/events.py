"""What Stripe tells of what happened: events, in whatever version they are rendered."""

from integrations.stripe.answers import Answer, Customer, Reply, Standing


class Changed(Answer, frozen=True, kw_only=True):
    """What an event is about, as far as it says what to ask for; a discount or schedule names whose it is."""

    object: str
    id: str | None = None
    customer: str | Customer | None = None
    subscription: str | Standing | None = None
    released_subscription: str | None = None
    email: str | None = None


class Before(Answer, frozen=True, kw_only=True):
    """What changed, as it was."""

    email: str | None = None


class Change(Answer, frozen=True, kw_only=True):
    """The object of an event, and what it was before."""

    object: Changed
    previous_attributes: Before | None = None


class Event(Reply, frozen=True, kw_only=True):
    """Something that happened, rendered in the version that was in force then."""

    type: str
    data: Change
