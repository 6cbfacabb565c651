"""Sign in by a company's identity provider: whom it vouches for comes in, and nobody on anything else."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hmac import digest
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import expect
from sqlalchemy import select
from structlog.testing import capture_logs

from dashboard.access import COOKIE, KEPT_OUT, ROLES, Right
from dashboard.app import create_app
from dashboard.pages.door import NO_PASSWORDS
from dashboard.pages.provider import AWAY, LASTS_S, MISSET, NOT_TAKEN, OVER
from dashboard.pages.provider import COOKIE as BEGUN
from dashboard.site import Site
from integrations.oidc.provider import Provider
from integrations.oidc.settings import RANKS, OidcSettings
from store import users
from store.tables import audit
from tests.book import deployment
from tests.dashboard.conftest import COMPANY, NOBODY, served
from tests.dashboard.site.conftest import Browser, Desk, Visit, add_colleagues, address
from tests.dashboard.site.idp import CLIENT, SECRET, Claims, Idp, key

ROLE_CLAIMS = {"groups": {"cs-team": "csm", "cs-leads": "manager"}, "realm_access.roles": {"ops": "admin"}}
WHO = {"email": "Grace@seller.example", "email_verified": True, "groups": ["cs-team", "everybody"]}


@dataclass
class Door:
    """A dashboard whose colleagues sign in at a provider."""

    desk: Desk
    idp: Idp

    def browser(self) -> Browser:
        return Browser(self.desk.url)

    def come(self, browser: Browser | None = None, to: str = "/me") -> requests.Response:
        """Click the button, and be sent there and back."""
        return (browser or self.browser()).get("/sign-in/provider", to=to)

    def back(self, browser: Browser) -> str:
        """Begin, sign in there, and return the address to come back to without going."""
        asked = browser.http.get(f"{self.desk.url}/sign-in/provider", allow_redirects=False, timeout=10)
        there = browser.http.get(asked.headers["location"], allow_redirects=False, timeout=10)
        return there.headers["location"]


def opened(url: str, idp: Idp, **given: Any) -> Iterator[Door]:
    made = deployment(url)
    add_colleagues(made.database)
    with served(idp.app()) as idp.url:
        chosen = {"issuer": idp.url, "client_id": CLIENT, "client_secret": SECRET, "roles": ROLE_CLAIMS}
        site = Site(lambda: made, provider=Provider(OidcSettings(**(chosen | given))))
        app = create_app(made.database, COMPANY, NOBODY, site=site)
        with served(app) as address_:
            yield Door(Desk(address_, app, site, made), idp)
    made.database.close()


@pytest.fixture
def door(sqlite_url: str) -> Iterator[Door]:
    yield from opened(sqlite_url, Idp(dict(WHO)))


def refused(answer: requests.Response, words: str) -> bool:
    return answer.status_code == 403 and words in answer.text.replace("&#39;", "'")


# -- who comes in ------------------------------------------------------------------------------------


def test_whoever_the_provider_vouches_for_comes_in_with_their_role(door: Door):
    answer = door.come(to="/me?x=1")

    assert answer.status_code == 200
    assert answer.url == f"{door.desk.url}/me?x=1"
    assert "grace@seller.example, csm" in answer.text
    assert "Until now" not in answer.text, "there is no password to change"
    with door.desk.database.read() as connection:
        user = users.find(connection, "grace@seller.example")
        said = connection.execute(select(audit.c.detail).where(audit.c.action == "signed_in")).scalar_one()
    assert user is not None
    assert not user.password
    assert said == "provider"


def test_the_role_is_what_the_claim_says_each_time(door: Door):
    browser = door.browser()
    assert ", csm" in door.come(browser).text

    door.idp.who["groups"] = ["cs-team", "cs-leads"]
    assert ", manager" in door.come(browser).text
    door.idp.who |= {"groups": [], "realm_access": {"roles": ["ops"]}}
    assert ", admin" in door.come(browser).text
    door.idp.who |= {"groups": "cs-team", "realm_access": 7}
    assert ", csm" in door.come(browser).text


def test_a_colleague_who_was_here_before_stays_the_same(door: Door):
    door.idp.who["email"] = address("support")

    assert f"{address('support')}, csm" in door.come().text
    assert door.browser().sign_in(address("support")).status_code == 200, "their password still lets in"


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ({"groups": ["everybody"]}, "nothing says what you may do here"),
        ({"groups": {"cs-team": True}}, "nothing says what you may do here"),
        ({"email_verified": False}, "has not verified"),
        ({"email_verified": []}, "has not verified"),
        ({"email": ""}, "no mail address"),
        ({"email": ["grace@seller.example"]}, "no mail address"),
        ({"email": "x@evil.example@seller.example"}, "no mail address"),
    ],
)
def test_whoever_is_known_there_and_nobody_here_is_told_why(door: Door, who: Claims, words: str):
    door.idp.who |= who
    browser = door.browser()

    assert refused(door.come(browser), words)
    assert COOKIE not in browser.http.cookies
    with door.desk.database.read() as connection:
        assert {user.role for user in users.everyone(connection)} == set(ROLES), "nobody was made"
        assert len(users.everyone(connection)) == len(ROLES) + 1


def test_whoever_is_kept_out_here_stays_out(door: Door):
    browser = door.browser()
    door.come(browser)
    with door.desk.database.write() as connection:
        user = users.find(connection, "grace@seller.example")
        assert user is not None
        users.disable(connection, user.id)

    assert "/sign-in" in browser.get("/me").url
    assert refused(door.come(browser), KEPT_OUT)


def test_only_addresses_of_some_domains_come_in(sqlite_url: str):
    for door in opened(sqlite_url, Idp(dict(WHO)), domain="lumen.example, Seller.example"):
        assert door.come().status_code == 200
        door.idp.who["email"] = "grace@evil-seller.example"
        assert refused(door.come(), "none of the domains")


# -- what is not believed ----------------------------------------------------------------------------


def unsigned(_idp: Idp, claims: Claims) -> str:
    parts = ({"alg": "none"}, claims)
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def signed_with_what_anybody_has(idp: Idp, claims: Claims) -> str:
    """HS256, the public key being the secret."""
    head = {"alg": "HS256", "kid": idp.signing.kid}
    parts = (urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, claims))
    said = ".".join(parts)
    made = digest(idp.signing.as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{urlsafe_b64encode(made).decode().rstrip('=')}"


def signed_by_another(idp: Idp, claims: Claims) -> str:
    return replace(idp, signing=key(kid=str(idp.signing.kid))).token(claims)


def signed_by_an_unknown_one(idp: Idp, claims: Claims) -> str:
    return replace(idp, signing=key(kid="unheard of")).token(claims)


def altered(idp: Idp, claims: Claims) -> str:
    head, _, tail = idp.token(claims).split(".")
    body = urlsafe_b64encode(json.dumps(claims | {"groups": ["cs-leads"]}).encode()).decode().rstrip("=")
    return f"{head}.{body}.{tail}"


@pytest.mark.parametrize(
    "signed",
    [
        unsigned,
        signed_with_what_anybody_has,
        signed_by_another,
        signed_by_an_unknown_one,
        altered,
        lambda *_: "",
        lambda *_: "a.b.c",
        lambda *_: "\N{SNOWMAN}",
    ],
)
def test_a_token_that_the_provider_did_not_sign_is_none(door: Door, signed: Callable[[Idp, Claims], str]):
    door.idp.signed = signed
    browser = door.browser()

    assert refused(door.come(browser), NOT_TAKEN)
    assert COOKIE not in browser.http.cookies


@pytest.mark.parametrize(
    "bent",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another client"},
        {"aud": ["another client"]},
        {"aud": [CLIENT, "another client"], "azp": "another client"},
        {"aud": {}},
        {"exp": 1_000_000_000},
        {"exp": "never"},
        {"exp": None},
        {"nbf": 9_999_999_999},
        {"iat": 9_999_999_999},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": None},
        {"at_hash": "of another token"},
    ],
)
def test_a_token_for_somebody_else_of_another_time_or_sign_in_is_none(door: Door, bent: Claims):
    door.idp.bent = lambda claims: {k: v for k, v in (claims | bent).items() if v is not None}

    assert refused(door.come(), NOT_TAKEN)


def test_both_algorithms_and_a_new_key_are_known(door: Door):
    assert door.come().status_code == 200

    door.idp.signing, door.idp.algorithm = key("ES256", "second"), "ES256"
    clock = door.desk.site.provider
    assert clock is not None
    clock._keys = None  # as if a minute had gone by
    assert door.come().status_code == 200


# -- there and back ----------------------------------------------------------------------------------


def test_a_sign_in_counts_once(door: Door):
    browser = door.browser()
    back = door.back(browser)
    begun = browser.http.cookies[BEGUN]
    assert browser.http.get(back, timeout=10).status_code == 200

    again = browser.http.get(back, timeout=10)
    browser.http.cookies.set(BEGUN, begun, path="/sign-in/back")
    with_its_cookie = browser.http.get(back, timeout=10)

    assert refused(again, OVER)
    assert refused(with_its_cookie, NOT_TAKEN), "the provider gives nothing for a code twice"


def test_nobody_is_signed_in_by_a_stranger_s_sign_in(door: Door):
    stranger, victim = door.browser(), door.browser()
    theirs = door.back(stranger)
    assert refused(victim.http.get(theirs, timeout=10), OVER), "without having begun"

    door.back(victim)
    swapped = victim.http.get(theirs, timeout=10)

    assert refused(swapped, "was not begun in this browser")
    assert COOKIE not in victim.http.cookies


def test_a_stranger_s_code_is_none_under_one_s_own_state(door: Door):
    stranger, victim = door.browser(), door.browser()
    code = parse_qs(urlsplit(door.back(stranger)).query)["code"][0]
    state = parse_qs(urlsplit(door.back(victim)).query)["state"][0]

    assert refused(victim.get("/sign-in/back", state=state, code=code), NOT_TAKEN), "PKCE binds it"


def test_an_old_or_an_altered_cookie_is_none(door: Door, monkeypatch: pytest.MonkeyPatch):
    browser = door.browser()
    back = door.back(browser)
    begun = browser.http.cookies[BEGUN]

    browser.http.cookies.set(BEGUN, f"x{begun[1:]}", path="/sign-in/back")
    assert refused(browser.http.get(back, timeout=10), OVER)
    from itsdangerous import timed  # noqa: PLC0415 - its clock

    later = timed.time.time() + LASTS_S + 2
    monkeypatch.setattr(timed.time, "time", lambda: later)
    other = door.browser()
    other.http.cookies.set(BEGUN, begun, path="/sign-in/back")
    assert refused(other.http.get(back, timeout=10), OVER)


def test_another_provider_s_answer_is_none(door: Door):
    door.idp.issued_by = "https://evil.example"

    assert refused(door.come(), "Another provider answered")


def test_whoever_says_no_there_is_not_signed_in(door: Door):
    browser = door.browser()
    state = parse_qs(urlsplit(door.back(browser)).query)["state"][0]

    answer = browser.get("/sign-in/back", state=state, error="access_denied", error_description="<b>x</b>")

    assert refused(answer, "did not sign you in")
    assert "<b>x</b>" not in answer.text


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere_afterwards(door: Door, to: str):
    assert door.come(to=to).url == f"{door.desk.url}/"


def test_the_cookie_of_a_sign_in_goes_back_to_one_place_and_no_script_reads_it(door: Door):
    asked = requests.get(f"{door.desk.url}/sign-in/provider", allow_redirects=False, timeout=10)

    cookie = asked.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/sign-in/back" in cookie


@pytest.mark.browser
def test_the_button_leads_there_and_back(door: Door, visit: Visit):
    page = visit(door.desk, path="/risk")

    page.get_by_role("link", name="Sign in with your company's account").click()

    expect(page).to_have_url(f"{door.desk.url}/risk")
    expect(page.get_by_text("grace@seller.example").first).to_be_visible()


# -- when it is away ---------------------------------------------------------------------------------


def test_while_the_provider_is_away_passwords_let_in(door: Door):
    door.idp.away = True

    answer = door.come(to="/accounts")

    assert refused(answer, AWAY)
    assert 'name="to" value="/accounts"' in answer.text
    assert door.browser().sign_in(address("csm")).status_code == 200


@pytest.mark.parametrize(
    "stated",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": 7},
        {"token_endpoint": "http://10.0.0.8/t"},
    ],
)
def test_a_provider_that_is_not_what_is_set_lets_nobody_in(door: Door, stated: Claims):
    door.idp.stated = stated

    answer = door.come()

    assert refused(answer, AWAY if "authorization_endpoint" in stated else MISSET)
    assert "10.0.0.8" not in answer.text


def test_without_passwords_the_provider_alone_lets_in(sqlite_url: str):
    for door in opened(sqlite_url, Idp(dict(WHO)), passwords=False):
        assert 'name="password"' not in door.browser().get("/sign-in").text
        assert refused(door.browser().sign_in(address("csm")), NO_PASSWORDS)
        assert door.come().status_code == 200


def test_nothing_of_a_token_or_a_secret_is_told(door: Door):
    with capture_logs() as logs:
        browser = door.browser()
        came = door.come(browser)
        door.idp.signed = signed_by_another
        wrong = door.come(door.browser())

    told = f"{logs}{came.text}{wrong.text}{came.url}{door.desk.site.provider!r}"
    assert [entry["reason"] for entry in logs if entry["event"] == "provider_refused"] == [
        "token_bad_signature"
    ]
    for secret in (SECRET, *door.idp.tokens, browser.http.cookies[COOKIE]):
        assert secret not in told
        assert secret.split(".")[-1] not in told


def test_the_roles_that_a_claim_may_mean_are_ours():
    assert set(RANKS) == set(ROLES)
    assert [len(ROLES[role]) for role in RANKS] == sorted(len(ROLES[role]) for role in RANKS)
    assert Right.ADMINISTER in ROLES[RANKS[-1]]
