"""What a sender tells of a letter that came back is taken once, from it alone, and keeps letters back."""

import json
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from pydantic import SecretStr

from dashboard.app import create_app
from dashboard.fence import CALL_LIMIT
from dashboard.webhooks import Hooks
from integrations.errors import Misconfigured
from integrations.postmark.returns import PostmarkReturns
from integrations.postmark.settings import PostmarkSettings
from integrations.roles import Returns, Webhook
from store import returns, subjects
from store.database import Database
from tests.dashboard.conftest import COMPANY, served

DANA = "Dana.Quill@customer.example"
AT = "2026-06-01T10:00:00.1234567Z"


def nobody(_name: str) -> Webhook:
    raise Misconfigured("no_such_integration")


def sender(name: str) -> Returns:
    if name != "postmark":
        raise Misconfigured("no_such_integration")
    passwords = {"webhook_password": SecretStr("new-one"), "webhook_password_old": SecretStr("old-one")}
    return PostmarkReturns(PostmarkSettings(token=SecretStr("t"), sender="a@seller.example", **passwords))  # type: ignore[arg-type] # by name


@pytest.fixture
def url(emptied_database: Database) -> Iterator[str]:
    app = create_app(emptied_database, COMPANY, Hooks(nobody, lambda _source: None), returns=sender)
    with served(app) as address:
        yield address


def call(record_type: str = "Bounce", **more: object) -> bytes:
    return json.dumps({"RecordType": record_type, "ID": 7, "Email": DANA, "BouncedAt": AT, **more}).encode()


def change(**more: object) -> bytes:
    said = {"RecordType": "SubscriptionChange", "Recipient": DANA, "ChangedAt": AT, "SuppressSending": True}
    return json.dumps(said | more).encode()


HARD = call(Type="HardBounce", Inactive=True)


def tell(url: str, body: bytes, secret: str = "seatsignal:new-one", name: str = "postmark") -> int:
    headers = {"Authorization": f"Basic {b64encode(secret.encode()).decode()}"} if secret else {}
    return requests.post(f"{url}/returns/{name}", data=body, headers=headers, timeout=10).status_code


def against(database: Database) -> tuple[str, bool]:
    """What keeps letters from Dana: why, and whether she consents."""
    with database.write() as connection:
        [subject] = subjects.remember(connection, {DANA.lower(): "Dana"}).values()
        return returns.suppressed(connection, subject), subjects.consents_to(connection, subject, "renewal")


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ([HARD], ("bounced", True)),
        ([HARD, HARD], ("bounced", True)),
        ([call(Type="BadEmailAddress")], ("bounced", True)),
        ([call(Type="Transient")], ("", True)),
        ([call("SpamComplaint", Type="SpamComplaint")], ("complained", True)),
        ([HARD, call("SpamComplaint")], ("complained", True)),
        ([call("SpamComplaint"), HARD], ("complained", True)),
        ([HARD, call(Type="Transient", ID=6)], ("bounced", True)),
        ([call("SomethingNew", Type="HardBounce")], ("", True)),
        ([call("Delivery")], ("", True)),
        ([change(SuppressionReason="HardBounce")], ("bounced", True)),
        ([change(SuppressionReason="ManualSuppression")], ("", False)),
        ([change(SuppressSending=False)], ("", True)),
    ],
)
def test_what_came_back_is_against_writing_again(url, emptied_database, bodies, expected):
    assert [tell(url, body) for body in bodies] == [204] * len(bodies)
    assert against(emptied_database) == expected


@pytest.mark.parametrize(
    ("secret", "name", "status"),
    [
        ("seatsignal:old-one", "postmark", 204),
        ("", "postmark", 400),
        ("seatsignal:guess", "postmark", 400),
        ("other:new-one", "postmark", 400),
        ("seatsignal:new-one", "pigeon", 404),
    ],
)
def test_only_who_has_a_password_is_believed(url, emptied_database, secret, name, status):
    assert tell(url, HARD, secret, name) == status
    assert against(emptied_database)[0] == ("bounced" if status == 204 else "")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"\xff", call(Email=""), call(BouncedAt=None), b'{"RecordType": 1}']
)
def test_what_cannot_be_read_is_refused(url, emptied_database, body):
    assert tell(url, body) == 400
    assert against(emptied_database) == ("", True)


def test_what_is_too_large_is_refused_unread(url, emptied_database):
    assert tell(url, call(Type="HardBounce", Details="x" * CALL_LIMIT)) == 413
    assert against(emptied_database) == ("", True)


def test_a_call_that_comes_many_times_at_once_counts_once(url, emptied_database):
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: tell(url, HARD), range(16))) == [204] * 16
    with emptied_database.read() as connection:
        assert len(returns.suppressions(connection)) == 1


def test_a_person_lifts_what_stands_and_the_same_call_does_not_bring_it_back(url, emptied_database):
    tell(url, HARD)
    with emptied_database.write() as connection:
        assert returns.lift(connection, DANA, "robin", "a new mailbox") == 1
        assert returns.lift(connection, DANA, "robin", "again") == 0
    tell(url, HARD)
    assert against(emptied_database) == ("", True)
    tell(url, call(ID=8, Type="HardBounce"))
    assert against(emptied_database)[0] == "bounced"


def test_what_stands_is_listed_and_an_address_only_where_it_is_known(url, emptied_database):
    tell(url, HARD)
    with emptied_database.read() as connection:
        [found] = returns.suppressions(connection)
    assert (found.email, found.kind, found.at_ms) == ("", "bounced", 1_780_308_000_123)
    against(emptied_database)
    with emptied_database.read() as connection:
        assert [each.email for each in returns.suppressions(connection)] == [DANA.lower()]
