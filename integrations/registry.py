"""Every integration by name. To add a vendor: its folder, and one line here.

Nothing of a vendor is imported before it is asked for.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from time import time
from typing import TYPE_CHECKING, NamedTuple, cast

from pydantic_settings import BaseSettings

from integrations.budget import Budget, Unlimited
from integrations.desk import Desk
from integrations.errors import Misconfigured
from integrations.roles import Clock, Destination, Returns, Source, Webhook
from integrations.settings import any_given, is_given, settings

if TYPE_CHECKING:
    from integrations.oidc.provider import Provider

Budgets = Callable[[str, int | None], Budget]
"""Gives the budget of an integration, by its name and the calls per minute that its settings allow it."""


def unlimited(_name: str, _calls_per_minute: int | None) -> Budget:
    """No budget, for a process that shares with no other."""
    return Unlimited()


CALLS = "calls_per_minute"


class Entry(NamedTuple):
    """An integration as ``module:name`` of what builds it, and of the model of its settings.

    The builder, mostly the class itself, takes the settings and ``budget=``, that of a source ``clock=`` too.
    ``limit`` is the setting of the calls per minute: one of another name is a budget of its own.
    """

    builder: str
    settings: str
    limit: str = CALLS

    def model(self) -> type[BaseSettings]:
        """The model of its settings."""
        return cast("type[BaseSettings]", _named(self.settings))

    def built(self, name: str, budgets: Budgets, **more: object) -> object:
        """The integration, set up as its settings say. Raises `Misconfigured`."""
        builder = cast("Callable[..., object]", _named(self.builder))
        given = settings(self.model())
        whose = name if self.limit == CALLS else f"{name}_{self.limit}"
        budget = budgets(whose, getattr(given, self.limit, None))
        return builder(given, budget=budget, **more)


SOURCES: Mapping[str, Entry] = {
    "chargebee": Entry(
        "integrations.chargebee.source:ChargebeeSource", "integrations.chargebee.settings:ChargebeeSettings"
    ),
    "files": Entry("integrations.registry:files", "integrations.files.settings:FilesSettings"),
    "http": Entry("integrations.api.source:HttpSource", "integrations.api.settings:HttpSettings"),
    "hubspot": Entry(
        "integrations.hubspot.source:HubSpotSource", "integrations.hubspot.settings:HubSpotSettings"
    ),
    "inbound": Entry(
        "integrations.inbound.source:InboundSource", "integrations.inbound.settings:InboundSettings"
    ),
    "intercom": Entry(
        "integrations.intercom.source:IntercomSource", "integrations.intercom.settings:IntercomSettings"
    ),
    "keygen": Entry("integrations.keygen.source:KeygenSource", "integrations.keygen.settings:KeygenSettings"),
    "posthog": Entry(
        "integrations.posthog.source:PostHogSource", "integrations.posthog.settings:PostHogSettings"
    ),
    "salesforce": Entry(
        "integrations.salesforce.source:SalesforceSource",
        "integrations.salesforce.settings:SalesforceSettings",
    ),
    "sql": Entry("integrations.sql.source:SqlSource", "integrations.sql.settings:SqlSettings"),
    "segment": Entry("integrations.pushed:Pushed", "integrations.segment.settings:SegmentSettings"),
    "stripe": Entry("integrations.stripe.source:StripeSource", "integrations.stripe.settings:StripeSettings"),
    "zendesk": Entry(
        "integrations.zendesk.source:ZendeskSource", "integrations.zendesk.settings:ZendeskSettings"
    ),
}
BY_HAND = "files"
"""The source that a person gives us whenever they like, set up or not."""
PUSHED = frozenset({"inbound", "segment"})
"""The sources that call us and are never asked."""
DESTINATIONS: Mapping[str, Entry] = {
    "apprise": Entry(
        "integrations.apprise.destination:AppriseDestination", "integrations.apprise.settings:AppriseSettings"
    ),
    "hubspot": Entry(
        "integrations.hubspot.destination:HubSpotDestination", "integrations.hubspot.settings:HubSpotSettings"
    ),
    "mail": Entry("integrations.mail.destination:MailDestination", "integrations.mail.settings:MailSettings"),
    "postmark": Entry(
        "integrations.postmark.destination:PostmarkDestination",
        "integrations.postmark.settings:PostmarkSettings",
    ),
    "salesforce": Entry(
        "integrations.salesforce.destination:SalesforceDestination",
        "integrations.salesforce.settings:SalesforceSettings",
    ),
    "ses": Entry("integrations.ses.destination:SesDestination", "integrations.ses.settings:SesSettings"),
    "slack": Entry(
        "integrations.slack.destination:SlackDestination", "integrations.slack.settings:SlackSettings"
    ),
    "teams": Entry(
        "integrations.teams.destination:TeamsDestination", "integrations.teams.settings:TeamsSettings"
    ),
    "zendesk": Entry(
        "integrations.zendesk.destination:ZendeskDestination",
        "integrations.zendesk.settings:ZendeskSettings",
        limit="writes_per_minute",
    ),
    "webhook": Entry(
        "integrations.webhook.destination:WebhookDestination", "integrations.webhook.settings:WebhookSettings"
    ),
}
WEBHOOKS: Mapping[str, Entry] = {
    "hubspot": Entry(
        "integrations.hubspot.webhook:HubSpotWebhook", "integrations.hubspot.settings:HubSpotSettings"
    ),
    "inbound": Entry(
        "integrations.inbound.webhook:InboundWebhook", "integrations.inbound.settings:InboundSettings"
    ),
    "keygen": Entry(
        "integrations.keygen.webhook:KeygenWebhook", "integrations.keygen.settings:KeygenSettings"
    ),
    "segment": Entry(
        "integrations.segment.webhook:SegmentWebhook", "integrations.segment.settings:SegmentSettings"
    ),
    "stripe": Entry(
        "integrations.stripe.webhook:StripeWebhook", "integrations.stripe.settings:StripeSettings"
    ),
    "zendesk": Entry(
        "integrations.zendesk.webhook:ZendeskWebhook", "integrations.zendesk.settings:ZendeskSettings"
    ),
}
RETURNS: Mapping[str, Entry] = {
    "postmark": Entry(
        "integrations.postmark.returns:PostmarkReturns", "integrations.postmark.settings:PostmarkSettings"
    ),
    "ses": Entry("integrations.ses.returns:SesReturns", "integrations.ses.settings:SesSettings"),
}

SIGNING = "signing_secret"
"""The setting by which a desk knows that its vendor calls."""
DESKS: Mapping[str, Entry] = {
    "slack": Entry("integrations.slack.desk:SlackDesk", "integrations.slack.settings:SlackSettings"),
}

OIDC = "oidc"
PROVIDER = Entry("integrations.oidc.provider:Provider", "integrations.oidc.settings:OidcSettings")
"""The identity provider at which colleagues sign in."""


def provider() -> "Provider | None":
    """The identity provider as its settings say; `None` if nobody set one up. Raises `Misconfigured`."""
    if not any_given(PROVIDER.model()):
        return None
    return cast("Provider", PROVIDER.built(OIDC, unlimited))


def desk(name: str, *, clock: Clock = time) -> Desk:
    """The desk of that name, set up as its settings say. Raises `Misconfigured`."""
    return cast("Desk", _entry(DESKS, name).built(name, unlimited, clock=clock))


def has_desk(name: str) -> bool:
    """Whether the settings of a destination say how colleagues' answers there are known."""
    entry = DESKS.get(name)
    return entry is not None and is_given(entry.model(), SIGNING)


def webhook(name: str, *, budgets: Budgets = unlimited, clock: Clock = time) -> Webhook:
    """The webhook of that name, set up as its settings say. Raises `Misconfigured`."""
    return cast("Webhook", _entry(WEBHOOKS, name).built(name, budgets, clock=clock))


def is_stream(name: str) -> bool:
    """Whether a webhook of that name tells of use event by event, set up or not."""
    return name in WEBHOOKS and hasattr(_named(WEBHOOKS[name].builder), "last_day")


def returns(name: str) -> Returns:
    """What takes back letters of a sender, set up as its settings say. Raises `Misconfigured`."""
    return cast("Returns", _entry(RETURNS, name).built(name, unlimited))


def source(name: str, *, budgets: Budgets = unlimited, clock: Clock = time) -> Source:
    """The source of that name, set up as its settings say. Raises `Misconfigured`.

    ``clock`` gives the instant that the company's day is at, in seconds since 1970.
    """
    return cast("Source", _entry(SOURCES, name).built(name, budgets, clock=clock))


def destination(name: str, *, budgets: Budgets = unlimited) -> Destination:
    """The destination of that name, set up as its settings say. Raises `Misconfigured`."""
    return cast("Destination", _entry(DESTINATIONS, name).built(name, budgets))


def writes_too(name: str) -> bool:
    """Whether a source's budget is a destination's too: one whose writes have a limit of their own is not."""
    return name in DESTINATIONS and DESTINATIONS[name].limit == CALLS


def is_set_up(name: str) -> bool:
    """Whether anything is set of an integration: one that nobody set up is off, and no fault.

    A name that is none counts as set up, so that whoever asks for it is told.
    """
    entry = {**SOURCES, **DESTINATIONS, OIDC: PROVIDER}.get(name)
    return entry is None or any_given(entry.model())


def settings_models() -> dict[str, type[BaseSettings]]:
    """The model of each integration's settings, by its name."""
    entries = {**SOURCES, **DESTINATIONS, OIDC: PROVIDER}
    return {name: entry.model() for name, entry in sorted(entries.items())}


def files(given: BaseSettings, *, budget: Budget, clock: Clock) -> Source:
    """The files source, which reads from a folder and so needs neither budget nor clock."""
    from integrations.files.settings import FilesSettings  # noqa: PLC0415 - lazily, as all vendors are
    from integrations.files.source import FilesSource  # noqa: PLC0415 - see above

    del budget, clock
    if not isinstance(given, FilesSettings) or given.folder is None:
        raise Misconfigured("no_folder", "set SEATSIGNAL_FILES_FOLDER to the folder of import files")
    return FilesSource(given.folder, given.rejects)


def _entry(entries: Mapping[str, Entry], name: str) -> Entry:
    if name not in entries:
        raise Misconfigured("no_such_integration", f"there is no {name!r}; there are {', '.join(entries)}")
    return entries[name]


def _named(place: str) -> object:
    module, _, name = place.partition(":")
    return cast("object", getattr(import_module(module), name))
