"""What the stand-ins know about the invented company they rehearse."""

from pathlib import Path

import msgspec


class Channel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A Slack channel; `is_member` is whether the bot was invited."""

    id: str
    name: str
    purpose: str = ""
    is_private: bool = False
    is_archived: bool = False
    is_member: bool = True


class User(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person in the Slack workspace; one whose account was deactivated has no address any more."""

    id: str
    name: str
    email: str
    is_active: bool = True


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token bucket: `burst` messages at once, then `per_second`."""

    per_second: float = 1.0
    burst: int = 5


class Zendesk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may read the help desk, by token or as an OAuth client, and how often in a minute."""

    admin: str = "admin@seller.example"
    agent: str = "agent@seller.example"
    token: str = "zendesk-sandbox-token"  # noqa: S105 - invented, for a loopback stand-in
    client_id: str = "seatsignal"
    client_secret: str = "zendesk-sandbox-secret"  # noqa: S105 - see above
    calls_a_minute: int = 700
    exports_a_minute: int = 10
    updates_a_minute: int = 100
    updates_a_ticket: int = 30


class Intercom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may read the conversations, and how often in ten seconds."""

    token: str = "intercom-sandbox-token"  # noqa: S105 - as above
    calls_a_window: int = 1_666


class Salesforce(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may call the CRM, how often in a day, and how many rows an answer has."""

    client_id: str = "seatsignal-app"
    client_secret: str = "salesforce-sandbox-secret"  # noqa: S105 - as above
    daily: int = 100_000
    page_size: int = 2_000


class Ses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose calls are believed, and in whose name mail may leave."""

    region: str = "eu-west-1"
    key_id: str = "AKIDSANDBOX"
    secret: str = "ses-sandbox-secret"  # noqa: S105 - invented, for a loopback stand-in
    identities: tuple[str, ...] = ("seller.example",)
    configuration_sets: tuple[str, ...] = ("seatsignal",)
    production: bool = True


class Teams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The channels of Teams, what their addresses are signed with, and how many calls each takes."""

    channels: tuple[str, ...] = ("success", "sales", "ops")
    signature: str = "teams-sandbox-signature"
    rate: Rate = Rate(per_second=4.0, burst=4)


CHANNELS = (
    Channel(id="C01SUCCESS", name="customer-success", purpose="Accounts that need a person"),
    Channel(id="C02OPS", name="seatsignal-ops", purpose="Sources, holds and approvals"),
    Channel(id="C03SALES", name="sales", purpose="Room to grow"),
)
USERS = (
    User(id="U01ROBIN", name="Robin Vale", email="robin.vale@seller.example"),
    User(id="U02NOOR", name="Noor Castellan", email="noor.castellan@seller.example"),
    User(id="U09GONE", name="Pat Moss", email="pat.moss@seller.example", is_active=False),
)


HUBSPOT_SCOPES = (
    "crm.lists.read",
    "crm.lists.write",
    "crm.objects.companies.read",
    "crm.objects.companies.write",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.deals.read",
    "crm.objects.deals.write",
    "crm.objects.owners.read",
    "crm.schemas.companies.read",
    "crm.schemas.companies.write",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
    "crm.schemas.deals.read",
    "crm.schemas.deals.write",
)


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything `--config` may set; unknown keys are refused.

    The mail sink asks for AUTH only when `smtp_user` is set.
    """

    slack_token: str = "xoxb-sandbox-token"  # noqa: S105 - invented, for a loopback stand-in
    slack_rate: Rate = Rate()
    channels: tuple[Channel, ...] = CHANNELS
    users: tuple[User, ...] = USERS
    bot_name: str = "Seatsignal"
    hubspot_token: str = "pat-sandbox-token"  # noqa: S105 - as above
    hubspot_scopes: tuple[str, ...] = HUBSPOT_SCOPES
    hubspot_rate: Rate = Rate(per_second=19.0, burst=190)
    hubspot_search_rate: Rate = Rate(per_second=4.0, burst=4)
    hubspot_daily: int = 625_000
    postmark_token: str = "postmark-sandbox-token"  # noqa: S105 - as above
    ses: Ses = Ses()
    smtp_user: str = ""
    smtp_password: str = ""
    mail_size_limit: int = 10_000_000
    zendesk: Zendesk = Zendesk()
    intercom: Intercom = Intercom()
    salesforce: Salesforce = Salesforce()
    teams: Teams = Teams()


def read(file: Path | None) -> Config:
    """The configuration in a JSON file, or the defaults.

    Raises:
        msgspec.ValidationError: a key is unknown or a value has the wrong type.
    """
    return msgspec.json.decode(file.read_bytes(), type=Config) if file else Config()
