"""Errors of starting the service.

RoomtoneError
└── CannotServe
    ├── DataFolderUnusable   the data folder cannot be used
    ├── AlreadyServing       another server works on the data folder
    ├── OtherDataFolder      the database belongs to another data folder
    ├── LinkKeyUnusable      the key of links to recordings cannot be read
    └── AddressUnusable      the address to listen on is taken or not ours
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.bot.errors import RoomtoneError

if TYPE_CHECKING:
    from pathlib import Path


class CannotServe(RoomtoneError):
    """The server cannot start; the text says what to change."""


class DataFolderUnusable(CannotServe):
    """The data folder cannot be made, read or written."""

    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__(
            f"the data folder {folder} cannot be used: {problem}; "
            "name another with --data-dir or ROOMTONE_DATA_DIR, free some space or change its owner"
        )


class AlreadyServing(CannotServe):
    """Another server works on the data folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        who = f" (process {holder})" if holder else ""
        super().__init__(
            f"another Roomtone server{who} works on {folder}; "
            "stop it first, or name another folder with --data-dir"
        )


class OtherDataFolder(CannotServe):
    """The database belongs to another data folder, and its recordings lie there."""

    def __init__(self, folder: Path, node: str, place: str) -> None:
        super().__init__(
            f"the database belongs to another data folder than {folder}: to that of the node {node}, last "
            f"served from {place}; serve that folder (--data-dir or ROOMTONE_DATA_DIR), or give this one a "
            "database of its own (ROOMTONE_DATABASE_URL). If that folder is lost for good, write "
            f"{node} into {folder / 'node'}: its bots go on here, without the files that lay there"
        )


class LinkKeyUnusable(CannotServe):
    """The key of links to recordings cannot be read."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path} cannot be used: {problem}; delete it to have a new one made")


class AddressUnusable(CannotServe):
    """The address to listen on is taken or not ours."""

    def __init__(self, host: str, port: int, problem: str) -> None:
        super().__init__(
            f"cannot listen on {host}:{port}: {problem}; "
            "choose another with --host and --port (ROOMTONE_HOST, ROOMTONE_PORT)"
        )
