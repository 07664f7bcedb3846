"""What the routers work with, and how they get at it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from roomtone.config import Settings
from roomtone.profiles.folder import ProfileFolder
from roomtone.service.storage.port import Storage
from roomtone.service.store.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the service behind the API.

    Attributes:
        settings: The process's settings.
        store: What is kept.
        storage: Where finished files lie.
        profiles: The browser profiles that bots may be sent with.
    """

    settings: Settings
    store: Store
    storage: Storage
    profiles: ProfileFolder


def services_of(request: Request) -> Services:
    """The services that ``create_app`` was given."""
    services: Services = request.app.state.services
    return services


UsedServices = Annotated[Services, Depends(services_of)]
