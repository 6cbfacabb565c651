"""``seatsignal drift``: what people changed of ours, and giving it back."""

from sqlalchemy import insert

from store.tables import accounts, edits

ROW = {
    "thread": "hubspot/record/acme", "field": "seatsignal_reasons", "destination": "hubspot", "account": 1,
    "ours": "They are leaving", "theirs": "Ask me first", "since_ms": 1_780_000_000_000,
}  # fmt: skip
SHOWN = {
    "account": "acme", "destination": "hubspot", "field": "seatsignal_reasons", "ours": "They are leaving",
    "theirs": "Ask me first", "since": "2026-05-28T20:26:40Z", "given_back": False,
}  # fmt: skip


def test_drift_lists_and_gives_back(seatsignal):
    assert seatsignal("drift", "--json").document == []
    database = seatsignal.database()
    with database.write() as connection:
        connection.execute(insert(accounts), [{"id": 1, "key": "acme"}])
        connection.execute(insert(edits), [ROW])
    database.close()
    assert seatsignal("drift", "--json").document == [SHOWN]
    assert seatsignal("drift", "other", "--json").document == []
    assert "Ask me first" in seatsignal("drift").out
    assert seatsignal("drift", "--take").status == 2, "all of them at once is a slip of the finger"
    assert seatsignal("drift", "acme", "--take").out == (
        "1 fields are ours again, and written with what is due.\n"
    )
    assert seatsignal("drift", "--json").document == [SHOWN | {"given_back": True}]
    assert seatsignal("drift", "acme", "--take").status == 1


def test_drift_may_look_before_it_lists(seatsignal, monkeypatch):
    looked: list[object] = []
    monkeypatch.setattr("worker.drift.look", looked.append)
    assert seatsignal("drift", "--look", "--json").document == []
    assert len(looked) == 1
