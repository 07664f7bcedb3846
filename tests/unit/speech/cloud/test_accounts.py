"""Accounts that can be used, and where their services answer."""

from __future__ import annotations

import pytest

from roomtone.speech.accounts import Account
from roomtone.speech.cloud.accounts import account_for
from roomtone.speech.errors import ProviderRefused

PUBLIC = "https://api.example"


@pytest.mark.parametrize(
    ("account", "address"),
    [
        (Account("k"), PUBLIC),
        (Account("k", "https://api.eu.example"), "https://api.eu.example"),
        (Account("k", "https://api.eu.example/v1"), "https://api.eu.example"),
        (Account("k", "https://api.eu.example/v1/"), "https://api.eu.example"),
        (Account("", "http://10.0.0.1:8080/stt"), "http://10.0.0.1:8080/stt"),
    ],
)
def test_the_accounts_own_address_goes_first(account, address):
    """With or without the version at its end, since many write it; a server of one's own may want no key."""
    assert account_for("Example", PUBLIC, "/v1", account) == (account, address)


@pytest.mark.parametrize("account", [None, Account()])
def test_without_a_key_there_is_no_account(account):
    """It is told what to do."""
    with pytest.raises(ProviderRefused, match="no key for Example"):
        account_for("Example", PUBLIC, "/v1", account)
