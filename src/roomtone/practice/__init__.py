"""A meeting of our own to try the product on: a small web meeting with scripted participants.

`PracticeServer` (in `server`) runs one meeting from a `Script` (in `script`); the page and the socket it
offers are described in ``docs/protocols/practice-meeting.md``.
"""
