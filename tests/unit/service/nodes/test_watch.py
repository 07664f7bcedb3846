"""When a session is killed."""

from __future__ import annotations

import pytest

from roomtone.service.nodes.watch import EXIT_GRACE_S, KillReason, SessionWatch


@pytest.mark.parametrize(
    ("now_s", "leave_sent_at_s", "ended_at_s", "reason"),
    [
        (109.9, None, None, None),
        (110.1, None, None, KillReason.SILENT),
        (104.9, 100.0, None, None),
        (105.1, 100.0, None, KillReason.DID_NOT_LEAVE),
        (105.1, 100.0, 101.0, None),
        (101.0 + EXIT_GRACE_S + 0.1, 100.0, 101.0, KillReason.DID_NOT_EXIT),
        (101.0 + EXIT_GRACE_S + 0.1, None, 101.0, KillReason.DID_NOT_EXIT),
    ],
)
def test_patience_has_an_end(
    now_s: float, leave_sent_at_s: float | None, ended_at_s: float | None, reason: KillReason | None
):
    """Silence, a leave that does not come and an exit that does not come each have their limit."""
    watch = SessionWatch(10.0, 5.0, 100.0, leave_sent_at_s, ended_at_s)
    assert watch.kill_reason(now_s) is reason
