"""An invented company in Keygen, and what a first pull of it must bring, worked out by hand."""

from collections import Counter
from datetime import UTC, date, datetime

from health.records import ActivationStep, Identifier, Licence, Limit, Record, Validation
from tests.integrations.keygen.account import (
    Json,
    content,
    event,
    license_,
    machine,
    ms,
    policy,
    product,
    uuid,
)

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
KEPT_DAYS = 5
"""Of the days before `NOW` the 16th is the first that is still kept whole."""

TEAM, SOLO, FLOATING, TRIAL, METERED = 1, 2, 3, 4, 5
PRODUCTS = [product(n, name) for n, name in enumerate(("Editor", "Renderer", "Viewer", "Player", "Fonts"), 1)]
POLICIES = [
    policy(TEAM, "Team", 1, strict=True, floating=True, maxMachines=5, heartbeatCullStrategy="KEEP_DEAD"),
    policy(SOLO, "Solo", 1, strict=True, maxMachines=1),
    policy(FLOATING, "Floating", 2, strict=True, floating=True, requireHeartbeat=True, maxMachines=10,
           maxUsers=20, maxCores=64),
    policy(TRIAL, "Trial", 1),
    policy(METERED, "Metered", 2, maxUses=1000),
]  # fmt: skip
LICENSES = [
    license_(1, TEAM, "2026-01-10T00:00:00", expiry="2027-01-10T00:00:00Z",
             lastValidated="2026-11-20T09:00:00Z",
             metadata={"accountId": "larkspur", "stripeCustomerId": "cus_larkspur"}),
    license_(2, FLOATING, "2026-10-01T00:00:00", users=7, metadata={"accountId": "larkspur"}),
    license_(3, SOLO, "2025-10-01T00:00:00", expiry="2026-10-01T00:00:00Z",
             metadata={"accountId": "larkspur"}),
    license_(4, TRIAL, "2026-11-16T00:00:00", metadata={"accountId": 4711}, owner=1),
    license_(5, SOLO, "2026-11-16T10:00:00", owner=1),
    license_(6, METERED, "2026-09-01T00:00:00", group=1, uses=250, metadata={"plan": "free"}),
    license_(7, TEAM, "2026-04-01T00:00:00", owner=1, suspended=True, metadata={"accountId": "tamarind"}),
    license_(8, TEAM, "2026-11-18T06:00:00", owner=2),
    license_(9, TRIAL, "2026-10-02T00:00:00", banned=True, metadata={"accountId": "quillwort"}),
    license_(10, TRIAL, "2026-10-03T00:00:00", metadata={"accountId": "foxglove", "domainsUsed": 3,
             "domainsAllowed": 10, "apiKeysUsed": "2", "apiKeysAllowed": "5"}),
    license_(11, TRIAL, "2026-10-04T00:00:00", expiry="2026-11-22T12:00:00Z",
             metadata={"accountId": "foxglove", "domainsUsed": 2, "domainsAllowed": 5}),
    license_(12, TRIAL, "2026-01-05T00:00:00", metadata={"accountId": "foxglove", "domainsUsed": 1}),
    license_(13, TEAM, "2026-01-06T00:00:00", expiry="2026-02-06T00:00:00Z",
             metadata={"accountId": "foxglove"}),
    license_(14, TEAM, "2026-11-21T00:00:00", metadata={"accountId": "tomorrow"}),
]  # fmt: skip
MACHINES = [
    machine(2, 1, "2026-02-01T00:00:00"),
    machine(1, 1, "2026-01-11T08:00:00", lastHeartbeat="2026-11-20T09:00:00Z"),
    machine(3, 2, "2026-11-19T10:00:00", lastHeartbeat="2026-11-20T09:00:00Z", cores=8),
    machine(4, 2, "2026-11-20T08:00:00", cores=4),
    machine(5, 3, "2025-10-02T00:00:00"),
    machine(6, 5, "2026-11-17T12:00:00"),
    machine(7, 7, "2026-04-02T00:00:00"),
    machine(8, 8, "2026-11-21T00:00:00"),
]

MISMATCH = "FINGERPRINT_SCOPE_MISMATCH"
RUNS: list[tuple[int, str | None, str, str, int]] = [
    # licence, code, outcome, first at, times a minute apart
    (1, "VALID", "ok", "2026-11-15T12:00:00", 2),  # a day that is no longer kept whole
    (1, "VALID", "ok", "2026-11-16T00:00:00", 5),
    (1, MISMATCH, "fingerprint_mismatch", "2026-11-16T08:00:00", 2),
    (5, "PRODUCT_SCOPE_MISMATCH", "product_scope_mismatch", "2026-11-16T11:00:00", 1),
    (4, "VALID", "ok", "2026-11-16T12:00:00", 1),
    (2, "TOO_MANY_MACHINES", "too_many_machines", "2026-11-16T13:00:00", 1),
    (1, "VALID", "ok", "2026-11-16T23:59:00", 2),  # the second is on the day after
    (5, "NO_MACHINE", "not_activated", "2026-11-17T11:59:00", 1),
    (5, "VALID", "ok", "2026-11-17T12:01:00", 3),
    (3, "EXPIRED", "expired", "2026-11-17T14:00:00", 2),
    (7, "SUSPENDED", "suspended", "2026-11-17T15:00:00", 1),
    (9, "BANNED", "banned", "2026-11-18T10:00:00", 1),
    (6, "EXPIRED", "ok", "2026-11-18T11:00:00", 1),  # its policy lets it pass
    (6, "VALID", "ok", "2026-11-18T12:00:00", 2),
    (10, "OVERDUE", "overdue", "2026-11-18T13:00:00", 1),
    (4, "BRAND_NEW_CODE", "brand_new_code", "2026-11-18T14:00:00", 1),
    (11, None, "failed", "2026-11-19T10:00:00", 1),
    (8, "ENTITLEMENTS_MISSING", "entitlements_missing", "2026-11-19T11:00:00", 1),
    (1, "VALID", "ok", "2026-11-19T12:00:00", 7),
    (12, "VALID", "ok", "2026-11-19T20:00:00", 1),
    (1, "VALID", "ok", "2026-11-20T00:00:00", 3),  # a day that has not ended
    (1, "VALID", "ok", "2026-11-20T09:31:00", 1),  # not yet
]

OWNERS = {1: "larkspur", 2: "larkspur", 3: "larkspur", 4: "4711", 5: uuid("u", 1), 6: uuid("g", 1),
          7: "tamarind", 8: uuid("u", 2), 9: "quillwort", 10: "foxglove", 11: "foxglove", 12: "foxglove",
          13: "foxglove"}  # fmt: skip
FIRST, LAST = date(2026, 11, 16), date(2026, 11, 19)


def _times() -> list[tuple[int, str | None, str, str]]:
    return [
        (number, code, outcome, datetime.fromtimestamp(ms(first) / 1_000 + 60 * minute, UTC).isoformat()[:19])
        for number, code, outcome, first, times in RUNS
        for minute in range(times)
    ]


def events() -> list[Json]:
    return [
        event(n, number, code, at, succeeded=outcome == "ok")
        for n, (number, code, outcome, at) in enumerate(sorted(_times(), key=lambda run: run[3]), 1)
    ]


def book() -> Json:
    return content(
        products=PRODUCTS, policies=POLICIES, licenses=LICENSES, machines=MACHINES, eventLogs=events()
    )


def validations() -> set[Validation]:
    counted = Counter((number, outcome, date.fromisoformat(at[:10])) for number, _, outcome, at in _times())
    return {
        Validation(OWNERS[number], day, outcome, times, uuid("l", number))
        for (number, outcome, day), times in counted.items()
        if FIRST <= day <= LAST
    }


def _licence(number: int, status: str, product_: str, plan: str, issued: str, **more: object) -> Licence:
    return Licence(uuid("l", number), OWNERS[number], status, product_, plan, ms(issued), **more)  # type: ignore[arg-type]  # a test names real fields


LICENCES = {
    _licence(1, "active", "Editor", "Team", "2026-01-10", activated_ms=ms("2026-01-11T08:00"),
             expires_on=date(2027, 1, 10)),
    _licence(2, "active", "Renderer", "Floating", "2026-10-01"),
    _licence(3, "expired", "Editor", "Solo", "2025-10-01", activated_ms=ms("2025-10-02"),
             expires_on=date(2026, 10, 1)),
    _licence(4, "active", "Editor", "Trial", "2026-11-16"),
    _licence(5, "active", "Editor", "Solo", "2026-11-16T10:00", activated_ms=ms("2026-11-17T12:00")),
    _licence(6, "active", "Renderer", "Metered", "2026-09-01"),
    _licence(7, "suspended", "Editor", "Team", "2026-04-01", activated_ms=ms("2026-04-02")),
    _licence(8, "active", "Editor", "Team", "2026-11-18T06:00"),
    _licence(9, "banned", "Editor", "Trial", "2026-10-02"),
    _licence(10, "active", "Editor", "Trial", "2026-10-03"),
    _licence(11, "active", "Editor", "Trial", "2026-10-04", expires_on=date(2026, 11, 22)),
    _licence(12, "active", "Editor", "Trial", "2026-01-05"),
    _licence(13, "expired", "Editor", "Team", "2026-01-06", expires_on=date(2026, 2, 6)),
}  # fmt: skip
IDENTIFIERS = {
    *(Identifier(name, "our_id", name) for name in ("larkspur", "4711", "tamarind", "quillwort", "foxglove")),
    Identifier("larkspur", "stripe", "cus_larkspur"),
}
LIMITS = {
    Limit(whose, limit, used, allowed, date(2026, 11, 20))
    for whose, limit, used, allowed in (
        ("larkspur", "machines", 4.0, 15.0),
        ("larkspur", "users", 7.0, 20.0),
        ("larkspur", "cores", 12.0, 64.0),
        (uuid("u", 1), "machines", 1.0, 1.0),
        (uuid("u", 2), "machines", 0.0, 5.0),
        ("tamarind", "machines", 0.0, 0.0),
        (uuid("g", 1), "uses", 250.0, 1000.0),
        ("foxglove", "machines", 0.0, 0.0),
        ("foxglove", "domains", 5.0, 15.0),
        ("foxglove", "api_keys", 2.0, 5.0),
    )
}
STEPS = {
    ActivationStep("larkspur", "activate", ms("2026-01-11T08:00"), "done"),
    ActivationStep("larkspur", "activate", ms("2025-10-02"), "done"),
    ActivationStep(uuid("u", 1), "activate", ms("2026-11-16T11:00"), "failed"),
    ActivationStep(uuid("u", 1), "activate", ms("2026-11-17T12:00"), "done"),
    ActivationStep("tamarind", "activate", ms("2026-04-02"), "done"),
    ActivationStep(uuid("u", 2), "activate", ms("2026-11-19T11:00"), "failed"),
    ActivationStep("4711", "validate", ms("2026-11-16T12:00"), "done"),
    ActivationStep(uuid("u", 1), "validate", ms("2026-11-17T12:01"), "done"),
}


def records() -> frozenset[Record]:
    return frozenset({*LICENCES, *IDENTIFIERS, *LIMITS, *STEPS, *validations()})
