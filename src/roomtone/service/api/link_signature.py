"""The query of a link that needs no API key: read and checked here for every route of such links."""

from typing import Annotated

from fastapi import Depends, Query

from roomtone.service.api.errors import ApiError
from roomtone.service.api.services import UsedServices


class LinkSignature:
    """When a link ends and what makes it ours, as a request has them; a dependency of its route."""

    def __init__(
        self,
        services: UsedServices,
        expires: Annotated[str | None, Query(description="When the link ends, unix time.")] = None,
        signature: Annotated[str | None, Query(description="What makes it a link of ours.")] = None,
    ) -> None:
        self._links = services.links
        self._expires = expires
        self._signature = signature

    def check(self, bot_id: str, kind: str, name: str) -> None:
        """Raise ``ApiError`` 403 when it is no link of ours to this, or has ended."""
        problem = self._links.problem(bot_id, kind, name, self._expires, self._signature)
        if problem is not None:
            raise ApiError(403, problem)


GivenSignature = Annotated[LinkSignature, Depends()]
