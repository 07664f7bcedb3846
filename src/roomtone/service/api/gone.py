"""What is said of files that were deleted."""

from roomtone.bot.lifecycle import Step
from roomtone.service.store.bot import Bot


def is_gone(bot: Bot) -> bool:
    """Whether a bot's files were deleted."""
    return bot.step is Step.EXPIRED


def gone(bot: Bot, what: str, were: str = "was") -> str:
    """That a bot's files were deleted, and why: "The audio was deleted at the end of its retention."."""
    if not bot.payload:
        return f"The {what} {were} deleted on request."
    return f"The {what} {were} deleted at the end of {'its' if were == 'was' else 'their'} retention."
