"""A clip and a wish in; a story, a curve that says why and a reel out.

python examples/quickstart.py examples/match.mp4 "the loudest moments" out/
"""

import sys

from summarizer import Preference, load


def main(clip: str, want: str, folder: str) -> None:
    summarizer = load()
    perception = summarizer.perceive(clip)
    *_, summary = summarizer.tell(perception, summarizer.choose(perception, Preference(want)))
    summarizer.save(summary, clip, folder)
    sys.stdout.write("".join(f"{sentence.text}\n" for sentence in summary.story))


if __name__ == "__main__":
    main(*sys.argv[1:4])
