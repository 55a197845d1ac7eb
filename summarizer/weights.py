"""python -m summarizer.weights list | get NAME_OR_PRESET...

The one place from which anything is downloaded, and nothing else calls it.
"""

import argparse
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from summarizer.config import PRESETS
from summarizer.errors import SummarizerError, WeightsError
from summarizer.files import reason
from summarizer.models import hub
from summarizer.models.hub import WEIGHTS, Weights

SHOWN = 12  # digits of a commit


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m summarizer.weights", description="The weights that presets need."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="what each preset needs, and whether it is here")
    get = commands.add_parser("get", help="download what is not here, and make it ready")
    get.add_argument("names", nargs="+", metavar="NAME_OR_PRESET")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; 0 done, 2 an error a person can mend, 130 stopped."""
    options = arguments().parse_args(words)
    try:
        if options.command == "list":
            sys.stdout.writelines(f"{line}\n" for line in table())
        else:
            names = wanted(options.names)
            if not names:
                _say(f"Nothing to download: {' and '.join(options.names)} needs no weights.")
            for name in names:
                get(WEIGHTS[name], _say)
    except SummarizerError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; what came is kept, and the same command goes on from there.\n")
        return 130
    return 0


def table() -> Iterator[str]:
    """The lines of the list: each preset and its weights, then those that no preset needs."""
    groups = {name: (*preset.needs, *preset.gains) for name, preset in PRESETS.items()}
    needed = {name for needs in groups.values() for name in needs}
    groups["in no preset"] = tuple(name for name in WEIGHTS if name not in needed)
    for title, names in groups.items():
        size = sum(WEIGHTS[name].size_mb for name in names)
        yield f"{title}: {amount(size) if names else 'nothing to download'}"
        for name in names:
            yield f"  {_row(WEIGHTS[name])}"


def wanted(names: Sequence[str]) -> list[str]:
    """The weights meant by names of presets and of weights, each once."""
    found: dict[str, None] = {}
    for name in names:
        if name in PRESETS:
            found |= dict.fromkeys((*PRESETS[name].needs, *PRESETS[name].gains))
        elif name in WEIGHTS:
            found[name] = None
        else:
            known = ", ".join((*PRESETS, *WEIGHTS))
            raise WeightsError(f"no preset or weights {name[:40]!r}; there are {known}")
    return list(found)


def get(each: Weights, say: Callable[[str], None]) -> None:
    """Have the weights here as a usable copy, made, converted or as they are."""
    if hub.here(each.name):
        say(f"{each.name} is here: {hub.folder(each.name)}")
        return
    if each.made:
        from summarizer.models import tiny

        with _whole(hub.own(each)) as part:
            tiny.save(each.name, part)
    elif not each.shipped:  # what is shipped and not here can't be had: the last line says so
        say(f"{each.name}: {each.repo}, {amount(each.size_mb)}, licence {_licence(each)}")
        _download(each, say)
    say(f"{each.name} is here: {hub.folder(each.name)}")


def amount(megabytes: int) -> str:
    return f"{megabytes} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"


def _download(each: Weights, say: Callable[[str], None]) -> None:
    from summarizer.models import download, pickles

    folder = download.download(each, say)
    if each.convert:
        say(f"{each.name} is made into safetensors, once ...")
        names = [path.name for path in folder.iterdir() if path.is_file()]
        with _whole(hub.own(each)) as part:
            pickles.convert(folder, part, sorted(n for n in names if not n.startswith(".")))
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A temporary folder to fill; it becomes `folder` at the end, or is gone."""
    for left in folder.parent.glob(f".{folder.name}.*.part"):  # by one that was killed
        shutil.rmtree(left, ignore_errors=True)
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        part.mkdir(parents=True)
        yield part
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    except OSError as error:
        raise WeightsError(
            f"{folder.parent.name} can't be written to {folder.parent}: {reason(error)}; make room "
            "or set XDG_DATA_HOME to another folder"
        ) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _row(each: Weights) -> str:
    if each.made:
        origin, commit = "made here, random", ""
    elif each.shipped:
        origin, commit = f"checkpoints/{each.shipped}", ""
    else:
        origin, commit = each.repo, each.revision[:SHOWN] or _unpinned(each)
    here = "here" if hub.here(each.name) else "not here"
    return (
        f"{each.name:<14} {origin:<38} {commit:<{SHOWN}}  {each.licence:<17}  "
        f"{amount(each.size_mb):>7}  {here}"
    )


def _unpinned(each: Weights) -> str:
    taken = hub.commit(each)
    return f"{taken[:SHOWN]} (not pinned)" if taken else "not pinned"


def _licence(each: Weights) -> str:
    return each.licence if each.commercial else f"{each.licence}: not for commercial use"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
