"""The route that deletes a bot's data."""

# ruff: noqa: FAST003  the path's bot_id is taken by the dependency `OwnBot`

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from roomtone.service.api.bots import OwnBot
from roomtone.service.api.openapi import problems
from roomtone.service.api.services import UsedServices
from roomtone.service.api.views import BOT_ID

router = APIRouter(prefix="/api/v1/bots", tags=["bots"])


class DeletedData(BaseModel):
    """What was deleted."""

    model_config = ConfigDict(frozen=True)

    message: str = Field(examples=["The bot's data were deleted."])
    bot_id: str = Field(examples=[BOT_ID])
    deleted_objects: int = Field(description="Files that are gone, wherever they lay.", examples=[7])


@router.delete(
    "/{bot_id}/delete",
    summary="Delete all data of a bot",
    operation_id="delete_bot_data",
    responses=problems(401, 403, 404, 409, 503),
)
async def delete_bot_data(bot: OwnBot, services: UsedServices) -> DeletedData:
    """Every file, in whichever storage it lies, and names, words and attributes in the database.

    The bot itself stays in the list, with what happened when. `data_deletion` tells it to webhooks.
    A bot in its meeting has to be removed first (409); one that nobody has started is cancelled. A second
    call is 404. On 503 something is left, and the server goes on trying.
    """
    deleted = await services.eraser.delete_on_request(bot.id)
    return DeletedData(message="The bot's data were deleted.", bot_id=bot.id, deleted_objects=deleted)
