"""Segment as a sender: events in bodies that are no larger than it makes them, signed as it signs."""

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha1, sha256

BODY_BYTES, EVENT_BYTES = 512_000, 32_768
_AROUND = len(json.dumps({"batch": []}))


def bodies(events: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    """Yield batches with all events in order. Raises `ValueError` for one that Segment would not take."""
    batch, size = list[str](), _AROUND
    for event in events:
        written = json.dumps(event)
        if len(written) > EVENT_BYTES:
            raise ValueError(f"an event of {len(written)} bytes")
        if batch and size + len(written) + 2 > BODY_BYTES:
            yield _batch(batch)
            batch, size = [], _AROUND
        batch.append(written)
        size += len(written) + 2
    if batch:
        yield _batch(batch)


def _batch(events: Iterable[str]) -> bytes:
    return f'{{"batch": [{", ".join(events)}]}}'.encode()


def signed(body: bytes, secret: str) -> dict[str, str]:
    """Return the header by which a receiver knows a body."""
    return {"X-Signature": hmac.new(secret.encode(), body, sha1).hexdigest()}


def signed_256(body: bytes, secret: str) -> dict[str, str]:
    """Return the header of senders that sign as Segment does, with a newer hash."""
    return {"X-Signature-256": hmac.new(secret.encode(), body, sha256).hexdigest()}
