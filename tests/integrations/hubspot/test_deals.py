"""Deals: one per key at a company, never beside one that somebody opened, never again once it was closed."""

import json
from collections.abc import Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from msgspec import to_builtins

from health.nouns import Notice, Receipt
from integrations.errors import Misconfigured, Rejected
from integrations.hubspot.answers import Batch
from integrations.hubspot.client import HubSpotClient
from integrations.hubspot.destination import HubSpotDestination
from integrations.hubspot.properties import WITH_DEALS
from integrations.hubspot.settings import HubSpotSettings
from integrations.hubspot.writing import Keeping
from templates.render import render
from tests.integrations.hubspot.account import NOW_S, OWNERS, TOKEN, held
from tests.integrations.hubspot.rig import BOOK as OF_RECORDS
from tests.rehearsal import Rehearsal
from tests.templates.examples import EXAMPLES, payload

OWNER = OWNERS[2][0]
FIRST = 6_001
STAGE, WON, LOST = "contractsent", "closedwon", "closedlost"
RENEWALS = {"id": "renewals", "label": "Renewals", "stages": [{"id": "due", "label": "Due"}]}
BOOK: dict[str, Any] = OF_RECORDS | {
    "companies": [
        held(str(FIRST + at), {"name": f"Firm {at}", "hubspot_owner_id": OWNER}) for at in range(5)
    ],
    "groups": dict.fromkeys(WITH_DEALS, OF_RECORDS["groups"]["tasks"]),
    "properties": {kind: to_builtins(definitions) for kind, definitions in WITH_DEALS.items()},
}
SALES = {
    "id": "default",
    "label": "Sales",
    "stages": [
        {"id": STAGE, "label": "Contract sent"},
        {"id": WON, "label": "Won", "metadata": {"isClosed": "true", "probability": "1.0"}},
        {"id": LOST, "label": "Lost", "metadata": {"isClosed": "true", "probability": "0.0"}},
    ],
}
SAYS = ("dealname", "pipeline", "dealstage", "closedate", "amount", "description", "hubspot_owner_id")


def settings(http: str, **more: Any) -> HubSpotSettings:
    return HubSpotSettings(token=TOKEN, base_url=f"{http}/hubspot", **{"deal_stage": STAGE, **more})


@pytest.fixture
def hubspot(sandbox: Rehearsal) -> Iterator[HubSpotDestination]:
    """The destination where deals begin at a stage, with room for some calls of the ten seconds at hand."""
    sandbox.set_clock(NOW_S)
    sandbox.seed("hubspot", BOOK)
    with closing(HubSpotDestination(settings(sandbox.http), clock=lambda: NOW_S)) as opened:
        yield opened


def deal(at: int = 0, matter: str = "expansion", term: str = "T1", attempt: int = 1, **said: Any) -> Notice:
    """What is owed of a deal at the company of that number."""
    key = f"{matter}/A-{at}/{term}"
    fields = {
        "key": key,
        "matter": matter,
        "name": f"Firm {at}: room to grow",
        "close_on": "2026-07-01",
        "amount_minor": 480_000,
        "currency": "EUR",
        "evidence": "92 of 100 seats in use",
    }
    return Notice(
        key=f"hubspot/opportunity/{key}/{attempt}",
        destination="hubspot",
        kind="state",
        thread=f"hubspot/opportunity/{key}",
        account=7,
        template="opportunity",
        owner=str(FIRST + at),
        payload="{}",
        body=json.dumps({"fields": fields | said}).encode(),
        attempt=attempt,
    )


def later(first: Notice, **said: Any) -> Notice:
    """The same deal on a later day, of which the first notice was written."""
    fields = json.loads(first.body)["fields"] | said
    return replace(
        first, key=f"{first.key}/later", body=json.dumps({"fields": fields}).encode(), before=(first.body,)
    )


def ends(receipts: Iterator[Receipt]) -> list[tuple[str, str]]:
    return [(each.outcome, each.reason) for each in receipts]


def post(sandbox: Rehearsal, path: str, inputs: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    answer = requests.post(
        f"{sandbox.http}/hubspot/crm/{path}",
        json={"inputs": inputs, **more},
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def deals(sandbox: Rehearsal) -> dict[str, dict[str, Any]]:
    """All deals by their ids, with what they say and whose they are."""
    answer = requests.get(
        f"{sandbox.http}/hubspot/crm/objects/2026-03/deals",
        {"limit": 100, "properties": ",".join((*SAYS, "seatsignal_key")), "associations": "companies"},
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=10,
    )
    return {each["id"]: each for each in answer.json()["results"]}


def change(sandbox: Rehearsal, number: str, **values: str) -> None:
    """Do what a person does in HubSpot."""
    post(sandbox, "objects/2026-03/deals/batch/update", [{"id": number, "properties": values}])


def opened_by_a_person(sandbox: Rehearsal, stage: str = STAGE) -> None:
    """Seed an account whose first company has a deal of somebody's."""
    theirs = held("501", {"dealname": "Theirs", "dealstage": stage, "pipeline": "default"})
    theirs["associations"] = {"companies": {"results": [{"id": str(FIRST), "type": "deal_to_company"}]}}
    sandbox.seed("hubspot", deepcopy(BOOK) | {"deals": [theirs]})


def seen(sandbox: Rehearsal) -> list[tuple[str, str]]:
    return [(each["action"], each["key"]) for each in sandbox.ledger(system="crm")["effects"]]


# -- made once ---------------------------------------------------------------------------------------


def test_a_deal_is_made_at_its_company_with_all_that_sales_forecasts_by(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    (receipt,) = hubspot.deliver([deal()])
    assert (receipt.outcome, receipt.reason) == ("sent", "")
    ((number, made),) = deals(sandbox).items()
    assert number == receipt.remote
    said = {name: made["properties"][name] for name in SAYS}
    closes = datetime.fromtimestamp(int(said.pop("closedate")) / 1000, UTC)
    assert closes.isoformat() == "2026-07-01T12:00:00+00:00"
    assert said == {
        "dealname": "Firm 0: room to grow",
        "pipeline": "default",
        "dealstage": STAGE,
        "amount": "4800",
        "description": "92 of 100 seats in use",
        "hubspot_owner_id": OWNER,
    }
    assert made["properties"]["seatsignal_key"] == "expansion/A-0/T1"
    assert made["associations"]["companies"]["results"] == [{"id": str(FIRST), "type": "deal_to_company"}]


def test_the_same_again_shows_nobody_anything(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    for attempt in (1, 2, 3):
        assert ends(hubspot.deliver([deal(attempt=attempt)])) == [("sent", "")]
    assert seen(sandbox) == [("post", "expansion/A-0/T1")]


def test_deals_of_many_companies_are_a_handful_of_calls(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    owed = [deal(at, matter) for at in range(5) for matter in ("renewal", "expansion")]
    assert ends(hubspot.deliver(owed)) == [("sent", "")] * 10
    assert requests.get(f"{sandbox.http}/hubspot/traffic", timeout=10).json()["calls"] <= 6
    assert len(deals(sandbox)) == 10


@pytest.mark.parametrize("fault", ["drop_answer", "truncated", "500", "refuse"])
@pytest.mark.parametrize("on", ["deals/batch/upsert", "batch/associate/default", "deals/batch/read"])
def test_whatever_happens_on_the_way_it_is_one_deal_at_its_company(
    sandbox: Rehearsal, hubspot: HubSpotDestination, fault: str, on: str
) -> None:
    sandbox.faults("hubspot", fault, on=on)
    assert {outcome for outcome, _ in ends(hubspot.deliver([deal()]))} == {"retry"}
    sandbox.calm()
    assert ends(hubspot.deliver([deal(attempt=2)])) == [("sent", "")]
    (made,) = deals(sandbox).values()
    assert [each["id"] for each in made["associations"]["companies"]["results"]] == [str(FIRST)]
    assert [key for _, key in seen(sandbox)].count("expansion/A-0/T1") == 1


# -- what people do ----------------------------------------------------------------------------------


@pytest.mark.parametrize("matter", ["expansion", "renewal"])
def test_none_is_made_beside_one_that_a_person_opened(
    sandbox: Rehearsal, hubspot: HubSpotDestination, matter: str
) -> None:
    opened_by_a_person(sandbox)
    owed = [deal(0, matter), deal(1, matter)]
    assert sorted(ends(hubspot.deliver(owed))) == [("sent", ""), ("suppressed", "opened_by_others")]
    assert {each["properties"]["dealname"] for each in deals(sandbox).values()} == {
        "Theirs",
        "Firm 1: room to grow",
    }


def test_one_that_a_person_closed_stands_in_nobody_s_way(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    opened_by_a_person(sandbox, LOST)
    assert ends(hubspot.deliver([deal()])) == [("sent", "")]


def test_of_a_matter_one_is_open_at_a_time(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    assert (
        ends(hubspot.deliver([deal(), deal(term="T2"), deal(0, "renewal")]))
        == [
            ("sent", ""),
            ("sent", ""),
            ("suppressed", "open_already"),
        ]
        or len(deals(sandbox)) == 2
    )
    owed = [deal(), deal(term="T2"), deal(0, "renewal")]
    assert ends(hubspot.deliver(owed)) == [("sent", ""), ("suppressed", "open_already"), ("sent", "")]
    assert len(deals(sandbox)) == 2
    assert ends(hubspot.deliver([deal(term="T3")])) == [("suppressed", "open_already")]


@pytest.mark.parametrize("stage", [WON, LOST])
def test_what_a_person_closed_is_not_opened_again_in_the_term(
    sandbox: Rehearsal, hubspot: HubSpotDestination, stage: str
) -> None:
    (receipt,) = hubspot.deliver([first := deal()])
    change(sandbox, receipt.remote, dealstage=stage)
    assert ends(hubspot.deliver([later(first, amount_minor=960_000)])) == [
        ("suppressed", "closed_by_a_person")
    ]
    assert deals(sandbox)[receipt.remote]["properties"]["amount"] == "4800"
    assert ends(hubspot.deliver([deal(term="T2")])) == [("sent", "")], "another term is another deal"


def test_what_a_person_deleted_is_not_made_again(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    (_,) = hubspot.deliver([first := deal()])
    sandbox.seed("hubspot", BOOK)
    assert ends(hubspot.deliver([later(first)])) == [("suppressed", "deleted_by_a_person")]
    assert deals(sandbox) == {}


def test_what_a_person_changed_is_theirs_and_the_rest_goes_on(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    (receipt,) = hubspot.deliver([first := deal()])
    change(
        sandbox,
        receipt.remote,
        amount="9000",
        dealstage="appointmentscheduled",
        hubspot_owner_id=OWNERS[0][0],
    )
    news = later(first, amount_minor=960_000, evidence="99 of 100 seats in use")
    assert ends(hubspot.deliver([news])) == [("sent", "")]
    said = deals(sandbox)[receipt.remote]["properties"]
    assert (said["amount"], said["description"]) == ("9000", "99 of 100 seats in use")
    assert (said["dealstage"], said["hubspot_owner_id"]) == ("appointmentscheduled", OWNERS[0][0])


# -- settings ----------------------------------------------------------------------------------------


def test_without_a_stage_nothing_is_made_and_the_setting_is_named(sandbox: Rehearsal) -> None:
    sandbox.seed("hubspot", BOOK)
    destination = HubSpotDestination(settings(sandbox.http, deal_stage=""))
    with closing(destination), pytest.raises(Misconfigured, match="SEATSIGNAL_HUBSPOT_DEAL_STAGE"):
        list(destination.deliver([deal()]))
    assert deals(sandbox) == {}


def test_renewals_may_have_a_pipeline_of_their_own(sandbox: Rehearsal) -> None:
    sandbox.seed("hubspot", BOOK | {"pipelines": [SALES, RENEWALS]})
    given = settings(sandbox.http, renewal_pipeline="renewals", renewal_stage="due")
    with closing(HubSpotDestination(given, clock=lambda: NOW_S)) as opened:
        assert ends(opened.deliver([deal(0, "renewal"), deal(1)])) == [("sent", "")] * 2
    places = {
        (each["properties"]["pipeline"], each["properties"]["dealstage"]) for each in deals(sandbox).values()
    }
    assert places == {("renewals", "due"), ("default", STAGE)}


@pytest.mark.parametrize(
    ("currency", "only", "amount", "code"),
    [
        ("EUR", "", "4800", "EUR"),
        ("EUR", "EUR", "4800", None),
        ("USD", "EUR", None, None),
        (None, "", None, None),
    ],
)
def test_an_amount_is_never_told_in_another_currency(
    sandbox: Rehearsal, currency: str | None, only: str, amount: str | None, code: str | None
) -> None:
    sandbox.seed("hubspot", BOOK)
    given = settings(sandbox.http, deal_currency=only)
    with closing(HubSpotDestination(given, clock=lambda: NOW_S)) as opened:
        (receipt,) = opened.deliver([deal(currency=currency)])
    asked = [{"id": receipt.remote}]
    more = {"properties": ["amount", "deal_currency_code"], "propertiesWithHistory": []}
    (found,) = post(sandbox, "objects/2026-03/deals/batch/read", asked, **more)["results"]
    assert (found["properties"]["amount"], found["properties"]["deal_currency_code"]) == (amount, code)


def test_a_close_in_the_past_is_today(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    (receipt,) = hubspot.deliver([deal(close_on="2026-01-01")])
    at = int(deals(sandbox)[receipt.remote]["properties"]["closedate"]) / 1000
    assert datetime.fromtimestamp(at, UTC).date().isoformat() == "2026-06-01"


# -- refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notice", "reason"),
    [
        (replace(deal(), owner=""), "not_linked"),
        (replace(deal(), owner="123456"), "no_such_record"),
        (replace(deal(), owner="x"), "no_such_record"),
        (replace(deal(), body=b"{}"), "body_unreadable"),
        (replace(deal(), body=b'{"fields": {"health": 5}}'), "body_unreadable"),
        (deal(close_on="soon"), "body_unreadable"),
    ],
)
def test_what_can_be_no_deal_is_refused_and_the_others_pass(
    sandbox: Rehearsal, hubspot: HubSpotDestination, notice: Notice, reason: str
) -> None:
    assert sorted(ends(hubspot.deliver([notice, deal(1)]))) == [("rejected", reason), ("sent", "")]
    assert len(deals(sandbox)) == 1


def test_a_batch_that_is_refused_whole_is_halved_until_the_bad_one_is_found(
    sandbox: Rehearsal, hubspot: HubSpotDestination, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = HubSpotClient.keep_deals

    def refusing(client: HubSpotClient, asked: tuple[Keeping, ...]) -> Batch:
        if any("A-3" in each.id for each in asked):
            raise Rejected("validation_error")
        return keep(client, asked)

    monkeypatch.setattr(HubSpotClient, "keep_deals", refusing)
    receipts = {each.key: each.outcome for each in hubspot.deliver([deal(at) for at in range(5)])}
    assert receipts == {deal(at).key: "rejected" if at == 3 else "sent" for at in range(5)}
    assert len(deals(sandbox)) == 4


def test_a_stage_that_is_none_is_refused_and_told_by_what_is_examined(sandbox: Rehearsal) -> None:
    sandbox.seed("hubspot", BOOK)
    with closing(
        HubSpotDestination(settings(sandbox.http, deal_stage="begun"), clock=lambda: NOW_S)
    ) as opened:
        assert ends(opened.deliver([deal()])) == [("rejected", "invalid_option")]
        (differs,) = [each for each in opened.examine(()) if each.outcome != "there"]
    assert differs.name == "SEATSIGNAL_HUBSPOT_DEAL_STAGE"
    assert differs.difference.startswith("the pipeline default has no stage begun, but appointmentscheduled")


def test_the_key_of_deals_is_made_only_where_deals_are(sandbox: Rehearsal) -> None:
    for stage, kinds in ((STAGE, {"companies", "tasks", "deals"}), ("", {"companies", "tasks"})):
        sandbox.seed("hubspot", {})
        with closing(HubSpotDestination(settings(sandbox.http, deal_stage=stage))) as opened:
            assert {each.object for each in opened.setup()} == kinds
            opened.check()


def test_what_is_rendered_of_an_opportunity_is_a_deal(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    said = payload(EXAMPLES["opportunity"])
    owed = replace(deal(), payload=said, body=render("opportunity", said))
    (receipt,) = hubspot.deliver([owed])
    assert (receipt.outcome, receipt.reason) == ("sent", "")
    made = deals(sandbox)[receipt.remote]["properties"]
    assert made["dealname"] == EXAMPLES["opportunity"].name
    assert made["seatsignal_key"] == EXAMPLES["opportunity"].key
