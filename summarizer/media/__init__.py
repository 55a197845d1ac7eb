"""The only room that knows containers and codecs; whoever needs a file's content asks here.

An upload is never opened in this process: each function has a decoding process do it, and gets
plain arrays and text back (see worker.py, and decoder/ for what runs over there), or has the
bundled ffmpeg convert it (ffmpeg.py). Only the still pictures of data sets are: there are too many
of them for a process each.
"""

from summarizer.media.audio import stream_sound
from summarizer.media.frames import key_pictures, pictures_at, stream_pictures, stream_stills
from summarizer.media.picture import picture
from summarizer.media.preview import playable, preview
from summarizer.media.probe import probe
from summarizer.media.subtitles import text_lines

__all__ = [
    "key_pictures",
    "picture",
    "pictures_at",
    "playable",
    "preview",
    "probe",
    "stream_pictures",
    "stream_sound",
    "stream_stills",
    "text_lines",
]
