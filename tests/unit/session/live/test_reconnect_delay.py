from roomtone.session.live.reconnect_delay import ReconnectDelay


def test_waits_double_up_to_30_seconds():
    """Failures make the wait longer, never longer than 30 s."""
    delay = ReconnectDelay()
    waits_s = [delay.after(0.0, 1.0) for _ in range(20)]
    assert waits_s[:4] == [0.5, 1.0, 2.0, 4.0]
    assert waits_s[-1] == 30.0


def test_short_connections_do_not_shorten_it_and_good_ones_do():
    """A receiver that accepts and hangs up is not dialled in a tight loop."""
    delay = ReconnectDelay()
    for _ in range(4):
        delay.after(1.0, 1.0)
    assert delay.after(1.0, 1.0) == 8.0
    assert delay.after(60.0, 1.0) == 0.5


def test_jitter_takes_up_to_half():
    """Bots that lost the same receiver do not come back in step."""
    assert ReconnectDelay().after(0.0, 0.0) == 0.25
