"""The reference page in a real browser: what it offers to try, works."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Page, async_playwright

from roomtone.session.browser.chromium import find_browser

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from fastapi import FastAPI

pytestmark = pytest.mark.browser


@pytest.fixture
async def page(
    app: FastAPI, serving: Callable[[FastAPI], AbstractAsyncContextManager[int]]
) -> AsyncIterator[Page]:
    """The reference page, opened."""
    async with serving(app) as port, async_playwright() as playwright:
        chromium = find_browser(None, playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page()
        await page.goto(f"http://127.0.0.1:{port}/docs")
        yield page
        await browser.close()


async def _try(page: Page, path: str, fields: dict[str, str]) -> tuple[str, str]:
    """Fill and send the first form of a path; the line and the content of its answer."""
    section = page.locator(f'section:has(form[data-path="{path}"])').first
    await section.locator("summary", has_text="Try it").click()
    for name, value in fields.items():
        await section.locator(f"input[name={name}]").fill(value)
    await section.get_by_role("button", name="Send").click()
    line = section.locator(".answer p", has_text="answered")
    await line.wait_for(timeout=10_000)
    return str(await line.text_content()), str(await section.locator(".answer pre").text_content())


async def test_a_bot_is_made_and_found_from_the_page(page: Page, api_key: str):
    """With a key, the first example makes a bot, and the list has it; query fields are sent."""
    await page.locator("#key").fill(api_key)
    line, content = await _try(page, "/api/v1/bots/create_bot", {})
    assert "POST /api/v1/bots/create_bot answered 201" in line
    made = json.loads(content)["bot_id"]
    line, content = await _try(page, "/api/v1/bots", {"limit": "1"})
    assert "GET /api/v1/bots?limit=1 answered 200" in line
    assert [bot["bot_id"] for bot in json.loads(content)["bots"]] == [made]


async def test_without_a_key_the_refusal_is_shown(page: Page):
    """The answer's status and message stand in the page, and a path's field cannot lead out of its place."""
    line, content = await _try(page, "/api/v1/bots/{bot_id}/status", {"bot_id": "a/../../b"})
    assert "/api/v1/bots/a%2F..%2F..%2Fb/status answered 40" in line
    assert json.loads(content)["message"]
