"""The chat services that are spoken to through Apprise, and what is made of the URL of a channel.

Apprise knows far more: mails, sounds, windows on a desktop, commands. Only services whose plugin does nothing
but call over HTTP are here, so that every call is ours (`integrations.apprise.calls`).
"""

import logging
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr

from integrations.apprise.calls import REQUESTS
from integrations.errors import Misconfigured

if TYPE_CHECKING:
    from apprise import NotifyBase

NAME = "apprise"


class Service(NamedTuple):
    """A chat service: how people call it, and the plugin that speaks to it, as ``module:name``."""

    name: str
    plugin: str


_MATTERMOST = Service("Mattermost", "mattermost:NotifyMattermost")
_NEXTCLOUD = Service("Nextcloud Talk", "nextcloudtalk:NotifyNextcloudTalk")
_ROCKET_CHAT = Service("Rocket.Chat", "rocketchat:NotifyRocketChat")
_SYNOLOGY = Service("Synology Chat", "synology:NotifySynology")
SERVICES: Mapping[str, Service] = {
    "dingtalk": Service("DingTalk", "dingtalk:NotifyDingTalk"),
    "discord": Service("Discord", "discord:NotifyDiscord"),
    "feishu": Service("Feishu", "feishu:NotifyFeishu"),
    "flock": Service("Flock", "flock:NotifyFlock"),
    "gchat": Service("Google Chat", "google_chat:NotifyGoogleChat"),
    "lark": Service("Lark", "lark:NotifyLark"),
    "mmost": _MATTERMOST,
    "mmosts": _MATTERMOST,
    "nctalk": _NEXTCLOUD,
    "nctalks": _NEXTCLOUD,
    "rocket": _ROCKET_CHAT,
    "rockets": _ROCKET_CHAT,
    "ryver": Service("Ryver", "ryver:NotifyRyver"),
    "synology": _SYNOLOGY,
    "synologys": _SYNOLOGY,
    "tgram": Service("Telegram", "telegram:NotifyTelegram"),
    "webex": Service("Webex", "webexteams:NotifyWebexTeams"),
    "wecombot": Service("WeCom", "wecombot:NotifyWeComBot"),
    "zulip": Service("Zulip", "zulip:NotifyZulip"),
}
"""Services by what their URLs begin with."""
OURS: Mapping[str, Any] = {
    "app_id": "Seatsignal",
    "app_desc": "Seatsignal",
    "app_url": "",
    "image_url_mask": "",
    "image_url_logo": "",
}
"""Who says it; no picture is loaded from elsewhere."""
REMEDY = "set its URL in SEATSIGNAL_APPRISE_CHANNELS as docs/integrations/apprise.md shows it"


def plugin(channel: str, address: SecretStr) -> "NotifyBase":
    """What speaks to a channel's service. Raises `Misconfigured` for no URL of one, or without Apprise."""
    url = address.get_secret_value()
    service = SERVICES.get(url.partition("://")[0].lower())
    if service is None:
        raise _invalid(channel, "of no service that is spoken to")
    made = _made(service, url)
    if made is None:
        raise _invalid(channel, f"none of {service.name}")
    return made


def _made(service: Service, url: str) -> "NotifyBase | None":
    """The plugin for a URL, which alone is loaded; its calls are ours, and so is waiting for a turn.

    It takes plain text, or HTML where it knows nothing plainer.
    """
    try:
        from apprise import AppriseAsset, NotifyFormat  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        what = "apprise needs the extra: pip install 'seatsignal[channels]'"
        raise Misconfigured("extra_missing", what) from None
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it tells URLs, which are secrets
    name, _, of = service.plugin.partition(":")
    module = import_module(f"apprise.plugins.{name}")
    vars(module)["requests"] = REQUESTS
    kind = getattr(module, of)
    try:
        made: NotifyBase = kind(**kind.parse_url(url), asset=AppriseAsset(**OURS))
    except (TypeError, ValueError):  # so a plugin says that a part is missing, or wrong
        return None
    is_html = NotifyFormat.HTML in kind.notify_format and NotifyFormat.TEXT not in kind.notify_format
    made.notify_format = NotifyFormat.HTML if is_html else NotifyFormat.TEXT
    made.request_rate_per_sec = 0.0
    return made


def _invalid(channel: str, what: str) -> Misconfigured:
    return Misconfigured(
        "address_invalid", f"apprise: the URL of the channel {channel!r} is {what}; {REMEDY}"
    )
