"""Whether an account can be used, and where its service answers. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.speech.errors import ProviderRefused

if TYPE_CHECKING:
    from roomtone.speech.accounts import Account


def account_for(
    service: str, public_address: str, version: str, account: Account | None
) -> tuple[Account, str]:
    """The account, and the address that paths are added to, without a slash at its end.

    Args:
        service: The service's name as its users know it.
        public_address: Where it answers for everybody.
        version: Beginning of every path, such as ``/v1``: an address may end with it, as many write it.
        account: What there is.

    Raises:
        ProviderRefused: If there is none, or one without a key for the public address.
    """
    if account is None or not (account.api_key or account.base_url):
        raise ProviderRefused(f"there is no key for {service}; set one for the workspace or the server")
    address = (account.base_url or public_address).rstrip("/")
    return account, address.removesuffix(version)
