"""The routes of webhooks: a workspace's endpoints, its signing secret, and the log of deliveries."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ValidationError

from roomtone.bot.errors import InvalidRequest
from roomtone.service.api.auth import UsedKey
from roomtone.service.api.body import read_json_object
from roomtone.service.api.errors import ApiError, sentence
from roomtone.service.api.openapi import problems
from roomtone.service.api.services import Services, UsedServices
from roomtone.service.api.views import Message
from roomtone.service.api.webhook_views import (
    DeliveryList,
    DeliveryView,
    Endpoint,
    EndpointChange,
    EndpointList,
    NewEndpoint,
    NewEndpointAnswer,
    Secrets,
)
from roomtone.service.data_folder import write_webhook_secret
from roomtone.service.store.deliveries import Delivery
from roomtone.service.store.delivery_log import DeliveryFilter
from roomtone.service.store.keys import DEFAULT_WORKSPACE
from roomtone.service.store.webhook_secrets import SigningSecrets, new_secret

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])

_Body = TypeVar("_Body", bound=BaseModel)


class DeliveryState(StrEnum):
    """How far a delivery is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


def _body(model: type[BaseModel]) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "/endpoints",
    status_code=201,
    summary="Have the workspace's events sent somewhere",
    responses=problems(400, 401, 403, 409, 413),
    openapi_extra=_body(NewEndpoint),
)
async def create_endpoint(request: Request, services: UsedServices, key: UsedKey) -> NewEndpointAnswer:
    """Events from now on go there, beside each bot's own `callback_url`."""
    asked = await _read(NewEndpoint, request, services)
    made = await services.store.webhook_endpoints.create(key.workspace_id, asked.model_dump())
    secrets = await services.store.webhook_secrets.of(key.workspace_id)
    return NewEndpointAnswer(secret=secrets.current, **Endpoint.model_validate(made).model_dump())


@router.get("/endpoints", summary="List webhook endpoints", responses=problems(401, 403))
async def list_endpoints(services: UsedServices, key: UsedKey) -> EndpointList:
    """All of the workspace, oldest first."""
    found = await services.store.webhook_endpoints.of_workspace(key.workspace_id)
    return EndpointList(endpoints=[Endpoint.model_validate(endpoint) for endpoint in found])


@router.get("/endpoints/{endpoint_id}", summary="One webhook endpoint", responses=problems(401, 403, 404))
async def get_endpoint(endpoint_id: str, services: UsedServices, key: UsedKey) -> Endpoint:
    """Where it leads, what it wants, and whether it is enabled."""
    return Endpoint.model_validate(await services.store.webhook_endpoints.get(endpoint_id, key.workspace_id))


@router.patch(
    "/endpoints/{endpoint_id}",
    summary="Change a webhook endpoint",
    responses=problems(400, 401, 403, 404, 413),
    openapi_extra=_body(EndpointChange),
)
async def change_endpoint(
    endpoint_id: str, request: Request, services: UsedServices, key: UsedKey
) -> Endpoint:
    """What is left out stays. Disabling gives up what is on its way; it can be replayed later."""
    asked = await _read(EndpointChange, request, services)
    changes = asked.model_dump(exclude_none=True)
    changed = await services.store.webhook_endpoints.change(endpoint_id, key.workspace_id, changes)
    return Endpoint.model_validate(changed)


@router.delete(
    "/endpoints/{endpoint_id}", summary="Delete a webhook endpoint", responses=problems(401, 403, 404)
)
async def delete_endpoint(endpoint_id: str, services: UsedServices, key: UsedKey) -> Message:
    """Nothing more is sent there; what is on its way is given up."""
    await services.store.webhook_endpoints.delete(endpoint_id, key.workspace_id)
    return Message(message="The webhook endpoint was deleted.")


@router.get("/secret", summary="What webhooks are signed with", responses=problems(401, 403))
async def get_secret(services: UsedServices, key: UsedKey) -> Secrets:
    """The workspace's secret, and the former one while both sign."""
    return _secrets(await services.store.webhook_secrets.of(key.workspace_id))


@router.post("/secret/rotate", summary="Replace the signing secret", responses=problems(401, 403))
async def rotate_secret(services: UsedServices, key: UsedKey) -> Secrets:
    """A new secret; the former signs beside it for 24 hours, `X-MeetStream-Signature` is the new's."""
    secret = new_secret()
    if key.workspace_name != DEFAULT_WORKSPACE:
        return _secrets(await services.store.webhook_secrets.rotate(key.workspace_id, secret))
    # Alone, so that both have the same secret in the end; the file first, whose word is taken at every start.
    async with services.secret_file:
        await asyncio.to_thread(write_webhook_secret, services.settings.data_dir, secret)
        return _secrets(await services.store.webhook_secrets.rotate(key.workspace_id, secret))


@router.get("/deliveries", summary="The log of deliveries", responses=problems(400, 401, 403))
async def list_deliveries(
    services: UsedServices,
    key: UsedKey,
    bot_id: Annotated[str | None, Query(max_length=64, description="Only of this bot.")] = None,
    endpoint_id: Annotated[str | None, Query(max_length=64, description="Only to this endpoint.")] = None,
    state: Annotated[DeliveryState | None, Query(description="Only in this state.")] = None,
    event: Annotated[str | None, Query(max_length=64, description="Only of this event or bot_event.")] = None,
    cursor: Annotated[str | None, Query(max_length=30, description="A former answer's nextCursor.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Deliveries on a page.")] = 50,
) -> DeliveryList:
    """The workspace's deliveries of the last 30 days, newest first."""
    which = DeliveryFilter(bot_id, endpoint_id, state, event)
    page, before = await services.store.delivery_log.page(
        key.workspace_id, which, limit=limit, before=_place(cursor)
    )
    return DeliveryList(
        deliveries=[_view(delivery) for delivery in page],
        hasNextPage=before is not None,
        nextCursor=None if before is None else f"before-{before}",
    )


@router.get("/deliveries/{webhook_id}", summary="One delivery", responses=problems(401, 403, 404))
async def get_delivery(webhook_id: str, services: UsedServices, key: UsedKey) -> DeliveryView:
    """How it went so far."""
    return _view(await services.store.delivery_log.get(webhook_id, key.workspace_id))


@router.post(
    "/deliveries/{webhook_id}/replay",
    status_code=202,
    summary="Send a delivery again",
    responses=problems(401, 403, 404, 409),
)
async def replay_delivery(webhook_id: str, services: UsedServices, key: UsedKey) -> DeliveryView:
    """With its `webhook-id` and body, to where the endpoint leads today. One still on its way is 409."""
    return _view(await services.store.delivery_log.replay(webhook_id, key.workspace_id))


async def _read(model: type[_Body], request: Request, services: Services) -> _Body:
    given = await read_json_object(request, services.settings.max_body_bytes)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise ApiError(400, sentence(error.errors())) from None


def _secrets(secrets: SigningSecrets) -> Secrets:
    return Secrets(secret=secrets.current, previous=secrets.previous, previous_until=secrets.previous_until)


def _view(delivery: Delivery) -> DeliveryView:
    return DeliveryView(
        id=delivery.webhook_id,
        bot_id=delivery.bot_id,
        event=delivery.body["event"],
        bot_event=delivery.body.get("bot_event", delivery.body["event"]),
        endpoint_id=delivery.endpoint_id,
        url=delivery.url,
        state=delivery.state,
        attempts=delivery.attempts,
        created_at=delivery.created_at,
        next_attempt_at=delivery.next_attempt_at if delivery.state == DeliveryState.PENDING else None,
        finished_at=delivery.finished_at,
        replayed_at=delivery.replayed_at,
        last_status=delivery.last_status,
        last_error=delivery.last_error,
        body=delivery.body,
    )


def _place(cursor: str | None) -> int | None:
    if not cursor:
        return None
    number = cursor.removeprefix("before-")
    if number == cursor or not (number.isascii() and number.isdigit()) or len(number) > 18:
        raise InvalidRequest("cursor", "is not a nextCursor of a former answer")
    return int(number)
