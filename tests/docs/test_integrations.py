"""The page of each integration names the settings, scopes, methods and reasons that its code has."""

import re

import pytest

from integrations import registry
from integrations.apprise.services import SERVICES
from integrations.channels import KEY_LIMIT
from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.keygen.events import MATTERS
from integrations.mail.destination import MailDestination
from integrations.postmark import client as postmark
from integrations.postmark.destination import PostmarkDestination
from integrations.ses import refusals as ses
from integrations.ses.destination import SesDestination
from integrations.slack import client
from integrations.slack.destination import SlackDestination
from integrations.stripe.client import PERMISSIONS
from integrations.teams.destination import TeamsDestination
from integrations.teams.message import LIMIT, VERSION
from templates.cards import LINES_LIMIT, ROOM
from tests.docs.pages import DOCS, ROOT, Page, page

NAMES = sorted({*registry.SOURCES, *registry.DESTINATIONS})
SLACK = page("integrations/slack.md")
MAIL = page("integrations/mail.md")
POSTMARK = page("integrations/postmark.md")
SES = page("integrations/ses.md")
CHARGEBEE = page("integrations/chargebee.md")
STRIPE = page("integrations/stripe.md")
TEAMS = page("integrations/teams.md")
APPRISE = page("integrations/apprise.md")
HTTP = page("integrations/http.md")
REASON = re.compile(r'(?:RetryLater|Rejected|Misconfigured|_later|_decoded|_address)\([^()"]*"([a-z_]+)"')
WORDS = re.compile(r"\w+…?")


def code(folder: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).glob("*.py")))


def reasons(found: Page) -> set[str]:
    """The labels in the first columns of a page's tables of errors."""
    tables = [table for table in found.tables if table.section == "Errors" and len(table.headings) > 2]
    return {word for table in tables for row in table.rows for word in WORDS.findall(row[0])}


@pytest.mark.parametrize("name", NAMES)
def test_every_integration_has_its_page(name: str) -> None:
    assert (DOCS / "integrations" / f"{name}.md").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_how_to_begin_what_is_allowed_and_what_is_not_supported(name: str) -> None:
    found = page(f"integrations/{name}.md")
    sections = set(re.findall(r"^## (.+)$", found.text, re.MULTILINE))
    assert {"Set-up", "Errors"} <= sections
    assert sections & {"Not yet", "What is not read"}
    assert [table for table in found.tables if table.headings[0] == "limit"]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_explains_every_reason_of_its_code(name: str) -> None:
    entry = {**registry.SOURCES, **registry.DESTINATIONS}[name]
    found = set(REASON.findall(code("/".join(entry.settings.split(".")[:2]))))
    assert found
    assert found - reasons(page(f"integrations/{name}.md")) == set()


OVER_HTTP = {
    "slack": SLACK,
    "stripe": STRIPE,
    "postmark": POSTMARK,
    "ses": SES,
    "teams": TEAMS,
    "http": HTTP,
    "chargebee": CHARGEBEE,
    "apprise": APPRISE,
}


@pytest.mark.parametrize("found", OVER_HTTP.values(), ids=OVER_HTTP)
def test_the_page_of_who_is_asked_over_http_explains_every_reason_of_it(found: Page) -> None:
    labels = set(REASON.findall((ROOT / "integrations" / "http.py").read_text(encoding="utf-8")))
    assert {"budget", "rate_limited", "not_json"} <= labels
    assert labels - reasons(found) == set()


@pytest.mark.parametrize("found", [MAIL, POSTMARK, SES], ids=["mail", "postmark", "ses"])
def test_the_page_of_a_sender_of_letters_explains_what_every_sender_refuses(found: Page) -> None:
    labels = set(REASON.findall((ROOT / "integrations" / "letter.py").read_text(encoding="utf-8")))
    assert {"invalid_recipient", "no_unsubscribe_link", "body_unreadable"} <= labels
    assert labels - reasons(found) == set()


def test_refusals_of_postmark_are_of_the_kind_that_the_page_says() -> None:
    said = POSTMARK.table("Errors", "number").pairs("number", "reason")
    kinds = POSTMARK.table("Errors", "number").pairs("number", "kind")
    assert said.pop("any other") == "refused"
    assert kinds.pop("any other") == "quarantined"
    known = {*postmark.PERSON_NEEDED, *postmark.NEVER, *postmark.LATER}
    assert {int(number) for number in said} == known
    assert {number: postmark.refusal(int(number)).reason for number in said} == said
    types = {"a person": Misconfigured, "retry": RetryLater, "quarantined": Rejected, "suppressed": Rejected}
    assert all(isinstance(postmark.refusal(int(number)), types[kind]) for number, kind in kinds.items())


def test_refusals_of_ses_are_of_the_kind_that_the_page_says() -> None:
    said = SES.table("Errors", "name").pairs("name", "reason")
    kinds = SES.table("Errors", "name").pairs("name", "kind")
    assert set(said) == {*ses.PERSON_NEEDED, *ses.NEVER, *ses.LATER}
    types = {"a person": Misconfigured, "retry": RetryLater, "quarantined": Rejected}
    refusals = {name: ses.refusal(f"{name}Exception") for name in said}
    assert {name: refused and refused.reason for name, refused in refusals.items()} == said
    assert all(isinstance(refusals[name], types[kind]) for name, kind in kinds.items())


def test_permissions_of_stripe_are_those_of_the_client() -> None:
    documented = STRIPE.table("Permissions", "permission").column("permission")
    assert documented == list(dict.fromkeys(PERMISSIONS.values()))


def test_slack_errors_are_of_the_kind_that_the_page_says() -> None:
    said = SLACK.table("Errors", "error").pairs("error", "kind")
    assert said.pop("any other") == "quarantined"
    known = {**dict.fromkeys(client.PERSON_NEEDED, "a person")}
    known |= dict.fromkeys(client.LIMITED | client.TEMPORARY, "retry")
    assert said == known
    kinds = {"a person": Misconfigured, "retry": RetryLater}
    assert all(isinstance(client.refusal(error), kinds[kind]) for error, kind in said.items())


def test_what_teams_shows_at_most_is_as_the_page_says() -> None:
    said = TEAMS.table("Limits", "limit").pairs("limit", "value")
    assert (
        said["card"] == f"Adaptive Card {VERSION}, 28 KB, of which {ROOM:,} bytes for its words and buttons"
    )
    assert LIMIT == 28 * 1024
    assert said["lines of a part"].startswith(f"{LINES_LIMIT};")
    assert said["key in the foot"].startswith(f"{KEY_LIMIT} characters")


def test_the_services_of_apprise_are_those_that_the_page_shows() -> None:
    shown = " ".join(APPRISE.table("URLs", "service").column("URL"))
    schemas = {schema for schema, service in SERVICES.items() if f"{schema}s" not in SERVICES}
    assert set(re.findall(r"(\w+)://", shown)) == schemas
    named = ", ".join(APPRISE.table("URLs", "service").column("service"))
    assert {service.name for service in SERVICES.values()} == set(named.split(", "))


def test_slack_scopes_and_methods_are_those_of_the_client() -> None:
    scopes = set(SLACK.table("Scopes", "scope").column("scope"))
    assert set(re.findall(r"[a-z]+:[a-z.]+|commands", client.SCOPES)) <= scopes
    methods = re.findall(r'"((?:chat|auth|conversations|users|views)\.\w+)"', code("integrations/slack"))
    assert set(SLACK.table("Scopes", "method").column("method")) == set(methods)


def test_batches_are_as_documented() -> None:
    assert (f"| notices claimed at a time | {SlackDestination.batch_size} |") in SLACK.text
    assert (f"| notices claimed at a time | {PostmarkDestination.batch_size} |") in POSTMARK.text
    assert (f"| notices claimed at a time | {SesDestination.batch_size} |") in SES.text
    assert (f"| notices claimed at a time | {TeamsDestination.batch_size} |") in TEAMS.text
    assert (
        f"| letters over one connection | {MailDestination.batch_size}, one recipient each |"
    ) in MAIL.text


def test_events_of_keygen_that_matter_are_those_of_the_code() -> None:
    said = page("integrations/keygen.md").table("Webhooks", "events").pairs("events", "matter")
    told = {name: word.partition(":")[0] == "yes" for cell, word in said.items() for name in cell.split(", ")}
    assert told == MATTERS
