"""Who is asking: the ``Authorization`` header, and the workspace its key opens."""

from typing import Annotated

from fastapi import Depends, Response, Security
from fastapi.security import APIKeyHeader

from roomtone.service.api.errors import ApiError, limit_headers, too_many_requests
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


async def require_key(
    services: UsedServices, response: Response, header: Annotated[str | None, Security(_header)]
) -> ApiKey:
    """The key of the request, which counts against the key's limit.

    Raises:
        ApiError: 401 when there is none, 403 when it is wrong or revoked, 429 when it asked too often.
    """
    scheme, _, text = (header or "").strip().partition(" ")
    text = text.strip()
    if scheme.lower() not in _SCHEMES or not text:
        problem = "Authorization: there is no API key" if not header else "Authorization: this is no API key"
        raise ApiError(401, f"{problem}; {_HOW}", {"WWW-Authenticate": "Token"})
    key = await services.store.keys.check(text)
    if key is None:
        raise ApiError(403, f"Authorization: the API key is wrong or revoked; {_HOW}")
    allowance = services.key_limit.take(key.id)
    if allowance is not None:
        if not allowance.granted:
            raise too_many_requests(allowance, "with this API key")
        response.headers.update(limit_headers(allowance))
    return key


UsedKey = Annotated[ApiKey, Depends(require_key)]
