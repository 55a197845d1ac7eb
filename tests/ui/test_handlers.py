"""What the page does, without a browser: values in, values out."""

from dataclasses import replace
from zipfile import ZipFile

import pytest

from summarizer import SummarizerError
from summarizer.schema import Event, Highlight
from tests.ui.fake import SENSES, Fake
from ui.edits import Edits
from ui.handlers import NO_VIDEO, UNEXPECTED, Handlers, Order, Wish, weights_in, weights_typed
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
    session, status, _ = on.open([str(upload)], Session())
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
    other, _, _ = on.open([str(upload)], Session())
    assert other.folder != session.folder


def test_subtitles_beside_the_video_come_along(on, upload, tmp_path):
    lines = tmp_path / "other name.srt"
    lines.write_text("1\n00:00:01,000 --> 00:00:02,000\nhello\n")
    session, _, _ = on.open([str(lines), str(upload)], Session())
    assert (session.folder / "a clip.srt").exists()
    assert session.video.name == "a clip.mp4"


def test_subtitles_alone_are_refused(on, tmp_path):
    session, status, _ = on.open([str(tmp_path / "lines.srt")], Session())
    assert session == Session() and "only subtitles" in status.text


def test_a_bad_file_is_a_sentence_and_leaves_nothing(on, rooms, session, tmp_path):
    bad = tmp_path / "notes.mp4"
    bad.write_bytes(b"")
    kept, status, _ = on.open([str(bad)], session)
    assert kept is session and status.kind == "error"
    assert status.text == "notes.mp4 is no video: only 0 bytes; try another."
    assert list(rooms.root.iterdir()) == [session.folder]


def test_another_video_replaces_the_one_before(on, session, upload):
    fresh, _, _ = on.open([str(upload)], session)
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
    known = [len(seen.curves) if seen else 0 for seen, _, _ in steps]
    assert known == [*range(len(SENSES) + 1), len(SENSES)]
    assert [status.kind for _, status, _ in steps] == ["working"] * (len(SENSES) + 1) + ["done"]


def test_perceiving_without_a_video_asks_for_one(on):
    assert list(on.perceive(Session())) == [(None, NO_VIDEO, ())]


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
    seen, status, _ = last(on.perceive(session))
    assert len(seen.curves) == 2
    assert (status.kind, status.text[:10]) == ("error", "The sound ")


def test_what_nobody_foresaw_is_a_plain_sentence_and_a_log_entry(
    on, fake, session, monkeypatch, caplog
):
    monkeypatch.setattr(fake, "perceiving", lambda path: 1 / 0)
    _, status, _ = last(on.perceive(session))
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


@pytest.mark.parametrize("typed", ["music", "music=", "music=loud", "=,="])
def test_weights_that_are_none_are_a_sentence(typed):
    with pytest.raises(SummarizerError, match="like music=2"):
        weights_in(typed)


def test_weights_as_they_are_typed():
    weights = (("music", 2.0), ("faces", 0.5))
    assert weights_in(" music=2, faces = 0.5 ,") == weights
    assert weights_typed(weights) == "music=2, faces=0.5"


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


# -- edits, taste, pictures, exports ---------------------------------------------------------------


def chosen(on, session, **wish):
    return last(on.choose(perception(on, session), Wish(**wish), None))[0]


def test_an_edit_can_be_taken_back_one_by_one(on, session):
    moment = chosen(on, session).highlights[1]
    history = (Edits(),)
    for do in ("pin", "drop"):
        history = on.edit(history, Order(do, moment.start, moment.end), session)
    assert len(history) == 3 and history[-1].drop and not history[-1].keep
    history = on.edit(history, Order("undo"), session)
    assert history[-1].keep and not history[-1].drop
    assert on.edit(on.edit(history, Order("undo"), session), Order("undo"), session) == (Edits(),)


def test_edits_reach_what_is_chosen(on, session):
    moment = chosen(on, session).highlights[1]
    history = on.edit((Edits(),), Order("drop", moment.start, moment.end), session)
    assert moment.start not in [
        each.start for each in chosen(on, session, edits=history[-1]).highlights
    ]
    history = on.edit(history, Order("restore", moment.start, moment.end), session)
    assert moment.start in [
        each.start for each in chosen(on, session, edits=history[-1]).highlights
    ]


def test_orders_that_mean_nothing_change_nothing(on, session):
    history = (Edits(),)
    assert on.edit(history, Order("explode", 1.0, 2.0), session) == history
    assert on.edit(history, Order("pin", 1.0, 2.0), Session()) == history
    assert len(on.edit((Edits(),) * 50, Order("pin", 1.0, 2.0), session)) == 50


def test_pins_drops_and_ratings_teach_and_nothing_else_does(on, session):
    seen = perception(on, session)
    taught = [on.learn((), seen, Order(do, 1.0, 2.0)) for do in ("pin", "drop", "nudge", "undo")]
    assert taught == [(("faces", 1.0),), (("faces", -1.0),), (), ()]
    assert on.learn((), seen, Order("rate", 1.0, 2.0, liked=-7.0)) == (("faces", -1.0),)
    assert on.learn((), None, Order("pin", 1.0, 2.0)) == ()


def test_stills_are_made_once(on, fake, session, monkeypatch):
    made = dict(on.stills(session, [500, 4500]))
    assert [path.read_bytes()[:2] for path in made.values()] == [b"\xff\xd8"] * 2
    monkeypatch.setattr(fake, "stills", lambda *_: 1 / 0)
    assert dict(on.stills(session, [4500])) == {4500: made[4500]}
    assert on.stills(session, [7000]) == [] and on.stills(Session(), [1]) == []


def test_an_export_is_a_file_in_the_viewers_room(on, session):
    summary = chosen(on, session)
    path, status = on.export(session, summary, "csv")
    assert status.kind == "idle" and path.name == "highlights.csv"
    assert session.folder in path.parents
    assert "no export" in on.export(session, summary, "../../etc/passwd")[1].text
    assert on.export(Session(), summary, "csv")[1] == NO_VIDEO


def test_all_exports_come_zipped_with_the_reel(on, session):
    summary = chosen(on, session)
    reel, _ = last(on.render(session, summary))
    path, _ = on.export(session, summary, "zip", reel)
    with ZipFile(path) as packed:
        assert {"summary.json", reel.path.name} <= set(packed.namelist())


def test_another_wish_is_compared_all_else_being_equal(on, session):
    seen = perception(on, session)
    summary = last(on.choose(seen, Wish(want="music", balance=0.2), None))[0]
    rival, _ = on.compare(seen, summary, " faces ", "")
    assert rival.preference == replace(summary.preference, want="faces")
    assert rival.story
    assert on.compare(None, summary, "faces", "")[0] is None


# -- projects --------------------------------------------------------------------------------------


def test_a_project_comes_back_with_its_clip(on, session, upload, tmp_path):
    wish = Wish("music", 4, "seconds", 0.2, 0.7, ("emotion",), selector="dpp", fill=True)
    wish = replace(wish, edits=Edits((Event(1.0, 2.0),), (Event(5.0, 6.0),)))
    saved = chosen(on, session, **{key: getattr(wish, key) for key in wish.__dataclass_fields__})
    project = tmp_path / "summary.json"
    project.write_text(saved.to_json())
    fresh, status, restored = on.open([str(project), str(upload)], Session())
    assert status.kind == "idle" and fresh.video == saved.video and restored == saved
    assert Wish.of(restored.preference) == wish


@pytest.mark.parametrize("content", ["{}", "[", '{"video": 3}', "null", "\x00"])
def test_what_is_no_project_is_a_sentence(on, upload, tmp_path, content):
    project = tmp_path / "summary.json"
    project.write_text(content)
    session, status, restored = on.open([str(project), str(upload)], Session())
    assert session == Session() and restored is None
    assert status.kind == "error" and status.text != UNEXPECTED


def test_a_project_needs_its_own_clip(on, session, upload, tmp_path):
    project = tmp_path / "summary.json"
    project.write_text(chosen(on, session).to_json())
    assert "drop its video" in on.open([str(project)], Session())[1].text
    other = tmp_path / "other.mp4"
    other.write_bytes(b"other pictures " * 100)
    kept, status, _ = on.open([str(project), str(other)], session)
    assert kept is session and "a clip.mp4" in status.text and "other.mp4" in status.text


def test_a_project_that_was_tampered_with_is_refused(on, session, upload, tmp_path):
    saved = chosen(on, session)
    for moment in (
        Highlight(-5.0, 2.0, 0.5, "x"),
        Highlight(3.0, 2.0, 0.5, "x"),
        Highlight(0.0, 1e9, 0.5, "x"),
        Highlight(0.0, float("nan"), 0.5, "x"),
    ):
        project = tmp_path / "summary.json"
        project.write_text(replace(saved, highlights=(moment,)).to_json())
        _, status, restored = on.open([str(project), str(upload)], Session())
        assert restored is None and status.kind == "error" and status.text != UNEXPECTED
