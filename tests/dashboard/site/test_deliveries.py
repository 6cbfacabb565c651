"""Deliveries: what waits is shown with why; whoever operates settles it, after saying that they mean it."""

from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import insert, select, update

from dashboard.pages import deliveries
from store.database import Database
from store.installation import is_live, paused, set_setting
from store.tables import audit, notices, receipts, runs
from tests.dashboard.site.conftest import Browser, Desk
from tests.owed import go_live, notice, owe, rows, standing

SURE = {"sure": "yes"}


def put(database: Database, key: str, status: str, reason: str = "") -> None:
    """Owe a notice, and let it stand somewhere."""
    owe(database, notice(key))
    settled = 5 if status in {"quarantined", "unknown"} else None
    values = {"status": status, "reason": reason, "settled_ms": settled}
    with database.write() as connection:
        connection.execute(update(notices).where(notices.c.key == key).values(**values))


def hold(database: Database) -> int:
    """Let the last run be held on a live installation, with what it planned."""
    go_live(database)
    with database.write() as connection:
        run = connection.execute(select(runs.c.id).order_by(runs.c.id.desc()).limit(1)).scalar_one()
        held = update(runs).where(runs.c.id == run)
        connection.execute(held.values(status="held", held_reason="9 of 12 accounts got a worse band"))
        connection.execute(update(notices).where(notices.c.run == run).values(status="planned"))
    return int(run)


def admin(desk: Desk) -> Browser:
    return desk.browser("admin")


def acts(database: Database, *actions: str) -> Sequence[tuple[str, str, str]]:
    query = select(audit.c.actor, audit.c.action, audit.c.about).where(audit.c.action.in_(actions))
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(audit.c.id))]


ADMIN = "admin@seller.example"


def test_what_waits_is_counted_by_state_and_reason(own_desk: Desk):
    for number in range(3):
        put(own_desk.database, f"k{number}", "quarantined", "msg_too_long")
    put(own_desk.database, "mail", "unknown", "sender_lost")

    page = admin(own_desk).get("/deliveries").text

    assert "msg too long" in page
    assert "sender lost" in page
    assert page.count('name="pick"') == 4
    assert "Nobody has looked at everything yet" in page


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("live", {}),
        ("runs", {"decision": "release"}),
        ("runs", {"decision": "burn", **SURE}),
        ("replay", {}),
        ("settle", {"came": "arrived"}),
        ("settle", {"came": "perhaps", **SURE}),
    ],
)
def test_what_cannot_be_undone_is_done_by_nobody_who_does_not_mean_it(
    own_desk: Desk, path: str, fields: dict[str, str]
):
    run = hold(own_desk.database)
    put(own_desk.database, "k", "quarantined")
    put(own_desk.database, "mail", "unknown")
    with own_desk.database.write() as connection:
        set_setting(connection, "live_since_ms", "")
    before = standing(own_desk.database)

    for pick in ("k", "mail", str(run)):
        answer = admin(own_desk).post(f"/deliveries/{path}", pick=pick, **fields)
        assert deliveries.UNSURE in answer.text

    assert standing(own_desk.database) == before
    with own_desk.database.read() as connection:
        assert not is_live(connection)


def test_quarantined_ones_are_owed_again_those_that_are_ticked_alone(own_desk: Desk):
    for key in ("k1", "k2", "k3"):
        put(own_desk.database, key, "quarantined", "msg_too_long")
    browser = admin(own_desk)

    sent = {"seal": browser.seal(), "pick": ["k1", "k3", "nonsense"], **SURE}
    answer = browser.http.post(f"{own_desk.url}/deliveries/replay", data=sent, timeout=30)

    assert "Due again: 2." in answer.text
    stand = standing(own_desk.database)
    assert {key: stand[key] for key in ("k1", "k2", "k3")} == {
        "k1": "due",
        "k2": "quarantined",
        "k3": "due",
    }
    assert "Due again: 0." in browser.post("/deliveries/replay", pick="k1", **SURE).text
    assert acts(own_desk.database, "notice_replayed") == [
        (ADMIN, "notice_replayed", "k1"),
        (ADMIN, "notice_replayed", "k3"),
    ]


@pytest.mark.parametrize(("came", "status"), [("arrived", "sent"), ("lost", "due")])
def test_a_mail_of_which_nobody_could_tell_is_settled(own_desk: Desk, came: str, status: str):
    put(own_desk.database, "mail", "unknown", "sender_lost")
    with own_desk.database.write() as connection:
        row = select(notices.c.id).where(notices.c.key == "mail")
        number = connection.execute(row).scalar_one()
        made = {"notice": number, "attempt": 1, "outcome": "unknown", "remote": "<m@seller.example>"}
        connection.execute(insert(receipts).values(at_ms=1, **made))
    assert "&lt;m@seller.example&gt;" in admin(own_desk).get("/deliveries").text

    admin(own_desk).post("/deliveries/settle", pick="mail", came=came, **SURE)

    assert standing(own_desk.database)["mail"] == status
    assert acts(own_desk.database, "notice_settled") == [(ADMIN, "notice_settled", "mail")]


@pytest.mark.parametrize(
    ("decision", "status", "stands", "action"),
    [
        ("release", "released", "due", "run_approved"),
        ("discard", "discarded", "suppressed", "run_discarded"),
    ],
)
def test_a_held_run_is_decided_once(own_desk: Desk, decision: str, status: str, stands: str, action: str):
    run = hold(own_desk.database)
    browser = admin(own_desk)
    page = browser.get("/deliveries").text
    assert "9 of 12 accounts got a worse band" in page
    assert '<span class="count">1<' in page, "the menu says that one waits"

    done = browser.post("/deliveries/runs", pick=str(run), decision=decision, **SURE)
    again = browser.post("/deliveries/runs", pick=str(run), decision=decision, **SURE)

    assert "Runs: 1." in done.text
    assert "None of these runs is held any more" in again.text
    with own_desk.database.read() as connection:
        assert connection.execute(select(runs.c.status).where(runs.c.id == run)).scalar_one() == status
    of_run = {row.status for row in rows(own_desk.database) if row.run == run}
    assert of_run == {stands}
    assert acts(own_desk.database, action) == [(ADMIN, action, str(run))]


def test_all_that_leaves_is_stopped_and_goes_on(own_desk: Desk):
    put(own_desk.database, "k", "due")
    browser = admin(own_desk)

    assert "Stopped (operator): nothing leaves" in browser.post("/deliveries/stop").text
    with own_desk.database.read() as connection:
        assert paused(connection) == "operator"
    assert "Stop everything" in browser.post("/deliveries/resume").text
    with own_desk.database.read() as connection:
        assert paused(connection) == ""
    assert acts(own_desk.database, "paused", "resumed") == [(ADMIN, "paused", ""), (ADMIN, "resumed", "")]


def test_one_that_moves_to_another_database_is_not_let_go_on(own_desk: Desk):
    put(own_desk.database, "k", "due")
    with own_desk.database.write() as connection:
        set_setting(connection, "paused", "moved")

    assert "moves to another database" in admin(own_desk).post("/deliveries/resume").text
    with own_desk.database.read() as connection:
        assert paused(connection) == "moved"


def test_it_goes_live_once_and_what_was_planned_before_is_closed(own_desk: Desk):
    with own_desk.database.read() as connection:
        assert not is_live(connection)
    browser = admin(own_desk)
    assert "Go live" in browser.get("/deliveries").text

    assert "Live." in browser.post("/deliveries/live", **SURE).text

    with own_desk.database.read() as connection:
        assert is_live(connection)
    assert "Go live" not in browser.get("/deliveries").text
    assert acts(own_desk.database, "went_live") == [(ADMIN, "went_live", "")]
    assert {row.reason for row in rows(own_desk.database)} == {"before_go_live"}


def test_the_last_runs_are_balanced_and_others_are_left_to_the_command(
    own_desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    with own_desk.database.read() as connection:
        planned = list(connection.execute(select(runs.c.id).where(runs.c.planned > 0)).scalars())
    assert planned
    monkeypatch.setattr(deliveries, "RUNS", len(planned))
    page = admin(own_desk).get("/deliveries").text
    assert all(f'<th scope="row">{run}</th>' in page for run in planned)

    with own_desk.database.write() as connection:
        made = {"kind": "full", "as_of": date(2026, 6, 1), "status": "released", "planned": 1}
        connection.execute(insert(runs).values(released_ms=1, **made))
    page = admin(own_desk).get("/deliveries").text

    assert f'<th scope="row">{planned[0]}</th>' not in page
    assert "no: see seatsignal balance" in page, "it planned one that is nowhere"


def test_the_brake_is_where_the_policy_says(desk: Desk):
    page = admin(desk).get("/deliveries").text

    assert "A run is held at more than" in page
    assert "of 12" in page
    assert "Accounts that got worse in 24 hours" in page
