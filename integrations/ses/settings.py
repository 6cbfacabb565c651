"""Settings of the SES destination."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from integrations.letter import ascii_address

REGION = r"^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$"
TOPIC = r"^arn:aws:sns:[a-z]{2}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_.-]{1,256}$"


class SesSettings(BaseSettings):
    """How to send through Amazon SES in one region, and in whose name."""

    model_config = SettingsConfigDict(env_prefix="SEATSIGNAL_SES_", extra="forbid")

    region: str = Field(pattern=REGION, description="the region that you send from, such as eu-west-1")
    access_key_id: str = Field(
        pattern="^[A-Za-z0-9]{4,128}$", description="the id of an access key that may ses:SendEmail"
    )
    secret_access_key: SecretStr = Field(min_length=1, description="the secret of that access key")
    session_token: SecretStr = Field(
        SecretStr(""), description="what belongs to a temporary access key; empty for a lasting one"
    )
    sender: str = Field(description="the address that mail comes from: a verified identity or domain")
    sender_name: str = Field("", max_length=80, description="the name that people see beside it")
    configuration_set: str = Field(
        "", pattern="^[A-Za-z0-9_-]{0,64}$", description="the configuration set that tells what comes back"
    )
    topic: str = Field(
        "", pattern=f"{TOPIC}|^$", description="the ARN of the SNS topic that tells of bounces and complaints"
    )
    base_url: str = Field("", description="where its API is; empty for the region's own, else to rehearse")
    sns_url: str = Field("", description="where SNS is; empty for the topic's own, else to rehearse")
    timeout_s: float = Field(30.0, gt=0, le=120, description="seconds to wait for an answer")

    @field_validator("sender")
    @classmethod
    def _is_address(cls, value: str) -> str:
        address = ascii_address(value)
        if address is None:
            raise ValueError("not a mail address in ASCII")
        return address

    @property
    def api(self) -> str:
        """The base address of SES."""
        return self.base_url or f"https://email.{self.region}.amazonaws.com"

    @property
    def sns(self) -> str:
        """The base address of SNS in the topic's region."""
        return self.sns_url or f"https://sns.{self.topic.split(':')[3]}.amazonaws.com"
