"""python -m summarizer.evaluate wishes --data ../shared/data --out records.csv"""

import argparse
import sys
from pathlib import Path

from summarizer.config import PRESETS
from summarizer.errors import SummarizerError
from summarizer.evaluate import wishes

LISTS = Path("tests") / "wishes"
DATA = Path("..") / "shared" / "data"


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m summarizer.evaluate")
    parser.add_argument("what", choices=["wishes"], help="what is measured")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with the real clips")
    parser.add_argument("--preset", default="offline", help=", ".join(PRESETS))
    parser.add_argument("--out", type=Path, help="write every single result to this CSV")
    return parser


def main() -> int:
    given = arguments().parse_args()
    folders = {"examples": Path("examples"), "real": given.data}
    try:
        records = []
        for name, folder in folders.items():
            found = wishes.measure(LISTS / f"{name}.json", folder, given.preset)
            sys.stdout.write(wishes.table(name, found) + "\n")
            records += found
        if given.out:
            wishes.write(records, given.out)
    except SummarizerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
