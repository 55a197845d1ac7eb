"""What each sense found in each video, kept on disk so that nobody waits for it twice.

One entry a sense: a safetensors file (the tracks) whose metadata holds curves and lines as JSON.
An entry is written under a temporary name and moved, so it is whole or absent; a damaged one is
dropped and made again; the total size is bounded, and the entries unused for longest go first.
"""

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np

from summarizer.errors import OutputError
from summarizer.files import whole
from summarizer.schema import Curve, Findings, Line, Track

FORM = 1  # raised when the files below would be read differently
ABANDONED = 3600.0  # seconds after which a temporary file has no writer any more


def default_root() -> Path:
    """Where entries are kept unless told otherwise: the user's own cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "watch-and-listen"


class Cache:
    """Entries under `root`, at most `limit` bytes of them."""

    def __init__(self, root: Path, limit: int):
        self.root = root
        self.limit = limit
        self._written = limit  # bytes since the last look at the total: the first entry looks

    def entry(self, sha256: str, sense: str, identity: str) -> Path:
        """Where the findings of a sense of this identity (version, settings, weights) belong."""
        digest = hashlib.sha256(f"{FORM} {sense} {identity}".encode()).hexdigest()[:16]
        return self.root / sha256[:2] / sha256 / f"{sense}-{digest}.safetensors"

    def get(self, entry: Path) -> Findings | None:
        """The findings kept there, or None; a damaged entry is removed."""
        try:
            findings = _read(entry)
        except FileNotFoundError:
            return None
        except Exception:  # whatever a damaged file makes its readers raise
            with suppress(OSError), entry.open("rb"):  # else opening is at fault, not the entry
                entry.unlink()
            return None
        with suppress(OSError):
            os.utime(entry)  # used just now: the last to go
        return findings

    def put(self, entry: Path, findings: Findings) -> None:
        """Keep the findings; a cache that can't be written is no cache, never an error."""
        with suppress(OSError, OutputError):
            entry.parent.mkdir(parents=True, exist_ok=True)
            self._written += _write(entry, findings)
            if self._written > self.limit // 20:
                self._written = 0
                self._trim()

    def _trim(self) -> None:
        """Remove the entries unused for longest until the rest fits the limit."""
        entries = []
        for path in self.root.glob("*/*/*"):
            with suppress(OSError):  # another process may have removed it meanwhile
                stat = path.stat()
                if not path.name.startswith("."):
                    entries.append((stat.st_mtime, stat.st_size, path))
                elif time.time() - stat.st_mtime > ABANDONED:
                    path.unlink()
        excess = sum(size for _, size, _ in entries) - self.limit
        for _, size, path in sorted(entries):
            if excess <= 0:
                return
            with suppress(OSError):
                path.unlink()
                excess -= size
                path.parent.rmdir()  # only succeeds once it is empty


def _write(entry: Path, findings: Findings) -> int:
    """Write the entry whole or not at all; how many bytes it took."""
    from safetensors.numpy import save

    tensors = {}
    for track in findings.tracks:
        tensors[f"{track.name}.times"] = np.ascontiguousarray(track.times, np.float64)
        tensors[f"{track.name}.values"] = np.ascontiguousarray(track.values, np.float16)
    words = {
        "curves": [asdict(curve) for curve in findings.curves],
        "lines": [asdict(line) for line in findings.lines],
        "tracks": [[track.name, track.made_by] for track in findings.tracks],
    }
    data = save(tensors, metadata={"findings": json.dumps(words)})
    with whole(entry) as part:
        part.write_bytes(data)
    return len(data)


def _read(entry: Path) -> Findings:
    from safetensors import safe_open

    with safe_open(entry, framework="numpy") as file:
        words = json.loads(file.metadata()["findings"])
        tracks = tuple(
            Track(
                name, file.get_tensor(f"{name}.times"), file.get_tensor(f"{name}.values"), made_by
            )
            for name, made_by in words["tracks"]
        )
    curves = (Curve(**{**each, "values": tuple(each["values"])}) for each in words["curves"])
    return Findings(tuple(curves), tuple(Line(**each) for each in words["lines"]), tracks)
