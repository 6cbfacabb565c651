"""Settings of the PostHog source: how to reach a project, and what its events mean."""

from pydantic import Field, Json, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from integrations.happenings import NAME, PROPERTY, Happenings, Named, as_json

ACCOUNT = rf"^(\$group_[0-4]|(person\.)?properties\.{NAME})$"

_UNATTENDED = as_json('["$set", "$groupidentify", "$feature_flag_called"]')
_NONE, _NOTHING = as_json("[]"), as_json("{}")


class PostHogSettings(BaseSettings):
    """A PostHog project, and what its events mean: a sign-in, a feature, an invitation.

    Lists and mappings are JSON. A metric whose list is empty is not stated at all.
    """

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_POSTHOG_", extra="forbid")

    api_key: SecretStr = Field(
        min_length=1, description="a personal API key (phx_…) with the scope Query Read, and no other"
    )
    project_id: int = Field(gt=0, description="the number of your project, from Settings, Project")
    base_url: str = Field(
        "https://us.posthog.com",
        description="where your project is: https://us.posthog.com, https://eu.posthog.com, your own server",
    )
    timeout_s: float = Field(70.0, gt=0, le=120, description="seconds to wait for the answer to a query")
    calls_per_minute: int = Field(240, gt=0, description="queries that PostHog allows a key in a minute")
    account: str = Field(
        "$group_0",
        pattern=ACCOUNT,
        description="what tells an event's account: $group_0 to $group_4, properties.NAME "
        "or person.properties.NAME",
    )
    account_is_our_id: bool = Field(
        default=True, description="whether that is the id by which your own systems know the account"
    )
    ignored_events: Json[tuple[str, ...]] = Field(
        _UNATTENDED, description="events that are no use of the product, as a JSON list"
    )
    sign_ins: Json[Happenings] = Field(
        as_json('["$identify"]'), description="events that are a sign-in, as a JSON list"
    )
    rate_limit_hits: Json[Happenings] = Field(
        _NONE, description="events of a rate limit that was hit, as a JSON list"
    )
    locked_feature_attempts: Json[Happenings] = Field(
        _NONE, description="events of trying what the plan has not, as a JSON list"
    )
    invitations: Json[Happenings] = Field(_NONE, description="events of inviting somebody, as a JSON list")
    invitations_accepted: Json[Happenings] = Field(
        _NONE, description="events of accepting an invitation, as a JSON list"
    )
    consumption: str = Field(
        "", pattern=PROPERTY, description="event property whose sum is what the account consumes"
    )
    features: Json[Named] = Field(
        _NOTHING, description="events by the name of the feature they use, as a JSON object"
    )
    core: Json[Named] = Field(
        _NOTHING, description="events by the core workflow they complete, as a JSON object"
    )
    role: str = Field("", pattern=PROPERTY, description="person property that holds a user's role")
    email: str = Field(
        "", pattern=PROPERTY, description="person property that holds a user's address; not read if empty"
    )
    first_days: int = Field(92, ge=1, le=400, description="days of history that the first pull reads")
    overlap_days: int = Field(3, ge=0, le=30, description="days read again, for events that arrive late")
    days_per_query: int = Field(
        31, ge=1, le=400, description="days that one query covers; fewer where PostHog runs out of time"
    )
    page_rows: int = Field(10_000, ge=1, le=50_000, description="rows asked for at a time")
