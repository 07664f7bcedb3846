"""``roomtone keys``: the installed command, its words and its files."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

from roomtone.service.jobs.embedded import EmbeddedJobs
from roomtone.service.store.database import open_database
from roomtone.service.store.store import Store

ROOMTONE = Path(sys.executable).with_name("roomtone")


def _keys(data_dir: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ROOMTONE_DATA_DIR": str(data_dir)} | settings
    return subprocess.run(
        [ROOMTONE, "keys", *words], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


async def test_a_key_is_made_before_the_server_ever_ran(tmp_path: Path):
    """The last word printed is a key that the store knows; the data folder is its owner's alone."""
    made = _keys(tmp_path / "data", "create", "laptop")
    assert (made.returncode, made.stderr) == (0, "")
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    text = made.stdout.split()[-1]
    database = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'roomtone.db'}")
    key = await Store.over(database, EmbeddedJobs(database)).keys.check(text)
    await database.close()
    assert key is not None
    assert (key.name, key.workspace_name) == ("laptop", "default")


async def test_keys_are_made_and_revoked_while_a_server_has_the_database(tmp_path: Path):
    """A running server knows a new key at once, and refuses a revoked one at once."""
    database = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'roomtone.db'}")
    keys = Store.over(database, EmbeddedJobs(database)).keys
    text = _keys(tmp_path, "create", "laptop", "--workspace", "sales").stdout.split()[-1]
    key = await keys.check(text)
    assert key is not None
    assert key.workspace_name == "sales"
    revoked = _keys(tmp_path, "revoke", "laptop")
    assert (revoked.returncode, revoked.stdout) == (0, "Revoked 1 key called 'laptop'.\n")
    assert await keys.check(text) is None
    await database.close()


def test_the_list_shows_no_secret(tmp_path: Path):
    """Names, workspaces and states are listed; of the key only its first characters."""
    assert "no keys yet" in _keys(tmp_path, "list").stdout
    text = _keys(tmp_path, "create", "laptop").stdout.split()[-1]
    _keys(tmp_path, "revoke", "laptop")
    listed = _keys(tmp_path, "list").stdout
    assert "laptop" in listed
    assert "revoked" in listed
    assert text[:8] in listed
    assert text not in listed


def test_mistakes_are_one_line_that_says_what_to_do(tmp_path: Path):
    """An unknown key, a bad name, a bad setting and a broken database end with exit code 1 and a sentence."""
    for words, settings, told in [
        (("revoke", "nobody"), {}, "roomtone keys list"),
        (("create", " "), {}, "printable"),
        (("list",), {"ROOMTONE_PORT": "many"}, "ROOMTONE_PORT"),
        (("list",), {"ROOMTONE_DATABASE_URL": "nonsense"}, "ROOMTONE_DATABASE_URL"),
    ]:
        failed = _keys(tmp_path, *words, **settings)
        assert failed.returncode == 1, words
        assert told in failed.stderr
        assert len(failed.stderr.splitlines()) == 1, failed.stderr
    (tmp_path / "roomtone.db").write_bytes(b"no database" * 100)
    failed = _keys(tmp_path, "list")
    assert (failed.returncode, len(failed.stderr.splitlines())) == (1, 1), failed.stderr


def test_programs_read_json_and_workspaces_are_told_apart(tmp_path: Path):
    """What was made, and the list, as JSON; keys of one name are listed and revoked for one workspace alone."""
    made = json.loads(_keys(tmp_path, "create", "laptop", "--workspace", "sales", "--json").stdout)
    assert (made["name"], made["workspace"], made["key"][:3]) == ("laptop", "sales", "rt_")
    _keys(tmp_path, "create", "laptop")
    assert _keys(tmp_path, "revoke", "laptop", "--workspace", "sales").stdout.startswith("Revoked 1 key")
    listed = json.loads(_keys(tmp_path, "list", "--json").stdout)
    assert [(key["workspace"], key["revoked_at"] is None) for key in listed] == [
        ("sales", False),
        ("default", True),
    ]
    assert made["key"] not in json.dumps(listed)
    assert listed[0]["hint"] == made["key"][:8]
    assert json.loads(_keys(tmp_path, "list", "--workspace", "sales", "--json").stdout) == [listed[0]]
