"""The long clips that are measured, rendered once into build/bench."""

import subprocess
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

FOLDER = Path(__file__).parent.parent / "build" / "bench"
SCENES = (
    "testsrc2=s=1280x720:r=30",
    "gradients=s=1280x720:r=30:speed=0.02:seed=3",
    "mandelbrot=s=1280x720:r=30:start_scale=2",
    "life=s=320x180:r=30:seed=7:mold=10:death_color=#0b3d20:life_color=#e8f0c0,scale=1280:720",
    "gradients=s=1280x720:r=30:speed=0.05:seed=9:n=6",
)
SOUNDS = (
    "sine=f=220:r=48000,tremolo=f=3:d=0.8",
    "anoisesrc=c=pink:r=48000:a=0.3:seed=1",
    "sine=f=523:r=48000,vibrato=f=6",
    "anullsrc=r=48000",
    "anoisesrc=c=brown:r=48000:a=0.6:seed=2,tremolo=f=0.5",
)


def five_minutes() -> Path:
    """300 s of 1280x720, 30 frames a second, H.264 with a key frame every 8 s, AAC; five scenes."""
    target = FOLDER / "five_minutes.mp4"
    if target.exists():
        return target
    FOLDER.mkdir(parents=True, exist_ok=True)
    pieces = []
    for number, (scene, sound) in enumerate(zip(SCENES, SOUNDS, strict=True)):
        piece = FOLDER / f"piece{number}.mp4"
        _ffmpeg(
            *("-f", "lavfi", "-i", f"{scene},trim=duration=60,setpts=PTS-STARTPTS"),
            *("-f", "lavfi", "-i", f"{sound},atrim=duration=60,aformat=channel_layouts=stereo"),
            *(
                "-shortest",
                "-c:v",
                "libx264",
                "-preset",
                "veryfast",
                "-b:v",
                "3M",
                "-maxrate",
                "5M",
                "-bufsize",
                "9M",
            ),
            *("-g", "240", "-keyint_min", "240", "-sc_threshold", "0", "-pix_fmt", "yuv420p"),
            *("-c:a", "aac", "-b:a", "128k", piece),
        )
        pieces.append(piece)
    table = FOLDER / "table.txt"
    table.write_text("".join(f"file {piece.name}\n" for piece in pieces))
    _ffmpeg("-f", "concat", "-i", table, "-c", "copy", target)
    return target


def an_hour() -> Path:
    """The same twelve times over, copied, not encoded again."""
    target = FOLDER / "an_hour.mp4"
    if not target.exists():
        _ffmpeg("-stream_loop", "11", "-i", five_minutes(), "-c", "copy", target)
    return target


def a_talk() -> Path:
    """The lecture among the examples five times over, without its subtitles: slides and a voice."""
    target = FOLDER / "a_talk.mp4"
    lecture = FOLDER.parent.parent / "examples" / "lecture.mp4"
    if not target.exists() or target.stat().st_mtime < lecture.stat().st_mtime:
        FOLDER.mkdir(parents=True, exist_ok=True)
        bare = FOLDER / "lecture.mp4"
        _ffmpeg("-i", lecture, "-sn", "-c", "copy", bare)
        _ffmpeg("-stream_loop", "4", "-i", bare, "-c", "copy", target)
    return target


def _ffmpeg(*words) -> None:
    *options, target = words
    part = Path(target).with_suffix(".part.mp4")
    command = [get_ffmpeg_exe(), "-y", "-v", "error", "-nostdin", *map(str, options), str(part)]
    subprocess.run(command, check=True)
    part.replace(target)
