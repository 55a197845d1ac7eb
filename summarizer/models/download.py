"""From the hub to here: only what is wanted, going on where it broke off, seen only once checked.

The library's own downloads start from nothing after an interruption. Here the part that came is
kept beside the place of the file, and a file gets its name once its digest is the hub's and, where
it was published elsewhere too, the pinned one.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from summarizer.errors import WeightsError
from summarizer.models import hub
from summarizer.models.hub import Weights

SMALL = 16 << 20  # bytes of a file of settings or a vocabulary at most
BESIDES = (".json", ".txt", ".model")  # what comes along if it is small
SPARE = 100 << 20  # bytes left free on the disk
BLOCK = 1 << 20
PATIENCE = 30.0  # seconds for the hub's first answer


@dataclass(frozen=True)
class Listed:
    """A file as the hub lists it; git's own digest for the small, sha256 for the large."""

    name: str
    size: int
    git: str
    sha256: str

    @property
    def digest(self) -> str:
        return self.sha256 or self.git


def download(wanted: Weights, say: Callable[[str], None]) -> Path:
    """Have all files of the weights here, checked; the folder they lie in."""
    from huggingface_hub.utils import WeakFileLock

    with _understood(wanted):
        commit, there = listing(wanted)
        files = chosen(wanted, there)
        home = staging(wanted) if wanted.convert else hub.repository(wanted) / "blobs"
        home.mkdir(parents=True, exist_ok=True)
        with WeakFileLock(home.parent / f".{home.name}.lock"):
            places = {file.name: _place(wanted, commit, file, home) for file in files}
            _room(wanted, home, files, places)
            for file in files:
                _fetch(wanted, commit, file, places[file.name])
            if not wanted.convert:
                home = _shown(home.parent / "snapshots" / commit, places)
            if not wanted.revision:
                hub.lock(wanted).parent.mkdir(parents=True, exist_ok=True)
                hub.lock(wanted).write_text(commit + "\n")
                say(f"{wanted.name} has no pinned commit; {commit} was taken and is kept to.")
    return home


def staging(wanted: Weights) -> Path:
    """Where pickles lie until they are converted."""
    own = hub.own(wanted)
    return own.with_name(f"{own.name}.download")


def listing(wanted: Weights) -> tuple[str, dict[str, Listed]]:
    """The commit, the newest where none is known yet, and what the repository has at it."""
    from huggingface_hub import HfApi

    commit = hub.commit(wanted) or None
    found = HfApi().model_info(wanted.repo, revision=commit, files_metadata=True, timeout=PATIENCE)
    return found.sha, {
        each.rfilename: Listed(
            each.rfilename, each.size, each.blob_id, each.lfs.sha256 if each.lfs else ""
        )
        for each in found.siblings
        if "/" not in each.rfilename
    }


def chosen(wanted: Weights, there: dict[str, Listed]) -> list[Listed]:
    """What is needed of it and what is small, the large last; an error if it is another content."""
    needed = {file.name for file in wanted.files}
    if lacking := sorted(needed - set(there)):
        raise WeightsError(f"{wanted.repo} has no {', '.join(lacking)} at this commit")
    for file in wanted.files:
        listed = there[file.name]
        if (file.size or listed.size) != listed.size or (
            file.sha256 or listed.sha256
        ) != listed.sha256:
            raise WeightsError(
                f"the hub has another {file.name} in {wanted.repo} than the one pinned here "
                f"({listed.size:,} bytes, sha256 {listed.sha256[:12]}); it was not downloaded"
            )
    besides = [
        listed
        for name, listed in there.items()
        if name.endswith(BESIDES) and hub.INDEX not in name and listed.size <= SMALL
    ]
    return sorted({*besides, *(there[name] for name in needed)}, key=lambda each: each.size)


def _place(wanted: Weights, commit: str, file: Listed, home: Path) -> Path:
    """Where the content of the file belongs, by its digest or its name."""
    if not wanted.convert:
        return home / file.digest
    place = home / file.name
    had = hub.repository(wanted) / "snapshots" / commit / file.name
    if had.is_file() and not place.exists():  # another program had it downloaded
        _link(had.resolve(), place)
    return place


def _room(wanted: Weights, home: Path, files: list[Listed], places: dict[str, Path]) -> None:
    """Refuse to begin what the disk has no room for, the converted copy included."""
    need = sum(file.size - _had(places[file.name]) for file in files)
    need += sum(file.size for file in files) if wanted.convert else 0
    free = shutil.disk_usage(home).free
    if need + SPARE > free:
        raise WeightsError(
            f"{wanted.name} needs {need / 1e9:.1f} GB of room, and {free / 1e9:.1f} GB are free "
            f"at {home}; make room or set HF_HOME and XDG_DATA_HOME to folders on a larger disk"
        )


def _had(place: Path) -> int:
    """How many bytes of it came already."""
    for path in (place, _part(place)):
        if path.is_file():
            return path.stat().st_size
    return 0


def _part(place: Path) -> Path:
    return place.with_name(f"{place.name}.incomplete")


def _fetch(wanted: Weights, commit: str, file: Listed, place: Path) -> None:
    """Have the file at its place with the right digest, going on where it broke off."""
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers

    if place.is_file():
        if _right(place, file):
            return
        place.unlink()
    part = _part(place)
    with part.open("ab") as stream:
        if stream.tell() > file.size:
            stream.truncate(0)
        http_get(
            hf_hub_url(wanted.repo, file.name, revision=commit),
            stream,
            resume_size=stream.tell(),
            headers=build_hf_headers(),
            expected_size=file.size,
            displayed_filename=f"{wanted.name} {file.name}",
        )
    if not _right(part, file):
        part.unlink()
        raise WeightsError(
            f"{file.name} of {wanted.repo} came damaged: its digest is not the hub's; "
            f"the file was thrown away, try again: {hub.COMMAND} {wanted.name}"
        )
    part.replace(place)


def _right(path: Path, file: Listed) -> bool:
    """Whether the content is what the hub lists, by its size and digest."""
    if path.stat().st_size != file.size:
        return False
    digest = (
        hashlib.sha256()
        if file.sha256
        else hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
    )
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest() == file.digest


def _shown(snapshot: Path, places: dict[str, Path]) -> Path:
    """The commit's folder as the library keeps it: a link to the content of each file."""
    snapshot.mkdir(parents=True, exist_ok=True)
    for name, place in places.items():
        shown = snapshot / name
        if shown.is_file() and shown.samefile(place):
            continue
        shown.unlink(missing_ok=True)
        try:
            shown.symlink_to(Path("..", "..", "blobs", place.name))
        except OSError:  # some systems keep links for administrators
            _link(place, shown)
    return snapshot


def _link(content: Path, place: Path) -> None:
    """The same content under another name, without a copy where that can be."""
    try:
        os.link(content, place)
    except OSError:
        shutil.copyfile(content, place)


@contextmanager
def _understood(wanted: Weights) -> Iterator[None]:
    """What goes wrong on the way, as one sentence with the way out."""
    from huggingface_hub import errors

    again = f"{hub.COMMAND} {wanted.name}"
    page = f"https://huggingface.co/{wanted.repo}"
    try:
        yield
    except errors.GatedRepoError:
        raise WeightsError(
            f"{wanted.repo} is only for those who accepted its terms: do so at {page}, log in "
            f"with hf auth login, then: {again}"
        ) from None
    except errors.RevisionNotFoundError:
        raise WeightsError(
            f"{wanted.repo} has no commit {wanted.revision} any more, so {wanted.name} can't be had"
        ) from None
    except errors.RepositoryNotFoundError:
        raise WeightsError(
            f"{wanted.repo} is not on the hub, or only for those it is shared with; if you are "
            f"one, log in with hf auth login, then: {again}"
        ) from None
    except errors.HfHubHTTPError as error:
        raise WeightsError(
            f"the hub answered {error.response.status_code} for {wanted.repo}; "
            f"try again later: {again}"
        ) from None
    except (errors.OfflineModeIsEnabled, errors.HTTPError) as error:
        raise WeightsError(
            f"the hub can't be reached ({_reason(error)}); what came is kept, so when you are "
            f"online, go on with: {again}"
        ) from None
    except OSError as error:
        raise WeightsError(
            f"{wanted.name} can't be written or read ({_reason(error)}); what came is kept, so "
            f"go on with: {again}"
        ) from None


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(text.split())[:120].lower()
