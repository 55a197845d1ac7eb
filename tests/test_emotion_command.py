"""The preset emotion from the command line, over real files of every kind."""

import json
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from summarizer import dossier
from summarizer.__main__ import main
from summarizer.dossier import Features
from summarizer.pipeline import Summarizer
from tests import clips, sounds

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(tmp_path, cache, capsys):
    """Runs the command on some files; its code, what it said, and its folder."""

    def command(*words):
        out = tmp_path / "out"
        given = [*words, "--preset", "emotion", "--out", out, "--cache", cache]
        code = main([str(word) for word in given])
        said = capsys.readouterr()
        return code, said.out + said.err, out

    return command


def ffmpeg(target: Path, *words: str) -> Path:
    subprocess.run([FFMPEG, "-v", "error", "-y", *words, str(target)], check=True)
    return target


def sound(target: Path, seconds: float = 4.0, *words: str) -> Path:
    source = f"sine=frequency=440:duration={seconds}"
    return ffmpeg(target, "-f", "lavfi", "-i", source, *words)


def test_two_clips_become_their_files_a_report_and_reels(run, cut_clip, sound_clip):
    code, said, out = run(cut_clip, sound_clip, "--topk", 2, "--length", "6s")
    assert code == 0, said
    ids = dossier.ids([cut_clip, sound_clip])
    for name, ending in zip(ids, (".mp4", ".m4a"), strict=True):
        found = Features.read(out / f"{name}_features.json")
        assert found.rows == len(found.rms) and max(found.rms) > 0.01
        told = json.loads((out / f"{name}_summary.json").read_text())
        moments = json.loads((out / f"{name}_highlights.json").read_text())["moments"]
        assert 1 <= len(moments) <= 2 and len(told["highlights"]) == len(moments)
        lines = (out / f"{name}_summary.txt").read_text().splitlines()
        assert lines == [each["text"] for each in told["story"]] and lines
        assert "Notes:" in (out / f"{name}_prompt.txt").read_text()
        assert (out / name / f"reel{ending}").is_file()
        for number, moment in enumerate(moments, 1):
            cut, rate = sounds.decoded(out / f"{name}_moment{number}{ending}")
            assert len(cut) / rate == pytest.approx(moment["end"] - moment["start"], abs=0.15)
            assert np.abs(cut).max() > 0.01  # with its sound
    table = (out / "report.csv").read_text()
    assert all(name in table and name in (out / "report.html").read_text() for name in ids)
    assert not list(out.glob("**/.*part*"))


def test_a_moment_keeps_its_sound_at_its_true_speed(run, tmp_path):
    tone = sounds.sine(12.0, 300.0, 0.1, rate=44_100)
    tone[5 * 44_100 : 8 * 44_100] = sounds.sine(3.0, 1500.0, 0.8, rate=44_100)
    clip = clips.film(tmp_path / "two.wav", sound=tone, sound_codec="pcm_s16le")
    code, said, out = run(clip, "--topk", 3, "--length", "12s")
    assert code == 0, said
    heights = set()
    moments = json.loads((out / "two_highlights.json").read_text())["moments"]
    for number, moment in enumerate(moments, 1):
        cut, rate = sounds.decoded(out / f"two_moment{number}.m4a")
        for at in np.arange(0.5, moment["end"] - moment["start"] - 0.5, 1.0):
            piece = cut[int(at * rate) : int((at + 0.3) * rate)]
            spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece))))
            height = spectrum.argmax() * rate / len(piece)
            here = moment["start"] + at
            wanted = 1500 if here >= 5 and here + 0.3 <= 8 else 300
            if all(abs(here - edge) > 0.5 for edge in (5, 8)):
                assert height == pytest.approx(wanted, abs=15), here
                heights.add(wanted)
    assert heights


def test_a_second_run_does_nothing_and_another_wish_does_it_again(run, sound_clip):
    first = run(sound_clip, "--topk", 1)[2]
    before = {path: path.stat().st_mtime_ns for path in first.iterdir() if path.is_file()}
    code, said, out = run(sound_clip, "--topk", 1)
    assert code == 0 and "is done already" in said
    [last] = out.glob("*_summary.json")
    assert last.stat().st_mtime_ns == before[last]
    assert "is done already" not in run(sound_clip, "--topk", 2)[1]
    last.write_text("{")  # a file that somebody broke is made again
    assert "is done already" not in run(sound_clip, "--topk", 2)[1]
    assert json.loads(last.read_text())["id"]


def test_a_stopped_run_goes_on_with_the_clip_it_was_stopped_at(
    run, sound_clip, tmp_path, monkeypatch
):
    second = sound(tmp_path / "second.wav", 3)
    whole, seen = Summarizer.document, []

    def stopped(self, perception, summary, folder, name):
        seen.append(name)
        if name == "second":
            raise KeyboardInterrupt
        return whole(self, perception, summary, folder, name)

    monkeypatch.setattr(Summarizer, "document", stopped)
    code, _, out = run(sound_clip, second, "--topk", 1)
    assert code == 130 and not list(out.glob("second_summary*"))
    monkeypatch.setattr(Summarizer, "document", whole)
    code, said, out = run(sound_clip, second, "--topk", 1)
    assert code == 0 and said.count("is done already") == 1
    assert (out / "second_summary.json").is_file() and seen == [sound_clip.stem, "second"]


def test_one_bad_file_does_not_keep_the_others(run, sound_clip, tmp_path):
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video")
    code, said, out = run(bad, sound_clip)
    assert code == 2 and "1 of 2 clips could not be summarized: bad.mp4" in said
    assert list(out.glob("*_summary.json")) and not (out / "bad").exists()


def test_files_of_one_name_and_names_that_begin_alike_stay_apart(tmp_path):
    paths = [Path("a/day.mp4"), Path("b/day.mp4"), Path("c/Day.wav"), Path("../..mp4"), Path("é ?")]
    assert dossier.ids(paths) == ["day", "day-2", "Day-3", "clip", "é"]
    for name in ("day_features.json", "day_2_features.json", "day_moment3.mp4", "day_x.txt"):
        (tmp_path / name).touch()
    mine = {path.name for path in dossier.files(tmp_path, "day")}
    assert mine == {"day_features.json", "day_moment3.mp4"}


@pytest.mark.parametrize(
    ("name", "seconds", "words"),
    [
        ("short.wav", 0.4, ()),
        ("brief.m4a", 1.7, ()),
        ("eight.wav", 4, ("-c:a", "pcm_u8", "-ar", "8000")),
        ("fine.wav", 4, ("-ar", "96000", "-c:a", "pcm_s24le")),
        ("stereo.flac", 4, ("-af", "pan=stereo|c0=c0|c1=c0", "-ar", "44100")),
        ("odd.wav", 4, ("-ar", "11025", "-c:a", "pcm_f32le")),
    ],
)
def test_sound_of_every_kind_works(run, tmp_path, name, seconds, words):
    code, said, out = run(sound(tmp_path / name, seconds, *words))
    assert code == 0, said
    found = Features.read(out / f"{Path(name).stem}_features.json")
    # the sine of the tool has an eighth of full scale
    assert found.rms[0] == pytest.approx(0.125 / 2**0.5, rel=0.06)
    # eight bits have a noise of their own
    assert 400 < found.centroid_hz[0] < (800 if "pcm_u8" in words else 480)
    assert found.rows == int(np.ceil(seconds))


def test_two_channels_are_heard_as_their_mean(run, tmp_path):
    left = ("-af", "pan=stereo|c0=c0|c1=0*c0")
    _, said, out = run(sound(tmp_path / "left.wav", 3, *left))
    found = Features.read(out / "left_features.json")
    assert found.rms[1] == pytest.approx(0.125 / 2**0.5 / 2, rel=0.03), said


def test_silence_and_no_sound_at_all_work_and_say_so(run, tmp_path, silent_clip):
    hush = ffmpeg(tmp_path / "hush.wav", "-f", "lavfi", "-i", "anullsrc=d=4")
    code, said, out = run(hush, silent_clip)
    assert code == 0, said
    found = Features.read(out / "hush_features.json")
    assert not any(found.rms) and not any(found.centroid_hz)
    neutral = found.emotions.names.index("neutral")
    assert all(row[neutral] == 1 for row in found.emotions.rows)  # silence is not sad
    seen = Features.read(out / f"{silent_clip.stem}_features.json")
    assert seen.rms == () and any(seen.highlight.total)
    assert "it has no sound" in (out / f"{silent_clip.stem}_summary.txt").read_text()


def test_no_language_model_of_that_name_ends_in_a_sentence(run, sound_clip, monkeypatch):
    monkeypatch.setenv("LLAMA_MODEL", "llama-9")
    code, said, _ = run(sound_clip)
    assert code == 2 and "no weights 'llama-9'" in said
    code, said, _ = run(sound_clip, "--model", "/nowhere/llama")
    assert code == 2 and "no config.json" in said


def test_a_language_model_that_the_environment_names_is_asked(
    run, sound_clip, tiny_weights, monkeypatch
):
    monkeypatch.setenv("LLAMA_MODEL", "tiny-llama")
    code, said, out = run(sound_clip, "--set", "narrator.answer=32")
    assert code == 0, said
    [last] = out.glob("*_summary.json")
    assert "language model wrote" in json.loads(last.read_text())["note"]


@pytest.mark.slow
def test_an_hour_works(run, tmp_path):
    hour = sound(tmp_path / "hour.flac", 3600, "-ar", "16000", "-af", "tremolo=f=0.1:d=0.9")
    code, said, out = run(hour, "--length", "30s")
    assert code == 0, said
    found = Features.read(out / "hour_features.json")
    assert found.rows == 3600 == len(found.rms)
