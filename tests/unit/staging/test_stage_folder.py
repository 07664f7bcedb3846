"""The folder of a staging."""

from __future__ import annotations

from roomtone.staging.stage_folder import StageFolder


def test_what_a_session_left_is_kept_beside_the_logs(tmp_path):
    """The session's log and screenshots are copied from wherever they lie in the server's data; nothing else is."""
    data = tmp_path / "data"
    for name in ("artifacts/bots/b1/session.log", "sessions/b1-1/screenshots/failure.png", "roomtone.db"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(name)
    folder = StageFolder(tmp_path / "stage")
    folder.prepare()
    folder.keep_session(data)
    assert sorted(path.name for path in folder.logs.iterdir()) == ["failure.png", "session.log"]
    assert (folder.logs / "session.log").read_text() == "artifacts/bots/b1/session.log"


def test_a_folder_is_emptied_of_its_own_names_alone(tmp_path):
    """What an earlier staging left is removed, what somebody put there besides is not."""
    folder = StageFolder(tmp_path)
    (tmp_path / "live").mkdir()
    for path in (folder.video, folder.report, folder.live / "old.wav", tmp_path / "notes.txt"):
        path.write_text("old")
    folder.prepare()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logs", "notes.txt"]
