"""A little platform with accounts, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from roomtone.bot.sign_ins import SignIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

YEAR_S = 365 * 24 * 3600
SIGN_IN_PAGE = """<!doctype html><title>Sign in</title><script>
  // What a person does: the company's own sign-in, which is on another host, and back.
  setTimeout(() => location = "http://localhost:" + location.port + "/company", 300);
</script>"""
COMPANY_PAGE = """<!doctype html><title>Company</title><script>
  setTimeout(() => location = "http://127.0.0.1:" + location.port + "/signed-in", 300);
</script>"""
SIGNED_IN_PAGE = (
    """<!doctype html><title>Hello</title><script>localStorage.setItem("theme", "dark");</script>"""
)


@dataclass
class LittlePlatform:
    """Answers every path, and remembers the cookies it was sent with each.

    Attributes:
        port: Of 127.0.0.1 and of ``localhost``, the "company".
        cookies: Path and Cookie header of every request.
        pages: Path: page and cookies to set.
    """

    port: int = 0
    cookies: list[tuple[str, str]] = field(default_factory=list)
    pages: dict[str, tuple[str, list[str]]] = field(
        default_factory=lambda: {
            "/signin": (SIGN_IN_PAGE, ["visitor=1"]),
            "/company": (COMPANY_PAGE, [f"company=secret; Max-Age={YEAR_S}"]),
            "/signed-in": (
                SIGNED_IN_PAGE,
                [f"account=ada; Max-Age={YEAR_S}; HttpOnly", "session=s-1; SameSite=Strict"],
            ),
            "/half": ("<!doctype html>", ["account=half"]),
            "/nobody": ("<!doctype html>", []),
            "/signed-out": ("<!doctype html>", ["session=; Max-Age=0"]),
        }
    )

    def place(self, path: str = "/signin") -> SignIn:
        """How one signs in here."""
        return SignIn(f"http://127.0.0.1:{self.port}{path}", ("127.0.0.1",), ("account", "session"))

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and close."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = head.split(" ", 2)[1]
            lines = [line.partition(": ") for line in head.splitlines()[1:]]
            self.cookies.append(
                (path, next((value for name, _, value in lines if name.lower() == "cookie"), ""))
            )
            page, cookies = self.pages.get(path, ("<!doctype html>", []))
            answer = ["HTTP/1.1 200 OK", "Content-Type: text/html", f"Content-Length: {len(page)}"]
            answer += ["Connection: close", *(f"Set-Cookie: {cookie}" for cookie in cookies)]
            writer.write(("\r\n".join(answer) + "\r\n\r\n" + page).encode())
            await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture
async def platform() -> AsyncIterator[LittlePlatform]:
    """A platform on a free port."""
    served = LittlePlatform()
    server = await asyncio.start_server(served.answer, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    async with server:
        yield served
