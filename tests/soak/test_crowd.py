"""The real server: some people at once, whom it lets in, and what it lets be read."""

from pathlib import Path

import pytest

from bench.soak.crowd import crowd, served

PEOPLE = 4


@pytest.mark.slow
def test_people_at_once_get_what_they_asked_for_and_nobody_elses():
    found = crowd(PEOPLE, 0)
    assert found.wrong == ()
    assert found.done == PEOPLE and found.refused == 0
    assert found.memory[0] > 0 and found.disk[0] > 0


@pytest.mark.slow
def test_a_password_shuts_everything_and_only_ones_own_results_are_read(tmp_path):
    import httpx

    (tmp_path / "secret.txt").write_text("secret")
    with served(tmp_path, "--auth", "ann:long enough") as (address, _):
        shut = ("config", "gradio_api/info", f"gradio_api/file={tmp_path / 'secret.txt'}")
        upload = {"files": b"a film " * 100}
        with httpx.Client(base_url=address, timeout=120) as stranger:
            assert [stranger.get(path).status_code for path in shut] == [401] * 3
            assert stranger.post("gradio_api/upload", files=upload).status_code == 401
            wrong = {"username": "ann", "password": "another"}
            assert stranger.post("login", data=wrong).status_code == 400
        with httpx.Client(base_url=address, timeout=120) as ann:
            right = {"username": "ann", "password": "long enough"}
            assert ann.post("login", data=right).status_code == 200
            assert ann.get("config").status_code == 200
            (kept,) = ann.post("gradio_api/upload", files=upload).json()
            (ours,) = (tmp_path / "tmp").glob("watch-listen-*")
            assert Path(kept).is_relative_to(ours) and ours.stat().st_mode & 0o077 == 0
            for path in (
                tmp_path / "secret.txt",
                tmp_path / "annotations.sqlite",
                tmp_path / "cache",
                "/etc/passwd",
                "app.py",
            ):
                answer = ann.get(f"gradio_api/file={path}")
                assert answer.status_code in (403, 404), path
                assert "secret" not in answer.text.replace(str(tmp_path / "secret.txt"), "")


@pytest.mark.slow
def test_an_upload_over_the_limit_is_refused_and_nothing_of_it_stays(tmp_path):
    import httpx

    with served(tmp_path, "--max-mb", "1") as (address, _):
        before = stored(tmp_path)
        large = {"files": ("large.mp4", bytes(8_000_000))}
        answer = httpx.post(f"{address}gradio_api/upload", files=large, timeout=120)
        assert answer.status_code == 413 and "exceed" in answer.text.lower()
        assert stored(tmp_path) - before < 1 << 20


def stored(folder) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
