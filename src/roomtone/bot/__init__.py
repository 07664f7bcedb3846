"""The words both wings speak: requests, addresses, events, commands, end reasons, the lifecycle.

Pure: nothing here does I/O or imports another room.
"""
