"""Several pieces of work beside each other, each in a process of its own, as many as there are
lanes; what builds on others waits for them, and what can be divided takes all lanes at once.

On few cores two trainings with a thread each are nearly twice as fast as one with two threads.
"""

import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from summarizer.errors import SummarizerError
from summarizer.train.loop import interruptible

UNFINISHED, FAILED = 3, 1  # how a process ends that is to be gone on with, and one that can't be
POLITE = (0, UNFINISHED, -signal.SIGTERM)
LOOKS = 0.5  # seconds between looks for somebody who wants it to end


@dataclass(frozen=True)
class Job:
    """A piece of work."""

    name: str
    after: tuple[str, ...] = ()
    """names of those that it builds on; of no matter where they are not among the jobs"""
    divided: bool = False
    """whether as many processes as there are lanes may do it together, as accelerate's do"""


@dataclass(eq=False)
class Running:
    """A job that was begun, in its processes."""

    job: Job
    lanes: Sequence[int]
    processes: Sequence[BaseProcess]
    said: Sequence[Connection]
    """what each of them has to say when it can't go on"""

    @property
    def over(self) -> bool:
        return not any(each.is_alive() for each in self.processes)

    @property
    def whole(self) -> bool:
        return all(each.exitcode == 0 for each in self.processes)

    @property
    def broken(self) -> bool:
        """Whether one is gone whom the others would wait for."""
        return any(each.exitcode not in (None, *POLITE) for each in self.processes)

    def failure(self) -> str:
        """Why it can't go on; nothing where it was only interrupted."""
        name, codes = self.job.name, {each.exitcode for each in self.processes}.difference(POLITE)
        for hears in self.said:
            try:
                if hears.poll():
                    return f"{name}: {hears.recv()}"
            except EOFError:  # it said nothing
                pass
        # the others of one that is gone are killed here: what else there is says more
        if others := codes - {-signal.SIGKILL}:
            return f"{name} ended with {others.pop()}; what it wrote above says why"
        if codes:
            return (
                f"{name} was killed by the system, mostly for want of memory; the same command "
                "goes on where it was, in half the memory with --at-once 1"
            )
        return ""


def side_by_side(jobs: Sequence[Job], work: Callable[[str], bool], lanes: int) -> bool:
    """Do all of them; whether all came to their end. `work` is given a name, in a process that
    begins anew (so it must be picklable), and says whether it came to its end.

    Somebody who interrupts interrupts all of them, politely; so does a failure, which is raised.
    """
    names, left, done, error = {job.name for job in jobs}, list(jobs), set[str](), ""
    running: list[Running] = []
    stopping = False
    try:
        with interruptible() as interrupted:
            while running or (left and not stopping):
                if not stopping:
                    _begin_what_can(left, names - done, lanes, work, running)
                wait([each.sentinel for some in running for each in some.processes], LOOKS)
                ended = [each for each in running if each.over]
                running = [each for each in running if each not in ended]
                done |= {each.job.name for each in ended if each.whole}
                error = error or next((each.failure() for each in ended if not each.whole), "")
                _kill([each for each in running if each.broken])
                if not stopping and (interrupted() or not all(each.whole for each in ended)):
                    stopping = True
                    for each in (process for some in running for process in some.processes):
                        each.terminate()  # as polite as Ctrl-C
    finally:
        _kill(running)
    if error:
        raise SummarizerError(error)
    return len(done) == len(jobs)


def _kill(running: Sequence[Running]) -> None:
    for each in (process for some in running for process in some.processes):
        each.kill()


def _begin_what_can(
    left: list[Job],
    undone: set[str],
    lanes: int,
    work: Callable[[str], bool],
    running: list[Running],
) -> None:
    """Take from what is left, in order, what there are lanes for."""
    for job in tuple(left):
        taken = {lane for each in running for lane in each.lanes}
        free = [lane for lane in range(lanes) if lane not in taken]
        takes = lanes if job.divided else 1
        if takes <= len(free) and not undone.intersection(job.after):
            left.remove(job)
            running.append(_begin(job, work, free[:takes]))
    if not running:
        raise ValueError(f"{', '.join(job.name for job in left)} wait for each other")


def _begin(job: Job, work: Callable[[str], bool], own: Sequence[int]) -> Running:
    """Start it in these lanes."""
    from accelerate.utils import patch_environment
    from accelerate.utils.other import get_free_port

    spawning, together, processes, said = multiprocessing.get_context("spawn"), {}, [], []
    if len(own) > 1:  # as accelerate's launcher tells its processes
        together = dict.fromkeys(("WORLD_SIZE", "LOCAL_WORLD_SIZE"), len(own))
        together |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": get_free_port()}
        together |= {"ACCELERATE_USE_CPU": "true"}
    for rank, lane in enumerate(own):
        hears, says = spawning.Pipe(duplex=False)
        own_place = dict.fromkeys(("RANK", "LOCAL_RANK"), rank) if together else {}
        shown = {"TQDM_DESC": job.name, "TQDM_POSITION": lane}
        process = spawning.Process(target=_lane, args=(work, job.name, says))
        # it finds these in its environment: some are read as soon as a library is imported
        with patch_environment(**shown, **together, **own_place):
            process.start()
        says.close()
        processes.append(process)
        said.append(hears)
    return Running(job, own, processes, said)


def _lane(work: Callable[[str], bool], name: str, says: Connection) -> None:
    """What a process does, all of it."""
    if hasattr(os, "setsid"):
        os.setsid()  # Ctrl-C is for the one that began all this, who passes it on
    threading.Thread(target=_outlive, daemon=True).start()
    try:
        whole = work(name)
    except SummarizerError as error:
        says.send(str(error))
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(UNFINISHED)
    except Exception:
        traceback.print_exc()
        sys.exit(FAILED)
    sys.exit(0 if whole else UNFINISHED)


def _outlive() -> None:
    """End politely when the process that began this one is gone."""
    began = multiprocessing.parent_process()
    if began is not None:
        began.join()
        os.kill(os.getpid(), signal.SIGTERM)
