"""What a slow receiver of video is given: never a picture that it cannot decode, and all that is left out is counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from roomtone.fragments.growing import Fragment
from roomtone.session.live.fragment_backlog import MOST_FRAGMENTS, FragmentBacklog

SIZE = 1000


def fragment(number: int, *, is_key: bool = False, n_pictures: int = 12) -> Fragment:
    """Half a second."""
    return Fragment(number * SIZE, (number + 1) * SIZE, number * 0.5, number * 0.5 + 0.5, n_pictures, is_key)


def group(first: int) -> list[Fragment]:
    """Two seconds that begin with a key frame."""
    return [fragment(first + n, is_key=n == 0) for n in range(4)]


def starts(backlog: FragmentBacklog) -> list[int]:
    """Numbers of what is given out, in order."""
    taken = []
    while (one := backlog.take()) is not None:
        taken.append(one.start // SIZE)
    return taken


def test_a_receiver_that_keeps_up_gets_everything():
    """In order, nothing dropped."""
    backlog = FragmentBacklog(5.0)
    for one in [*group(0), *group(4)]:
        backlog.put(one)
    assert starts(backlog) == list(range(8))
    assert (backlog.dropped_bytes, backlog.dropped_s) == (0, 0.0)


def test_one_that_is_too_slow_goes_on_with_the_newest_key_frame():
    """More than five seconds behind: what is before the newest key frame is dropped and counted."""
    backlog = FragmentBacklog(5.0)
    for one in [*group(0), *group(4), *group(8)]:
        backlog.put(one)
    assert starts(backlog) == [8, 9, 10, 11]
    assert (backlog.dropped_bytes, backlog.dropped_s) == (8 * SIZE, 4.0)


def test_a_new_connection_begins_with_a_key_frame():
    """What is left of a group whose beginning went to another connection is of no use."""
    backlog = FragmentBacklog(5.0)
    for one in [*group(0), *group(4)]:
        backlog.put(one)
    backlog.take()
    backlog.begin_anew()
    assert starts(backlog) == [4, 5, 6, 7]
    assert backlog.dropped_bytes == 3 * SIZE


def test_what_broke_off_is_counted_and_followed_by_a_key_frame():
    """Half of a fragment was sent: the other half is lost, and so is what needs it."""
    backlog = FragmentBacklog(5.0)
    for one in [*group(0), *group(4)]:
        backlog.put(one)
    taken = backlog.take()
    assert taken is not None
    backlog.lost(taken, 400)
    assert starts(backlog) == [4, 5, 6, 7]
    assert backlog.dropped_bytes == SIZE - 400 + 3 * SIZE


def test_sound_without_pictures_is_given_while_a_key_frame_is_awaited():
    """It can be heard without one."""
    backlog = FragmentBacklog(5.0)
    backlog.begin_anew()
    for one in (fragment(0), fragment(1, n_pictures=0), fragment(2), fragment(3, is_key=True), fragment(4)):
        backlog.put(one)
    assert starts(backlog) == [1, 3, 4]


def test_without_any_key_frame_the_backlog_is_bounded_too():
    """Nobody listens, and no picture comes: the oldest go."""
    backlog = FragmentBacklog(5.0)
    for number in range(MOST_FRAGMENTS + 500):
        backlog.put(fragment(number, n_pictures=0))
    assert len(backlog) == MOST_FRAGMENTS
    assert backlog.dropped_bytes == 500 * SIZE


@given(st.lists(st.sampled_from(["key", "put", "sound", "take", "anew"]), max_size=80))
def test_nothing_is_given_that_depends_on_what_was_left_out(deeds):
    """Whatever happens: a picture that needs another is given only right after it; all bytes are accounted for."""
    backlog, number, given_out = FragmentBacklog(5.0), 0, 0
    last_picture, decodable = -1, False
    n_pictures_put: list[int] = []
    for deed in deeds:
        if deed == "take":
            one = backlog.take()
            if one is None:
                continue
            given_out += one.size_bytes
            if one.n_pictures:
                place = n_pictures_put.index(one.start // SIZE)
                assert one.begins_with_key or (decodable and place == last_picture + 1)
                last_picture, decodable = place, True
        elif deed == "anew":
            backlog.begin_anew()
            decodable = False
        else:
            backlog.put(fragment(number, is_key=deed == "key", n_pictures=0 if deed == "sound" else 12))
            if deed != "sound":
                n_pictures_put.append(number)
            number += 1
    waiting = len(backlog) * SIZE
    assert given_out + waiting + backlog.dropped_bytes == number * SIZE
