"""Renders the example clips, everything drawn and synthesised: python examples/make.py --help"""

import argparse
import os
import sys
from pathlib import Path

from PIL import Image

sys.path.append(str(Path(__file__).parent.parent))  # where the project itself lies

from world.day.story import day
from world.lecture.story import lecture
from world.match.story import match
from world.render import render, tell
from world.toys import toys

STORIES = {"match": match, "lecture": lecture, "day": day, "toys": toys}


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make.py", description=__doc__.partition(":")[0])
    parser.add_argument("--only", choices=STORIES, help="one clip instead of all four")
    parser.add_argument("--seconds", type=float, help="only the first so many seconds")
    parser.add_argument("--width", type=int, help="of the picture, other than the clip's own")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent, help="folder to write to"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="drawing processes")
    parser.add_argument(
        "--still",
        type=float,
        nargs="+",
        metavar="SECOND",
        help="write pictures of these moments, NAME-SECOND.png, instead of a clip",
    )
    chosen = parser.parse_args(arguments)
    if chosen.width is not None and not 64 <= chosen.width <= 3840:
        parser.error(f"--width is {chosen.width}; it goes from 64 to 3840")
    if chosen.seconds is not None and not chosen.seconds > 0:
        parser.error(f"--seconds is {chosen.seconds}; ask for more than 0")
    return chosen


def main(arguments: list[str] | None = None) -> None:
    chosen = parsed(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in [chosen.only] if chosen.only else STORIES:
        story = STORIES[name]()
        width = (chosen.width or story.width) // 2 * 2
        if chosen.still:
            for second in chosen.still:
                target = chosen.out / f"{name}-{second:g}.png"
                Image.fromarray(story.frame(second, (width, width * 9 // 16))).save(target)
                tell(str(target))
            continue
        tell(f"{name}: {story.title}")
        clip = render(story, chosen.out, width=width, seconds=chosen.seconds, jobs=chosen.jobs)
        tell(f"{clip}  {clip.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
