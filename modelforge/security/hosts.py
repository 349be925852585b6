"""Which names this server answers to. A page that rebinds its own name to this machine sends that name: refused."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable

from modelforge.exceptions import ConfigurationError, RequestRefusedError

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
ANY_ADDRESS = frozenset({"0.0.0.0", "::"})
HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9._-]*[a-z0-9])?)(:(?P<port>[0-9]{1,5}))?", re.IGNORECASE)


class AllowedHosts:
    """The names in force. Ports are not compared: a tunnel or a container changes them, and no attack needs them."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(_bracketed(name.lower()) for name in names)

    @classmethod
    def for_bind(cls, host: str, further: Iterable[str]) -> AllowedHosts:
        """The loopback names, `further` ones, and those by which the bound address is reached."""
        own: set[str] = {*LOOPBACK_NAMES, *further}
        if host in ANY_ADDRESS:
            own |= {socket.gethostname(), *_interface_addresses()}
        else:
            own.add(host)
        return cls(own)

    def check(self, header: str | None) -> None:
        """Raises RequestRefusedError unless the `Host` header names this server."""
        match = HOST.fullmatch(header or "")
        if match is None or match["name"].lower() not in self.names:
            raise RequestRefusedError(
                f"This server does not answer to the host {(header or '')[:100]!r}.",
                hint="Open it as localhost, or add the name to MODELFORGE_ALLOWED_HOSTS.",
                code="host-refused",
                params={"host": (header or "")[:100]},
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that is bound to `host`."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_open_bind(host: str, *, authenticated: bool) -> None:
    """Raises ConfigurationError when strangers could reach a server that nobody chose a token or an account for."""
    if not is_loopback(host) and not authenticated:
        raise ConfigurationError(
            f"Binding {host} would open this server to the network, and no authentication was set up.",
            hint="Set MODELFORGE_TOKEN, or add an account with `modelforge user add NAME`; or bind 127.0.0.1.",
        )


def _interface_addresses() -> set[str]:
    import psutil

    families = (socket.AF_INET, socket.AF_INET6)
    return {
        address.address.partition("%")[0]
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family in families
    }


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name and not name.startswith("[") else name
