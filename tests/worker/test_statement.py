"""Statements: what is stated follows from what it rests on, and whatever is changed is seen and named."""

import copy
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from health.features import PaymentFact, TicketFact
from health.judge import ENGINE_VERSION
from health.nouns import Assessment
from store.verdicts import Verdict
from tests.health.examples import AS_OF, account, assess, daily, policy, pulse, series
from tests.health.policies import judged, measured, policies
from worker import statement as module
from worker.seal import broken, seal
from worker.statement import Checked, Unreadable, check, remeasured, statement

FULL = {
    "series": series(
        active_users_30d=daily(19), active_users=daily(18, then=4, last=14), rate_limit_hits=2.0
    ),
    "tickets": (TicketFact("t", AS_OF, subject="Please cancel our contract", priority="urgent"),),
    "payments": (PaymentFact("i", AS_OF - timedelta(days=4), "failed"),),
    "last_used_on": AS_OF - timedelta(days=9),
    "customer_type": "school",
}
EXAMPLES = {
    "steady": ({}, "weighted"),
    "full": (FULL, "weighted"),
    "deductions": (FULL, "deductions"),
}
Path = tuple[str | int, ...]


def stored(found: Assessment, hash_: str = "p") -> Verdict:
    kept = msgspec.json.encode(pulse()).decode()
    return Verdict("acme", found, 7, hash_, ENGINE_VERSION, '{"files":3}', kept)


def stated(name: str) -> dict[str, Any]:
    changes, engine = EXAMPLES[name]
    by = policy(engine)
    return statement(stored(assess(account(**changes), engine=engine), by.hash), by)


def checked(document: object) -> Checked:
    return check(json.dumps(document).encode())


DOCUMENTS = {name: stated(name) for name in EXAMPLES}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("indent", [None, 2])
def test_what_was_stated_holds_however_it_is_laid_out(name, indent):
    text = json.dumps(DOCUMENTS[name], indent=indent, ensure_ascii=bool(indent))
    found = check(text.encode())
    assert (found.differences, found.note) == ((), "")
    assert found.statement.account == "acme"


def test_a_verdict_by_a_fitted_model_holds_with_the_model_in_it():
    by = policy("fitted")
    document = statement(stored(assess(account(**FULL), engine="fitted"), by.hash), by)
    assert checked(document).differences == ()
    document["policy"]["data"]["fitted"]["content"]["intercept"] -= 0.1
    assert any("altered" in found.says for found in checked(document).differences)


@settings(max_examples=25, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
@given(policies(), measured())
def test_any_verdict_under_any_policy_holds(by, numbers):
    assert checked(statement(stored(judged(by, numbers), by.hash), by)).differences == ()


# -- whatever is changed -----------------------------------------------------------------------------


def leaves(tree: Any, path: Path = ()) -> Iterator[Path]:
    branches = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else None
    if branches is None:
        yield path
        return
    for name, value in branches:
        yield from leaves(value, (*path, name))


def tampered(document: Any, path: Path) -> Any:
    """The document with one value changed; the branches beside it are the document's own."""
    if not path:
        return another(document)
    changed = copy.copy(document)
    changed[path[0]] = tampered(document[path[0]], path[1:])
    return changed


def another(value: object) -> object:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case "unknown" | "not_applicable" | None:
            return "not_applicable" if value == "unknown" else "unknown"
        case str():
            return "0" * 64 if len(value) == 64 else value + "x"
    raise AssertionError(value)


def named(path: Path) -> str:
    return ".".join(str(name) for name in path)


LEAVES = {
    name: [path for path in leaves(document) if path[0] != "policy"] for name, document in DOCUMENTS.items()
}
EACH = [(name, path) for name, paths in LEAVES.items() for path in paths]
POLICY = [path for path in leaves(DOCUMENTS["full"]) if path[0] == "policy"]


@pytest.mark.parametrize(("name", "paths"), [*LEAVES.items(), ("full", POLICY)])
def test_a_value_that_is_changed_is_seen_and_its_place_is_named(name, paths):
    document = DOCUMENTS[name]
    for path in paths:
        changed = tampered(document, path)
        sealed = {key: value for key, value in changed.items() if key != "seal"}
        (place,) = broken(sealed, changed["seal"])
        inside = path[2:] if path[:2] == ("seal", "parts") else path
        assert f"{named(inside)}.".startswith(f"{place}."), path


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_does_not_hold_then(name):
    for path in LEAVES[name]:
        try:
            found = checked(tampered(DOCUMENTS[name], path))
        except Unreadable:
            assert path in {("format",), ("as_of",)}
            continue
        assert found.differences, path


UNPROVEN = ("account", "as_of", "run", "known", "pulse")
"""What no figure of the verdict rests on: the seal alone speaks for it, and who changes it may seal anew."""
BY_FACTS = ("measures", "traits")
"""What a verdict may or may not rest on: measuring again proves it."""


def resealed(document: dict[str, Any]) -> dict[str, Any]:
    sealed = {key: value for key, value in document.items() if key != "seal"}
    return {**sealed, "seal": seal(sealed)}


@pytest.mark.parametrize("name", EXAMPLES)
def test_who_seals_it_anew_is_found_out_by_the_figures(name):
    document = DOCUMENTS[name]
    for path in LEAVES[name]:
        if path[0] in {"seal", "format", "as_of"}:
            continue
        found = checked(resealed(tampered(document, path)))
        places = [difference.at for difference in found.differences]
        if path[0] == "verdict":
            assert places == [named(path)]
        elif path == ("engine_version",):
            assert f"judged by engine {ENGINE_VERSION}x, checked by engine {ENGINE_VERSION}" in found.note
        else:
            assert path[0] in (*UNPROVEN, *BY_FACTS)
            assert all(place.startswith("verdict.") for place in places)
            assert not (places and path[0] in UNPROVEN)


SCORED = ("committed_utilisation_pct", "overdue_days", "ticket_load", "cancel_tickets")


@pytest.mark.parametrize("measure", SCORED)
def test_a_measure_that_counts_cannot_be_changed_unseen(measure):
    changed = copy.deepcopy(DOCUMENTS["full"])
    changed["measures"][measure] = 0.0
    places = [difference.at for difference in checked(resealed(changed)).differences]
    assert [place for place in places if place.startswith("verdict.contributions")]


@settings(max_examples=40, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
@given(st.sampled_from(POLICY))
def test_the_policy_cannot_be_changed_whoever_seals_it(path):
    found = checked(resealed(tampered(DOCUMENTS["full"], path)))
    places = {difference.at for difference in found.differences}
    assert places & {"policy.hash", "policy.data"}


def test_the_order_of_the_policy_s_rules_is_part_of_it():
    changed = copy.deepcopy(DOCUMENTS["full"])
    data = changed["policy"]["data"]
    data["active"] = dict(reversed(data["active"].items()))
    assert [difference.at for difference in checked(changed).differences] == ["policy.hash"]


def test_a_list_of_another_length_is_one_difference():
    changed = copy.deepcopy(DOCUMENTS["full"])
    del changed["verdict"]["signals"][0]
    assert [difference.at for difference in checked(resealed(changed)).differences] == ["verdict.signals"]


# -- what is none ------------------------------------------------------------------------------------

GOOD = json.dumps(DOCUMENTS["steady"])
TWICE = GOOD.replace('"run": 7', '"run": 7, "run": 8')
BAD = {
    "nothing": b"",
    "cut short": GOOD[:-9].encode(),
    "not JSON": b"health: 49",
    "a list": b"[]",
    "another's": b'{"format": "somebody-else/1"}',
    "a later format": GOOD.replace("statement/1", "statement/2").encode(),
    "a name twice": TWICE.encode(),
    "no number": GOOD.replace('"low": ', '"low": NaN, "was": ').encode(),
    "beyond numbers": GOOD.replace('"run": 7', '"run": 1e999').encode(),
    "a part more": GOOD.replace('"run": 7', '"run": 7, "extra": 1').encode(),
    "a part less": GOOD.replace('"run": 7,', "").encode(),
    "text for a number": GOOD.replace('"run": 7', '"run": "7"').encode(),
    "not text": b"\xff\xfe\x00",
    "deep": b'{"format":' + b"[" * 200_000,
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_no_statement_is_refused(text):
    with pytest.raises(Unreadable) as caught:
        check(text)
    assert len(str(caught.value)) < 300


def test_what_is_too_long_is_not_read(monkeypatch):
    monkeypatch.setattr(module, "LIMIT", 10)
    with pytest.raises(Unreadable, match="over 10 bytes"):
        check(GOOD.encode())


def test_a_policy_that_this_version_cannot_read_is_said_to_be():
    changed = copy.deepcopy(DOCUMENTS["steady"])
    changed["policy"]["data"]["of_tomorrow"] = 1
    (found,) = checked(resealed(changed)).differences
    assert found.at == "policy.data"
    assert "of_tomorrow" in found.says


# -- versions, and what is measured again -------------------------------------------------------------


@pytest.mark.parametrize(("points", "says"), [(0, "comes to the same"), (1, "may differ for that alone")])
def test_another_engine_s_statement_says_so(points, says):
    changed = copy.deepcopy(DOCUMENTS["steady"])
    changed["engine_version"] = "0"
    changed["verdict"]["points"] += points
    found = checked(resealed(changed))
    assert f"judged by engine 0, checked by engine {ENGINE_VERSION}" in found.note
    assert says in found.note
    assert bool(found.differences) is bool(points)


def test_a_verdict_stored_before_there_were_texts_is_not_stated():
    found = assess(account())
    with pytest.raises(Unreadable, match="run `seatsignal assess`"):
        statement(stored(Assessment(1, AS_OF, found.score, found.band, found.inputs)), policy())


def test_measures_taken_again_are_compared_by_name():
    read = checked(DOCUMENTS["steady"]).statement
    assert list(remeasured(read, assess(account()))) == []
    yesterday = AS_OF - timedelta(days=1)
    found = dict(
        remeasured(read, assess(account(tickets=(TicketFact("t", yesterday),), customer_type="school")))
    )
    assert found == {
        "measures.open_tickets": "stated 0.0, recomputed 1.0",
        "measures.ticket_load": "stated 0.0, recomputed 1.0",
        "traits.customer_type": 'stated null, recomputed "school"',
    }
