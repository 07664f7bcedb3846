"""The bodies and answers of the schedule's routes."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from roomtone.bot.wire_fields import BotName, JoinTime
from roomtone.bot.wire_model import WireModel
from roomtone.service.api.views import BOT_ID


class ScheduleChange(WireModel):
    """What to change of a scheduled bot; what is left out stays."""

    scheduled_join_time: JoinTime = Field(
        description="ISO 8601 with a time zone; a past one: join now.", examples=["2030-01-31T09:00:00Z"]
    )
    bot_username: BotName | None = Field(None, description="The name other participants see.")
    custom_attributes: dict[str, Any] | None = Field(
        None, description="All of them anew; given back in every webhook from now on."
    )


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class ScheduledBot(_View):
    """A bot that waits for its time."""

    bot_id: str = Field(examples=[BOT_ID])
    platform: str = Field(examples=["Zoom"])
    status: str = Field(examples=["Scheduled"])
    scheduled_join_time: str = Field(examples=["2030-01-31T09:00:00.000Z"])
    bot_username: str
    meeting_link: str
    custom_attributes: dict[str, Any]


class ScheduledBots(_View):
    """The workspace's bots that wait for their time, the soonest first."""

    scheduled_bots: list[ScheduledBot]


class ScheduleChanged(_View):
    """What was changed of a scheduled bot."""

    message: str
    bot_id: str = Field(examples=[BOT_ID])
    updated_fields: list[str] = Field(
        description="The fields that were sent.", examples=[["scheduled_join_time"]]
    )
    schedule_updated: bool = Field(description="Whether the bot joins at another time than before.")


class ScheduleCancelled(_View):
    """A scheduled bot that was cancelled."""

    message: str
    bot_id: str = Field(examples=[BOT_ID])
