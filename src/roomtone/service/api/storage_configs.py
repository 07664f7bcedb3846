"""The routes of a workspace's own bucket: configure it, look at it, take it back."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError

from roomtone.bot.lifecycle import timestamp
from roomtone.service.api.auth import UsedKey
from roomtone.service.api.body import read_json_object
from roomtone.service.api.errors import ApiError, sentence
from roomtone.service.api.openapi import problems
from roomtone.service.api.services import UsedServices
from roomtone.service.api.storage_config_views import (
    NewStorage,
    StorageConfig,
    StorageConfigAnswer,
    StorageConfigs,
)
from roomtone.service.api.views import Message
from roomtone.service.storage.errors import BucketUnusable
from roomtone.service.store.workspace_storages import WorkspaceStorage

router = APIRouter(prefix="/api/v1/admin", tags=["storage"])

_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewStorage"}}},
    }
}


@router.put(
    "/configs",
    summary="Keep the workspace's media in a bucket of its own",
    operation_id="put_storage_config",
    responses=problems(400, 401, 403, 409, 413),
    openapi_extra=_BODY,
)
async def put_config(
    request: Request,
    services: UsedServices,
    key: UsedKey,
    config_type: Annotated[Literal["storage"], Query(description="What is configured.")],  # noqa: ARG001
) -> StorageConfigAnswer:
    """The bucket is tried first: an object is written, read, listed and deleted; write_only: written.

    New media of all bots of the workspace go there. What lies elsewhere stays where it is, and can be read.
    The bucket that is configured already takes the new credentials.
    """
    try:
        asked = NewStorage.model_validate(await read_json_object(request, services.settings.max_body_bytes))
    except ValidationError as error:
        raise ApiError(400, sentence(error.errors())) from None
    if services.buckets is None:
        raise ApiError(409, "This server keeps all media in its own storage.")
    try:
        made = await services.buckets.configure(
            key.workspace_id, asked.place, asked.access_key_id, asked.secret_key
        )
    except BucketUnusable as problem:
        raise ApiError(400, f"The bucket cannot be used: {problem}") from None
    return StorageConfigAnswer(
        message="The bucket was tried; new media go there from now on.", config=_view(made)
    )


@router.get(
    "/configs",
    summary="The workspace's own bucket",
    operation_id="get_configs",
    responses=problems(401, 403),
)
async def get_configs(services: UsedServices, key: UsedKey) -> StorageConfigs:
    """Where new media go, without the credentials; none: to the server's own storage."""
    current = await services.store.workspace_storages.current(key.workspace_id)
    return StorageConfigs(configs=[] if current is None else [_view(current)])


@router.delete(
    "/configs",
    summary="Take the workspace's bucket back",
    operation_id="delete_config",
    responses=problems(400, 401, 403, 404),
)
async def delete_config(
    services: UsedServices,
    key: UsedKey,
    key_name: Annotated[str, Query(max_length=64, description="As in the list: `aws`.")],
) -> Message:
    """Its credentials are deleted. Media there stay there, and can no longer be read through here."""
    if not await services.store.workspace_storages.forget_credentials(key.workspace_id, key_name):
        raise ApiError(404, "key_name: there is no such configuration.")
    return Message(message="The bucket's credentials were deleted; new media go to the server's own storage.")


def _view(storage: WorkspaceStorage) -> StorageConfig:
    return StorageConfig(
        key_name=storage.provider,
        provider=storage.provider,
        bucket_name=storage.bucket,
        region=storage.region,
        access_mode=storage.access_mode,
        prefix=storage.prefix,
        prefixes=storage.prefixes,
        endpoint_url=storage.endpoint_url,
        updated_at=timestamp(storage.updated_at),
    )
