"""What the commands ask alike: what is wanted, how long, in which shape, with which files."""

import argparse
from collections.abc import Collection

from summarizer.config import SHAPES
from summarizer.errors import PreferenceError
from summarizer.exports import FORMS
from summarizer.schema import Length, Preference


def add_wish(parser: argparse.ArgumentParser) -> None:
    """The options of a summary's wish and shape."""
    parser.add_argument("--want", default="", help="what you care about, in plain English")
    parser.add_argument("--length", default="15%", help="of a reel: 15%% or 30s (default 15%%)")
    parser.add_argument("--balance", type=float, default=0.5, help="0 only watch ... 1 only listen")
    parser.add_argument(
        "--variety", type=float, default=0.3, help="0 the best, however alike ... 1 all different"
    )
    parser.add_argument("--fill", action="store_true", help="fill up with other highlights")
    parser.add_argument("--shape", default="source", help=f"of a reel: {', '.join(SHAPES)}")


def preference(given: argparse.Namespace) -> Preference:
    """What these options say; a shape there is none of is refused, too."""
    if given.shape not in SHAPES:
        raise PreferenceError(f"no shape {given.shape[:20]!r}; there are {', '.join(SHAPES)}")
    return Preference(
        want=given.want,
        length=Length.parse(given.length),
        balance=given.balance,
        variety=given.variety,
        fill=given.fill,
    )


def forms(also: str, offered: Collection[str], more: str = "") -> tuple[str, ...]:
    """The files of "edl, srt"; `more` is what else may be said there, for the sentence on one
    there is none of."""
    names = tuple(each.strip() for each in also.split(",") if each.strip())
    if unknown := [name for name in names if name not in FORMS]:
        raise PreferenceError(f"no file {unknown[0][:20]!r}; there are {', '.join(offered)}{more}")
    return names
