"""What the API answers: the rows of pages, the words of commands, page after page."""

import csv
import io
import json
from datetime import date

import pytest
from sqlalchemy import insert, update

from config.metrics import entries, load_metrics
from dashboard import listing
from dashboard.api import figures
from dashboard.api.figures import Figures
from dashboard.api.lists import COLLECTIONS
from dashboard.api.problems import Problem
from dashboard.listing import Listing
from dashboard.lists.registry import LISTINGS
from store import verdicts
from store.tables import experiments, source_status
from store.tables import flags as kept
from tests.book import ACCOUNTS, LEAVING
from tests.dashboard.api.conftest import BASE, Program, Served
from worker import documents
from worker.deployment import Deployment
from worker.explanations import policy_of
from worker.gathered import Asked, document
from worker.statement import statement
from worker.values import value

NOBODY_S = type("Everybody", (), {"owners": None})()


def plainly(told: object) -> object:
    """As JSON has it."""
    return json.loads(json.dumps(told, default=str))


def exported(api: Served, of: Listing) -> list[dict[str, str]]:
    """The rows of a list as CSV has them."""
    wanted = listing.asked(of, {}, NOBODY_S)._replace(limit=1_000)
    with api.database.read() as connection:
        found = of.rows(api.deployment, connection, wanted)
    return list(csv.DictReader(io.StringIO("".join(listing.lines(of, iter([found]))))))


# -- collections -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTINGS)
def test_a_collection_has_the_rows_of_the_csv(api: Served, program: Program, name: str):
    rows, lines = program.rows(f"/{name}", limit="5"), exported(api, LISTINGS[name])

    assert [list(row) for row in rows] == [list(line) for line in lines]
    shown = {column.name: column for column in LISTINGS[name].columns}
    for row, line in zip(rows, lines, strict=True):
        assert {key: listing.plain(shown[key], row) for key in row} == line


@pytest.mark.parametrize("sort", sorted({f"{d}{s}" for s in LISTINGS["accounts"].sorts for d in ("", "-")}))
def test_pages_follow_each_other_without_a_gap_or_a_repeat(each: Program, sort: str):
    found = [row["account"] for row in each.rows("/accounts", sort=sort, limit="5")]

    assert sorted(found) == sorted(ACCOUNTS)
    assert found == [row["account"] for row in each.rows("/accounts", sort=sort)]


EMPTY = {"experiments", "expansions", "gates", "rules", "coverage"}
"""Collections of which the book has nothing."""


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_page_of_one_row_leads_to_all_of_them(each: Program, name: str):
    whole = each.rows(f"/{name}", limit="200")

    if len(whole) < 50:
        assert each.rows(f"/{name}", limit="1") == whole
    assert whole or name in EMPTY, "else the book has become too small for this test"


def test_a_collection_is_narrowed_down(each: Program):
    (row,) = each.rows("/accounts", band="at_risk")

    assert row["account"] == LEAVING
    assert each.rows("/accounts", search="%") == []
    assert {row["account"] for row in each.rows("/signals", account=LEAVING)} == {LEAVING}
    assert each.rows("/accounts", owner="nobody@seller.example") == []


def test_the_next_page_is_of_the_same_question(program: Program):
    page = program.get("/accounts", band="healthy", sort="name", limit="1").json()

    assert page["next"].startswith(f"{BASE}/accounts?band=healthy&sort=name&limit=1&after=")


def test_what_a_gate_held_back_is_told_by_its_gate(own_api: Served):
    with own_api.database.write() as connection:
        account = connection.execute(kept.select().limit(1)).one().account
        held = {"account": account, "kind": "at_risk", "reason": "use_drop", "term": "t", "gate": "fleet"}
        connection.execute(insert(kept), held)

    (row,) = own_api.program().rows("/signals", gate="fleet")

    assert (row["reason"], row["gate"]) == ("use_drop", "fleet")


# -- one account -------------------------------------------------------------------------------------


def test_an_account_is_told_as_the_command_tells_it(api: Served, program: Program):
    with api.database.read() as connection:
        found = verdicts.verdict(connection, LEAVING)
        beside = documents.beside(api.deployment, connection, found)
        policy = policy_of(api.deployment, connection, found.policy_hash)
    told = program.get(f"/accounts/{LEAVING}").json()
    why = program.get(f"/accounts/{LEAVING}/explanation").json()

    links = told.pop("links")
    assert told == plainly(documents.verdict(found))
    assert {key: why[key] for key in ("kin", "rescored", "do_not_contact", "delta", "outlook")} == plainly(
        documents.explanation(beside)
    )
    assert why["delta"]["changes"]
    stated = program.http.get(f"{program.url}{links['statement']}", timeout=30).json()
    assert stated == plainly(statement(found, policy))


def test_the_history_goes_back_by_the_day(each: Program):
    path = f"/accounts/{LEAVING}/scores"
    days = [row["as_of"] for row in each.rows(path, limit="1")]

    assert days == ["2026-06-01", "2026-05-31"]
    assert each.get(path, after="2026-06-01").json()["data"][0]["as_of"] == "2026-05-31"
    assert each.get(path, after="2020-01-01").json() == {"data": [], "next": None}
    latest = each.get(path).json()["data"][0]
    assert latest["health"] == each.get(f"/accounts/{LEAVING}").json()["health"]


# -- figures and experiments -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["active_licences", "mrr", "utilisation_pct"])
def test_a_figure_comes_to_what_the_command_says(api: Served, program: Program, name: str):
    asked = Asked(name, entries(load_metrics())[name], by="country", worst=True)
    told = plainly(document(asked, value(api.deployment, asked)))

    answer = program.get(f"/figures/{name}", by="country", worst="yes").json()

    assert answer["value"] == {key: told[key] for key in answer["value"]}
    assert answer["value"]["found"], "else the book has become too small for this test"


@pytest.mark.parametrize("name", entries(load_metrics()))
def test_every_figure_of_the_catalogue_can_be_asked_for(program: Program, name: str):
    answer = program.get(f"/figures/{name}", by="plan")

    assert answer.status_code == 200
    told = answer.json()
    assert (told["value"] is None) is (told["no_value"] is not None)


def test_a_figure_is_computed_once_for_what_is_known(own_api: Served, monkeypatch):
    computed: list[str] = []

    def counted(deployment: Deployment, asked: Asked) -> object:
        computed.append(asked.by)
        return value(deployment, asked)

    monkeypatch.setattr(figures, "value", counted)
    first, again = (own_api.program().get("/figures/mrr", by="plan") for _ in range(2))
    own_api.program().get("/figures/mrr", by="country")
    with own_api.database.write() as connection:
        connection.execute(update(source_status).values(batch=source_status.c.batch + 1))
    own_api.program().get("/figures/mrr", by="plan")

    assert first.json() == again.json()
    assert computed == ["plan", "country", "plan"]


def test_whoever_asks_for_a_figure_too_many_is_told_to_come_again(api: Served):
    asked = Figures()
    for _ in range(figures.WAITING):
        assert asked._waiting.acquire(blocking=False)

    with pytest.raises(Problem) as refused:
        asked._value(api.deployment, Asked("mrr", entries(load_metrics())["mrr"]))

    assert refused.value.status == 503
    assert refused.value.headers["Retry-After"]
    asked._waiting.release()
    assert asked._value(api.deployment, Asked("mrr", entries(load_metrics())["mrr"]))["found"]
    assert asked._waiting.acquire(blocking=False), "whoever was told makes room"


PLANNED = {
    "name": "limit_letter",
    "hypothesis": "A letter before the limit makes more accounts expand.",
    "letter": "limit",
    "metric": "expanded",
    "within_days": 60,
    "baseline_pct": 10.0,
    "effect_points": 8.0,
    "hold_out_pct": 50.0,
    "alpha": 0.05,
    "power": 0.8,
    "strata": [],
}


def test_an_experiment_is_told_and_its_outcomes_are_not_read(own_api: Served):
    row = {"name": "limit_letter", "letter": "limit", "hash": "0c1d", "planned": json.dumps(PLANNED)}
    with own_api.database.write() as connection:
        connection.execute(insert(experiments), row | {"started_on": date(2026, 6, 1)})
    program = own_api.program()

    told = program.get("/experiments/limit_letter").json()
    (listed,) = program.rows("/experiments")

    assert {name: told[name] for name in PLANNED} == PLANNED
    assert (told["state"], told["reading"]) == ("running", None)
    assert told["arms"]["held_out"]["drawn"] == 0
    assert (listed["state"], listed["started_on"]) == ("running", "2026-06-01")


# -- kept by whoever asks ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/accounts", f"/accounts/{LEAVING}", "/figures/mrr", "/openapi.json"])
def test_an_answer_that_has_not_changed_is_not_sent_again(program: Program, path: str):
    tag = program.get(path).headers["ETag"]

    for stated in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = program.get(path, {"If-None-Match": stated})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
    assert program.get(path, {"If-None-Match": '"other"'}).status_code == 200
    assert program.get(f"/accounts/{LEAVING}/scores").headers["ETag"] != tag


def test_nobody_between_may_keep_it(program: Program):
    headers = program.get("/accounts").headers

    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Vary"] == "Authorization"
