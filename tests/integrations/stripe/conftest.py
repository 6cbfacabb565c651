import pytest

from integrations.stripe.client import StripeClient
from tests.integrations.stripe.account import HOUR, Stripe, counted
from tests.integrations.stripe.book import book, records
from tests.rehearsal import Rehearsal


@pytest.fixture
def stripe(sandbox: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> Stripe:
    """All of it was pulled once, and nothing has happened since. Look-ups by id are counted."""
    pulled = Stripe(sandbox, content=book(events=[]))
    assert set(pulled.pull()) == records()
    for name in ("customer", "subscription", "invoice", "price", "coupon", "items"):
        monkeypatch.setattr(StripeClient, name, counted(pulled.asked, name))
    pulled.later(HOUR)
    return pulled
