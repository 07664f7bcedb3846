"""The route that a supervisor or a load balancer asks."""

from importlib.metadata import version

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError

from roomtone.service.api.errors import ApiError
from roomtone.service.api.openapi import problems
from roomtone.service.api.services import UsedServices
from roomtone.service.api.views import Health

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Whether the server works", responses=problems(503))
async def healthz(services: UsedServices) -> Health:
    """200 when the server answers and its database can be read; needs no key."""
    try:
        await services.store.database.ping()
    except SQLAlchemyError:
        raise ApiError(503, "The database cannot be read.") from None
    return Health(status="ok", version=version("roomtone"))
