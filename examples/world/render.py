"""How a story becomes a clip and its truth: frames drawn by several processes, ffmpeg, JSON."""

import json
import multiprocessing
import os
import subprocess
import tempfile
import wave
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
from world.film import FRAMES, Story
from world.sound import RATE, level

LIMIT = 2_950_000  # bytes of a clip


def render(story: Story, folder: Path, *, width: int, seconds: float | None, jobs: int) -> Path:
    """Writes NAME.mp4 and NAME.json into the folder; gives the clip's path."""
    size = (width, width * 9 // 16 // 2 * 2)
    seconds = min(story.seconds, seconds or story.seconds)
    seconds = round(seconds * FRAMES) / FRAMES
    target = folder / f"{story.name}.mp4"
    with tempfile.TemporaryDirectory() as rough:
        sound, words = Path(rough) / "sound.wav", Path(rough) / "words.srt"
        picture = Path(rough) / "picture.mkv"
        _write_sound(level(story.sound(seconds), story.loudness), sound)
        lines = [line for line in story.lines if line.end <= seconds]
        words.write_text(subrip(lines))
        _write_picture(story, picture, size, round(seconds * FRAMES), jobs)
        sources = [picture, sound, *([words] if lines else [])]
        _encode(sources, target, seconds, story.title)
    truth = story.truth(size, seconds)
    (folder / f"{story.name}.json").write_text(
        json.dumps(truth, indent=1, ensure_ascii=False) + "\n"
    )
    return target


def subrip(lines) -> str:
    """The lines as an .srt text."""

    def clock(seconds: float) -> str:
        whole = round(seconds * 1000)
        hours, minutes, rest = whole // 3_600_000, whole // 60_000 % 60, whole % 60_000
        return f"{hours:02}:{minutes:02}:{rest // 1000:02},{rest % 1000:03}"

    return "".join(
        f"{number}\n{clock(line.start)} --> {clock(line.end)}\n{line.text}\n\n"
        for number, line in enumerate(lines, 1)
    )


def _write_sound(samples: np.ndarray, target: Path) -> None:
    noise = np.random.default_rng(1).triangular(-1, 0, 1, samples.shape)  # dither
    whole = np.clip(np.round(samples * 32767 + noise), -32768, 32767).astype("<i2")
    with wave.open(str(target), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(whole.tobytes())


def _write_picture(story: Story, target: Path, size, frames: int, jobs: int) -> None:
    """All frames, without loss."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(FRAMES),
        "-i", "-", "-vf", "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p",
        "-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", str(target),
    ]  # fmt: skip
    writer = subprocess.Popen(command, stdin=subprocess.PIPE)
    context = multiprocessing.get_context("fork")  # stories hold closures, which are not pickled
    with context.Pool(jobs, _begin, (story, size)) as pool:
        for done, picture in enumerate(pool.imap(_draw, range(frames), chunksize=4), 1):
            writer.stdin.write(picture)
            if done % (FRAMES * 5) == 0:
                tell(f"  {story.name}: {done / FRAMES:.0f} of {frames / FRAMES:.0f} s drawn")
    writer.stdin.close()
    if writer.wait():
        raise SystemExit(f"ffmpeg could not take the frames of {story.name}.")


_PLAYING: dict = {}  # the story a drawing process works on


def _begin(story: Story, size) -> None:
    cv2.setNumThreads(1)
    _PLAYING.update(story=story, size=size)


def _draw(number: int) -> bytes:
    return _PLAYING["story"].frame(number / FRAMES, _PLAYING["size"]).tobytes()


def tell(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def _encode(sources, target: Path, seconds: float, title: str) -> None:
    """H.264 and AAC that any browser plays: as good as wanted, or as the limit allows."""
    draft = sources[0].with_name("draft.mp4")
    passes = ["-passlogfile", str(sources[0].with_suffix(".log")), "-pass"]
    _encode_once(sources[:1], draft, ["-crf", "19", *passes, "1"], title)
    wanted = draft.stat().st_size * 8 / seconds
    allowed = (LIMIT * 0.985 * 8) / seconds - 104_000  # bits a second beside the sound
    rate = int(min(wanted, allowed))
    _encode_once(sources, target, ["-b:v", str(rate), *passes, "2"], title)


def _encode_once(sources, target: Path, rate: list[str], title: str) -> None:
    inputs = [part for source in sources for part in ("-i", str(source))]
    words = ["-c:s", "mov_text", "-metadata:s:s:0", "language=eng"] if len(sources) > 2 else []
    maps = [part for index in range(len(sources)) for part in ("-map", str(index))]
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", *inputs, *maps,
        "-c:v", "libx264", "-preset", "veryslow", "-tune", "animation", "-pix_fmt", "yuv420p",
        "-x264-params", "aq-mode=3:keyint=150:colorprim=bt709:transfer=bt709:colormatrix=bt709",
        *words, "-c:a", "aac", "-b:a", "96k", "-metadata", f"title={title}",
        "-movflags", "+faststart", *rate, str(target),
    ]  # fmt: skip
    subprocess.run(command, check=True)
