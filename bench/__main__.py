"""python -m bench [NAME ...]: measure, print, and write bench/README.md."""

import argparse
import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe

from bench import clips

ROOT = Path(__file__).parent.parent
RUNS = 3


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def beside(ours: Callable, yardstick: Callable, runs: int = RUNS) -> tuple[float, float, float]:
    """Medians of both, run in turn, and of their ratio pair by pair."""
    pairs = [(timed(ours), timed(yardstick)) for _ in range(runs)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def ffmpeg(*words) -> None:
    subprocess.run(
        [get_ffmpeg_exe(), "-y", "-v", "error", "-nostdin", *map(str, words)], check=True
    )


# -- what is measured: each gives rows of (what, ours, yardstick, note) ---------------------------


def perceive() -> list[tuple]:
    """Perceiving five minutes from nothing, warm, beside ffmpeg decoding every frame to nothing:
    until the first result, until all is measured, until all is read and recognised, too."""
    from summarizer import load

    clip, first, whole = clips.five_minutes(), [], []
    load().warm()

    def ours() -> float:
        with tempfile.TemporaryDirectory() as cache:
            began, measured, shown = time.perf_counter(), 0.0, 0.0
            for step in load(cache=Path(cache)).perceiving(clip):
                now = time.perf_counter() - began
                shown = shown or (now if step.perception.curves else 0.0)
                measured = measured or (now if step.stage == "Recognising" else 0.0)
            first.append(shown)
            whole.append(now)
            return measured or now

    pairs = []
    for _ in range(RUNS):
        mine = ours()
        pairs.append((mine, timed(lambda: ffmpeg("-i", clip, "-f", "null", "-"))))
    mine, null = (statistics.median(each) for each in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    beside_it = f"ffmpeg to null: {null:.1f} s"
    return [
        ("measure 5 min of 720p", f"{mine:.1f} s", beside_it, f"{ratio:.2f} ×"),
        ("first result of it", f"{statistics.median(first):.1f} s", "aim: 30 s", ""),
        (
            "with the screen read and speech recognised",
            f"{statistics.median(whole):.1f} s",
            "its length: 300 s",
            f"{statistics.median(whole) / 300:.2f} ×",
        ),
    ]


def senses() -> list[tuple]:
    """What each sense costs of that, inside itself; decoding is not in it."""
    from summarizer import load

    with tempfile.TemporaryDirectory() as cache:
        *_, last = load(cache=Path(cache)).perceiving(clips.five_minutes())
    whole = sum(each.seconds for each in last.work)
    return [
        (
            f"sense {each.sense}",
            f"{each.seconds:.2f} s",
            f"all senses: {whole:.1f} s",
            f"{each.seconds / whole:.0%}",
        )
        for each in sorted(last.work, key=lambda each: -each.seconds)
    ]


def words() -> list[tuple]:
    """Reading the screen and recognising speech, in a talk of five minutes without subtitles."""
    from summarizer import load

    load().warm()
    with tempfile.TemporaryDirectory() as cache:
        began, first = time.perf_counter(), 0.0
        for step in load(cache=Path(cache)).perceiving(clips.a_talk()):
            if step.perception.curves and not first:
                first = time.perf_counter() - began
        whole = time.perf_counter() - began
    spent = {each.sense: each.seconds for each in step.work}
    seconds = step.perception.video.seconds
    speech = float(step.perception.curve("speech").array.sum())
    return [
        (
            "read the screen of a talk of 5 min",
            f"{spent['screen']:.1f} s",
            f"its length: {seconds:.0f} s; aim: 0.10 ×",
            f"{spent['screen'] / seconds:.2f} ×",
        ),
        (
            "recognise its speech, at the same time",
            f"{spent['recognition']:.1f} s",
            f"speech in it: {speech:.0f} s; aim: 0.70 ×",
            f"{spent['recognition'] / max(speech, 1):.2f} ×",
        ),
        ("all of that talk", f"{whole:.1f} s", f"first result: {first:.1f} s", ""),
    ]


def recall() -> list[tuple]:
    """The same video a second time."""
    from summarizer import load

    with tempfile.TemporaryDirectory() as cache:
        summarizer = load(cache=Path(cache))
        summarizer.perceive(clips.five_minutes())
        again = statistics.median(
            timed(lambda: summarizer.perceive(clips.five_minutes())) for _ in range(RUNS)
        )
    return [("perceive it again, from the cache", f"{again:.2f} s", "", "")]


def choose() -> list[tuple]:
    """Choosing anew at every touch, for ten minutes and for an hour."""
    from summarizer import Length, Preference, load

    summarizer = load()
    with tempfile.TemporaryDirectory() as cache:
        talk = load(cache=Path(cache)).perceive(ROOT / "examples" / "lecture.mp4")
    seen = repeated(talk, math.ceil(3600 / talk.video.seconds))
    rows = []
    for seconds in (600, 3600):
        perception = shortened(seen, seconds)
        for want in ("", "loud music", "the waggle dance", "someone speaking about the sea"):
            preference = Preference(want=want, length=Length(0.15, "share"))
            summarizer.choose(perception, preference)
            took = statistics.median(
                timed(lambda: summarizer.choose(perception, preference))  # noqa: B023
                for _ in range(9)
            )
            what = f"choose, {seconds:,} rows, wish {want!r}"
            rows.append((what, f"{took * 1000:.0f} ms", "aim at 3,600: 50 ms", ""))
        diverse = Preference(length=Length(0.15, "share"), selector="dpp")
        took = statistics.median(
            timed(lambda: summarizer.choose(perception, diverse))  # noqa: B023
            for _ in range(9)
        )
        what = f"choose, {seconds:,} rows, by determinants"
        rows.append((what, f"{took * 1000:.0f} ms", "aim at 3,600: 50 ms", ""))
    return rows


def repeated(perception, times: int):
    """A perception as if its video were shown so many times: full of lines, as talks are."""
    from dataclasses import replace

    from summarizer.schema import Curve, Event, Track

    whole, rows = perception.video.seconds, perception.video.rows
    shifts = [whole * turn for turn in range(times)]
    video = replace(perception.video, seconds=whole * times)
    return replace(
        perception,
        video=video,
        events=tuple(Event(e.start + by, e.end + by) for by in shifts for e in perception.events),
        curves=tuple(
            Curve(c.name, c.sense, tuple(np.resize(c.array[:rows], video.rows).tolist()))
            for c in perception.curves
        ),
        lines=tuple(
            replace(line, start=line.start + by, end=line.end + by)
            for by in shifts
            for line in perception.lines
        ),
        tracks=tuple(
            Track(
                each.name,
                np.concatenate([each.times + by for by in shifts]),
                np.concatenate([each.values] * times),
                each.made_by,
            )
            for each in perception.tracks
        ),
    )


def shortened(perception, seconds: int):
    """The first seconds of a perception."""
    from dataclasses import replace

    from summarizer.schema import Curve, Track

    events = [each for each in perception.events if each.start < seconds]
    events[-1] = replace(events[-1], end=float(seconds))
    kept = [(track, np.searchsorted(track.times, seconds)) for track in perception.tracks]
    return replace(
        perception,
        video=replace(perception.video, seconds=float(seconds)),
        events=tuple(events),
        curves=tuple(Curve(c.name, c.sense, c.values[:seconds]) for c in perception.curves),
        lines=tuple(each for each in perception.lines if each.end <= seconds),
        tracks=tuple(Track(t.name, t.times[:n], t.values[:n], t.made_by) for t, n in kept),
    )


def render() -> list[tuple]:
    """A reel of five cuts, 32 s, beside ffmpeg alone seeking, cutting, joining and encoding it."""
    from fractions import Fraction

    from summarizer import load
    from summarizer.schema import Answer, Highlight, Preference, Saliency, Summary

    clip, summarizer = clips.five_minutes(), load()
    spans = [(10.0, 16.4), (70.0, 76.4), (130.0, 136.4), (190.0, 196.4), (250.0, 256.4)]
    video = summarizer.probe(clip)
    assert video.rate == Fraction(30)
    highlights = tuple(Highlight(start, end, 1.0, "") for start, end in spans)
    summary = Summary(video, Preference(), Answer("open"), Saliency((), ()), highlights)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "reel.mp4"

        def ours():
            for _ in summarizer.render(summary, clip, target):
                pass

        def bare():
            inputs = [
                w for start, end in spans for w in ("-ss", start, "-t", end - start, "-i", clip)
            ]
            labels = "".join(f"[{i}:v][{i}:a]" for i in range(len(spans)))
            joined = f"{labels}concat=n={len(spans)}:v=1:a=1"
            ffmpeg(*inputs, "-filter_complex", joined, "-c:a", "aac", Path(folder) / "bare.mp4")

        mine, yardstick, ratio = beside(ours, bare)
    what = "render a reel, 5 cuts, 32 s"
    return [(what, f"{mine:.1f} s", f"bare ffmpeg re-encode: {yardstick:.1f} s", f"{ratio:.2f} ×")]


def start() -> list[tuple]:
    """Until the page answers, and until the command says something."""
    page = statistics.median(until_the_page_answers() for _ in range(RUNS))
    command = statistics.median(until_the_first_line() for _ in range(RUNS))
    bare = statistics.median(
        timed(lambda: subprocess.run([sys.executable, "-c", "import gradio"], check=True))
        for _ in range(RUNS)
    )
    return [
        (
            "page: from start to first answer",
            f"{page:.1f} s",
            f"import gradio alone: {bare:.1f} s",
            "",
        ),
        ("command: until the first line", f"{command:.2f} s", "aim: 1 s", ""),
    ]


def until_the_page_answers() -> float:
    port, began = 7961, time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while time.perf_counter() - began < 60:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                answer.read()
                return time.perf_counter() - began
            time.sleep(0.05)
        raise SystemExit("the page did not come up within 60 s")
    finally:
        server.kill()
        server.wait()


def until_the_first_line() -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        command = [sys.executable, "-m", "summarizer", "nothing.mp4", "--out", folder]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as run:
            run.stdout.readline()
            took = time.perf_counter() - began
            run.kill()
    return took


def memory() -> list[tuple]:
    """Peak memory of perceiving, of the main process and of the largest beside it."""
    rows = []
    for name, clip in (("5 min", clips.five_minutes()), ("60 min", clips.an_hour())):
        code = f"from bench.__main__ import peak; peak({str(clip)!r})"
        out = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
        )
        main, other = json.loads(out.stdout.splitlines()[-1])
        what = f"peak memory, {name} of 720p"
        rows.append((what, f"{main} MB", f"largest process beside it: {other} MB", ""))
    return rows


def peak(clip: str) -> None:
    """Perceive in this process and print its peak memory; run in a process of its own."""
    from summarizer import load

    with tempfile.TemporaryDirectory() as cache:
        load(cache=Path(cache)).perceive(Path(clip))
    peaks = (
        resource.getrusage(who).ru_maxrss // 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    sys.stdout.write(json.dumps([*peaks]) + "\n")


def local_attention() -> list[tuple]:
    """Attention within a window beside attention over everything with a mask."""
    from bench import attention

    return list(attention.rows())


def many() -> list[tuple]:
    """Many short videos, in one process and on Ray."""
    from bench import batch

    return batch.rows()


MEASURES = {
    "perceive": perceive,
    "senses": senses,
    "recall": recall,
    "words": words,
    "choose": choose,
    "render": render,
    "start": start,
    "memory": memory,
    "attention": local_attention,
    "batch": many,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASURES))
    names = parser.parse_args().names or list(MEASURES)
    if unknown := [name for name in names if name not in MEASURES]:
        parser.error(f"no measure {unknown[0]!r}; there are {', '.join(MEASURES)}")
    rows = []
    for name in names:
        for row in MEASURES[name]():
            sys.stdout.write(" | ".join(row) + "\n")
            sys.stdout.flush()
            rows.append(row)
    if len(names) == len(MEASURES):
        page = Path(__file__).parent / "README.md"
        _, head, endured = page.read_text(encoding="utf-8").partition("\n## Endured\n")
        page.write_text(report(rows) + head + endured, encoding="utf-8")  # that is `make soak`'s


def report(rows: list[tuple]) -> str:
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "# Measured",
        "",
        f"By `make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine}. Medians of {RUNS} runs, each",
        "beside its yardstick in the same run; times move with the machine, ratios less. The clip",
        "is 300 s of 1280x720 at 30 frames a second, H.264 with a key frame every 8 s, rendered by",
        "`bench/clips.py`; the hour is the same clip twelve times over, the talk the example",
        "`lecture.mp4` five times over without subtitles. What a sense took is by the clock.",
        "",
        "| what | ours | beside | ratio or time |",
        "|---|---|---|---|",
    ]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


if __name__ == "__main__":
    main()
