import os
import shutil

import pytest

from summarizer.config import Limits
from summarizer.media import probe, text_lines
from tests import clips

LIMITS = Limits()
CUES = [(1.0, 2.0, "Hello <i>there</i>"), (2.5, 4.0, "how are\nyou?")]
SAID = [(1.0, 2.0, "Hello there"), (2.5, 4.0, "how are you?")]


def said(path) -> list[tuple[float, float, str]]:
    lines = text_lines(path, probe(path, LIMITS), LIMITS)
    assert all((line.source, line.confidence) == ("subtitles", 1.0) for line in lines)
    return [(round(line.start, 2), round(line.end, 2), line.text) for line in lines]


@pytest.fixture
def clip(tmp_path, silent_clip):
    """A clip without text tracks, in a folder of its own."""
    return shutil.copy(silent_clip, tmp_path / "talk.mp4")


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov"])
def test_a_track_inside(tmp_path, name):
    assert said(clips.captioned(tmp_path / name, CUES)) == SAID


def test_the_styled_kind_inside(tmp_path):
    path = clips.captioned(tmp_path / "a.mkv", CUES)
    styled = tmp_path / "styled.mkv"
    clips.ffmpeg("-i", path, "-map", "0", "-c", "copy", "-c:s", "ass", styled)
    assert said(styled) == SAID


def test_english_is_preferred_inside(tmp_path):
    path = clips.captioned(tmp_path / "a.mkv", [(1, 2, "Hallo")])
    other = tmp_path / "other.srt"
    other.write_text(clips.subrip([(1, 2, "Hello")]))
    both = tmp_path / "both.mkv"
    clips.ffmpeg(
        *("-i", path, "-i", other, "-map", "0", "-map", "1", "-c", "copy"),
        *("-metadata:s:s:0", "language=deu", "-metadata:s:s:1", "language=eng", both),
    )
    assert probe(both, LIMITS).subtitles == ("deu", "eng")
    assert said(both) == [(1, 2, "Hello")]


@pytest.mark.parametrize("name", ["talk.srt", "talk.vtt", "talk.en.srt", "talk.pt-BR.VTT"])
def test_a_file_beside(clip, name):
    text = clips.subrip(CUES)
    if name.lower().endswith("vtt"):
        text = "WEBVTT\n\n" + text.replace(",", ".")
    clip.with_name(name).write_text(text)
    assert probe(clip, LIMITS).subtitles == (name,)
    assert said(clip) == SAID


@pytest.mark.parametrize(
    "name", ["other.srt", "talk.txt", "talker.srt", "talk.mp4.srt", "talk.very-long-word.srt"]
)
def test_a_file_that_does_not_belong(clip, name):
    clip.with_name(name).write_text(clips.subrip(CUES))
    assert probe(clip, LIMITS).subtitles == ()
    assert said(clip) == []


def test_which_of_several_beside(clip):
    for name in ("talk.de.srt", "talk.en.srt", "talk.vtt", "talk.srt"):
        clip.with_name(name).write_text(clips.subrip([(1, 2, name)]).replace("\n", "\r\n"))
    order = ["talk.srt", "talk.vtt", "talk.en.srt", "talk.de.srt"]
    assert list(probe(clip, LIMITS).subtitles) == order
    for name in order:
        assert said(clip) == [(1, 2, name)]
        clip.with_name(name).write_bytes(b"\x00\xff no cues")  # then the next best counts


def test_beside_goes_before_inside(tmp_path):
    path = clips.captioned(tmp_path / "talk.mp4", [(1, 2, "inside")])
    (tmp_path / "talk.srt").write_text(clips.subrip([(1, 2, "beside")]))
    assert said(path) == [(1, 2, "beside")]
    (tmp_path / "talk.srt").write_text("nothing")
    assert said(path) == [(1, 2, "inside")]


def test_text_of_a_clip_that_does_not_begin_at_zero(tmp_path):
    path = clips.captioned(tmp_path / "a.mkv", CUES)
    late = tmp_path / "late.mkv"
    clips.ffmpeg(*("-itsoffset", "3", "-i", path, "-map", "0", "-c", "copy", "-copyts", late))
    assert said(late) == SAID


def test_a_huge_file_beside_is_read_up_to_a_limit(clip):
    rows = [(n * 0.001, n * 0.001 + 0.0005, "x" * 200) for n in range(40_000)]
    clip.with_name("talk.srt").write_text(clips.subrip([(1, 2, "start"), *rows]))
    assert len(said(clip)) < 1000


@pytest.mark.parametrize("kind", ["folder", "pipe", "unreadable", "dangling"])
def test_what_can_not_be_read_beside_is_not_there(clip, kind):
    path = clip.with_name("talk.srt")
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "dangling":
        path.symlink_to("nowhere")
    else:
        path.write_text(clips.subrip(CUES))
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this user reads everything")
    assert said(clip) == []


def test_no_text(clip):
    assert said(clip) == []


def test_both_forms_of_a_real_transcript(shared_data, tmp_path):
    source = shared_data / "clips_annotated"
    found = {}
    for suffix in (".srt", ".vtt"):
        shutil.copy(source / "manifesto.mp4", tmp_path / "manifesto.mp4")
        shutil.copy(source / f"manifesto{suffix}", tmp_path / f"manifesto{suffix}")
        found[suffix] = said(tmp_path / "manifesto.mp4")
        (tmp_path / f"manifesto{suffix}").unlink()
    words = {suffix: " ".join(text for *_, text in rows).split() for suffix, rows in found.items()}
    assert words[".srt"] == words[".vtt"]
    assert len(words[".srt"]) > 150
    for rows in found.values():
        assert all(0 <= start < end <= 88.1 for start, end, _ in rows)
