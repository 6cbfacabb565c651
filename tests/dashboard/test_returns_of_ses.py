"""What SES tells through SNS is taken once, and keeps letters back."""

from collections.abc import Iterator
from functools import cache

import pytest
import requests
import responses

from dashboard.app import create_app
from dashboard.webhooks import Hooks
from integrations.ses.returns import SesReturns
from store import returns, subjects
from store.database import Database
from tests.dashboard.conftest import COMPANY, served
from tests.dashboard.test_returns import nobody
from tests.integrations.ses.sns import CERTIFICATE, DANA, NOW, Message, bounce, certificate, complaint
from tests.integrations.ses.test_returns import settings


@pytest.fixture
def sns() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add("GET", CERTIFICATE, body=certificate())
        mock.add_passthru("http://127.0.0.1")
        yield mock


@pytest.fixture
def url(sns: responses.RequestsMock, emptied_database: Database) -> Iterator[str]:  # noqa: ARG001 - it answers
    made = cache(lambda _name: SesReturns(settings(), clock=lambda: NOW))
    app = create_app(emptied_database, COMPANY, Hooks(nobody, lambda _source: None), returns=made)
    with served(app) as address:
        yield address


def tell(url: str, body: bytes) -> int:
    headers = {"Content-Type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": "Notification"}
    return requests.post(f"{url}/returns/ses", data=body, headers=headers, timeout=10).status_code


def against(database: Database) -> tuple[str, int]:
    """What keeps letters from Dana, and how many returns were kept."""
    with database.write() as connection:
        [subject] = subjects.remember(connection, {DANA.lower(): "Dana"}).values()
        return returns.suppressed(connection, subject), len(returns.suppressions(connection))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([bounce()], ("bounced", 1)),
        ([bounce(), bounce(), bounce(named="eventType")], ("bounced", 1)),
        ([bounce("Transient")], ("", 0)),
        ([complaint()], ("complained", 1)),
        ([bounce(), complaint()], ("complained", 2)),
        ([bounce("Permanent", DANA, "sam.reed@customer.example")], ("bounced", 2)),
    ],
)
def test_what_came_back_is_against_writing_again(url, emptied_database, events, expected):
    assert [tell(url, Message(event).body()) for event in events] == [204] * len(events)
    assert against(emptied_database) == expected


def test_what_was_changed_changes_nothing(url, emptied_database):
    assert tell(url, Message(bounce()).body(MessageId="i-2")) == 400
    assert against(emptied_database) == ("", 0)


def test_sns_is_asked_to_come_again_where_its_certificate_cannot_be_read(sns, url, emptied_database):
    sns.replace("GET", CERTIFICATE, status=503)
    assert tell(url, Message(bounce()).body()) == 503
    assert against(emptied_database) == ("", 0)
