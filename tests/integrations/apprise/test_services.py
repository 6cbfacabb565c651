"""Each service through Apprise's own plugin: one call of ours, to its server, with the words as they are."""

import ast
import html
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import getsource
from urllib.parse import unquote_plus, urlsplit

import pytest
import responses
from pydantic import SecretStr

from integrations.apprise.client import AppriseClient
from integrations.apprise.services import SERVICES
from integrations.budget import Unlimited
from integrations.errors import IntegrationError, Misconfigured, RetryLater

TAKEN = {"ok": True, "code": 0, "errcode": 0, "success": True, "result": {}}
WORDS = "Acme & <b>Sons</b> key_k"

CHANNELS: dict[str, tuple[str, str]] = {
    "dingtalk": (f"dingtalk://{'a' * 64}", "oapi.dingtalk.com"),
    "discord": ("discord://123456789012345678/canary-abcdefghijklm", "discord.com"),
    "feishu": ("feishu://canary-abc-token-1234567890", "open.feishu.cn"),
    "flock": (f"flock://{'a' * 24}", "api.flock.com"),
    "gchat": ("gchat://workspace/canary-key/canary-token", "chat.googleapis.com"),
    "lark": ("lark://canary-abcdef-12345", "open.larksuite.com"),
    "mmosts": ("mmosts://chat.example/canary-hook", "chat.example"),
    "mmost": ("mmost://localhost:8065/canary-hook", "localhost"),
    "nctalks": ("nctalks://bot:canary@cloud.example/room1", "cloud.example"),
    "nctalk": ("nctalk://bot:canary@localhost/room1", "localhost"),
    "rockets": (f"rockets://{'a' * 24}/{'b' * 24}@chat.example/#success", "chat.example"),
    "rocket": (f"rocket://{'a' * 24}/{'b' * 24}@localhost/#success", "localhost"),
    "ryver": ("ryver://acme/canary123456789", "acme.ryver.com"),
    "synologys": ("synologys://nas.example/canarytoken", "nas.example"),
    "synology": ("synology://localhost/canarytoken", "localhost"),
    "tgram": ("tgram://123456789:canary_defghijklmnopqrstuvwxyz12345/12315544/", "api.telegram.org"),
    "webex": (f"webex://{'a' * 80}", "api.ciscospark.com"),
    "wecombot": ("wecombot://canary1234567890", "qyapi.weixin.qq.com"),
    "zulip": (f"zulip://seatsignal@acme/{'a' * 32}/success", "acme.zulipchat.com"),
}


def client(url: str) -> AppriseClient:
    return AppriseClient("success", SecretStr(url), 5.0, Unlimited())


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def test_every_service_is_tried() -> None:
    assert CHANNELS.keys() == SERVICES.keys()


@pytest.mark.parametrize("schema", CHANNELS)
def test_a_text_is_one_call_to_the_service_s_own_server(schema: str, wire: responses.RequestsMock) -> None:
    url, host = CHANNELS[schema]
    scheme = "http" if host == "localhost" else "https"
    wire.add(responses.POST, re.compile(rf"{scheme}://{host}[:/].*"), json=TAKEN)
    client(url).post(WORDS)
    (call,) = wire.calls
    body = call.request.body or b""
    told = unquote_plus(body if isinstance(body, str) else body.decode()).replace("\\u0026", "&")
    assert html.unescape(told).count(WORDS) == 1
    assert "github" not in told, "no picture is loaded from elsewhere"
    assert call.request.req_kwargs["verify"] is True


@pytest.mark.parametrize("schema", CHANNELS)
def test_a_plugin_has_no_other_way_out_than_ours(schema: str) -> None:
    """A newer Apprise that calls otherwise, or reads a file, is to be looked at first."""
    module = import_module(f"apprise.plugins.{SERVICES[schema].plugin.partition(':')[0]}")
    tree = ast.parse(getsource(module))
    names = {node for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used = {node.attr for node in names if isinstance(node.value, ast.Name) and node.value.id == "requests"}
    assert used <= {"RequestException", "codes", "get", "post"}
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not imported & {"asyncio", "ftplib", "http", "smtplib", "socket", "ssl", "subprocess", "urllib"}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mmosts://10.1.2.3/canary-hook", "address_not_public"),
        ("mmosts://169.254.169.254/canary-hook", "address_not_public"),
        ("mmosts://[::ffff:10.0.0.1]/canary-hook", "address_not_public"),
        ("mmost://10.1.2.3/canary-hook", "base_url"),
        ("mmost://chat.example/canary-hook", "base_url"),
        ("json://127.0.0.1/canary", "address_invalid"),
        ("syslog://canary", "address_invalid"),
        ("mailto://canary:canary@mail.example", "address_invalid"),
        ("https://hooks.example/canary", "address_invalid"),
        ("discord://canary", "address_invalid"),
        ("mmosts://canary", "address_invalid"),
        ("canary", "address_invalid"),
        ("", "address_invalid"),
    ],
)
def test_where_nothing_may_be_sent_nothing_is(url: str, reason: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        client(url).post(WORDS)
    assert caught.value.reason == reason
    assert "canary" not in f"{caught.value!r}{caught.value}"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"status": 302, "headers": {"Location": "https://elsewhere.example/"}}, Misconfigured),
        ({"status": 200, "body": "\n<!DOCTYPE html><p>Sign in"}, RetryLater),
        ({"status": 200, "body": "<HTML>"}, RetryLater),
    ],
)
def test_an_answer_of_something_else_is_no_success(
    answer, expected: type[IntegrationError], wire: responses.RequestsMock
) -> None:
    wire.add(responses.POST, "https://chat.example/hooks/canary-hook", **answer)
    with pytest.raises(expected):
        client("mmosts://chat.example/canary-hook").post(WORDS)
    assert len(wire.calls) == 1


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}),
        ("wecombot", {"errcode": 93000, "errmsg": "invalid webhook url"}),
        ("tgram", {"ok": False, "error_code": 400}),
        ("synologys", {"success": False, "error": {"code": 404}}),
        ("rockets", {"success": False}),
    ],
)
def test_a_service_that_says_no_in_its_answer_has_not_taken_it(
    schema: str, answer: object, wire: responses.RequestsMock
) -> None:
    wire.add(responses.POST, re.compile("https://.*"), json=answer)
    with pytest.raises(RetryLater) as caught:
        client(CHANNELS[schema][0]).post(WORDS)
    assert caught.value.reason == "refused"


def test_to_ask_whether_it_answers_posts_nothing(wire: responses.RequestsMock) -> None:
    wire.add(responses.GET, "https://chat.example/", status=404)
    client("mmosts://chat.example/canary-hook").reach()
    assert [(call.request.method, urlsplit(call.request.url).path) for call in wire.calls] == [("GET", "/")]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(Misconfigured, match=r"pip install 'seatsignal\[channels\]'"):
        client("mmosts://chat.example/canary-hook")
