"""The routes of a workspace's accounts with transcription providers: keep a key, look, forget it."""

from fastapi import APIRouter, Request
from pydantic import ValidationError

from roomtone.bot.lifecycle import timestamp
from roomtone.bot.transcript_providers import ACCOUNTS, PROVIDERS
from roomtone.service.api.auth import UsedKey
from roomtone.service.api.body import read_json_object
from roomtone.service.api.errors import ApiError, sentence
from roomtone.service.api.openapi import problems
from roomtone.service.api.provider_account_views import Account, AccountProvider, Accounts, NewAccount
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.api.views import Message
from roomtone.service.store.provider_accounts import ProviderAccount
from roomtone.service.transcripts.errors import UnusableAccount

router = APIRouter(prefix="/api/v1/admin/transcription_providers", tags=["transcripts"])

_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewAccount"}}},
    }
}
_KEYLESS = "openai_compatible"


@router.get("", summary="Accounts with transcription providers", responses=problems(401, 403))
async def list_transcription_providers(services: UsedServices, key: UsedKey) -> Accounts:
    """Every provider that needs an account, and whose is used; keys are never shown."""
    own = {one.provider: one for one in await services.store.provider_accounts.of_workspace(key.workspace_id)}
    return Accounts(providers=[_view(services, name, own.get(name)) for name in sorted(ACCOUNTS)])


@router.get(
    "/{provider}", summary="An account with a transcription provider", responses=problems(400, 401, 403)
)
async def get_transcription_provider(
    provider: AccountProvider, services: UsedServices, key: UsedKey
) -> Account:
    """Whose account is used, without the key."""
    own = await services.store.provider_accounts.find(key.workspace_id, provider)
    return _view(services, provider, own)


@router.put(
    "/{provider}",
    summary="Keep the workspace's key for a transcription provider",
    responses=problems(400, 401, 403, 413),
    openapi_extra=_BODY,
)
async def put_transcription_provider(
    request: Request, provider: AccountProvider, services: UsedServices, key: UsedKey
) -> Account:
    """Takes the place of a former key, and of the server's. Kept encrypted; whether it is right is not tried.

    Used from the next transcript and the next bot on.
    """
    try:
        asked = NewAccount.model_validate(await read_json_object(request, services.settings.max_body_bytes))
    except ValidationError as error:
        raise ApiError(400, sentence(error.errors())) from None
    if asked.api_key is None and provider != _KEYLESS:
        raise ApiError(400, "api_key: is required")
    if asked.streaming_base_url is not None and not _is_streaming(provider):
        raise ApiError(400, f"streaming_base_url: {provider} recognises recordings alone.")
    try:
        kept = await services.accounts.keep(
            key.workspace_id, provider, asked.api_key or "", asked.base_url, asked.streaming_base_url
        )
    except UnusableAccount as problem:
        raise ApiError(400, str(problem)) from None
    return _view(services, provider, kept)


@router.delete(
    "/{provider}",
    summary="Forget the workspace's key for a transcription provider",
    responses=problems(400, 401, 403, 404),
)
async def delete_transcription_provider(
    provider: AccountProvider, services: UsedServices, key: UsedKey
) -> Message:
    """The key is deleted; the server's own account is used from now on, if it has one."""
    if not await services.store.provider_accounts.delete(key.workspace_id, provider):
        raise ApiError(404, f"provider: the workspace has no key for {provider}.")
    return Message(message=f"The workspace's key for {provider} was deleted.")


def _view(services: Services, provider: str, own: ProviderAccount | None) -> Account:
    of = "server" if services.accounts.is_servers(provider) else "nobody"
    return Account(
        provider=provider,
        used_by=[name for name, known in PROVIDERS.items() if known.account == provider],
        of=of if own is None else "workspace",
        key_ending=own.key_ending or None if own is not None else None,
        base_url=None if own is None else own.base_url,
        streaming_base_url=None if own is None else own.streaming_base_url,
        updated_at=None if own is None else timestamp(own.updated_at),
    )


def _is_streaming(provider: str) -> bool:
    return any(known.account == provider and known.is_streaming for known in PROVIDERS.values())
