"""Settings of what Segment, or a sender that is like it, tells us: its secret, and what its events mean."""

from collections.abc import Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, Json, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from health.streams import TOLD
from integrations.happenings import PROPERTY, Happenings, Named, as_json


def _columns(given: Mapping[str, str]) -> Mapping[str, str]:
    if unknown := sorted(set(given) - set(TOLD)):
        raise ValueError(f"no column of an account: {', '.join(unknown)}; there are {', '.join(TOLD)}")
    return given


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("no time zone: Europe/Berlin for instance") from None
    return name


_NONE, _NOTHING = as_json("[]"), as_json("{}")


class SegmentSettings(BaseSettings):
    """How Segment's calls are known, and what its events mean: a sign-in, a feature, an invitation.

    Lists and mappings are JSON. A metric whose list is empty is not stated at all.
    """

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_SEGMENT_", extra="forbid")

    webhook_secret: SecretStr = Field(
        SecretStr(""), description="the shared secret of your webhook destination in Segment"
    )
    webhook_secret_old: SecretStr = Field(
        SecretStr(""), description="the shared secret before that one, as long as both are in use"
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "UTC", description="the zone by whose days use is counted: UTC, Europe/Berlin …"
    )
    account_is_our_id: bool = Field(
        default=True, description="whether groupId is the id by which your own systems know the account"
    )
    ignored_events: Json[tuple[str, ...]] = Field(
        as_json('["$identify", "$group"]'),
        description="events that are no use of the product, as a JSON list",
    )
    sign_ins: Json[Happenings] = Field(
        as_json('["Signed In"]'), description="events that are a sign-in, as a JSON list"
    )
    rate_limit_hits: Json[Happenings] = Field(
        _NONE, description="events of a rate limit that was hit, as a JSON list"
    )
    locked_feature_attempts: Json[Happenings] = Field(
        _NONE, description="events of trying what the plan has not, as a JSON list"
    )
    invitations: Json[Happenings] = Field(
        as_json('["Invite Sent"]'), description="events of inviting somebody, as a JSON list"
    )
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
    traits: Json[Annotated[Mapping[str, str], AfterValidator(_columns)]] = Field(
        _NOTHING,
        description="traits of a group by the account's column they state, beside the usual ones, as a "
        "JSON object",
    )
