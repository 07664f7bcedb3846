"""Whose account a provider is reached with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from roomtone.config import Settings
from roomtone.service.transcripts.accounts import Accounts
from roomtone.service.transcripts.errors import NoAccount, UnusableAccount

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.service.store.store import Store


def _accounts(folder: Path, store: Store, **settings: Any) -> Accounts:
    return Accounts(Settings(data_dir=folder, **settings), store.provider_accounts)


async def test_the_workspaces_account_goes_before_the_servers(
    tmp_path: Path, store: Store, workspace_id: str
):
    """Key and address come from one of them, never one from each."""
    accounts = _accounts(tmp_path, store, deepgram_api_key="servers", deepgram_base_url="http://10.0.0.1/")
    servers = await accounts.account(workspace_id, "deepgram")
    assert servers is not None
    assert (servers.api_key, servers.base_url, servers.allow_private) == ("servers", "http://10.0.0.1", True)
    await accounts.keep(workspace_id, "deepgram", "own", None, None)
    own = await accounts.account(workspace_id, "deepgram")
    assert own is not None
    assert (own.api_key, own.base_url, own.allow_private) == ("own", None, False)
    assert "own" not in repr(own)


async def test_a_streaming_twin_has_the_same_account_at_its_own_address(
    tmp_path: Path, store: Store, workspace_id: str
):
    """Without one it is asked where the other is: never at another place than the customer named."""
    accounts = _accounts(tmp_path, store)
    await accounts.keep(workspace_id, "assemblyai", "k", "https://a.example", "https://s.example")
    await accounts.keep(workspace_id, "deepgram", "k", "https://d.example", None)
    urls = {}
    for name in ("assemblyai", "assemblyai_streaming", "deepgram", "deepgram_streaming"):
        account = await accounts.account(workspace_id, name)
        assert account is not None
        urls[name] = account.base_url
    assert urls == {
        "assemblyai": "https://a.example",
        "assemblyai_streaming": "https://s.example",
        "deepgram": "https://d.example",
        "deepgram_streaming": "https://d.example",
    }


async def test_who_has_none_is_told_what_to_set_up(tmp_path: Path, store: Store, workspace_id: str):
    """By the route and by the setting; local recognition needs none."""
    accounts = _accounts(tmp_path, store)
    with pytest.raises(
        NoAccount,
        match=r"^no key for openai_compatible: .*ROOMTONE_OPENAI_API_KEY.* a base_url alone will do",
    ):
        await accounts.account(workspace_id, "openai_compatible")
    complaint = await accounts.complaint(workspace_id, "deepgram_streaming")
    assert complaint is not None
    assert "transcription_providers/deepgram" in complaint
    assert await accounts.account(workspace_id, "local") is None
    assert await accounts.complaint(workspace_id, "local_streaming") is None


async def test_a_server_of_ones_own_may_need_no_key(tmp_path: Path, store: Store, workspace_id: str):
    """A workspace without a key never gets the server's key at its own address."""
    accounts = _accounts(tmp_path, store, openai_api_key="servers")
    await accounts.keep(workspace_id, "openai_compatible", "", "https://whisper.example/v1", None)
    account = await accounts.account(workspace_id, "openai_compatible")
    assert account is not None
    assert (account.api_key, account.base_url) == ("", "https://whisper.example/v1")


async def test_a_key_of_another_time_is_told(tmp_path: Path, store: Store, workspace_id: str):
    """When the server's own key was changed, nobody goes on with nobody's account."""
    await _accounts(tmp_path, store).keep(workspace_id, "deepgram", "own", None, None)
    (tmp_path / "profile.key").unlink()
    with pytest.raises(UnusableAccount, match="keep it again"):
        await _accounts(tmp_path, store, deepgram_api_key="servers").account(workspace_id, "deepgram")
