"""The practice meeting's web client (``docs/protocols/practice-meeting.md``)."""
