"""The browser's command line."""

from __future__ import annotations

from roomtone.session.browser.flags import (
    DISABLED_FEATURES,
    FLAGS,
    KIOSK_FLAGS,
    command_line,
    lacks_sandbox,
    merge,
)


def _line(
    *,
    size: tuple[int, int] = (1280, 720),
    kiosk: bool = False,
    is_root: bool = False,
    more: tuple[str, ...] = (),
) -> list[str]:
    return command_line(size=size, kiosk=kiosk, is_root=is_root, more=more)


def _features(line: list[str], name: str) -> list[str]:
    [found] = [flag for flag in line if flag.startswith(name + "=")]
    return found.partition("=")[2].split(",")


def test_there_is_one_list_of_disabled_features():
    """An operator's list is joined with ours, each feature once."""
    line = _line(more=("--disable-features=Translate,Other",))
    disabled = _features(line, "--disable-features")
    assert {"LocalNetworkAccessChecks", "LocalNetworkAccessChecksWebSockets", "Other"} <= set(disabled)
    assert len(disabled) == len(set(disabled)) == len(DISABLED_FEATURES) + 1


def test_a_feature_that_the_operator_enables_is_not_disabled():
    """Enabling wins, also with a trial name or parameters."""
    line = _line(more=("--enable-features=LocalNetworkAccessChecks<Trial,New:a/1",))
    assert "LocalNetworkAccessChecks" not in _features(line, "--disable-features")
    assert _features(line, "--enable-features") == ["LocalNetworkAccessChecks<Trial", "New:a/1"]


def test_an_operators_flags_come_after_ours():
    """Of two flags of one name Chromium takes the last: the operator's."""
    line = _line(more=("--lang=de-DE",))
    assert line.index("--lang=de-DE") > line.index("--lang=en-US")


def test_the_sandbox_is_kept_where_it_can_be():
    """Only root runs without it."""
    assert "--no-sandbox" not in _line()
    assert "--no-sandbox" in _line(is_root=True)


def test_only_a_shown_browser_is_a_kiosk():
    """Headless has no kiosk flags; a shown one has all of them, and a window that covers the display."""
    assert not {flag for flag, _ in KIOSK_FLAGS} & set(_line())
    shown = _line(kiosk=True, size=(640, 360))
    assert {flag for flag, _ in KIOSK_FLAGS} <= set(shown)
    assert "--window-size=641,361" in shown


def test_the_flag_that_falsifies_capture_is_never_ours():
    """Every flag has a reason, none fakes the permission prompts."""
    assert all(reason for _, reason in (*FLAGS, *KIOSK_FLAGS))
    assert not any("fake-ui" in flag for flag in _line(kiosk=True, is_root=True))


def test_merging_keeps_other_flags_in_order():
    """Flags that are no feature lists are passed as they are, repeated ones too."""
    assert merge(["--a=1", "--enable-features=X", "--b", "--a=2"]) == [
        "--a=1",
        "--b",
        "--a=2",
        "--enable-features=X",
    ]


def test_only_a_missing_sandbox_is_taken_for_one():
    """What Chromium writes where it may not make user namespaces, and nothing else, lets it start without a sandbox."""
    assert lacks_sandbox(
        "[0101/1.2:FATAL:zygote_host_impl_linux.cc(128)] No usable sandbox! If you are running"
    )
    assert lacks_sandbox(
        "Failed to move to new namespace: PID namespaces supported, errno = Operation not permitted"
    )
    assert not lacks_sandbox(
        "error while loading shared libraries: libnss3.so: cannot open shared object file"
    )
    assert not lacks_sandbox("Missing X server or $DISPLAY")
