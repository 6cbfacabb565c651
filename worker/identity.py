"""Identity by hand: a person says which of our accounts a source's account is, and takes it back."""

from config.errors import Actionable
from store import audit, identity
from store.database import Connection
from store.matches import Unmatched

LINKED, UNLINKED, UNDONE = "identity_linked", "identity_unlinked", "identity_undone"
_WHY = {
    "none": "no account of ours fits",
    "two": "two fit",
    "fits": "fits; was unlinked by a person",
}


class NotLinkable(Actionable):
    """What a person said of who is whom cannot be so; the text says why."""


def why(found: Unmatched) -> str:
    """Return in words why a source's account is none of ours."""
    rung = f" ({found.rule.replace('_', ' ')})" if found.rule else ""
    return f"{_WHY[found.reason]}{rung}"


def link(connection: Connection, source: str, external_id: str, account: str, actor: str) -> None:
    """Say that a source's account is one of ours, by its key. Raises `NotLinkable`."""
    if not identity.link_by_hand(connection, source, external_id, account, actor):
        raise NotLinkable(f"{source} has no account {external_id}, or there is no account {account}")
    audit.record(connection, LINKED, account, f"{source} {external_id}", actor)


def unlink(connection: Connection, source: str, external_id: str, actor: str) -> None:
    """Say that a source's account is none of ours. Raises `NotLinkable`."""
    if not identity.unlink(connection, source, external_id):
        raise NotLinkable(f"{source} {external_id} is not linked")
    audit.record(connection, UNLINKED, external_id, source, actor)


def undo(connection: Connection, source: str, external_id: str, actor: str) -> str:
    """Take back what a person said last of a source's account; return the account it is now, or nothing.

    Raises `NotLinkable` where no person has said anything of it.
    """
    now = identity.undo(connection, source, external_id)
    if now is None:
        raise NotLinkable(f"nobody has said by hand what {source} {external_id} is")
    audit.record(connection, UNDONE, now or external_id, f"{source} {external_id}", actor)
    return now
