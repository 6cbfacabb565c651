"""What every destination must do, picked up from the registry.

A destination that is added there is tried here; its `rig` says how to upset its vendor.
"""

import json
import logging
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from importlib import import_module

import pytest
import responses

from health.nouns import Edit, Notice, Receipt
from integrations import registry
from integrations.errors import IntegrationError, Misconfigured
from integrations.roles import Crm, Destination, Restating, Watched
from sandbox.alterations import ALTERATIONS
from tests.integrations.rig import STATE, Expected, Rig, Upset, rig, takes_states
from tests.integrations.wire import TELL_LIMITS, put_off
from tests.rehearsal import Rehearsal

NAMES = tuple(registry.DESTINATIONS)
TRIED = (*NAMES, *(name + STATE for name in NAMES if takes_states(name)))
UNWIRED = {"mail"}
"""Destinations that speak no HTTP: mail's bad days are those of SMTP, its rig knows them."""
WIRED = tuple(name for name in TRIED if name not in UNWIRED)
MUTE = {"apprise", "teams", "webhook"}
"""Destinations whose answers hold no records that could say something else: their status says all."""
TELLING = tuple(name for name in WIRED if name not in MUTE)
LABEL = re.compile(r"[a-z][a-z0-9_]{0,59}")


def made(name: str, monkeypatch: pytest.MonkeyPatch, *settings: dict[str, str]) -> Destination:
    for variables in settings:
        for variable, value in variables.items():
            monkeypatch.setenv(variable, value)
    return registry.destination(vendor(name))


def vendor(name: str) -> str:
    """The destination's name, whatever it is tried with."""
    return name.removesuffix(STATE)


def of_class(name: str, quality: str) -> bool:
    """Whether a destination has a quality, whatever its settings."""
    return bool(getattr(registry._named(registry.DESTINATIONS[vendor(name)].builder), quality, False))


KEYED = tuple(name for name in TRIED if of_class(name, "keyed"))
RESTATING = tuple(name for name in TRIED if of_class(name, "restates"))
UNKNOWING = tuple(name for name in TRIED if name not in {*KEYED, *RESTATING})
"""Destinations that say `unknown` of what may have arrived."""


@pytest.fixture
def tried(name: str, sandbox: Rehearsal) -> Rig:
    made = rig(name, sandbox)
    made.open_book()
    return made


@pytest.fixture
def destination(name: str, tried: Rig, monkeypatch: pytest.MonkeyPatch) -> Iterator[Destination]:
    with closing(made(name, monkeypatch, dict(tried.good))) as opened:  # type: ignore[type-var]  # all have it
        yield opened


def ended(destination: Destination, notices: Sequence[Notice]) -> list[Receipt] | IntegrationError:
    try:
        return list(destination.deliver(notices))
    except IntegrationError as error:
        return error


def assert_is(end: list[Receipt] | IntegrationError, expected: Expected, reason: str) -> None:
    if isinstance(end, IntegrationError):
        assert (type(end), end.reason) == (expected, reason)
    else:
        assert [(receipt.outcome, receipt.reason) for receipt in end] == [(expected, reason)]


def upsets() -> list[object]:
    """Every fault of every destination; building a rig needs no running sandbox."""
    nowhere = Rehearsal("http://127.0.0.1:1", "127.0.0.1", 1, 0)
    return [
        pytest.param(name, upset, id=f"{name}-{upset.fault}-{upset.reason}")
        for name in TRIED
        for upset in rig(name, nowhere).upsets
    ]


@pytest.mark.parametrize("name", NAMES)
def test_it_lies_where_its_name_says(name: str) -> None:
    entry = registry.DESTINATIONS[name]
    assert entry.builder.startswith(f"integrations.{name}.destination:")
    assert entry.settings.startswith(f"integrations.{name}.settings:")
    assert str(entry.model().model_config["env_prefix"]) == f"SEATSIGNAL_{name.upper()}_"
    assert entry.model().model_config["extra"] == "forbid"


@pytest.mark.parametrize("name", TRIED)
def test_a_notice_is_sent_and_seen_once(destination: Destination, tried: Rig) -> None:
    destination.check()
    receipts = list(destination.deliver([tried.notice("a"), tried.notice("b")]))
    assert [(receipt.key, receipt.outcome) for receipt in receipts] == [("a", "sent"), ("b", "sent")]
    assert all(receipt.remote for receipt in receipts)
    assert (tried.seen("a"), tried.seen("b")) == (1, 1)


@pytest.mark.parametrize("name", [name for name in NAMES if name in WIRED])
def test_what_the_vendor_tells_of_itself_is_kept(name: str, destination: Destination) -> None:
    assert destination.vitals.clock_skew_s is None
    destination.check()
    assert destination.vitals.clock_skew_s is not None
    assert (destination.vitals.calls_left is not None) == (name in TELL_LIMITS)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_is_small_enough_for_its_lease(destination: Destination) -> None:
    assert 1 <= destination.batch_size <= 500


@pytest.mark.parametrize("name", NAMES)
def test_receipts_come_as_soon_as_they_are_known(destination: Destination, tried: Rig) -> None:
    receipts = destination.deliver([tried.notice("a"), tried.notice("b")])
    assert next(iter(receipts)).outcome == "sent"
    assert (tried.seen("a"), tried.seen("b")) == (1, 0)
    assert [receipt.outcome for receipt in receipts] == ["sent"]


@pytest.mark.parametrize("name", KEYED)
def test_a_keyed_destination_shows_the_same_key_once(destination: Destination, tried: Rig) -> None:
    for attempt in (1, 2, 3):
        receipts = list(destination.deliver([tried.notice("again", attempt=attempt)]))
        assert [receipt.outcome for receipt in receipts] == ["sent"]
    assert tried.seen("again") == 1


@pytest.mark.parametrize("name", UNKNOWING)
def test_one_without_keys_says_so_where_a_notice_may_have_arrived(tried: Rig) -> None:
    assert "unknown" in {upset.expected for upset in tried.upsets}


@pytest.mark.parametrize("name", RESTATING)
def test_a_destination_that_sends_again_states_the_same_key_each_time(
    destination: Destination, tried: Rig
) -> None:
    assert isinstance(destination, Restating)
    assert not destination.keyed, "it cannot be both"
    for attempt in (1, 2, 3):
        list(destination.deliver([tried.notice("again", attempt=attempt)]))
    assert tried.seen("again") == 3


OWNING = tuple(name + STATE for name in NAMES if takes_states(name))


def changed(tried: Rig, key: str, **fields: object) -> bytes:
    """The body of another state of the same record."""
    body = json.loads(tried.notice(key).body)
    return json.dumps({"fields": body["fields"] | fields}).encode()


@pytest.mark.parametrize("name", OWNING)
def test_what_a_person_changed_is_left_alone_and_told_until_it_is_given_back(
    destination: Destination, tried: Rig
) -> None:
    assert isinstance(destination, Crm)
    first = tried.notice("a")
    list(destination.deliver([first]))
    before = tried.says("a")
    assert set(before) == set(destination.ownership)
    [field] = [name for name in destination.ownership if plain(name).endswith("reasons")]
    tried.edit("a", field, "Talk to them first.")
    news = changed(tried, "a", reasons="Another reason", health=3)
    again = replace(first, body=news, before=(first.body,))
    [told] = destination.deliver([again])
    assert (told.outcome, told.edits) == ("sent", (Edit(field, "Another reason", "Talk to them first."),))
    differs = {name for name, value in tried.says("a").items() if value != before[name]}
    assert len(differs) == 2, "the person's, and the other one that is news"
    assert tried.says("a")[field] == "Talk to them first."
    [told] = destination.deliver([replace(again, before=(news,), taken=frozenset({field}))])
    assert (told.outcome, told.edits, tried.says("a")[field]) == ("sent", (), "Another reason")


@pytest.mark.parametrize("name", OWNING)
def test_what_we_may_have_written_ourselves_is_no_edit(destination: Destination, tried: Rig) -> None:
    first, lost, news = (changed(tried, "a", health=health) for health in (10, 20, 30))
    notice = tried.notice("a", body=first)
    list(destination.deliver([notice]))
    list(destination.deliver([replace(notice, body=lost)]))  # its answer was never heard of
    [told] = destination.deliver([replace(notice, body=news, before=(first, lost))])
    assert told.edits == ()
    tried.edit("a", health_of(tried), "30.0")
    [told] = destination.deliver([replace(notice, body=news, before=(lost,))])
    assert told.edits == (), "it says what is wanted"
    unreadable = replace(notice, body=first, before=(b"[erased]",))
    assert [receipt.edits for receipt in destination.deliver([unreadable])] == [()]


@pytest.mark.parametrize("name", OWNING)
def test_what_a_person_changed_is_told_though_nothing_is_owed(destination: Destination, tried: Rig) -> None:
    assert isinstance(destination, Watched)
    first, other, never = tried.notice("a"), tried.notice("b"), tried.notice("c", body=b"[erased]")
    list(destination.deliver([first, other]))
    asked = (first, other, never)
    assert list(destination.edits(asked)) == [(first, ()), (other, ())]
    tried.edit("b", health_of(tried), "99")
    [ours] = [said for name, said in tried.says("a").items() if name == health_of(tried)]
    assert ours
    assert list(destination.edits(asked)) == [(first, ()), (other, (Edit(health_of(tried), ours, "99"),))]
    assert tried.says("b")[health_of(tried)] == "99", "it is looked at, and no more"
    lost = replace(other, before=(changed(tried, "b", health=99),))
    assert list(destination.edits([lost])) == [(lost, ())], "we may have written it ourselves"
    given = replace(other, taken=frozenset({health_of(tried)}))
    assert list(destination.edits([given])) == [(given, ())]


def health_of(tried: Rig) -> str:
    [field] = [name for name in tried.says("a") if plain(name).endswith("_health")]
    return field


def plain(name: str) -> str:
    """A field's name without what a vendor makes of every name."""
    return name.lower().removesuffix("__c")


@pytest.mark.parametrize(("name", "upset"), upsets())
def test_a_fault_becomes_what_happens_next_and_then_leaves_one_effect(
    name: str, upset: Upset, tried: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tried.upset(upset)
    patience = {f"SEATSIGNAL_{vendor(name).upper()}_TIMEOUT_S": "0.5"} if "hang" in upset.fault else {}
    with closing(made(name, monkeypatch, dict(tried.good), patience)) as opened:  # type: ignore[type-var]  # all have it
        end = ended(opened, [tried.notice("k")])
        assert_is(end, upset.expected, upset.reason)
        assert tried.seen("k") == upset.seen
        assert_told(end, upset, tried, caplog.text)
        if isinstance(end, IntegrationError) or end[0].outcome == "retry":
            assert_is(ended(opened, [tried.notice("k", attempt=2)]), "sent", "")
            assert tried.seen("k") == (1 + upset.seen if isinstance(opened, Restating) else 1)


@pytest.mark.parametrize("name", WIRED)
def test_every_kind_of_fault_is_tried(tried: Rig) -> None:
    assert tried.base_url
    assert {upset.fault for upset in tried.upsets} >= {
        "401", "403", "429", "429_bare", "500", "html", "truncated", "drop_answer", "refuse", "hang",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(UNWIRED))
def test_every_kind_of_fault_of_smtp_is_tried(tried: Rig) -> None:
    assert not tried.base_url
    assert {upset.fault.partition(":")[0] for upset in tried.upsets} == {"421", "451", "550", "cut", "hang"}


@pytest.mark.parametrize("fault", sorted(ALTERATIONS))
@pytest.mark.parametrize("name", TELLING)
def test_an_answer_that_says_something_else_is_told_or_tried_again(
    fault: str, destination: Destination, tried: Rig
) -> None:
    on = next(upset.more for upset in tried.upsets if upset.fault == "500").get("on", "")
    tried.sandbox.faults(tried.faulty, fault, on=on)
    [first] = list(destination.deliver([tried.notice("k")]))
    assert (first.outcome, first.reason) in {("sent", ""), ("retry", first.reason)}
    assert (first.outcome == "sent") != bool(LABEL.fullmatch(first.reason))
    assert_told([first], Upset(fault, first.outcome), tried, "")
    list(destination.deliver([tried.notice("k", attempt=2)] if first.outcome == "retry" else []))
    assert tried.seen("k") == 1


def assert_told(end: list[Receipt] | IntegrationError, upset: Upset, tried: Rig, logged: str) -> None:
    if isinstance(end, list) and "retry_after" in upset.more:
        assert end[0].after_s == upset.more["retry_after"]
    assert_no_secret(tried, f"{end!r}{end}{logged}")
    assert_no_address(tried, f"{end!r}{end}")


@pytest.mark.parametrize("name", TRIED)
def test_a_body_that_is_none_is_quarantined_and_the_others_pass(destination: Destination, tried: Rig) -> None:
    bodies = [b"", b"not json", b"[]", b'{"text": 1}']
    broken = [tried.notice(f"broken{n}", body=body) for n, body in enumerate(bodies)]
    receipts = list(destination.deliver([*broken, tried.notice("good")]))
    assert [receipt.outcome for receipt in receipts] == [*["rejected"] * 4, "sent"]
    assert {receipt.reason for receipt in receipts[:4]} == {"body_unreadable"}


@pytest.mark.parametrize("name", TRIED)
def test_a_notice_for_nobody_is_quarantined(destination: Destination, tried: Rig) -> None:
    assert [receipt.outcome for receipt in destination.deliver([tried.notice("k", owner="")])] == ["rejected"]


@pytest.mark.parametrize("name", TRIED)
def test_wrong_credentials_say_what_to_change_and_show_none(
    name: str, tried: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with closing(made(name, monkeypatch, dict(tried.good), dict(tried.bad))) as opened:  # type: ignore[type-var]  # all have it
        with pytest.raises(Misconfigured) as caught:
            opened.check()
        end = ended(opened, [tried.notice("k")])
    assert caught.value.reason == tried.bad_reason
    assert any(variable in str(caught.value) for variable in tried.bad)
    assert isinstance(end, Misconfigured)
    told = f"{caught.value!r}{caught.value}{end!r}{end}"
    assert_no_secret(tried, f"{told}{opened!r}{vars(opened)}{caplog.text}")
    assert_no_address(tried, told)


@pytest.mark.parametrize("name", NAMES)
def test_settings_that_are_missing_or_unknown_are_named(
    name: str, tried: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Misconfigured) as caught:
        registry.destination(name)
    assert caught.value.reason == "settings_invalid"
    required = [
        field
        for field, info in registry.DESTINATIONS[name].model().model_fields.items()
        if info.is_required()
    ]
    needed = [f"set SEATSIGNAL_{name.upper()}_{field.upper()}" for field in required] or tried.needed
    assert needed
    assert all(words in str(caught.value) for words in needed)
    misspelt = f"SEATSIGNAL_{name.upper()}_TOKNE"
    with pytest.raises(Misconfigured, match=misspelt):
        made(name, monkeypatch, dict(tried.good), {misspelt: tried.secret})


@pytest.mark.parametrize("name", NAMES)
def test_no_setting_shows_a_secret(name: str, tried: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    module, _, model = registry.DESTINATIONS[name].settings.partition(":")
    for variable, value in {**tried.good, **tried.bad}.items():
        monkeypatch.setenv(variable, value)
    settings = getattr(import_module(module), model)()
    assert tried.secret not in f"{settings!r}{settings}{settings.model_dump()}{settings.model_dump_json()}"


@pytest.mark.parametrize("name", TRIED)
def test_a_vendor_that_is_gone_leaves_everything_for_later(
    name: str, tried: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with closing(made(name, monkeypatch, dict(tried.good), dict(tried.gone(port)))) as opened:  # type: ignore[type-var]  # all have it
        end = ended(opened, [tried.notice(key) for key in "abc"])
    assert isinstance(end, list)
    assert [(receipt.key, receipt.outcome) for receipt in end] == [(key, "retry") for key in "abc"]
    assert {receipt.reason for receipt in end} == {"connect_failed"}


class Spent:
    def take(self, calls: int) -> float:
        return 4.0 * calls


@pytest.mark.parametrize("name", TRIED)
def test_a_spent_budget_makes_everything_wait(name: str, tried: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in tried.good.items():
        monkeypatch.setenv(variable, value)
    with closing(registry.destination(vendor(name), budgets=lambda *_: Spent())) as opened:  # type: ignore[type-var]  # all have it
        receipts = list(opened.deliver([tried.notice("a"), tried.notice("b")]))
    assert [(r.outcome, r.reason, r.after_s) for r in receipts] == [("retry", "budget", 4.0)] * 2
    assert tried.seen("a") == 0


METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


def answered(tried: Rig) -> re.Pattern[str]:
    """The calls of a vendor at which statuses are tried: all but the one that lets us in, if there is one."""
    entry = f"(?!{re.escape(tried.entry)})" if tried.entry else ""
    return re.compile(f"{re.escape(tried.base_url)}/{entry}.*")


STATUSES: dict[int, Expected] = {
    301: Misconfigured,
    400: "rejected",
    401: Misconfigured,
    403: Misconfigured,
    404: "rejected",
    408: "retry",
    409: "rejected",
    422: "rejected",
    425: "retry",
    429: "retry",
    500: "retry",
    502: "retry",
    503: "retry",
    504: "retry",
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", WIRED)
def test_status_codes_of_vendors_that_speak_http(status: int, destination: Destination, tried: Rig) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in METHODS:
            mock.add(method, answered(tried), status=status, body=tried.secret)
        mock.add_passthru(f"{tried.base_url}/")
        end = ended(destination, [tried.notice("k")])
        assert mock.calls
    expected = "unknown" if status in tried.unclear else STATUSES[status]
    assert isinstance(end, IntegrationError) == isinstance(expected, type)
    reason = end.reason if isinstance(end, IntegrationError) else end[0].reason
    assert LABEL.fullmatch(reason)
    assert_is(end, expected, reason)
    assert_no_secret(tried, f"{end!r}{end}")


@pytest.mark.parametrize("skew_s", [-7_200, -600, 600, 7_200])
@pytest.mark.parametrize("name", WIRED)
def test_a_date_to_come_back_at_is_measured_from_the_vendors_own(
    skew_s: int, destination: Destination, tried: Rig
) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in METHODS:
            mock.add(method, answered(tried), status=429, headers=put_off(skew_s, 45))
        mock.add_passthru(f"{tried.base_url}/")
        end = ended(destination, [tried.notice("k")])
    assert_is(end, "retry", "rate_limited")
    assert isinstance(end, list)
    assert end[0].after_s == 45.0


def assert_no_secret(tried: Rig, told: str) -> None:
    good = (value for name, value in tried.good.items() if re.search("TOKEN|PASSWORD", name))
    assert not [secret for secret in (tried.secret, *good) if secret in told]


def assert_no_address(tried: Rig, told: str) -> None:
    """Neither the vendor's nor a person's; a Message-ID is no address."""
    without_ids = re.sub(r"<[0-9a-f]{40}@[^>]*>", "", told)
    whose = () if tried.names_owner else (tried.owner,)
    assert not [address for address in ("127.0.0.1", "localhost", *whose) if address in without_ids]
