"""Which addresses may be called: public ones, this machine if its name is set, networks of ours if named.

What a name leads to is asked once for each connection, every answer is looked at, and the connection goes
to what was looked at: asked twice, a name may lead elsewhere. Special addresses are those of IANA's two
registries, and those by which clouds serve secrets to their machines.
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from integrations.errors import Misconfigured

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""The names by which a base address may mean this machine, to rehearse."""
_UNICAST = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")
_SPECIAL: tuple[Network, ...] = tuple(
    ip_network(written)
    for written in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's machines get their secrets here
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # groups, what is reserved, and everybody
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",  # 6to4 has an IPv4 address within, and is given up (RFC 7526)
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_EMBEDDED = (b"\0\0\x5e\xfe", b"\x02\0\x5e\xfe")
"""ISATAP: the middle of an IPv6 address whose last four bytes are an IPv4 address."""


@dataclass(frozen=True, slots=True)
class Permitted:
    """Where one client may connect to: ``loopback`` alone, or what is public and in networks ``ours``."""

    loopback: bool = False
    ours: Sequence[Network] = ()

    def admits(self, address: Address) -> bool:
        """Tell whether a connection may go there."""
        address = _plain(address)
        if self.loopback:
            return address.is_loopback
        return is_public(address) or any(address in network for network in self.ours)

    def found(self, name: str, port: int) -> list[str]:
        """Return the addresses of a name, each of which may be called.

        Raises `Misconfigured` where one may not, and what `socket.getaddrinfo` raises.
        """
        found = socket.getaddrinfo(name.strip("[]"), port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(to[0]) for *_, to in found))
        if not all(self.admits(ip_address(address)) for address in addresses):
            raise Misconfigured(
                "address_not_public",
                "its base address leads to a network that is not public; "
                "if that is meant, name the network in SEATSIGNAL_OWN_NETWORKS",
            )
        return addresses


def is_public(address: Address) -> bool:
    """Tell whether an address is anybody's to call: neither special, nor one with a special one within."""
    address = _plain(address)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL)
    if address in _TRANSLATED:
        return is_public(IPv4Address(address.packed[12:]))
    if address.packed[8:12] in _EMBEDDED and not is_public(IPv4Address(address.packed[12:])):
        return False
    return address in _UNICAST and not any(address in network for network in _SPECIAL)


def _plain(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for to the system, or the address."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
