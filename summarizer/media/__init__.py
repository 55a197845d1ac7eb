"""The only room that knows containers and codecs; whoever needs a file's content asks here.

An upload is never opened in this process: each function has a decoding process do it, and gets
plain arrays and text back (see worker.py, and decoder/ for what runs over there).
"""

from summarizer.media.audio import stream_sound
from summarizer.media.frames import stream_pictures
from summarizer.media.probe import probe

__all__ = ["probe", "stream_pictures", "stream_sound"]
