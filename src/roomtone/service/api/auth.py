"""Who is asking: the ``Authorization`` header, and the workspace its key opens."""

from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import APIKeyHeader

from roomtone.service.api.errors import ApiError
from roomtone.service.api.services import UsedServices
from roomtone.service.store.keys import ApiKey

_SCHEMES = {"token", "bearer"}
_HOW = "send the header `Authorization: Token KEY`, with a key made by `roomtone keys create NAME`."

_header = APIKeyHeader(
    name="Authorization",
    scheme_name="Token",
    description="`Token KEY`; keys are made by `roomtone keys create NAME`. `Bearer KEY` is taken too.",
    auto_error=False,
)


async def require_key(services: UsedServices, header: Annotated[str | None, Security(_header)]) -> ApiKey:
    """The key of the request.

    Raises:
        ApiError: 401 when there is none, 403 when it is wrong or revoked.
    """
    scheme, _, text = (header or "").strip().partition(" ")
    text = text.strip()
    if scheme.lower() not in _SCHEMES or not text:
        problem = "Authorization: there is no API key" if not header else "Authorization: this is no API key"
        raise ApiError(401, f"{problem}; {_HOW}", {"WWW-Authenticate": "Token"})
    key = await services.store.keys.check(text)
    if key is None:
        raise ApiError(403, f"Authorization: the API key is wrong or revoked; {_HOW}")
    return key


UsedKey = Annotated[ApiKey, Depends(require_key)]
