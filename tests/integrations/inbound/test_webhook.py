"""What senders of our own call in: signatures while a secret changes, and maps that say what is wrong."""

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from health.records import Identifier, Subscription
from health.streams import Unread
from integrations import registry, signed
from integrations.errors import Misconfigured, Rejected
from integrations.inbound.maps import maps
from sandbox.inbound.sending import signed as sent
from tests.docs.pages import DOCS
from tests.integrations.inbound.webhook_rig import MAPS

NOW = 1_800_000_000
KEY = b64encode(bytes(range(32))).decode()
BODY = json.dumps({"type": "downgrade.asked", "account": "acme", "at": 1_781_047_800_500}).encode()


def opened(monkeypatch: pytest.MonkeyPatch, told: Path = MAPS, secret: str = f"whsec_{KEY}"):
    monkeypatch.setenv("SEATSIGNAL_INBOUND_MAPS", str(told))
    monkeypatch.setenv("SEATSIGNAL_INBOUND_WEBHOOK_SECRET", secret)
    return registry.webhook("inbound", clock=lambda: NOW)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "maps.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_secret_in_base64_stands_for_its_bytes(monkeypatch):
    headers = sent("msg_1", BODY, NOW, b64decode(KEY))
    assert opened(monkeypatch).verify(headers, BODY) == "msg_1"
    with pytest.raises(Rejected):
        opened(monkeypatch).verify(sent("msg_1", BODY, NOW, KEY.encode()), BODY)


def test_what_we_send_ourselves_would_be_taken(monkeypatch):
    headers = signed.headers([b"a former key", b64decode(KEY)], "msg_1", NOW, BODY)
    assert opened(monkeypatch).verify(headers, BODY) == "msg_1"


def test_one_of_several_signatures_is_enough(monkeypatch):
    headers = sent("msg_1", BODY, NOW, b64decode(KEY))
    other = sent("msg_1", BODY, NOW, b"another key that nobody here knows")["webhook-signature"]
    both = f"v1a,unknown {other} {headers['webhook-signature']}"
    assert opened(monkeypatch).verify({**headers, "webhook-signature": both}, BODY) == "msg_1"
    with pytest.raises(Rejected, match="no signature fits"):
        opened(monkeypatch).verify({**headers, "webhook-signature": other}, BODY)


def test_a_sender_is_told_at_once_that_nothing_reads_its_body(monkeypatch):
    body = b'{"type": "usage.counted", "version": "2"}'
    with pytest.raises(Rejected) as caught:
        opened(monkeypatch).verify(sent("msg_1", body, NOW, b64decode(KEY)), body)
    assert caught.value.reason == "no_map"


@pytest.mark.parametrize(
    ("body", "reads"), [('{"n": 1}', True), ('{"n": 1.0}', True), ('{"n": true}', False)]
)
def test_yes_is_not_one(body, reads, tmp_path):
    file = written(tmp_path, "a: {when: {n: 1}, file: accounts, columns: {account_id: n}}")
    assert maps(file)["a"].reads(json.loads(body)) is reads


def test_a_body_that_is_nested_without_end_is_refused(monkeypatch):
    body = b"[" * 100_000
    with pytest.raises(Rejected) as caught:
        list(opened(monkeypatch).parse(body + b"]" * 100_000))
    assert caught.value.reason == "no_map"


def test_rows_that_cannot_be_read_lose_none_of_the_others(monkeypatch):
    days = [{"id.external": "a", "day": day} for day in ("2026-06-09", "soon", "2026-06-09")]
    said = list(
        opened(monkeypatch).parse(json.dumps({"type": "usage.counted", "version": 2, "data": days}).encode())
    )
    assert said.count(Unread("row_unreadable")) == 2
    assert len(said) == 4
    other = {"type": "usage.counted", "version": 2, "data": ["text", None, {}]}
    assert list(opened(monkeypatch).parse(json.dumps(other).encode())) == [Unread("row_unreadable")] * 3


def test_money_is_read_with_its_currency(monkeypatch, tmp_path):
    columns = "{subscription_id: id, account_id: id, started_on: start, mrr: mrr, currency: currency}"
    file = written(tmp_path, f"terms: {{file: subscriptions, columns: {columns}}}")
    row = {"id": "s1", "start": "2026-01-01", "mrr": 1200.5, "currency": "jpy"}
    webhook = opened(monkeypatch, file)
    assert list(webhook.parse(json.dumps(row).encode())) == [Unread("row_unreadable")]
    [_, term] = webhook.parse(json.dumps([{**row, "mrr": "12"}]).encode())
    assert isinstance(term, Subscription)
    assert (term.mrr_minor, term.currency) == (12, "JPY")


def test_money_in_minor_units_is_that_of_its_currency(monkeypatch, tmp_path):
    money = "mrr: {path: cents, convert: minor}, currency: currency"
    columns = f"{{subscription_id: id, account_id: id, started_on: start, {money}}}"
    file = written(tmp_path, f"terms: {{file: subscriptions, columns: {columns}}}")
    row = {"id": "s1", "start": "2026-01-01", "cents": 120_050}
    body = [{**row, "currency": "EUR"}, {**row, "id": "s2", "currency": "JPY"}]
    told = opened(monkeypatch, file).parse(json.dumps(body).encode())
    terms = [each for each in told if isinstance(each, Subscription)]
    assert [(each.mrr_minor, each.currency) for each in terms] == [(120_050, "EUR"), (120_050, "JPY")]


def test_ids_that_are_not_ours_join_nobody(monkeypatch):
    monkeypatch.setenv("SEATSIGNAL_INBOUND_ACCOUNT_IS_OUR_ID", "false")
    said = list(opened(monkeypatch).parse(BODY))
    assert said
    assert not any(isinstance(each, Identifier) for each in said)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: {file: acounts, columns: {account_id: id}}", "did you mean 'accounts'"),
        (
            "a: {file: accounts, columns: {account_id: id, nmae: x}}",
            "'nmae' is no column of accounts, did you mean 'name'",
        ),
        ("a: {file: contacts, columns: {account_id: id}}", "contacts needs email"),
        ("a: {file: accounts, columns: {account_id: {path: id, value: 1}}}", "either `path` or `value`"),
        ("a: {file: accounts, colums: {}, columns: {account_id: id}}", "did you mean 'columns'"),
        ("{}", "at least 1 item"),
        ("a: [", "not YAML"),
    ],
)
def test_a_map_that_is_wrong_says_so(text, told, tmp_path):
    with pytest.raises(Misconfigured, match=told) as caught:
        maps(written(tmp_path, text))
    assert caught.value.reason == "maps_invalid"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Misconfigured, match="SEATSIGNAL_INBOUND_MAPS"):
        maps(tmp_path / "none.yaml")


def test_the_maps_of_the_page_are_maps(tmp_path):
    page = (DOCS / "integrations" / "inbound.md").read_text(encoding="utf-8")
    found = maps(written(tmp_path, page.partition("```yaml\n")[2].partition("```")[0]))
    assert set(found) == {"signups", "questions"}


def test_as_a_source_it_is_never_asked_and_tells_what_is_wrong_with_its_maps(monkeypatch, tmp_path):
    monkeypatch.setenv("SEATSIGNAL_INBOUND_MAPS", str(MAPS))
    source = registry.source("inbound")
    assert list(source.pull(None)) == []
    with pytest.raises(Misconfigured, match="set SEATSIGNAL_INBOUND_WEBHOOK_SECRET"):
        source.check()
    opened(monkeypatch)
    registry.source("inbound").check()
    monkeypatch.setenv("SEATSIGNAL_INBOUND_MAPS", str(tmp_path / "none.yaml"))
    with pytest.raises(Misconfigured, match="SEATSIGNAL_INBOUND_MAPS"):
        registry.source("inbound").check()
