"""What a transcript was asked of that this server cannot have made: refused at once, with the field named."""

from roomtone.bot.live_provider import NoLiveProvider, live_provider, session_provider
from roomtone.bot.request import BotRequest
from roomtone.bot.transcript_providers import SERVED_PROVIDERS, TranscriptRequest
from roomtone.service.api.errors import ApiError
from roomtone.service.api.services import Services
from roomtone.speech.errors import UnsupportedOption
from roomtone.speech.local.choice import choose

_LOCAL = frozenset({"local", "meetstream", "local_streaming"})


async def check_transcripts(services: Services, workspace_id: str, asked: BotRequest) -> None:
    """Look at what a bot is asked to transcribe, of its recording and while its meeting runs.

    A provider that this version does not serve is no error there: it is named as ignored.

    Raises:
        ApiError: 400, if there is no account with a provider, an option cannot be done here, or nobody makes
            the live words.
    """
    transcript = asked.recording_config.transcript
    if transcript is not None and transcript.name in SERVED_PROVIDERS:
        await check_provider(services, workspace_id, transcript, "recording_config.transcript.provider")
    try:
        live = live_provider(asked, services.settings.live_transcription_provider)
    except NoLiveProvider as problem:
        raise ApiError(400, f"live_transcription_required: {problem}") from None
    if live is not None and live != transcript:
        wanted = asked.live_transcription_required
        own = wanted is not None and wanted.provider is not None
        place = "live_transcription_required.provider" if own else "live_transcription_required"
        await check_provider(services, workspace_id, live, place)


async def check_provider(services: Services, workspace_id: str, asked: TranscriptRequest, place: str) -> None:
    """Look at one provider with its options; ``place`` is the dotted name of its field.

    Raises:
        ApiError: 400, if there is no account with it, or an option cannot be done here.
    """
    complaint = await services.accounts.complaint(workspace_id, asked.name)
    if complaint is not None:
        raise ApiError(400, f"{place}.{asked.name}: {complaint}")
    name, options = session_provider(asked)
    if name in _LOCAL:
        try:
            choose(options, services.settings.whisper_model_dir)
        except UnsupportedOption as problem:
            raise ApiError(400, f"{place}.{asked.name}.{problem}") from None
