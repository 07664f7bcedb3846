"""In the meeting: one process, one browser, one stay. Commands and events are ``bot/session_protocol.py``."""
