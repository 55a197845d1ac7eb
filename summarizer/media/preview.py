"""What a browser can play, and a copy it can play of what it can't."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from summarizer.config import Limits
from summarizer.files import whole
from summarizer.media.ffmpeg import opening, run
from summarizer.media.probe import described
from summarizer.schema import Video

# what Chromium plays: by container the picture codecs and the sound codecs, "" for none
MP4 = ({"h264", "vp9", "av1", ""}, {"aac", "mp3", "opus", "flac", ""})
WEBM = ({"vp8", "vp9", "av1", ""}, {"opus", "vorbis", ""})
PLAYED = {
    ".mp4": ("mov,", *MP4),
    ".m4v": ("mov,", *MP4),
    ".m4a": ("mov,", *MP4),
    ".webm": ("matroska,", *WEBM),
    ".mp3": ("mp3", {""}, {"mp3"}),
    ".wav": ("wav", {""}, {"pcm_s16le", "pcm_u8", "pcm_s24le", "pcm_f32le"}),
    ".flac": ("flac", {""}, {"flac"}),
    ".aac": ("aac", {""}, {"aac"}),
    ".ogg": ("ogg", {""}, {"vorbis", "opus", "flac"}),
    ".oga": ("ogg", {""}, {"vorbis", "opus", "flac"}),
    ".opus": ("ogg", {""}, {"opus"}),
}
PIXELS = {"h264": {"yuv420p", "yuvj420p"}, "vp8": {"yuv420p", "yuva420p"}}
DEEP = {"yuv420p", "yuvj420p", "yuva420p", "yuv420p10le"}  # of the other codecs
LATE = 0.1  # seconds the time line of a browser may be off ours
LONG, SHORT = 1280, 720  # pixels; the sides of a preview at most
PATIENCE = 20.0  # seconds that making a preview may take for each second of video


def playable(path: Path, video: Video, limits: Limits) -> bool:
    """Whether Chromium plays the file as it is, judged by container, codecs and pixel format."""
    if path.suffix.lower() not in PLAYED:
        return False
    file = described(path, limits)
    container, pictures, sounds = PLAYED[path.suffix.lower()]
    codec = str(file.get("picture_codec", ""))
    return (
        file["container"].startswith(container)
        and file["brand"] != "qt"
        and codec in pictures
        and file["sound_codec"] in sounds
        and (not codec or file["pixels"] in PIXELS.get(codec, DEEP))
        and abs(file["zero"]) < LATE
    )


def preview(path: Path, video: Video, target: Path, limits: Limits) -> Iterator[float]:
    """Write an upright H.264/AAC copy of at most 720p to target (.mp4); the share done.

    It appears whole or not at all; closing kills the work.
    """
    with whole(target) as temporary:
        arguments = [*opening(path), *_form(video), f"file:{temporary.absolute()}"]
        limit = limits.worker_silence + PATIENCE * video.seconds
        with closing(run(arguments, video.seconds, limit, memory=limits.worker_memory)) as shares:
            yield from shares
    yield 1.0


def _form(video: Video) -> list[str]:
    """What the copy is made of."""
    arguments = ["-t", f"{video.seconds:.6f}", "-map_metadata", "-1", "-sn", "-dn"]
    arguments += ["-movflags", "+faststart", "-f", "mp4"]
    if video.has_picture:
        width, height = _fitting(video.size)
        arguments += ["-map", "0:V:0", "-vf", f"scale={width}:{height},setsar=1,format=yuv420p"]
        arguments += ["-fpsmax", "30", "-c:v", "libx264", "-preset", "veryfast", "-crf", "24"]
    if video.has_audio:
        arguments += ["-map", "0:a:0", "-c:a", "aac", "-ac", "2", "-ar", "48000", "-b:a", "128k"]
    return arguments


def _fitting(size: tuple[int, int]) -> tuple[int, int]:
    """The size within 720p, upright or lying, even as H.264 needs it."""
    scale = min(1.0, LONG / max(size), SHORT / min(size))
    width, height = (max(2, 2 * round(side * scale / 2)) for side in size)
    return width, height
