"""The bodies and answers of the webhook routes."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, StrictBool, StrictStr

from roomtone.bot.lifecycle import event_names, timestamp
from roomtone.bot.participant_events import PARTICIPANT_EVENTS
from roomtone.bot.recording_config import event_name
from roomtone.bot.wire_model import WireModel
from roomtone.bot.wire_urls import HttpUrl

ENDPOINT_ID = "ep_0f6b7c3f0b1d4a40a3fbd8a4f3c1e2d5"
"""The endpoint of the examples."""
WEBHOOK_ID = "msg_7d1f1f0e6f4b4b6c9a52f3e0c8a1b2c3"
"""The delivery of the examples."""
NOT_SENT = frozenset(
    {
        "bot.recording_permission_allowed", "bot.recording_permission_denied", "bot.transcriptionready",
        "bot.uploading", "manifest.completed", "manifest.skipped",
    }
)  # fmt: skip
"""Names that the MeetStream API documents and this version never sends; a subscription may name them."""
_MOST_NAMES = 50


def _known_names(names: list[str]) -> list[str]:
    if len(names) > _MOST_NAMES:
        raise ValueError(f"must have at most {_MOST_NAMES} names")
    names = [event_name(name) for name in names]
    known = event_names() | PARTICIPANT_EVENTS | NOT_SENT
    for name in names:
        if name != "*" and name not in known:
            raise ValueError(f"unknown event {name!r}; known: {', '.join(sorted(known))}, or *")
    return [] if "*" in names else sorted(set(names))


Instant = Annotated[datetime, PlainSerializer(timestamp, return_type=str)]
"""An instant as the API writes it."""
EventNames = Annotated[list[StrictStr], AfterValidator(_known_names)]


class NewEndpoint(WireModel):
    """A webhook endpoint to be made."""

    url: HttpUrl = Field(description="Where the events go; redirects are not followed.")
    events: EventNames = Field(
        default_factory=list,
        description="Names of `event` or `bot_event` that are wanted; empty, or with `*` in it: all but "
        "those of participants (`participant_events.join` and so on), which hold names and have to be named.",
        examples=[["bot.stopped", "bot.done"]],
    )
    custom_attributes: dict[str, Any] = Field(
        default_factory=dict, description="Only events of bots that have all of these; empty: of all bots."
    )
    description: Annotated[StrictStr, Field(max_length=500)] = Field("", description="For people.")
    enabled: StrictBool = Field(True, description="False: nothing is sent there.")


class EndpointChange(WireModel):
    """What to change of a webhook endpoint; what is left out stays."""

    url: HttpUrl | None = Field(None, description="What is on its way follows.")
    events: EventNames | None = Field(None, description="The names wanted from now on; empty: all.")
    custom_attributes: dict[str, Any] | None = Field(None, description="Only bots that have all of these.")
    description: Annotated[StrictStr, Field(max_length=500)] | None = None
    enabled: StrictBool | None = Field(None, description="False gives up what is on its way.")


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class Endpoint(_View):
    """A webhook endpoint."""

    id: str = Field(examples=[ENDPOINT_ID])
    url: str = Field(examples=["https://example.com/webhooks"])
    events: list[str] = Field(description="Names wanted; empty: all.")
    custom_attributes: dict[str, Any] = Field(description="Only bots that have all of these; empty: all.")
    description: str
    enabled: bool
    disabled_because: str | None = Field(description="Why nothing is sent there; null while it is enabled.")
    created_at: Instant
    updated_at: Instant


class NewEndpointAnswer(Endpoint):
    """A webhook endpoint that was made, and what its deliveries are signed with."""

    secret: str = Field(description="The workspace's signing secret.", examples=["whsec_..."])


class EndpointList(_View):
    """The workspace's webhook endpoints, oldest first."""

    endpoints: list[Endpoint]


class Secrets(_View):
    """What the workspace's webhooks are signed with."""

    secret: str = Field(examples=["whsec_..."])
    previous: str | None = Field(description="The former secret, while it signs too.")
    previous_until: Instant | None = Field(description="Until when it does.")


class DeliveryView(_View):
    """One event on its way to one URL."""

    id: str = Field(description="The `webhook-id` header of every attempt.", examples=[WEBHOOK_ID])
    bot_id: str
    event: str = Field(examples=["bot.stopped"])
    bot_event: str = Field(examples=["bot.kicked"])
    endpoint_id: str | None = Field(description="The webhook endpoint; null: a receiver of the bot's own.")
    url: str
    state: str = Field(description="pending, delivered (a 2xx answer) or given_up.", examples=["delivered"])
    attempts: int
    created_at: Instant
    next_attempt_at: Instant | None = Field(description="Not before; null once it is finished.")
    finished_at: Instant | None
    replayed_at: Instant | None = Field(description="When it was last asked to be sent again.")
    last_status: int | None = Field(description="The last HTTP status; null: no answer, or no attempt.")
    last_error: str | None = Field(description="What went wrong last.")
    body: dict[str, Any] = Field(description="The envelope as it is sent.")


class DeliveryList(_View):
    """A page of the delivery log, newest first."""

    deliveries: list[DeliveryView]
    hasNextPage: bool  # noqa: N815  the contract's spelling
    nextCursor: str | None = Field(description="Pass it as `cursor` for the next page.")  # noqa: N815
