"""Which files are opened at all: those that hold their pictures and sounds themselves."""

# Demuxers by libav's names. Playlists and the like (hls, dash, concat, sdp, image sequences) are
# not among them, since they make the decoder open other files and addresses; nor are bare streams
# of pictures, which hold no times.
OPENED = (
    *("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "flv", "asf", "ogg"),
    *("mpeg", "mpegts", "ivf", "mxf", "dv", "nut", "gif", "apng", "yuv4mpegpipe"),
    *("wav", "w64", "aiff", "au", "caf", "mp3", "aac", "ac3", "eac3", "dts", "flac", "amr"),
    *("amrnb", "amrwb", "ape", "wv", "tta", "voc"),
)
OPENING = {"protocol_whitelist": "file", "format_whitelist": ",".join(OPENED)}
