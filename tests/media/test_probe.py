import hashlib
import os
import shutil
import socket
import threading
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from summarizer.config import Limits
from summarizer.errors import MediaError
from summarizer.media import probe
from summarizer.media.decoder.upright import rotation_of
from summarizer.media.ffmpeg import opening, run
from tests import clips

LIMITS = Limits()


def refusal(path, limits: Limits = LIMITS) -> str:
    with pytest.raises(MediaError) as error:
        probe(path, limits)
    text = str(error.value)
    assert "\n" not in text and len(text) < 300
    return text


# -- what a file is -------------------------------------------------------------------------------


def test_a_plain_clip(cut_clip):
    video = probe(cut_clip, LIMITS)
    assert video.name == "cuts.mp4"
    assert video.sha256 == hashlib.sha256(cut_clip.read_bytes()).hexdigest()
    assert video.seconds == pytest.approx(12, abs=0.01)
    assert (video.size, video.rate) == ((320, 180), 25)
    assert (video.rotation, video.aspect, video.has_audio) == (0, 1, True)
    assert video.subtitles == ()


def test_pictures_without_sound_and_sound_without_pictures(silent_clip, sound_clip):
    silent, sound = probe(silent_clip, LIMITS), probe(sound_clip, LIMITS)
    assert (silent.has_audio, silent.has_picture) == (False, True)
    assert (sound.has_audio, sound.has_picture, sound.size, sound.rate) == (True, False, (0, 0), 0)
    assert sound.seconds == pytest.approx(4, abs=0.05)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_the_size_is_upright(tmp_path, rotation):
    upright = [clips.corners((320, 180))] * 5
    turned = [clips.stored(image, rotation) for image in upright]
    video = probe(clips.film(tmp_path / "turned.mp4", turned, rotation=rotation), LIMITS)
    assert (video.size, video.rotation) == ((320, 180), rotation)


def test_the_size_has_square_pixels(tmp_path):
    video = probe(clips.squeezed(tmp_path / "squeezed.mp4", seconds=1, at=()), LIMITS)
    assert (video.size, video.aspect) == ((320, 180), Fraction(2, 3))


def test_a_file_may_be_turned_and_squeezed(tmp_path):
    image = clips.stored(clips.corners((180, 320)), 90, Fraction(4, 3))
    path = clips.film(tmp_path / "a.mp4", [image] * 5, rotation=90, aspect=Fraction(4, 3))
    video = probe(path, LIMITS)
    assert (video.size, video.rotation, video.aspect) == ((180, 320), 90, Fraction(4, 3))


def matrix(*numbers: int) -> bytes:
    return np.array([*numbers, *([0] * 9)][:9], "<i4").tobytes()


ONE = 1 << 16


@pytest.mark.parametrize(
    ("stored", "rotation"),
    [
        (matrix(ONE, 0, 0, 0, ONE), 0),
        (matrix(0, ONE, 0, -ONE, 0), 90),
        (matrix(-ONE, 0, 0, 0, -ONE), 180),
        (matrix(0, -ONE, 0, ONE, 0), 270),
        (matrix(-ONE, 0, 0, 0, ONE), 0),  # mirrored left to right: no reason to stand on its head
        (matrix(ONE, 0, 0, 0, -ONE), 180),  # mirrored top to bottom
        (matrix(46341, 46341, 0, -46341, 46341), 0),  # by 45 degrees
        (matrix(0, 0, 0, 0, 0), 0),
        (matrix(-(2**31), 2**31 - 1, 0, 7, -(2**31)), 0),
        (b"short", 0),
    ],
)
def test_rotation_from_the_display_matrix(stored, rotation):
    class SideData:
        class type:
            name = "DISPLAYMATRIX"

        def __bytes__(self):
            return stored

    class Frame:
        side_data = (SideData(),)

    assert rotation_of(Frame()) == rotation


def test_a_rate_that_varies_is_an_average(tmp_path):
    video = probe(clips.variable(tmp_path / "vfr.mp4"), LIMITS)
    assert float(video.rate) == pytest.approx(20, abs=0.5)
    assert video.seconds == pytest.approx(8, abs=0.1)


def test_a_broadcast_rate_is_exact(tmp_path):
    path = clips.film(tmp_path / "a.mp4", clips.shot(1, 30), fps=30000 / 1001)
    assert probe(path, LIMITS).rate == Fraction(30000, 1001)


def test_ten_bit_hevc_from_a_phone(tmp_path):
    video = probe(clips.hevc(tmp_path / "phone.mov"), LIMITS)
    assert (video.size, video.seconds) == ((320, 180), pytest.approx(3, abs=0.05))


def test_a_cover_is_no_picture(tmp_path):
    sound = clips.sound_only(tmp_path / "plain.mp3", sound_codec="libmp3lame")
    cover = clips.film(tmp_path / "c.avi", [clips.corners()], codec="mjpeg", pixels="yuvj420p")
    song = tmp_path / "song.mp3"
    clips.ffmpeg(
        *("-i", sound, "-i", cover, "-map", "0", "-map", "1", "-c", "copy"),
        *("-disposition:v", "attached_pic", song),
    )
    video = probe(song, LIMITS)
    assert not video.has_picture and video.has_audio
    assert video.seconds == pytest.approx(4, abs=0.1)


def test_text_tracks_have_names(tmp_path):
    path = clips.captioned(tmp_path / "talk.mkv", [(1, 2, "hello")])
    (tmp_path / "talk.de.srt").write_text(clips.subrip([(1, 2, "hallo")]))
    (tmp_path / "talk.srt").write_text(clips.subrip([(1, 2, "hello")]))
    assert probe(path, LIMITS).subtitles == ("talk.srt", "talk.de.srt", "track 1")


# -- the time line --------------------------------------------------------------------------------


def test_the_longest_stream_counts(tmp_path):
    path = clips.film(tmp_path / "a.mp4", clips.shot(1, 50), sound=clips.tone(5))
    assert probe(path, LIMITS).seconds == pytest.approx(5, abs=0.03)


def test_a_late_start_belongs_to_the_time_line(tmp_path):
    times = [2 + n / 25 for n in range(50)]
    path = clips.film(tmp_path / "a.mp4", clips.shot(1, 50), times=times, sound=clips.tone(3))
    assert probe(path, LIMITS).seconds == pytest.approx(4, abs=0.05)


@pytest.mark.parametrize("name", ["a.mkv", "a.ts", "a.avi", "a.flv", "a.mp4"])
def test_every_container_tells_its_length(tmp_path, name):
    codec = "mpeg4" if name == "a.avi" else "libx264"
    path = clips.film(tmp_path / name, clips.shot(1, 75), sound=clips.tone(3), codec=codec)
    video = probe(path, LIMITS)
    assert video.seconds == pytest.approx(3, abs=0.1)
    assert (video.rate, video.size, video.has_audio) == (25, (320, 180), True)


def test_a_recording_without_a_length_is_measured(tmp_path):
    """As browsers record: a live stream knows nothing of its end."""
    path = clips.film(
        tmp_path / "live.webm",
        clips.shot(1, 100),
        codec="libvpx",
        sound=clips.tone(4),
        container={"live": "1"},
    )
    video = probe(path, LIMITS)
    assert video.seconds == pytest.approx(4, abs=0.1)
    assert float(video.rate) == pytest.approx(25, rel=0.1)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_header_that_promises_more_than_there_is(tmp_path, share):
    whole = clips.film(
        tmp_path / "whole.mp4",
        clips.shot(1, 40 * 10, (64, 36)),
        fps=10,
        sound=clips.noise(40),
        options={"g": "20"},
        container={"movflags": "faststart"},
    )
    data = whole.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(data[: int(len(data) * share)])
    video = probe(cut, LIMITS)
    assert video.seconds == pytest.approx(40 * share, abs=4)
    assert video.has_audio and video.has_picture


def test_a_long_file_is_not_read_whole_for_its_length(tmp_path):
    path = clips.film(tmp_path / "a.mp4", clips.shot(1, 60, (64, 36)), fps=1, sound=clips.tone(60))
    assert probe(path, LIMITS).seconds == pytest.approx(60, abs=0.05)


# -- what is refused ------------------------------------------------------------------------------


def test_a_limit_on_bytes(cut_clip):
    assert "at most 0.1 MB" in refusal(cut_clip, replace(LIMITS, bytes=104_858))


def test_a_limit_on_seconds(cut_clip):
    text = refusal(cut_clip, replace(LIMITS, seconds=10))
    assert "12 seconds" in text and "10 seconds" in text


@pytest.mark.parametrize("name", ["nothing.mp4", "folder", "pipe"])
def test_what_is_no_file(tmp_path, name):
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    if name == "pipe":
        os.mkfifo(path)  # opening it would wait for ever
    assert name in refusal(path)


def test_an_unreadable_file(tmp_path, cut_clip):
    path = tmp_path / "secret.mp4"
    shutil.copy(cut_clip, path)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user reads everything")
    assert "permission denied" in refusal(path)


def test_an_empty_file(tmp_path):
    (tmp_path / "empty.mp4").touch()
    assert "0 bytes" in refusal(tmp_path / "empty.mp4")


@pytest.mark.parametrize(
    "content",
    [
        b"hello, I am a text file\n" * 50,
        b"\0" * 5000,
        bytes(range(256)) * 40,
        b"<html><body>404</body></html>",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 500,
    ],
)
def test_what_is_no_video(tmp_path, content):
    path = tmp_path / "holiday.mp4"
    path.write_bytes(content)
    assert "holiday.mp4" in refusal(path)


def test_a_bare_stream_without_times(tmp_path):
    assert "a.h264" in refusal(clips.film(tmp_path / "a.h264", clips.shot(1, 50)))


def test_a_header_with_nothing_behind_it(tmp_path):
    whole = clips.film(tmp_path / "w.mp4", clips.shot(1, 50), container={"movflags": "faststart"})
    data = whole.read_bytes()
    path = tmp_path / "head.mp4"
    path.write_bytes(data[: data.index(b"mdat") + 4])
    text = refusal(path)
    assert "h264" in text and "damaged" in text


# -- names ----------------------------------------------------------------------------------------

NAMES = [
    "with space.mp4",
    'it\'s "quoted" & $HOME `id`;.mp4',
    "line\nbreak.mp4",
    "😀 日本語.mp4",
    "-i.mp4",
    "--help",
    "%d-%03d.mp4",
    "concat:a.mp4|b.mp4",
    "http:example.mp4",
    "pipe:0",
    "data:video;base64,AAAA.mp4",
    "*?[a].mp4",
    "no suffix",
    "ends with space ",
    "\\back\\slash.mp4",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_just_a_name(tmp_path, silent_clip, name):
    path = tmp_path / name
    shutil.copy(silent_clip, path)
    video = probe(path, LIMITS)
    assert (video.name, video.size) == (name, (320, 180))


def test_a_relative_path_that_looks_like_a_flag(tmp_path, silent_clip, monkeypatch):
    shutil.copy(silent_clip, tmp_path / "-version")
    monkeypatch.chdir(tmp_path)
    assert probe(Path("-version"), LIMITS).name == "-version"


def test_a_name_in_no_encoding(tmp_path, silent_clip):
    path = os.fsencode(tmp_path) + b"/\xff\xfe.mp4"
    shutil.copy(silent_clip, path)
    name = probe(Path(os.fsdecode(path)), LIMITS).name
    assert name.encode() and name.endswith(".mp4")


def test_a_long_name_stays_short_in_a_sentence(tmp_path):
    path = tmp_path / ("x" * 200 + "\n.mp4")
    path.write_text("no video")
    assert len(refusal(path)) < 200


# -- playlists in disguise ------------------------------------------------------------------------


@pytest.fixture
def listener():
    """A port that notes whether anybody calls."""
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)

        def accept():
            try:
                connection, _ = server.accept()
                calls.append(connection)
                connection.close()
            except OSError:
                pass

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1], calls


def playlists(other: str, port: int) -> dict[str, tuple[str, str]]:
    """Suffix and content by kind."""
    hls = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10.0,\n{}\n#EXT-X-ENDLIST\n"
    url, neighbour = f"http://127.0.0.1:{port}/a.ts", other.rsplit("/", 1)[1]
    return {
        "hls of a file": (".m3u8", hls.format(f"file://{other}")),
        "hls of a neighbour": (".m3u8", hls.format(neighbour)),
        "hls of an address": (".m3u8", hls.format(url)),
        "concat": (".ffconcat", f"ffconcat version 1.0\nfile '{neighbour}'\n"),
        "concat of hostname": (".ffconcat", "ffconcat version 1.0\nfile /etc/hostname\n"),
        "concat of an address": (".ffconcat", f"ffconcat version 1.0\nfile '{url}'\n"),
        "sdp": (
            ".sdp",
            "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\n"
            f"m=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        ),
        "dash": (
            ".mpd",
            '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
            'mediaPresentationDuration="PT10S"><Period><AdaptationSet mimeType="video/mp4">'
            f'<Representation id="1" bandwidth="1"><BaseURL>{url}</BaseURL></Representation>'
            "</AdaptationSet></Period></MPD>",
        ),
        "text as a picture": (".txt", "\x1b[31mhello\x1b[0m\n" * 100),
    }


@pytest.mark.parametrize("kind", list(playlists("/a/b", 1)))
@pytest.mark.parametrize("disguised", [False, True])
def test_a_playlist_reaches_no_other_file_and_no_network(
    tmp_path, silent_clip, listener, kind, disguised
):
    port, calls = listener
    other = tmp_path / "other.mp4"
    shutil.copy(silent_clip, other)
    suffix, content = playlists(str(other), port)[kind]
    path = tmp_path / f"mine{'.mp4' if disguised else suffix}"
    path.write_text(content)
    assert "can't be opened" in refusal(path)
    conversion = run([*opening(path), "-f", "null", "-"], 1, 30)
    with closing(conversion), pytest.raises(MediaError):
        list(conversion)
    assert not calls
