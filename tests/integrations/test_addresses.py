"""Where a client may connect to: the bar of hostile addresses at its full size, and single addresses."""

import socket
from ipaddress import ip_address, ip_network

import pytest

from integrations.addresses import Permitted, is_public
from integrations.errors import Misconfigured
from tests.chaos.security import addresses


def test_no_hostile_address_is_connected_to_and_without_the_look_they_are() -> None:
    verdict = addresses.bar()
    assert verdict.ok, verdict.words()
    assert verdict.sent >= addresses.LEAST


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("100.63.255.255", True),
        ("100.64.0.0", False),
        ("100.127.255.255", False),
        ("100.128.0.0", True),
        ("172.15.255.255", True),
        ("172.32.0.0", True),
        ("223.255.255.255", True),
        ("168.63.129.15", True),
        ("2606:4700::1111", True),
        ("64:ff9b::808:808", True),
        ("64:ff9b::a00:1", False),
        ("::ffff:8.8.8.8", True),
        ("::8.8.8.8", False),
        ("2606:4700::5efe:8.8.8.8", True),
        ("4000::1", False),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


@pytest.mark.parametrize(
    ("permitted", "address", "admitted"),
    [
        (Permitted(ours=(ip_network("10.20.0.0/16"),)), "10.20.3.4", True),
        (Permitted(ours=(ip_network("10.20.0.0/16"),)), "::ffff:10.20.3.4", True),
        (Permitted(ours=(ip_network("10.20.0.0/16"),)), "10.21.3.4", False),
        (Permitted(ours=(ip_network("10.20.0.0/16"),)), "8.8.8.8", True),
        (Permitted(loopback=True), "127.0.0.1", True),
        (Permitted(loopback=True), "::1", True),
        (Permitted(loopback=True), "8.8.8.8", False),
        (Permitted(), "127.0.0.1", False),
    ],
)
def test_own_networks_and_this_machine_are_admitted_where_they_are_named(
    permitted: Permitted, address: str, admitted: bool
) -> None:
    assert permitted.admits(ip_address(address)) is admitted


def test_a_name_with_one_hidden_address_among_others_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (to, 443)) for to in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Misconfigured, match="SEATSIGNAL_OWN_NETWORKS") as caught:
        Permitted().found("vendor.example", 443)
    assert "vendor.example" not in str(caught.value)
    assert "10.0.0.1" not in str(caught.value)
