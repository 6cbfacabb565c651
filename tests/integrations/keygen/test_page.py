"""What the page of Keygen says of outcomes, permissions and errors is what the code does."""

import re

from msgspec import convert

from integrations.keygen import client, refusals
from integrations.keygen.answers import EventAttributes
from integrations.keygen.outcomes import MISMATCHES, WORDS, outcome
from tests.docs.pages import ROOT, page
from tests.docs.test_integrations import REASON, reasons

PAGE = page("integrations/keygen.md")
CODE = re.compile(r"[A-Z][A-Z_]+")


def test_every_outcome_on_the_page_is_the_codes() -> None:
    table = PAGE.table("Outcomes", "code")
    said = {code: how for code, how in table.pairs("code", "outcome").items() if CODE.fullmatch(code)}
    assert said.keys() >= WORDS.keys() | MISMATCHES
    for code, how in said.items():
        told = convert({"event": client.FAILED, "metadata": {"code": code}}, EventAttributes)
        assert outcome(told, "machines") == how


def test_every_permission_on_the_page_is_one_that_is_needed() -> None:
    places = (client.PRODUCTS, client.POLICIES, client.MACHINES, client.LICENCES, client.EVENTS)
    said = set(PAGE.table("Permissions").column("permission"))
    assert said == {place.permission for place in places}


def test_the_page_explains_every_reason_of_http() -> None:
    labels = set(REASON.findall((ROOT / "integrations" / "http.py").read_text(encoding="utf-8")))
    assert labels - reasons(PAGE) == set()


def test_the_page_explains_every_word_of_keygens() -> None:
    matters = (*refusals.BY_CODE.values(), refusals.NO_ACCOUNT, refusals.NO_CURSORS)
    assert {matter.reason for matter in matters} - reasons(PAGE) == set()
