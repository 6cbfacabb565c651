"""Settings of the Intercom source."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class IntercomSettings(BaseSettings):
    """How to reach an Intercom workspace, and what its companies' ids are."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_INTERCOM_", extra="forbid")

    token: SecretStr = Field(
        min_length=1, description="the access token of your app, from its Authentication page in Intercom"
    )
    base_url: str = Field(
        "https://api.intercom.io",
        description="where its API is: https://api.eu.intercom.io or https://api.au.intercom.io elsewhere",
    )
    api_version: str = Field(
        "2.15", pattern=r"^2\.\d{1,2}$", description="version of the API that is asked for"
    )
    timeout_s: float = Field(30.0, gt=0, le=120, description="seconds to wait for an answer")
    calls_per_minute: int = Field(
        1_000, ge=1, description="calls in a minute: Intercom allows an app of your own 10,000"
    )
    page_size: int = Field(
        150, ge=1, le=150, description="conversations asked for at once; of companies 60 at most"
    )
    history_days: int = Field(730, ge=1, description="how far the first pull of conversations goes back")
    overlap_s: int = Field(
        900, ge=0, description="seconds to look back before the last pull: Intercom's search may be late"
    )
    companies_every_h: float = Field(6.0, gt=0, description="hours between listings of all companies")
    company_id: Literal["our_id", "stripe", "hubspot", "nothing"] = Field(
        "our_id", description="what the company id is that you gave: our own id, or another system's"
    )
    topic: str = Field(
        "",
        pattern=r"^(tags:[^,]+(,[^,]+)*)?$",
        description="the topic of a ticket: the first of `tags:one,two` that it has; none if empty",
    )
