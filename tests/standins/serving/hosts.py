"""How a browser finds a stand-in: the platform's host names lead to a port of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOPBACK = "127.0.0.1"


def chromium_args(hosts: Sequence[str], port: int, key_pin: str) -> list[str]:
    """Flags by which Chromium takes a stand-in for the platform.

    Args:
        hosts: The platform's names, wildcards too; all of them lead to the port.
        port: Where the stand-in listens, on loopback.
        key_pin: Of its certificate.
    """
    rules = ",".join(f"MAP {host} {LOOPBACK}:{port}" for host in hosts)
    return [
        f"--host-resolver-rules={rules}",
        f"--ignore-certificate-errors-spki-list={key_pin}",
    ]
