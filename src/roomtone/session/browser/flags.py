"""The browser's command line: a table with reasons, and how an operator's flags are merged into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

DISABLED_FEATURES: tuple[str, ...] = (
    # A meeting's page counts as public and our socket as local: without these the link is refused.
    "LocalNetworkAccessChecks",
    "LocalNetworkAccessChecksWebSockets",
    # Host candidates as mDNS names cannot be resolved in most containers.
    "WebRtcHideLocalIpsWithMdns",
    # Nothing that nobody asked for: no translation bar, no media router, no hints fetched.
    "Translate",
    "MediaRouter",
    "OptimizationHints",
    "AutofillServerCommunication",
    "CertificateTransparencyComponentUpdater",
    "CalculateNativeWinOcclusion",
    "GlobalMediaControls",
    "DestroyProfileOnBrowserClose",
    "PaintHolding",
    # The address bar's drop-down is a page with a process of its own: 50 MB, though there is no address bar.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
)

FLAGS: tuple[tuple[str, str], ...] = (
    ("--autoplay-policy=no-user-gesture-required", "AudioContexts and our own elements must run unasked"),
    ("--use-fake-device-for-media-stream", "pre-join pages ask for a microphone and a camera; there is none"),
    ("--disable-background-timer-throttling", "nobody looks at the page, and it must not slow down"),
    ("--disable-renderer-backgrounding", "same"),
    ("--disable-backgrounding-occluded-windows", "same"),
    ("--disable-background-networking", "no traffic but the meeting's"),
    ("--disable-component-update", "same"),
    ("--disable-sync", "same"),
    ("--disable-default-apps", "same"),
    ("--disable-quic", "one transport fewer to fail behind corporate firewalls"),
    ("--no-first-run", "no welcome page"),
    ("--no-default-browser-check", "no question nobody can answer"),
    ("--noerrdialogs", "a dialog would cover the page"),
    ("--password-store=basic", "no key ring to be unlocked"),
    ("--disable-dev-shm-usage", "containers have a /dev/shm of 64 MB"),
    ("--lang=en-US", "screens are recognised by their English words"),
)
"""Flag and reason. There is no --use-fake-ui-for-media-stream: it breaks or falsifies screen capture."""

KIOSK_FLAGS: tuple[tuple[str, str], ...] = (
    ("--kiosk", "the page fills the display: no toolbar in the picture"),
    ("--start-fullscreen", "same"),
    ("--window-position=0,0", "same"),
    ("--test-type", "no banner about unsupported flags in the picture"),
    ("--enable-blink-features=AutomationControlled", "pages may know what drives them; no banner either"),
)

PERSON_FLAGS = (
    "--no-first-run",
    "--no-default-browser-check",
    "--password-store=basic",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
"""Of a window for a person; the reasons are those of the same flags above."""

NO_SANDBOX = "--no-sandbox"
_LIST_FLAGS = ("--disable-features", "--enable-features")


def command_line(*, size: tuple[int, int], kiosk: bool, is_root: bool, more: Iterable[str] = ()) -> list[str]:
    """All flags of one browser, every ``--disable-features`` and ``--enable-features`` joined into one.

    Args:
        size: Width and height of the window, pixels.
        kiosk: Whether the page is shown full screen on a display.
        is_root: Root cannot use Chromium's sandbox.
        more: The operator's flags, put last so that they win; their feature lists are added to ours.
    """
    flags = [flag for flag, _ in FLAGS]
    # A window exactly as large as its display is made a pixel smaller; one a pixel larger is left alone.
    excess = 1 if kiosk else 0
    flags.append(f"--window-size={size[0] + excess},{size[1] + excess}")
    if kiosk:
        flags += [flag for flag, _ in KIOSK_FLAGS]
    if is_root:
        flags.append(NO_SANDBOX)
    flags.append("--disable-features=" + ",".join(DISABLED_FEATURES))
    return merge([*flags, *more])


def person_flags(*, is_root: bool, more: Iterable[str] = ()) -> list[str]:
    """The flags of a window in which a person signs in: nothing that a bot needs for itself."""
    root = [NO_SANDBOX] if is_root else []
    return merge([*PERSON_FLAGS, *root, *more])


def lacks_sandbox(complaint: str) -> bool:
    """Whether a browser did not start because the machine gives it nothing to build its sandbox with.

    Args:
        complaint: What it wrote.
    """
    return "No usable sandbox" in complaint or "Failed to move to new namespace" in complaint


def merge(flags: Iterable[str]) -> list[str]:
    """The flags in order, feature lists of one kind joined at the end; the enabled are not disabled."""
    features: dict[str, list[str]] = {name: [] for name in _LIST_FLAGS}
    kept = []
    for flag in flags:
        name, _, value = flag.partition("=")
        if name not in features:
            kept.append(flag)
            continue
        features[name] += [one for one in value.split(",") if one and one not in features[name]]
    enabled = {one.split("<")[0].split(":")[0] for one in features["--enable-features"]}
    features["--disable-features"] = [one for one in features["--disable-features"] if one not in enabled]
    return kept + [f"{name}={','.join(values)}" for name, values in features.items() if values]
