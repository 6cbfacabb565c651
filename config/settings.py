"""The product's own settings, from the places that `config.variables` knows.

Vendors' settings live with the vendors. Every name starts with ``SEATSIGNAL_``; a name that starts so
and is none of ours or theirs is refused by ``seatsignal config check``.
"""

import os
import re
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from config.files import ConfigError
from config.variables import PREFIX, read

_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")
"""32 bytes in base64, as Fernet takes them."""


def data_folder() -> Path:
    """Return the folder for the user's data: ``$XDG_DATA_HOME/seatsignal`` or its usual place."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "seatsignal"


class Settings(BaseSettings):
    """What an operator sets before anything starts."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    database_url: str = Field(
        default_factory=lambda: f"sqlite:///{data_folder() / 'seatsignal.sqlite3'}",
        repr=False,  # it may hold a password, and so may the broker's
        description="SQLite file or PostgreSQL URL",
    )
    broker_url: str = Field(default="memory://", repr=False, description="memory:// or redis://host:port/db")
    public_url: str = Field(
        default="", description="https address under which the outside reaches the web app"
    )
    manage_url: str = Field(default="", description="where customers manage their subscription")
    company_name: str = Field(default="Our company", description="who customers' mails are from")
    founders: str = Field(
        default="files,stripe",
        description="sources whose accounts are customers of ours; those of any other source only join them",
    )
    encryption_keys: SecretStr = Field(
        default=SecretStr(""),
        description="keys that encrypt secrets in the database, the newest first, with commas between",
    )
    own_networks: str = Field(
        default="",
        description="networks of yours in which servers of vendors are: 10.20.0.0/16, fd00:7::/64",
    )
    policy: Path | None = Field(default=None, description="policy.yaml of your own")
    plays: Path | None = Field(default=None, description="plays.yaml of your own")
    routes: Path | None = Field(default=None, description="routes.yaml of your own")
    schedule: Path | None = Field(default=None, description="schedule.yaml of your own")
    targets: Path | None = Field(default=None, description="targets.yaml of your own")
    letters: Path | None = Field(default=None, description="letters.yaml of your own")
    nudges: Path | None = Field(default=None, description="nudges.yaml of your own")
    modes: Path | None = Field(default=None, description="modes.yaml of your own")
    experiments: Path | None = Field(default=None, description="experiments.yaml of your own")
    lease_s: float = Field(default=30.0, gt=0, description="how long a sender may hold what it claimed")
    chunk_size: int = Field(default=1_000, ge=1, le=2_000, description="accounts judged in one unit of work")
    tick_s: float = Field(default=10.0, gt=0, description="how often beat asks what is due")
    web_host: str = Field(default="127.0.0.1", description="address the web app binds to")
    web_port: int = Field(default=8080, ge=0, le=65_535, description="its port; 0 takes a free one")
    dashboard_url: str = Field(
        default="", description="address under which colleagues reach the dashboard; none: this machine alone"
    )
    api_calls_a_minute: int = Field(
        default=600, ge=1, description="calls of the analytics API that a token has"
    )
    ops_host: str = Field(default="127.0.0.1", description="address that /readyz and /metrics bind to")
    ops_port: int | None = Field(
        default=None,
        ge=0,
        le=65_535,
        description="their port; none: they are not served",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="how much is logged"
    )

    @field_validator("broker_url")
    @classmethod
    def _is_broker(cls, url: str) -> str:
        """Refuse what Celery would crash on, and a password that would be taken for a port or a path."""
        before, _, _ = url.partition("://")[2].rpartition("@")
        if set(before) & set("/?#;"):
            raise PydanticCustomError("password", "write / ? # ; in a password as %2F %3F %23 %3B")
        if not _leads_to_a_broker(url):
            raise PydanticCustomError("broker", "must read memory://, or redis://HOST:PORT/DB")
        return url

    @field_validator("encryption_keys")
    @classmethod
    def _are_keys(cls, written: SecretStr) -> SecretStr:
        if not all(map(_KEY.fullmatch, _keys(written))):
            raise PydanticCustomError("keys", "must be keys as `seatsignal config key` makes them")
        return written

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys in ``encryption_keys``."""
        return _keys(self.encryption_keys)

    @field_validator("own_networks")
    @classmethod
    def _are_networks(cls, written: str) -> str:
        try:
            _networks(written)
        except ValueError:
            raise PydanticCustomError("networks", "must read 10.20.0.0/16, fd00:7::/64") from None
        return written

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks in ``own_networks``."""
        return _networks(self.own_networks)

    @property
    def founding(self) -> frozenset[str]:
        """The names in ``founders``."""
        return frozenset(name.strip() for name in self.founders.split(","))


def _keys(written: SecretStr) -> tuple[str, ...]:
    return tuple(key.strip() for key in written.get_secret_value().split(",") if key.strip())


def _networks(written: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(name.strip()) for name in written.split(",") if name.strip())


def _leads_to_a_broker(url: str) -> bool:
    try:
        parts = urlsplit(url)
        addressed = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    database = parts.path.removeprefix("/")
    numbered = not database or database.isdecimal()
    return parts.scheme == "memory" or (parts.scheme in {"redis", "rediss"} and addressed and numbered)


@cache
def settings() -> Settings:
    """Return the settings of this process, read once. Raises `config.files.ConfigError`, without values."""
    try:
        return read(Settings)
    except SettingsError as error:
        wrong = [str(error)]
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        wrong = [f"{PREFIX}{str(one['loc'][0]).upper()}: {one['msg']}" for one in found]
    raise ConfigError(wrong)
