"""What we send to Slack: a message, its change, and the mark by which it is found again."""

from msgspec import UNSET, DecodeError, Raw, Struct, UnsetType, ValidationError
from msgspec.json import decode, encode

from health.nouns import Notice
from integrations.errors import Rejected
from integrations.slack.answers import Message

EVENT_TYPE = "seatsignal_notice"


class Mark(Struct, frozen=True):
    """Which notice a message is."""

    key: str = ""
    thread: str = ""
    account: int = 0


class Metadata(Struct, frozen=True):
    """A mark as Slack stores it."""

    event_payload: Mark
    event_type: str = EVENT_TYPE


class Words(Struct, frozen=True):
    """What a message says: blocks for the eye, text for notifications and screen readers."""

    text: str
    blocks: Raw


class Post(Struct, frozen=True, kw_only=True):
    """Arguments of chat.postMessage. Slack is told to make no links, names or previews by itself."""

    channel: str
    text: str
    blocks: Raw
    metadata: Metadata
    thread_ts: str | UnsetType = UNSET
    parse: str = "none"
    link_names: bool = False
    unfurl_links: bool = False
    unfurl_media: bool = False


class Update(Struct, frozen=True, kw_only=True):
    """Arguments of chat.update. Without metadata a message keeps what it carries."""

    channel: str
    ts: str
    text: str
    blocks: Raw
    parse: str = "none"
    link_names: bool = False


class Whisper(Struct, frozen=True, kw_only=True):
    """Arguments of chat.postEphemeral: only one person sees it, until they reload."""

    channel: str
    user: str
    text: str
    parse: str = "none"
    link_names: bool = False


class Reply(Struct, frozen=True, kw_only=True):
    """The answer to a command, in the HTTP response: only whoever gave it sees it."""

    text: str
    blocks: Raw
    response_type: str = "ephemeral"
    parse: str = "none"
    link_names: bool = False
    unfurl_links: bool = False
    unfurl_media: bool = False


class Body(Struct, frozen=True):
    """A rendered notice: the words of its message, and its news for the thread."""

    text: str
    blocks: Raw
    news: str

    @property
    def words(self) -> Words:
        """What the message itself says."""
        return Words(self.text, self.blocks)

    @property
    def told(self) -> Words:
        """What the thread is told."""
        paragraph = {"type": "mrkdwn", "text": self.news, "verbatim": True}
        return Words(self.news, Raw(encode([{"type": "section", "text": paragraph}])))


def body(notice: Notice) -> Body:
    """A notice's rendered words. Raises `Rejected`."""
    return rendered(notice.body)


def rendered(words: bytes) -> Body:
    """Rendered words as they are. Raises `Rejected`."""
    try:
        return decode(words, type=Body)
    except (DecodeError, ValidationError):
        failure = Rejected("body_unreadable", "the body is not a rendered Slack message")
    raise failure


def metadata(notice: Notice) -> Metadata:
    """What the notice's message carries."""
    return Metadata(Mark(notice.key, notice.thread, notice.account))


def key(message: Message) -> str:
    """The key of the notice that a message is; empty for anybody else's message."""
    if message.metadata is None or message.metadata.event_type != EVENT_TYPE:
        return ""
    try:
        return decode(message.metadata.event_payload, type=Mark).key
    except (DecodeError, ValidationError):
        return ""
