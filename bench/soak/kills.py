"""Operations as real processes, killed at random moments of their lives, and what they leave.

After each kill: what has a name is whole, byte for byte; what the process had started ends by
itself; the next start gives what an undisturbed one gives and tidies up.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from imageio_ffmpeg import get_ffmpeg_exe

from bench.soak import acts

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "match.mp4"
BEFORE = "before"  # the folder of what is there before an operation
PATIENCE = 60.0  # seconds in which what a killed process had started has to end
BATCH = ("-m", "summarizer.batch", "{before}/clip.mp4", "{before}/other.mp4", "--want", "the start")
BATCH += ("--workers", "0", "--out", "{folder}/out", "--cache", "{folder}/cache")


@dataclass(frozen=True)
class Operation:
    """A command, what has to be done before it, and what it leaves.

    Files that `grow`, or hold the time, are other bytes each time: `tells` reads what they say.
    """

    words: tuple[str, ...]
    after: tuple[str, ...] = ()
    grows: tuple[str, ...] = ()
    tells: Callable[[Path], object] = lambda folder: None


def _act(name: str, *after: str, **more) -> Operation:
    return Operation(("-m", "bench.soak.acts", name, "{folder}"), after, **more)


OPERATIONS = {
    "perceive": _act("perceive"),
    "choose": _act("choose", "perceive"),
    "render": _act("render", "perceive", "choose"),
    "export": _act("export", "perceive", "choose", grows=("*.zip", "*.html"), tells=acts.exported),
    "annotate": _act("annotate", grows=(f"{acts.LEDGER}*",), tells=acts.annotated),
    "train": _act("train", grows=(f"{acts.LESSON}.training/**/*",), tells=acts.trained),
    "batch": Operation(
        BATCH,
        grows=("out/records.jsonl", "out/report.*", "out/**/record.json", "out/batch.json",
               "out/.lock", "out/.parts/**/*"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Killed:
    """What became of an operation that was killed at so many seconds: nothing, if all is well."""

    at: float
    ended: bool  # it was done before it could be killed
    wrong: tuple[str, ...]


def kills(name: str, count: int, place: Path, seed: int = 0) -> Iterator[Killed]:
    """Kill the operation so often, each time in a fresh folder below `place`."""
    operation, dice = OPERATIONS[name], random.Random(f"{name} {seed}")
    before, whole = place / BEFORE, place / "whole"
    _prepared(before, operation)
    shutil.copytree(before, whole)
    began = time.monotonic()
    _waited(_started(operation, whole), whole)
    life = time.monotonic() - began
    for _ in range(count):
        folder = place / "killed"
        shutil.copytree(before, folder)
        at = dice.uniform(0.0, life)
        found = _killed(operation, folder, whole, at)
        life = min(life, at) if found.ended else life  # the first start is the slowest
        yield found
        shutil.rmtree(folder)
        shutil.rmtree(_temporary(folder), ignore_errors=True)
    shutil.rmtree(place)


def clip(target: Path, start: float, seconds: float = 2.0) -> Path:
    """A short and small piece of an example."""
    small = ("-t", seconds, "-vf", "scale=160:-2", "-threads", 1)
    ffmpeg("-ss", start, "-i", EXAMPLE, *small, target)
    return target


def ffmpeg(*words: object) -> None:
    """Run the bundled ffmpeg, waited for."""
    command = [get_ffmpeg_exe(), "-nostdin", "-y", "-v", "error"]
    subprocess.run([*command, *map(str, words)], check=True)


def _prepared(folder: Path, operation: Operation) -> None:
    folder.mkdir(parents=True)
    clip(folder / acts.CLIP, 20.0)
    if operation.words == BATCH:
        clip(folder / "other.mp4", 40.0)
    for before in operation.after:
        _waited(_started(OPERATIONS[before], folder), folder)
    shutil.rmtree(_temporary(folder), ignore_errors=True)


def _killed(operation: Operation, folder: Path, whole: Path, at: float) -> Killed:
    process = _started(operation, folder)
    try:
        process.wait(at)
        ended = True
    except subprocess.TimeoutExpired:
        ended = False
    process.send_signal(signal.SIGKILL)
    process.wait()
    wrong = [f"{each} goes on by itself" for each in _orphans(folder)]
    wrong += [f"{each} is half-written" for each in _torn(operation, folder, whole)]
    try:
        operation.tells(folder)
    except Exception as error:
        wrong.append(f"what it left can't be read: {error!r}")
    if code := _waited(_started(operation, folder), folder, check=False):
        wrong.append(f"the next start ends with {code}: {_complaint(folder)}")
    wrong += [f"{each} is another" for each in _torn(operation, folder, whole)]
    wrong += [f"{each} is missing" for each in sorted(_named(whole) - _named(folder))]
    wrong += [f"{each} is left" for each in _left(folder, whole)]
    if operation.tells(folder) != operation.tells(whole):
        wrong.append("what it tells is not what an undisturbed one tells")
    return Killed(at, ended, tuple(wrong))


# -- processes ------------------------------------------------------------------------------------


def _temporary(folder: Path) -> Path:
    """The temporary folder of the system, for whatever works in this folder."""
    return folder.with_name(f"{folder.name}.tmp")


def _started(operation: Operation, folder: Path) -> subprocess.Popen:
    temporary = _temporary(folder)
    temporary.mkdir(exist_ok=True)
    before = str(folder.parent / BEFORE)  # a batch knows its films by where they lie
    words = [
        each.replace("{folder}", str(folder)).replace("{before}", before)
        for each in operation.words
    ]
    with (temporary / "said").open("wb") as said:
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(temporary), "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )


def _waited(process: subprocess.Popen, folder: Path, check: bool = True) -> int:
    code = process.wait()
    if check and code:
        raise RuntimeError(f"{' '.join(process.args[1:])} ended with {code}: {_complaint(folder)}")
    return code


def _complaint(folder: Path) -> str:
    return (_temporary(folder) / "said").read_text(errors="replace").strip()[-500:]


def _orphans(folder: Path) -> list[str]:
    """The processes that work for this folder and don't end, told by their temporary folder."""
    mine, end = str(_temporary(folder)), time.monotonic() + PATIENCE
    while left := [each for each in psutil.process_iter() if _works_in(each, mine)]:
        if time.monotonic() > end:
            return [str(each) for each in left]
        time.sleep(0.05)
    return []


def _works_in(process: psutil.Process, temporary: str) -> bool:
    try:
        return (
            process.environ().get("TMPDIR") == temporary
            and process.status() != psutil.STATUS_ZOMBIE
        )
    except (psutil.Error, OSError):
        return False


# -- files ----------------------------------------------------------------------------------------


def _files(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if not each.is_dir()}


def _named(folder: Path) -> set[str]:
    """The files that anybody may read: those without a dot in front."""
    return {each for each in _files(folder) if not Path(each).name.startswith(".")}


def _torn(operation: Operation, folder: Path, whole: Path) -> list[str]:
    """The files that are not what an undisturbed run makes of them."""
    grown = {
        str(each.relative_to(folder))
        for pattern in operation.grows
        for each in folder.glob(pattern)
    }
    return sorted(
        name
        for name in _named(folder) - grown
        if not (whole / name).is_file()
        or (whole / name).read_bytes() != (folder / name).read_bytes()
    )


def _left(folder: Path, whole: Path) -> list[str]:
    """Temporary files that nobody needs any more: what an undisturbed run doesn't leave."""
    ours = {each for each in _files(folder) - _files(whole) if Path(each).name.startswith(".")}
    ours |= {each for each in _files(folder) - _files(whole) if ".part" in each}
    here, there = (
        {str(each.relative_to(_temporary(one))) for each in _temporary(one).rglob("*")}
        for one in (folder, whole)
    )
    return sorted(ours | (here - there))
