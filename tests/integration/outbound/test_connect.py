import asyncio
import socket

import pytest

from roomtone.outbound.connect import connect_guarded
from roomtone.outbound.errors import AddressRefused, HostNotFound
from roomtone.outbound.policy import AddressPolicy

LOOPBACK = AddressPolicy.of(allow_private=False, networks=["127.0.0.0/8", "::1/128"])

REFUSED_HOSTS = [
    "localhost", "127.0.0.1", "::1", "169.254.169.254", "0x7f000001", "2130706433", "0177.0.0.1", "127.1",
    "::ffff:127.0.0.1", "0",
]  # fmt: skip


@pytest.mark.parametrize("host", REFUSED_HOSTS)
async def test_refused_before_a_byte_is_sent(host):
    """Every spelling of an address that is not public, and a name that leads to one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        with pytest.raises(AddressRefused, match="ROOMTONE_ALLOWED_NETWORKS") as refused:
            await connect_guarded(host, server.getsockname()[1], AddressPolicy(), 5.0)
        assert refused.value.address not in str(refused.value).replace(host, "")
        with pytest.raises(BlockingIOError):
            server.accept()


async def test_allowed_network_is_connected_to():
    """A name is resolved, and the connection goes to the address that was checked."""
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        connection = await connect_guarded("localhost", port, LOOPBACK, 5.0)
        assert connection.getpeername() == ("127.0.0.1", port)
        connection.close()


async def test_unknown_name_says_so():
    """``.invalid`` has no address, and an empty label is no name."""
    for host in ("nobody.invalid", "a..b", "x" * 300):
        with pytest.raises(HostNotFound, match="cannot be resolved"):
            await connect_guarded(host, 80, LOOPBACK, 10.0)


async def test_nobody_listens():
    """A port without a server is the system's error."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match=r"."):
            await connect_guarded("127.0.0.1", reserved.getsockname()[1], LOOPBACK, 5.0)


async def test_time_is_over():
    """A server whose queue is full never completes the connection; the deadline does."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        try:
            with pytest.raises(TimeoutError):
                await connect_guarded("127.0.0.1", full.getsockname()[1], LOOPBACK, 0.3)
        finally:
            for filler in fillers:
                filler.close()
