"""What the page does, without a browser: values in, values out."""

from dataclasses import replace

import pytest

from summarizer import SummarizerError
from tests.ui.fake import SENSES, Fake
from ui.handlers import NO_VIDEO, UNEXPECTED, Handlers, Wish
from ui.session import Rooms, Session


@pytest.fixture
def rooms():
    rooms = Rooms()
    yield rooms
    rooms.end()


@pytest.fixture
def fake():
    return Fake()


@pytest.fixture
def on(fake, rooms):
    return Handlers(fake, rooms)


@pytest.fixture
def upload(tmp_path):
    path = tmp_path / "a clip.mp4"
    path.write_bytes(b"moving pictures " * 100)
    return path


@pytest.fixture
def session(on, upload):
    session, status = on.open([str(upload)], Session())
    assert status.kind == "idle"
    return session


def last(steps):
    *_, final = steps
    return final


def perception(on, session):
    return last(on.perceive(session))[0]


# -- a video ---------------------------------------------------------------------------------------


def test_an_upload_gets_a_room_of_its_own(on, rooms, session, upload):
    assert session.folder.parent == rooms.root
    assert session.source == session.folder / "a clip.mp4"
    assert session.source.read_bytes() == upload.read_bytes()
    assert session.video.name == "a clip.mp4"
    other, _ = on.open([str(upload)], Session())
    assert other.folder != session.folder


def test_subtitles_beside_the_video_come_along(on, upload, tmp_path):
    lines = tmp_path / "other name.srt"
    lines.write_text("1\n00:00:01,000 --> 00:00:02,000\nhello\n")
    session, _ = on.open([str(lines), str(upload)], Session())
    assert (session.folder / "a clip.srt").exists()
    assert session.video.name == "a clip.mp4"


def test_subtitles_alone_are_refused(on, tmp_path):
    session, status = on.open([str(tmp_path / "lines.srt")], Session())
    assert session == Session() and "only subtitles" in status.text


def test_a_bad_file_is_a_sentence_and_leaves_nothing(on, rooms, session, tmp_path):
    bad = tmp_path / "notes.mp4"
    bad.write_bytes(b"")
    kept, status = on.open([str(bad)], session)
    assert kept is session and status.kind == "error"
    assert status.text == "notes.mp4 is no video: only 0 bytes; try another."
    assert list(rooms.root.iterdir()) == [session.folder]


def test_another_video_replaces_the_one_before(on, session, upload):
    fresh, _ = on.open([str(upload)], session)
    assert not session.folder.exists() and fresh.folder.exists()


def test_leaving_removes_everything_twice_if_need_be(on, session):
    on.close(session)
    on.close(session)
    assert not session.folder.exists()
    on.close(Session())


def test_our_own_clips_are_never_removed(on, upload):
    session, _ = on.open_example(upload, Session())
    assert session.source == upload
    on.close(session)
    assert upload.exists()


def test_what_a_browser_plays_is_played_as_it_is(on, session):
    assert [player.path for player in on.show(session)] == [session.source]


def test_what_no_browser_plays_gets_a_copy(on, fake, session):
    fake.unplayable.add(".mp4")
    *making, done = on.show(session)
    assert all(player.path is None and player.status.kind == "working" for player in making)
    assert done.path == session.folder / "preview.mp4" and done.path.exists()


def test_a_copy_that_fails_is_only_a_message(on, fake, session, monkeypatch):
    def broken(*_):
        raise SummarizerError("No copy could be made; download a player.")
        yield

    fake.unplayable.add(".mp4")
    monkeypatch.setattr(fake, "preview", broken)
    (player,) = on.show(session)
    assert player.path is None and player.status.text.startswith("No copy")


# -- perceive --------------------------------------------------------------------------------------


def test_perceiving_shows_ever_more(on, session):
    steps = list(on.perceive(session))
    known = [len(seen.curves) if seen else 0 for seen, _ in steps]
    assert known == [*range(len(SENSES) + 1), len(SENSES)]
    assert [status.kind for _, status in steps] == ["working"] * (len(SENSES) + 1) + ["done"]


def test_perceiving_without_a_video_asks_for_one(on):
    assert list(on.perceive(Session())) == [(None, NO_VIDEO)]


def test_closing_stops_the_work(on, fake, session):
    steps = on.perceive(session)
    next(steps)
    next(steps)
    steps.close()
    assert fake.closed == 1


def test_an_error_keeps_what_was_found(on, fake, session, monkeypatch):
    whole = fake.perceiving

    def breaks(path):
        for number, step in enumerate(whole(path)):
            if number == 3:
                raise SummarizerError("The sound breaks off at 0:03; cut the file there.")
            yield step

    monkeypatch.setattr(fake, "perceiving", breaks)
    seen, status = last(on.perceive(session))
    assert len(seen.curves) == 2
    assert (status.kind, status.text[:10]) == ("error", "The sound ")


def test_what_nobody_foresaw_is_a_plain_sentence_and_a_log_entry(
    on, fake, session, monkeypatch, caplog
):
    monkeypatch.setattr(fake, "perceiving", lambda path: 1 / 0)
    _, status = last(on.perceive(session))
    assert status.text == UNEXPECTED
    assert "ZeroDivisionError" in caplog.text


def test_notes_of_the_senses_are_passed_on(on, fake, session, monkeypatch):
    whole = fake.perceiving

    def noted(path):
        for step in whole(path):
            yield replace(
                step, perception=replace(step.perception, notes=("The sound is broken.",))
            )

    monkeypatch.setattr(fake, "perceiving", noted)
    assert "The sound is broken." in last(on.perceive(session))[1].text


# -- choose ----------------------------------------------------------------------------------------


def test_choosing_answers_and_tells(on, session):
    summary, status = last(on.choose(perception(on, session), Wish(want=" music "), None))
    assert status.kind == "idle"
    assert summary.preference.want == "music"
    assert len(summary.story) == 3 and summary.highlights


def test_choosing_nothing_new_says_nothing(on, session):
    seen = perception(on, session)
    summary, _ = last(on.choose(seen, Wish(), None))
    assert list(on.choose(seen, Wish(), summary)) == []
    assert list(on.choose(seen, Wish(amount=30), summary)) != []


def test_choosing_before_anything_was_seen_says_nothing(on):
    assert list(on.choose(None, Wish(want="music"), None)) == []


@pytest.mark.parametrize("amount", [None, float("nan"), 0, -3])
def test_an_impossible_length_is_a_sentence(on, session, amount):
    seen = perception(on, session)
    before, _ = last(on.choose(seen, Wish(), None))
    summary, status = last(on.choose(seen, Wish(amount=amount), before))
    assert summary is before and status.kind == "error" and "length" in status.text


def test_the_length_in_both_units():
    assert str(Wish(amount=20).preference().length) == "20%"
    assert str(Wish(amount=20, unit="seconds").preference().length) == "20s"


# -- render ----------------------------------------------------------------------------------------


def test_a_reel_is_rendered_from_the_original(on, session):
    summary, _ = last(on.choose(perception(on, session), Wish(), None))
    *making, (reel, status) = on.render(session, summary)
    assert all(made is None and status.kind == "working" for made, status in making)
    assert status.kind == "done"
    assert reel.path.name == "a clip - highlights.mp4" and reel.path.exists()
    assert reel.highlights == summary.highlights


def test_a_new_reel_replaces_the_old(on, session):
    summary, _ = last(on.choose(perception(on, session), Wish(), None))
    first, _ = last(on.render(session, summary))
    second, _ = last(on.render(session, summary))
    assert second.path.exists() and not first.path.exists()


def test_no_reel_without_a_choice(on, session):
    assert last(on.render(session, None))[1].kind == "error"
    summary, _ = last(on.choose(perception(on, session), Wish(), None))
    none = replace(summary, highlights=())
    assert "nothing to put in a reel" in last(on.render(session, none))[1].text


# -- rooms -----------------------------------------------------------------------------------------


def test_folders_of_killed_servers_are_swept(tmp_path, monkeypatch):
    import os

    from ui.session import LEFT_OVER, PREFIX, sweep

    old, new, other = (tmp_path / name for name in (f"{PREFIX}old", f"{PREFIX}new", "other"))
    for folder in (old, new, other):
        folder.mkdir()
    for folder in (old, other):
        os.utime(folder, (1.0, folder.stat().st_mtime - LEFT_OVER - 60))
    sweep(tmp_path)
    assert not old.exists() and new.exists() and other.exists()
