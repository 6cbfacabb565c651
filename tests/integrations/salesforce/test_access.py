"""Who we are to Salesforce, and how much of the org's day we use up."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import parse_qsl

import pytest
import responses
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from integrations.errors import IntegrationError, Misconfigured, RetryLater
from integrations.salesforce import client
from integrations.salesforce.access import Access
from integrations.salesforce.client import SalesforceClient
from integrations.salesforce.settings import SalesforceSettings
from tests.integrations.salesforce.conftest import settings
from tests.integrations.salesforce.org import NOW_S

ORG = "https://seller.my.salesforce.com"
TOKEN = f"{ORG}/services/oauth2/token"
QUERY = f"{ORG}/services/data/v67.0/query"
ROWS = {"totalSize": 0, "done": True, "records": []}
KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def signing(key: str) -> SalesforceSettings:
    return settings(ORG, client_secret="", username="app@seller.example", private_key=key)


@pytest.fixture
def vendor() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def unpacked(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize("key", [pem(KEY), pem(KEY).replace("\n", "\\n")], ids=["lines", "written out"])
def test_a_token_is_asked_for_by_one_that_is_signed(vendor: responses.RequestsMock, key: str) -> None:
    vendor.post(TOKEN, json={"access_token": "t"})
    access = Access(signing(key), None, clock=lambda: NOW_S)
    access.sign_in()
    asked = dict(parse_qsl(str(vendor.calls[0].request.body, "utf-8")))
    header, claim, signature = asked["assertion"].split(".")
    KEY.public_key().verify(unpacked(signature), f"{header}.{claim}".encode(), PKCS1v15(), SHA256())
    assert asked["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert json.loads(unpacked(header)) == {"alg": "RS256", "typ": "JWT"}
    assert json.loads(unpacked(claim)) == {
        "iss": "seatsignal-app",
        "sub": "app@seller.example",
        "aud": "https://login.salesforce.com",
        "exp": int(NOW_S) + 180,
    }


@pytest.mark.parametrize("key", ["nothing", pem(ec.generate_private_key(ec.SECP256R1()))])
def test_a_key_that_cannot_sign_is_told(key: str) -> None:
    with pytest.raises(Misconfigured, match="SEATSIGNAL_SALESFORCE_PRIVATE_KEY") as caught:
        Access(signing(key), None).sign_in()
    assert (caught.value.reason, key in str(caught.value)) == ("key_unreadable", False)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"client_secret": ""}, "SEATSIGNAL_SALESFORCE_CLIENT_SECRET"),
        ({"username": "app@seller.example"}, "SEATSIGNAL_SALESFORCE_PRIVATE_KEY"),
        ({"private_key": "x"}, "SEATSIGNAL_SALESFORCE_USERNAME"),
        ({"our_id_field": "Seatsignal_Account_Key__c"}, "no evidence"),
        ({"outcomes": "true"}, "SEATSIGNAL_SALESFORCE_RENEWAL_TYPE"),
        ({"csm_field": "Email FROM User"}, "csm_field"),
    ],
)
def test_settings_by_which_nothing_could_work_are_refused(given: dict[str, str], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        settings(ORG, **given)


@pytest.mark.parametrize("error", ["invalid_client", "invalid_grant", "inactive_user"])
def test_no_token_says_what_to_mend(vendor: responses.RequestsMock, error: str) -> None:
    vendor.post(TOKEN, status=400, json={"error": error, "error_description": "told to nobody"})
    with pytest.raises(Misconfigured, match="SEATSIGNAL_SALESFORCE_CLIENT_SECRET") as caught:
        Access(settings(ORG), None).sign_in()
    assert (caught.value.reason, "told" in str(caught.value)) == ("no_token", False)


def bearer(token: str) -> dict[str, object]:
    return {"match": [responses.matchers.header_matcher({"Authorization": f"Bearer {token}"})]}


def test_a_token_that_has_run_out_is_asked_for_anew_once(vendor: responses.RequestsMock) -> None:
    for token in ("old", "new"):
        vendor.post(TOKEN, json={"access_token": token, "instance_url": "https://elsewhere.example"})
    vendor.get(QUERY, status=401, **bearer("old"))
    vendor.get(QUERY, json=ROWS, **bearer("new"))
    salesforce = SalesforceClient(settings(ORG))
    assert [salesforce.queried("SELECT Id FROM Account").total_size for _ in range(2)] == [0, 0]
    assert [call.request.method for call in vendor.calls] == ["POST", "GET", "POST", "GET", "GET"]


def test_a_new_token_that_does_not_help_ends_it(vendor: responses.RequestsMock) -> None:
    vendor.post(TOKEN, json={"access_token": "t"})
    vendor.get(QUERY, status=401)
    with pytest.raises(Misconfigured, match="External Client App") as caught:
        SalesforceClient(settings(ORG)).queried("SELECT Id FROM Account")
    assert (caught.value.reason, len(vendor.calls)) == ("unauthorized", 4)


@pytest.mark.parametrize(
    ("used", "goes_on"),
    [("api-usage=79/100", True), ("api-bursts=1/750; api-usage=80/100", False), ("api-usage=100/100", False)],
)
def test_we_stop_at_our_share_of_the_orgs_day_and_look_again_later(
    vendor: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, used: str, goes_on: bool
) -> None:
    now = [1_000.0]
    monkeypatch.setattr(client, "monotonic", lambda: now[0])
    vendor.post(TOKEN, json={"access_token": "t"})
    vendor.get(QUERY, json=ROWS, headers={"Sforce-Limit-Info": used})
    salesforce = SalesforceClient(settings(ORG))
    salesforce.queried("SELECT Id FROM Account")
    assert ended(salesforce) == (None if goes_on else "daily_limit True")
    now[0] += client.ASK_AGAIN_S
    assert ended(salesforce) is None


def ended(salesforce: SalesforceClient) -> str | None:
    try:
        salesforce.queried("SELECT Id FROM Account")
    except RetryLater as error:
        return f"{error.reason} {error.after_s > 0}"
    return None


@pytest.mark.parametrize(
    ("status", "code", "kind", "reason"),
    [
        (403, "REQUEST_LIMIT_EXCEEDED", RetryLater, "daily_limit"),
        (403, "API_DISABLED_FOR_ORG", Misconfigured, "no_api"),
        (403, "INSUFFICIENT_ACCESS", Misconfigured, "forbidden"),
        (400, "INVALID_FIELD", Misconfigured, "field_missing"),
        (400, "QUERY_TIMEOUT", RetryLater, "busy"),
        (400, "INVALID_QUERY_LOCATOR", RetryLater, "busy"),
        (503, "SERVER_UNAVAILABLE", RetryLater, "status_503"),
    ],
)
def test_refusals(
    vendor: responses.RequestsMock, status: int, code: str, kind: type[IntegrationError], reason: str
) -> None:
    vendor.post(TOKEN, json={"access_token": "t"})
    vendor.get(QUERY, status=status, json=[{"errorCode": code, "message": "canary"}])
    with closing(SalesforceClient(settings(ORG))) as salesforce, pytest.raises(kind) as caught:
        salesforce.queried("SELECT Id FROM Account")
    assert (caught.value.reason, "canary" in str(caught.value)) == (reason, False)
