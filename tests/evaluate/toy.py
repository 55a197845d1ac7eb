"""A protocol of a few tasks, with real files: each line of tasks.txt is a task and how it goes.

A task that is named "bad" fails while the line says so, one that is named "gate" waits until a file
"go" lies beside the data. Every task that is begun is noted in begun.txt beside the data.
"""

import time
from zlib import crc32

import numpy as np

from summarizer.errors import MediaError
from summarizer.evaluate.room import Measure, Protocol, Record


class Toy:
    lacks = {"taste": "needs a tongue; get one"}  # noqa: RUF012
    notes = ("A toy.",)

    def __init__(self, options):
        self.options = options
        lines = (options.data / "tasks.txt").read_text(encoding="utf-8").splitlines()
        self.goes = dict(line.split(" ", 1) for line in lines)
        self.tasks = tuple(self.goes)

    def judge(self, task):
        beside = self.options.data.parent
        with (beside / "begun.txt").open("a") as begun:
            begun.write(f"{task}\n")
        while task.startswith("gate") and not (beside / "go").exists():
            time.sleep(0.01)
        if task.startswith("bad") and not (beside / "mended").exists():
            raise MediaError(f"{task} can't be read; mend it")
        if task.startswith("odd"):
            raise ValueError("no such\nframe")
        draw = np.random.default_rng(crc32(task.encode()))
        group = self.goes[task]
        for seed in range(self.options.seeds):
            yield Record(task, "random", {"F1": draw.random()}, group, seed)
        yield Record(
            task,
            self.options.preset,
            {"F1": draw.random(dtype=np.float32), "error": draw.random()},
            group,
            curves={"total": draw.random(20)},
            kept={"note": f"of {task}", "rows": np.arange(3)},
        )

    def pool(self, records):
        return {"count": len(records)}


TOY = Protocol(
    about="what a toy is worth",
    measures=(
        Measure("F1", "the first", scale=100, places=1),
        Measure("error", "the second", better="lower"),
        Measure("count", "how many records", places=0),
        Measure("taste", "how it tastes"),
    ),
    open=Toy,
)

if __name__ == "__main__":
    import sys

    from summarizer.evaluate.__main__ import main
    from summarizer.evaluate.protocols import PROTOCOLS

    PROTOCOLS["toy"] = TOY
    sys.exit(main())
