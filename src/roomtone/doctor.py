"""``roomtone doctor``: what this machine lacks to record meetings, and how to get it."""

from __future__ import annotations

import asyncio
import json as json_text
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from roomtone.bot.errors import RoomtoneError
from roomtone.child_process import kill_group
from roomtone.config import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COMMAND_S = 30.0
"""Longest wait for any program that is tried."""
GOOD_FREE_MB = 2048
"""An hour of video takes about 700 MB; with less than this free there is a word about it."""
GOOD_SHM_MB = 64
INSTALL = "apt-get install -y --no-install-recommends"
SHARED_MEMORY = "/dev/shm"  # noqa: S108  looked at only
LIBRARIES = {"libatomic.so.1": "libatomic1"}
"""Debian's packages of libraries that a small system lacks."""
PAGE = "data:text/html,<title>roomtone</title>"


class Verdict(StrEnum):
    """What a check found."""

    GOOD = "good"
    ADVICE = "advice"  # works, but look at it
    MISSING = "missing"  # needed


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's answer.

    Attributes:
        check: What was looked at.
        verdict: What was found.
        found: What there is.
        remedy: What to do; empty when nothing.
    """

    check: str
    verdict: Verdict
    found: str
    remedy: str = ""


def doctor(*, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Say what this machine lacks to record meetings, and how to get it.

    The exit code is 1 when something needed is missing.

    Parameters
    ----------
    json:
        Print a JSON list instead.
    """
    findings = examine()
    if json:
        print(json_text.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            sign = {Verdict.GOOD: "ok  ", Verdict.ADVICE: "note", Verdict.MISSING: "MISS"}[finding.verdict]
            print(f"{sign}  {finding.check:18} {finding.found}")
            if finding.remedy:
                print(f"{'':24} {finding.remedy}")
    missing = [finding.check for finding in findings if finding.verdict is Verdict.MISSING]
    if not json:
        print(f"\nMissing: {', '.join(missing)}" if missing else "\nReady to record.")
    sys.exit(1 if missing else 0)


def examine() -> list[Finding]:
    """Every check, in order; a setting that cannot be read is a finding, and the others are used."""
    findings = [check_python(sys.version_info[:2])]
    settings, problem = readable_settings()
    if problem is None:
        findings.append(Finding("settings", Verdict.GOOD, "can be read"))
    else:
        remedy = "Correct the variable in the environment; what follows is checked without it."
        findings.append(Finding("settings", Verdict.MISSING, problem, remedy))
    return findings + [check(settings) for check in CHECKS]


def readable_settings() -> tuple[Settings, str | None]:
    """The settings without those that cannot be read, and what is wrong with these; None when nothing is."""
    removed: dict[str, str] = {}
    problems: list[str] = []
    try:
        while True:
            try:
                return load_settings(), "; ".join(problems) or None
            except RoomtoneError as problem:
                problems.append(str(problem))
                named = re.findall(r"ROOMTONE_[A-Z_]*[A-Z]", str(problem))
                named += [f"ROOMTONE_{field.upper()}" for field in re.findall(r'"(\w+)"', str(problem))]
                at_fault = {name for name in named if name in os.environ}
                if not at_fault:
                    return Settings.model_construct(), "; ".join(problems)
                removed |= {name: os.environ.pop(name) for name in at_fault}
    finally:
        os.environ.update(removed)


def check_python(version: Sequence[int]) -> Finding:
    """Python 3.11 or newer."""
    text = ".".join(str(part) for part in version)
    if tuple(version) >= (3, 11):
        return Finding("python", Verdict.GOOD, text)
    return Finding("python", Verdict.MISSING, text, "Install Python 3.11 or newer.")


def check_browser(settings: Settings) -> Finding:
    """A Chromium that is there, says its version and can draw a page without a display."""
    from roomtone.session.browser.chromium import find_browser
    from roomtone.session.browser.errors import BrowserMissing

    playwright_own = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"))
    try:
        browser = find_browser(settings.chromium, str(playwright_own[-1]) if playwright_own else "")
    except BrowserMissing as problem:
        remedy = f"{INSTALL} chromium, or set ROOMTONE_CHROMIUM to the browser's path."
        return Finding("browser", Verdict.MISSING, str(problem), remedy)
    version = output_of([str(browser), "--version"]) or "a browser that does not say its version"
    name = f"{version.splitlines()[-1].strip()} ({browser})"
    if os.geteuid() != 0 and draws_a_page(browser):
        return Finding("browser", Verdict.GOOD, name)
    if draws_a_page(browser, "--no-sandbox"):
        remedy = (
            "Root cannot have it: run a server as a user of its own."
            if os.geteuid() == 0
            else "Bots work; to have it, allow user namespaces (in Docker: Chromium's seccomp profile)."
        )
        return Finding("browser", Verdict.ADVICE, f"{name}, without its sandbox", remedy)
    remedy = f"See what `{browser} --headless=new --dump-dom about:blank` says; libraries may be missing."
    return Finding("browser", Verdict.MISSING, f"{name} does not start", remedy)


def draws_a_page(browser: Path, *more_flags: str) -> bool:
    """Whether a browser starts without a display and loads a page."""
    with tempfile.TemporaryDirectory(prefix="roomtone-doctor-", ignore_cleanup_errors=True) as profile:
        flags = ["--headless=new", "--no-first-run", "--disable-dev-shm-usage", f"--user-data-dir={profile}"]
        page = output_of([str(browser), *flags, *more_flags, "--dump-dom", PAGE])
    return page is not None and "roomtone" in page


def check_driver(_settings: Settings) -> Finding:
    """The program through which Playwright drives the browser can run here."""
    from playwright._impl._driver import compute_driver_executable

    driver = compute_driver_executable()[0]
    answer, complaint = attempt([driver, "--version"])
    if answer is not None:
        return Finding("browser driver", Verdict.GOOD, f"Node.js {answer.strip()}")
    return Finding(
        "browser driver", Verdict.MISSING, f"does not run: {complaint}"[:300], driver_remedy(complaint)
    )


def driver_remedy(complaint: str) -> str:
    """What to do when the driver does not run, from the last line it wrote."""
    lacking = re.search(r"(lib\S+\.so\S*): cannot open", complaint)
    if lacking is None:
        return "Install the Python packages again (`./dev setup`)."
    return f"{INSTALL} {LIBRARIES.get(lacking[1], 'the package that has ' + lacking[1])}"


def check_ffmpeg(_settings: Settings) -> Finding:
    """FFmpeg with what the screen recorder needs."""
    if shutil.which("ffmpeg") is None:
        return Finding("ffmpeg", Verdict.MISSING, "not found", f"{INSTALL} ffmpeg")
    version = (output_of(["ffmpeg", "-version"]) or "").split(" Copyright")[0]
    lacks = [
        what
        for what, listing in (("x11grab", "-devices"), ("libx264", "-encoders"))
        if what not in (output_of(["ffmpeg", "-hide_banner", listing]) or "")
    ]
    if lacks:
        remedy = "Install Debian's ffmpeg: this build lacks " + " and ".join(lacks) + "."
        return Finding("ffmpeg", Verdict.MISSING, version, remedy)
    return Finding("ffmpeg", Verdict.GOOD, f"{version} with x11grab and libx264")


def check_xvfb(_settings: Settings) -> Finding:
    """Xvfb, on which pages without usable tracks are shown and recorded."""
    found = shutil.which("Xvfb")
    if found is None:
        return Finding("Xvfb", Verdict.MISSING, "not found", f"{INSTALL} xvfb")
    return Finding("Xvfb", Verdict.GOOD, found)


def check_fonts(_settings: Settings) -> Finding:
    """Fonts for name plates and pages."""
    listing = output_of(["fc-list", ":", "family"]) or ""
    families = {line.strip() for line in listing.splitlines() if line.strip()}
    if not families:
        return Finding("fonts", Verdict.ADVICE, "none found", f"{INSTALL} fontconfig fonts-dejavu-core")
    if not any("emoji" in family.lower() for family in families):
        remedy = f"For emoji in names: {INSTALL} fonts-noto-color-emoji"
        return Finding("fonts", Verdict.ADVICE, f"{len(families)} families, none with emoji", remedy)
    return Finding("fonts", Verdict.GOOD, f"{len(families)} families")


def check_data_folder(settings: Settings) -> Finding:
    """The data folder can be written to, and has room."""
    folder = settings.data_dir.absolute()
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=existing) as trial:
            trial.write(b"roomtone")
    except OSError as problem:
        remedy = "Give this user the right to write there, or set ROOMTONE_DATA_DIR to another folder."
        return Finding("data folder", Verdict.MISSING, f"{existing}: {problem.strerror}", remedy)
    free_mb = shutil.disk_usage(existing).free // 1_000_000
    found = f"{folder}, {free_mb / 1000:.1f} GB free"
    if free_mb < settings.min_free_disk_mb:
        remedy = f"Free some space: recordings end below {settings.min_free_disk_mb} MB."
        return Finding("data folder", Verdict.MISSING, found, remedy)
    if free_mb < GOOD_FREE_MB:
        return Finding("data folder", Verdict.ADVICE, found, "An hour of video takes about 700 MB.")
    return Finding("data folder", Verdict.GOOD, found)


def check_storage(settings: Settings) -> Finding:
    """The bucket for finished files takes, gives, lists and deletes an object."""
    from roomtone.service.storage.s3 import BucketStorage
    from roomtone.service.storage.server_bucket import bucket_of, try_bucket

    if settings.storage_url is None:
        return Finding("storage", Verdict.GOOD, "the data folder")

    async def attempt_it(url: str) -> None:
        storage = BucketStorage(bucket_of(settings, url), retry_s=5.0)
        try:
            await asyncio.wait_for(try_bucket(storage, "roomtone-doctor"), COMMAND_S)
        finally:
            storage.close()

    try:
        asyncio.run(attempt_it(settings.storage_url))
    except TimeoutError:
        problem = f"{settings.storage_url} did not answer within {COMMAND_S:.0f} s"
    except RoomtoneError as refusal:
        problem = str(refusal)
    else:
        found = f"{settings.storage_url} takes, gives, lists and deletes objects"
        return Finding("storage", Verdict.GOOD, found)
    return Finding("storage", Verdict.MISSING, problem, "Look at the ROOMTONE_STORAGE_ settings.")


def check_port(settings: Settings) -> Finding:
    """The API's port is free, or has a Roomtone server on it already."""
    place = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((settings.host, settings.port))
    except OSError as problem:
        if answers_as_roomtone(settings):
            return Finding("port", Verdict.GOOD, f"{place}, a Roomtone server is running there")
        remedy = "Set ROOMTONE_PORT (or ROOMTONE_HOST), or end what uses it."
        return Finding("port", Verdict.MISSING, f"{place}: {problem.strerror}", remedy)
    return Finding("port", Verdict.GOOD, f"{place} is free")


def answers_as_roomtone(settings: Settings) -> bool:
    """Whether a Roomtone server answers at the API's address."""
    import httpx2

    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104  not bound here
    try:
        answer = httpx2.get(f"http://{host}:{settings.port}/healthz", timeout=5.0, trust_env=False)
        return answer.status_code in {200, 503} and bool({"status", "message"} & set(answer.json()))
    except (httpx2.HTTPError, ValueError, TypeError):
        return False


def check_keys(settings: Settings) -> Finding:
    """At least one API key; a database is looked into, never made."""
    from roomtone.service.store.database import DATABASE_NAME, database_url, open_database
    from roomtone.service.store.keys import Keys

    remedy = "`roomtone keys create NAME` makes one; `roomtone join` needs none."
    if not settings.database_url and not (settings.data_dir / DATABASE_NAME).exists():
        return Finding("API key", Verdict.ADVICE, "none yet", remedy)

    async def count() -> int:
        database = await open_database(database_url(settings))
        try:
            return len(await Keys(database).list_keys())
        finally:
            await database.close()

    try:
        n_keys = asyncio.run(asyncio.wait_for(count(), COMMAND_S))
    except Exception as problem:  # noqa: BLE001  whatever is wrong with a database is a finding, not a crash
        remedy = "Look at ROOMTONE_DATABASE_URL and ROOMTONE_DATA_DIR."
        return Finding("API key", Verdict.MISSING, f"the database cannot be read: {problem}"[:300], remedy)
    if not n_keys:
        return Finding("API key", Verdict.ADVICE, "none yet", remedy)
    return Finding("API key", Verdict.GOOD, f"{n_keys} made")


def check_transcripts(settings: Settings) -> Finding:
    """A Whisper model of the operator's can be loaded, as it is for a transcript."""
    folder = settings.whisper_model_dir
    if folder is None:
        return Finding("transcripts", Verdict.GOOD, "pocketsphinx, which knows English alone")
    engine = {"engine": "faster-whisper", "options": {"model": str(folder)}, "tracks": []}
    with tempfile.TemporaryDirectory(prefix="roomtone-doctor-") as scratch:
        plan = Path(scratch) / "plan.json"
        plan.write_text(json_text.dumps(engine), "utf-8")
        output, complaint = attempt([sys.executable, "-m", "roomtone.speech.local.worker", str(plan)])
    if output is not None:
        return Finding("transcripts", Verdict.GOOD, f"the Whisper model {folder.name} can be loaded")
    problem = complaint.rpartition("UnusableModel: ")[2]
    remedy = "Look at ROOMTONE_WHISPER_MODEL_DIR; docs/transcripts.md says what such a folder needs."
    if "cannot be imported" in problem:
        remedy = f"{sys.executable} -m pip install faster-whisper"
    return Finding("transcripts", Verdict.MISSING, f"{folder}: {problem}", remedy)


def check_shared_memory(_settings: Settings) -> Finding:
    """The size of ``/dev/shm``: our browser does not need it, other people's tools on the machine may."""
    try:
        size_mb = shutil.disk_usage(SHARED_MEMORY).total // 1_048_576
    except OSError:
        return Finding(
            "shared memory",
            Verdict.ADVICE,
            "no /dev/shm",
            "Bots work; `--shm-size=1g` gives a container one.",
        )
    found = f"{size_mb} MB"
    if size_mb < GOOD_SHM_MB:
        return Finding(
            "shared memory", Verdict.ADVICE, found, "Bots work; `--shm-size=1g` gives a container more."
        )
    return Finding("shared memory", Verdict.GOOD, found)


CHECKS: tuple[Callable[[Settings], Finding], ...] = (
    check_browser,
    check_driver,
    check_ffmpeg,
    check_xvfb,
    check_fonts,
    check_data_folder,
    check_storage,
    check_port,
    check_keys,
    check_transcripts,
    check_shared_memory,
)
"""What is looked at, in the order of the answer."""


def output_of(command: list[str]) -> str | None:
    """Standard output of a program; None when it is missing, fails or takes longer than ``COMMAND_S``."""
    return attempt(command)[0]


def attempt(command: list[str]) -> tuple[str | None, str]:
    """Run a program: its output as in ``output_of``, and the last line of its complaints.

    Nothing that it started is left: it runs in a process group of its own, which is killed.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        )
    except OSError as problem:
        return None, str(problem)
    with process:
        try:
            output, complaints = process.communicate(timeout=COMMAND_S)
        except subprocess.TimeoutExpired:
            output, complaints = b"", f"it did not answer within {COMMAND_S:.0f} s".encode()
        finally:
            kill_group(process.pid)
    last_line = complaints.decode(errors="replace").strip().rpartition("\n")[2]
    return output.decode(errors="replace") if process.returncode == 0 else None, last_line
