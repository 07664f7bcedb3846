"""Rate limits of single bots; those of API keys are asked for by ``auth.require_key``.

Both are kept in memory: of one process, and full again after a restart.
"""

from roomtone.service.api.bots import OwnBot
from roomtone.service.api.errors import too_many_requests
from roomtone.service.api.services import UsedServices


async def limited_per_bot(bot: OwnBot, services: UsedServices) -> None:
    """A dependency for routes that share 30 requests a minute for each bot, such as pausing and resuming.

    Use it as ``dependencies=[Depends(limited_per_bot)]``.

    Raises:
        ApiError: 429 with ``Retry-After`` when they are used up; 404 first when the bot is not there.
    """
    allowance = services.bot_limit.take(bot.id)
    if allowance is not None and not allowance.granted:
        raise too_many_requests(allowance, "for this bot")
