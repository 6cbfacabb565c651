"""What is told of licences and validations, what cannot be, and what the settings change."""

from datetime import date

import pytest

from health.records import ActivationStep, Identifier, Licence, Limit, Validation
from tests.integrations.keygen import company
from tests.integrations.keygen.account import (
    KEY,
    TOKEN,
    content,
    event,
    license_,
    machine,
    ms,
    policy,
    product,
    uuid,
)
from tests.integrations.keygen.conftest import Account, only


def test_no_key_and_no_token_is_in_any_record(keygen: Account):
    keygen.hold(company.book())
    found = keygen.pull_well()
    assert found.records
    assert [secret for secret in (KEY, TOKEN, "print-") if secret in repr(found)] == []


STRICT = policy(1, "Team", 1, strict=True, maxMachines=5)
EDITOR = product(1, "Editor")


def test_a_licence_of_nobody_is_left_out_and_so_are_its_validations(keygen: Account):
    found = keygen.told(
        products=[EDITOR],
        policies=[STRICT],
        licenses=[license_(1, 1, "2026-11-01T00:00:00", metadata={"accountId": " "})],
        machines=[machine(1, 1, "2026-11-01T00:00:00")],
        eventLogs=[event(1, 1, "VALID", "2026-11-19T00:00:00", succeeded=True)],
    )
    assert (found.records, found.rejects) == ([], 2)


@pytest.mark.parametrize("fault", ["missing", "nulls"])
def test_where_a_licence_does_not_say_how_it_stands_no_sums_are_told(keygen: Account, fault: str):
    keygen.hold(company.book())
    keygen.sandbox.faults("keygen", fault, on="licenses")
    found = keygen.pull_well()
    assert found.rejects >= 4
    assert only(Limit, found.records) == set()
    assert 0 < len(only(Licence, found.records)) < len(company.LICENCES)


def test_a_validation_of_a_licence_that_is_gone_is_counted_as_a_reject(keygen: Account):
    found = keygen.told(eventLogs=[event(1, 77, "VALID", "2026-11-19T00:00:00", succeeded=True)])
    assert (found.records, found.rejects) == ([], 1)


def test_a_product_or_policy_that_is_not_listed_is_unknown(keygen: Account):
    keygen.hold(company.book())
    keygen.sandbox.faults("keygen", "missing", on="products")
    found = keygen.pull_well()
    plans = {(record.product, record.plan) for record in found.records if isinstance(record, Licence)}
    assert {("Editor", "Solo"), (None, "Metered")} <= plans


def test_an_event_that_is_logged_twice_counts_once(keygen: Account):
    twice = event(1, 1, "VALID", "2026-11-19T12:00:00", succeeded=True)
    found = keygen.told(
        products=[EDITOR],
        policies=[STRICT],
        licenses=[license_(1, 1, "2026-11-01T00:00:00", owner=1)],
        eventLogs=[twice, twice],
    )
    [counted] = only(Validation, found.records)
    assert counted == Validation(uuid("u", 1), date(2026, 11, 19), "ok", 1, uuid("l", 1))


def test_a_first_success_is_told_only_of_licences_whose_whole_life_was_read(keygen: Account):
    found = keygen.told(
        products=[EDITOR],
        policies=[STRICT],
        licenses=[
            license_(1, 1, "2026-11-15T23:59:59", owner=1),
            license_(2, 1, "2026-11-16T00:00:00", owner=2),
        ],
        eventLogs=[
            event(1, 1, "VALID", "2026-11-17T12:00:00", succeeded=True),
            event(2, 2, "VALID", "2026-11-17T13:00:00", succeeded=True),
            event(3, 2, "VALID", "2026-11-17T14:00:00", succeeded=True),
        ],
    )
    steps = only(ActivationStep, found.records)
    assert steps == {ActivationStep(uuid("u", 2), "validate", ms("2026-11-17T13:00:00"), "done")}


def test_a_domain_is_told_only_where_a_setting_vouches_for_it(keygen: Account):
    metadata = {"accountId": "larkspur", "site": "larkspur.example"}
    licence = license_(1, 1, "2026-11-01T00:00:00", metadata=metadata)
    keygen.hold(content(products=[EDITOR], policies=[STRICT], licenses=[licence]))
    plain, vouched = (keygen.pull_well(domain_from=place) for place in ("", "metadata.site"))
    told = {Identifier("larkspur", "our_id", "larkspur")}
    assert only(Identifier, plain.records) == told
    assert only(Identifier, vouched.records) == told | {Identifier("larkspur", "domain", "larkspur.example")}


def test_machines_may_stand_for_domains(keygen: Account):
    keygen.hold(company.book())
    found = keygen.pull_well(machines_are="domains")
    limits = {(record.account_id, record.limit, record.used, record.allowed)
              for record in found.records if isinstance(record, Limit)}  # fmt: skip
    outcomes = {record.outcome for record in found.records if isinstance(record, Validation)}
    assert ("larkspur", "domains", 4.0, 15.0) in limits
    assert ("foxglove", "domains", 0.0, 0.0) in limits, "counted by machines, no longer by metadata"
    assert {"domain_mismatch"} <= outcomes
    assert "fingerprint_mismatch" not in outcomes


@pytest.mark.parametrize(
    ("where", "owners"),
    [
        ("metadata.accountId", ["larkspur", uuid("u", 2), uuid("g", 3)]),
        ("owner", [uuid("u", 1), uuid("u", 2), uuid("g", 3)]),
        ("group", [uuid("g", 1), uuid("g", 2), uuid("g", 3)]),
        ("metadata.nothing", [uuid("u", 1), uuid("u", 2), uuid("g", 3)]),
    ],
)
def test_a_licence_belongs_to_what_the_setting_names_else_to_owner_or_group(
    keygen: Account, where: str, owners: list[str]
):
    licences = [
        license_(1, 1, "2026-11-03T00:00:00", owner=1, group=1, metadata={"accountId": "larkspur"}),
        license_(2, 1, "2026-11-02T00:00:00", owner=2, group=2),
        license_(3, 1, "2026-11-01T00:00:00", group=3),
    ]
    keygen.hold(content(products=[EDITOR], policies=[STRICT], licenses=licences))
    found = keygen.pull_well(account_from=where)
    assert [record.account_id for record in found.records if isinstance(record, Licence)] == owners
    our_ids = {record.value for record in found.records if isinstance(record, Identifier)}
    assert our_ids == ({"larkspur"} if where == "metadata.accountId" else set())
