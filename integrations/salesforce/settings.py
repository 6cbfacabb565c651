"""Settings of Salesforce, as a source and as a destination."""

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

FIELD = r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*"
"""A field by its API name, or one of a record that it looks up (``Owner.Email``)."""
OUR_ID = "Seatsignal_Account_Id__c"
"""The one field of ours that people fill in: we write all others, and none of those is evidence."""


class SalesforceSettings(BaseSettings):
    """How to reach a Salesforce org, and which of its fields say what."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_SALESFORCE_", extra="forbid")

    base_url: str = Field(
        min_length=1, description="your My Domain: https://MYCOMPANY.my.salesforce.com, as Setup shows it"
    )
    client_id: str = Field(
        min_length=1, description="the consumer key of your External Client App (Setup, App Manager)"
    )
    client_secret: SecretStr = Field(
        SecretStr(""), description="its consumer secret, for the flow of client credentials"
    )
    username: str = Field("", description="the user to act as, for the flow of a signed token (JWT)")
    private_key: SecretStr = Field(
        SecretStr(""), description="the private key of the app's certificate as PEM text, for the same flow"
    )
    audience: str = Field(
        "https://login.salesforce.com",
        pattern=r"^https://[^\s/?#]+$",
        description="whom a signed token is for; https://test.salesforce.com for a sandbox org",
    )
    api_version: str = Field("67.0", pattern=r"^\d{2,3}\.0$", description="version of the API in its paths")
    timeout_s: float = Field(30.0, gt=0, le=120, description="seconds to wait for an answer")
    calls_per_minute: int = Field(600, ge=1, description="calls in a minute, as source and destination")
    batch_size: int = Field(
        500, ge=1, le=500, description="accounts written at once: fewer where triggers make the org slow"
    )
    daily_share: float = Field(
        0.8, gt=0, le=1, description="share of the org's daily calls, used by anybody, at which we stop"
    )
    overlap_s: float = Field(
        900.0,
        ge=0,
        description="seconds to look back before the last pull: what is saved late is dated early",
    )
    full_every_h: float = Field(
        24.0, gt=0, description="hours between listings of everything; between them what changed is asked for"
    )
    our_id_field: str = Field(
        "",
        pattern=f"^({FIELD})?$",
        description="field of accounts that holds your own id of the account, such as ours; empty if none",
    )
    csm_field: str = Field(
        "Owner.Email", pattern=f"^{FIELD}$", description="field of accounts with the address of the CSM"
    )
    sales_field: str = Field(
        "Owner.Email", pattern=f"^{FIELD}$", description="field of accounts with the address of who sells"
    )
    stripe_field: str = Field(
        "",
        pattern=f"^({FIELD})?$",
        description="field of accounts that holds the id of the Stripe customer; empty if there is none",
    )
    role_field: str = Field(
        "", pattern=f"^({FIELD})?$", description="field of contacts that says the person's role, if any"
    )
    contracts: bool = Field(
        default=False,
        description="whether activated contracts are subscriptions: where nothing else tells of them",
    )

    opportunity_stage: str = Field(
        "", description="stage that opportunities of ours begin at, an open one; empty if none are kept"
    )
    opportunity_currency: str = Field(
        "",
        pattern=r"^([A-Z]{3})?$",
        description="the org's currency, where it has but one; empty where opportunities have their own",
    )
    renewal_type: str = Field(
        "", description="what the field Type of opportunities says of a renewal; empty if it tells of none"
    )
    outcomes: bool = Field(
        default=False,
        description="whether closed opportunities of that type are outcomes: where nothing else tells any",
    )

    @field_validator("our_id_field", "stripe_field")
    @classmethod
    def _people_wrote_it(cls, name: str) -> str:
        """Refuse what we write ourselves as evidence of whose account it is."""
        if name.lower().startswith("seatsignal_") and name != OUR_ID:
            raise ValueError("names a field that Seatsignal writes: what it wrote is no evidence")
        return name

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        """Refuse settings by which nobody could ask for a token."""
        signed = (bool(self.username), bool(self.private_key.get_secret_value()))
        if any(signed) != all(signed):
            raise ValueError(
                "set SEATSIGNAL_SALESFORCE_USERNAME and SEATSIGNAL_SALESFORCE_PRIVATE_KEY, or neither"
            )
        if not (any(signed) or self.client_secret.get_secret_value()):
            raise ValueError(
                "set SEATSIGNAL_SALESFORCE_CLIENT_SECRET, or a username with its private key to sign tokens"
            )
        return self

    @model_validator(mode="after")
    def _outcomes_of_a_type(self) -> Self:
        """Refuse outcomes of opportunities that nothing tells from others."""
        if self.outcomes and not self.renewal_type:
            raise ValueError("set SEATSIGNAL_SALESFORCE_RENEWAL_TYPE too: what Type says of a renewal")
        return self

    @property
    def signs(self) -> bool:
        """Whether tokens are asked for by a signed one, and not by the client's secret."""
        return bool(self.username)
