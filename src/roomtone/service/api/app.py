"""The API as an ASGI application."""

from importlib.metadata import version

from fastapi import FastAPI

from roomtone.config import Settings
from roomtone.profiles.folder import ProfileFolder
from roomtone.service.api import (
    bots,
    calendar,
    commands,
    creating,
    deletion,
    diagnostics,
    evidence,
    health,
    live_view,
    media,
    provider_accounts,
    records,
    reference,
    speaking,
    storage_configs,
    streams,
    transcripts,
    webhooks,
)
from roomtone.service.api.errors import install_error_answers
from roomtone.service.api.media_links import MediaLinks
from roomtone.service.api.openapi import install_openapi
from roomtone.service.api.services import Services
from roomtone.service.api.token_buckets import TokenBuckets
from roomtone.service.data_folder import SESSIONS_NAME, link_key
from roomtone.service.deletion.eraser import Eraser
from roomtone.service.storage.port import Storage, WorkspaceBuckets
from roomtone.service.store.store import Store
from roomtone.service.transcripts.accounts import Accounts

_DESCRIPTION = "Sends bots into meetings, tells what they do, and gives what they recorded."
_TAGS = [
    {"name": "bots", "description": "Make, list, look at and remove bots."},
    {"name": "commands", "description": "What a bot does in its meeting: pause, resume, write, show."},
    {"name": "schedule", "description": "Bots that are to join later: list, move and cancel them."},
    {"name": "recordings", "description": "What they recorded."},
    {"name": "transcripts", "description": "Who said what: have it made, and read it in any format."},
    {"name": "diagnostics", "description": "Why a stay went as it did."},
    {"name": "webhooks", "description": "Where events go, and how their deliveries went."},
    {"name": "storage", "description": "A workspace's own bucket."},
    {"name": "health", "description": "Whether the server works."},
]
_ROUTERS = (
    bots.router,
    creating.router,
    calendar.router,
    commands.router,
    speaking.router,
    media.router,
    media.links_router,
    live_view.router,
    records.router,
    streams.router,
    transcripts.bots_router,
    transcripts.router,
    evidence.router,
    diagnostics.router,
    webhooks.router,
    storage_configs.router,
    provider_accounts.router,
    deletion.router,
    health.router,
    reference.router,
)


def create_app(
    settings: Settings,
    store: Store,
    storage: Storage,
    links: MediaLinks | None = None,
    *,
    eraser: Eraser | None = None,
    buckets: WorkspaceBuckets | None = None,
    accounts: Accounts | None = None,
) -> FastAPI:
    """The application; whoever serves it opens and closes the database and the storage.

    Without ``links`` they are signed with the key in the data folder, by the clock; without ``eraser`` the
    application makes its own; without ``buckets`` workspaces cannot have their own; without ``accounts`` the
    addresses of workspaces' transcription providers are looked at when they are dialled alone.

    The page at /docs is our own: the usual ones load their scripts from elsewhere.
    """
    app = FastAPI(
        title="Roomtone",
        version=version("roomtone"),
        description=_DESCRIPTION,
        openapi_tags=_TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    key_limit = TokenBuckets(settings.requests_per_minute, settings.request_burst)
    links = links or MediaLinks(link_key(settings.data_dir))
    eraser = eraser or Eraser(store, storage, settings.data_dir.expanduser() / SESSIONS_NAME)
    accounts = accounts or Accounts(settings, store.provider_accounts)
    app.state.services = Services(
        settings, store, storage, ProfileFolder.of(settings), links, key_limit, eraser, accounts, buckets
    )
    for router in _ROUTERS:
        app.include_router(router)
    install_error_answers(app)
    install_openapi(app)
    return app
