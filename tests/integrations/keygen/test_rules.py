"""What a code, a status, a quota and a machine mean: tables of cases, without a network."""

from datetime import date
from typing import Any

import pytest
from msgspec import convert

from health.records import Limit
from integrations.keygen.answers import EventAttributes, Licence, Machine, Policy
from integrations.keygen.catalogue import Catalogue
from integrations.keygen.licences import named, owned, status
from integrations.keygen.outcomes import outcome
from integrations.keygen.quotas import Quotas
from integrations.keygen.settings import KeygenSettings
from integrations.keygen.validations import attempted
from tests.integrations.keygen.account import license_, machine, ms, policy, uuid

SUCCEEDED, FAILED = "license.validation.succeeded", "license.validation.failed"
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("event", "code", "expected"),
    [
        (SUCCEEDED, "VALID", "ok"),
        (SUCCEEDED, "EXPIRED", "ok"),
        (SUCCEEDED, None, "ok"),
        (FAILED, "EXPIRED", "expired"),
        (FAILED, "SUSPENDED", "suspended"),
        (FAILED, "BANNED", "banned"),
        (FAILED, "OVERDUE", "overdue"),
        (FAILED, "NOT_FOUND", "invalid_key"),
        (FAILED, "NO_MACHINE", "not_activated"),
        (FAILED, "NO_MACHINES", "not_activated"),
        (FAILED, "FINGERPRINT_SCOPE_MISMATCH", "fingerprint_mismatch"),
        (FAILED, "MACHINE_SCOPE_MISMATCH", "fingerprint_mismatch"),
        (FAILED, "COMPONENTS_SCOPE_MISMATCH", "fingerprint_mismatch"),
        (FAILED, "TOO_MANY_MACHINES", "too_many_machines"),
        (FAILED, "SOMETHING_NEW", "something_new"),
        (FAILED, None, "failed"),
        ("license.renewed", "VALID", None),
        (None, "VALID", None),
    ],
)
def test_outcomes(event: str | None, code: str | None, expected: str | None):
    told = convert({"event": event, "metadata": {"code": code}}, EventAttributes)
    assert outcome(told, "machines") == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("ACTIVE", "active"),
        ("INACTIVE", "active"),
        ("EXPIRING", "active"),
        ("EXPIRED", "expired"),
        ("SUSPENDED", "suspended"),
        ("BANNED", "banned"),
        ("BRAND_NEW", "brand_new"),
    ],
)
def test_statuses(told: str, expected: str):
    assert status(told) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("larkspur", "larkspur"),
        (" larkspur ", "larkspur"),
        (4711, "4711"),
        ("", None),
        (None, None),
        (True, None),
        (4.5, None),
        (["larkspur"], None),
    ],
)
def test_a_name_in_metadata_is_text_or_a_whole_number(value: object, expected: str | None):
    assert named(licence(metadata={"accountId": value}), "metadata.accountId") == expected


def licence(machines: int | None = 0, cores: int | None = None, **more: Any) -> Licence:
    """A licence as the API shows it: active, unless told otherwise."""
    made = license_(1, 1, "2026-11-01T00:00:00", owner=1, **{"status": "ACTIVE", **more})
    made["relationships"]["machines"] = {"meta": {"count": machines, "cores": cores}}
    return convert(made, Licence)


@pytest.mark.parametrize(
    ("licences", "limits"),
    [
        ([{"maxMachines": 5, "machines": 2}], {"machines": (2, 5)}),
        ([{"maxMachines": 5, "machines": 2}, {"maxMachines": 1, "machines": 1}], {"machines": (3, 6)}),
        ([{"maxMachines": 5, "machines": 2}, {"machines": 90}], {"machines": (2, 5)}),
        ([{"machines": 90}], {}),
        ([{"maxMachines": 5, "machines": None}], {}),
        ([{"maxMachines": 5, "machines": 2, "status": "EXPIRED"}], {"machines": (0, 0)}),
        ([{"maxMachines": 5, "machines": 2, "status": "INACTIVE"}], {"machines": (2, 5)}),
        ([{"maxMachines": 5, "machines": 2, "status": "BRAND_NEW"}], {"machines": (0, 0)}),
        ([{"maxCores": 64, "cores": 12, "maxUsers": 3}], {"cores": (12, 64), "users": (0, 3)}),
        ([{"maxUses": 100, "uses": 40}], {"uses": (40, 100)}),
        ([{"metadata": {"domainsUsed": 3, "domainsAllowed": 10}}], {"domains": (3, 10)}),
        ([{"metadata": {"domainsUsed": "3", "domainsAllowed": "10"}}], {"domains": (3, 10)}),
        ([{"metadata": {"apiKeysUsed": 1, "apiKeysAllowed": 2.5}}], {"api_keys": (1, 2.5)}),
        ([{"metadata": {"domainsUsed": 3}}], {}),
        ([{"metadata": {"domainsUsed": True, "domainsAllowed": 10}}], {}),
        ([{"metadata": {"domainsUsed": "three", "domainsAllowed": 10}}], {}),
        ([{"metadata": {"seatsUsed": 3, "seatsAllowed": 10}}], {}),
    ],
)
def test_quotas(licences: list[dict[str, Any]], limits: dict[str, tuple[float, float]]):
    quotas = Quotas(KeygenSettings(token="t", account="a"))
    for each in licences:
        quotas.add("larkspur", licence(**each))
    assert set(quotas.limits(TODAY)) == {
        Limit("larkspur", name, float(used), float(allowed), TODAY)
        for name, (used, allowed) in limits.items()
    }


def catalogue(machines: list[dict[str, Any]], **rules: Any) -> Catalogue:
    found = Catalogue()
    found.add_policies([convert(policy(1, "Team", 1, **rules), Policy)])
    found.add_machines([convert(each, Machine) for each in machines])
    return found


def seen(created: str, *, monitored: bool = False) -> dict[str, Any]:
    return machine(1, 1, created, requireHeartbeat=monitored)


STRICT = {"strict": True, "requireHeartbeat": False, "heartbeatCullStrategy": "DEACTIVATE_DEAD"}


@pytest.mark.parametrize(
    ("machines", "rules", "activated"),
    [
        ([], STRICT, None),
        ([seen("2026-11-05T00:00:00")], STRICT, "2026-11-05"),
        ([seen("2026-11-09T00:00:00"), seen("2026-11-05T00:00:00")], STRICT, "2026-11-05"),
        ([seen("2026-11-05T00:00:00", monitored=True)], STRICT, None),
        ([seen("2026-11-05T00:00:00"), seen("2026-11-06T00:00:00", monitored=True)], STRICT, None),
        (
            [seen("2026-11-05T00:00:00", monitored=True)],
            {**STRICT, "heartbeatCullStrategy": "KEEP_DEAD"},
            "2026-11-05",
        ),
        ([seen("2026-11-05T00:00:00")], {"strict": None}, "2026-11-05"),
    ],
)
def test_the_oldest_machine_tells_of_the_activation_where_machines_stay(
    machines: list[dict[str, Any]], rules: dict[str, Any], activated: str | None
):
    found = owned(licence(len(machines)), "larkspur", catalogue(machines, **rules))
    assert found is not None
    assert found.activated_ms == (ms(activated) if activated else None)


@pytest.mark.parametrize(
    ("count", "machines", "rules", "at", "expected"),
    [
        (1, [seen("2026-11-05T00:00:00")], STRICT, "2026-11-04T23:59:59", True),
        (1, [seen("2026-11-05T00:00:00")], STRICT, "2026-11-05T00:00:00", False),
        (0, [], STRICT, "2026-11-04T00:00:00", True),
        (0, [], STRICT, "2026-11-30T23:59:59", True),
        (0, [], STRICT, "2026-12-01T00:00:00", False),
        (1, [], STRICT, "2026-11-04T00:00:00", False),  # its machines were not listed
        (None, [], STRICT, "2026-11-04T00:00:00", False),
        (0, [], {**STRICT, "strict": False}, "2026-11-04T00:00:00", False),
        (0, [], {**STRICT, "requireHeartbeat": True}, "2026-11-04T00:00:00", False),
        (1, [seen("2026-11-05T00:00:00", monitored=True)], STRICT, "2026-11-04T00:00:00", False),
    ],
)
def test_a_failure_is_an_attempt_to_activate_where_nothing_can_have_succeeded_before(
    count: int | None, machines: list[dict[str, Any]], rules: dict[str, Any], at: str, expected: bool
):
    found = owned(licence(count), "larkspur", catalogue(machines, **rules))
    assert found is not None
    assert attempted(found, ms(at)) is expected


def test_of_a_policy_that_is_not_listed_nothing_is_known():
    found = owned(licence(), "larkspur", Catalogue())
    assert found is not None
    assert (found.strict, found.activated_ms, found.idle) == (False, None, False)


def test_a_machine_of_nothing_is_a_reject():
    found = Catalogue()
    lost = {**seen("2026-11-05T00:00:00"), "relationships": {"license": {"data": None}}}
    assert found.add_machines([convert(lost, Machine), convert(seen("2026-11-05T00:00:00"), Machine)]) == 1
    assert list(found.machines) == [uuid("l", 1)]
