"""The documentation names everything that a user can set, ask for or be told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from roomtone.bot.end_reasons import ENDINGS, EndReason
from roomtone.bot.lifecycle import Status
from roomtone.cli import app
from roomtone.config import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")]


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_documented(field: str):
    """The page on operating names each environment variable."""
    assert f"`ROOMTONE_{field.upper()}`" in (DOCS / "operations.md").read_text()


def test_no_page_names_a_setting_that_is_not_there():
    """A renamed or removed setting is removed from the pages, too."""
    known = {f"ROOMTONE_{field.upper()}" for field in Settings.model_fields}
    named = {name for page in PAGES for name in re.findall(r"ROOMTONE_[A-Z_]*[A-Z]", page.read_text())}
    assert named <= known


@pytest.mark.parametrize("reason", EndReason)
def test_every_end_reason_is_documented_with_its_kind(reason: EndReason):
    """The pages on webhooks and on the API have the reason in the row of its bot_event and status."""
    ending = ENDINGS[reason]
    row = f"| `{ending.bot_event}` | {ending.bot_status} | {ending.status_code} |"
    rows = [line for line in (DOCS / "protocols" / "webhooks.md").read_text().splitlines() if row in line]
    assert any(f"`{reason.value}`" in line for line in rows)
    page = (DOCS / "api.md").read_text().splitlines()
    rows = [
        line
        for line in page
        if line.startswith(f"| `{ending.bot_status}`") and f"| `{ending.bot_event}` |" in line
    ]
    assert any(f"`{reason.value}`" in line for line in rows), (
        "the page on the API has it in the row of its status"
    )


def test_every_webhook_is_documented():
    """Each event that a golden file shows stands in the page's table of events."""
    page = (DOCS / "protocols" / "webhooks.md").read_text()
    golden = ROOT / "tests" / "unit" / "bot" / "golden" / "webhooks"
    events = {re.search(r'"event": "([^"]+)"', file.read_text()) for file in golden.glob("*.json")}
    assert all(found is not None and f"| `{found.group(1)}` |" in page for found in events)


@pytest.mark.parametrize("status", Status)
def test_every_status_is_documented(status: Status):
    """The page on the API names each status that a bot can show."""
    if status is not Status.ERROR:  # an event's status alone, never a bot's
        assert f"`{status.value}`" in (DOCS / "api.md").read_text()


def test_every_command_is_documented():
    """Each command of the installed program stands somewhere in the pages."""
    text = "\n".join(page.read_text() for page in PAGES)
    commands = {name for name in app if not name.startswith("-")}
    assert {name for name in commands if not re.search(rf"(roomtone|run|\./dev) {name}\b", text)} == set()


def test_links_between_pages_lead_somewhere():
    """Every relative link of a page is a file or folder of the repository."""
    broken = [
        (page.name, link)
        for page in PAGES
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_pages_name_files_that_are_there():
    """A module, test or folder of ours that a page names in code exists."""
    pattern = re.compile(r"`((?:src|tests|docs)/[\w./-]+)`")
    named = {(page.name, path) for page in PAGES for path in pattern.findall(page.read_text())}
    assert sorted(entry for entry in named if not (ROOT / entry[1]).exists()) == []
