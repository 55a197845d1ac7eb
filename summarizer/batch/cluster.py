"""On Ray: videos are tasks, models are actors, and what is lost with a worker is begun anew.

Ray places, retries and hands over; here is only what is to be done. A video is perceived, chosen
from and rendered by one worker. What its models are to see or read goes to a long-lived actor, one
a GPU, that works for many videos at once.
"""

import os
import random
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from itertools import islice

import numpy as np

from summarizer.batch.inputs import Item
from summarizer.batch.records import Record
from summarizer.batch.work import Job, failed, summarized
from summarizer.config import MB, NarratorConfig, preset
from summarizer.errors import SummarizerError
from summarizer.files import Scratch
from summarizer.models.loading import keep
from summarizer.models.narrator import Piece
from summarizer.sampling import Encode, encode, encoded, samples_of
from summarizer.schema import Encoded
from summarizer.stages.narrate import Write, write

RETRIES = 5  # of a video whose worker or machine was lost
SEEING, TELLING = "seeing", "telling"
AT_ONCE = 4  # videos that are seen and heard together; stories are written one by one
AHEAD = 2  # videos for each core of a cluster that wait or work
STARTS = 3  # tries to start one here: Ray waits half a minute, which a busy machine may need
WAIT = 10.0  # seconds until a cluster has to answer
SHORT = 36  # letters of a folder in which the names of sockets are not too long
STORE = 256 * MB  # for what is handed over where there are no models
LOST = "a worker, a model or a machine was lost"
# nobody is told that Ray is used, or of what
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


def installed() -> bool:
    return find_spec("ray") is not None


def records(
    items: Iterable[Item], job: Job, workers: int = 0, address: str = ""
) -> Iterator[Record]:
    """The record of each item as it is finished, in any order; closing it ends all work.

    Without an address this machine becomes a cluster of its own, with so many workers.
    """
    os.environ.update({name: os.environ.get(name, value) for name, value in QUIET.items()})
    import ray

    needy = bool(preset(job.preset).needs or preset(job.preset).joins)
    room = Scratch()  # for Ray's own logs
    try:
        _join(address, _own(workers, needy, str(room.path)))
        models = _models() if needy else None
        task = ray.remote(num_cpus=1, max_retries=RETRIES)(_summarized)
        due, waiting = iter(items), {}
        while True:
            for item in islice(due, max(0, _ahead(workers) - len(waiting))):
                waiting[task.remote(item, job, models)] = item
            if not waiting:
                return
            done, _ = ray.wait(list(waiting))
            for each in done:
                yield _got(each, waiting.pop(each))
    finally:
        ray.shutdown()
        room.close()


def _own(workers: int, needy: bool, room: str) -> dict[str, object]:
    """What a cluster of this machine alone is like; nobody else reaches it."""
    own = {"num_cpus": workers, "include_dashboard": False, "_node_ip_address": "127.0.0.1"}
    if not needy:
        own["object_store_memory"] = STORE
    if len(room) <= SHORT:
        own["_temp_dir"] = room
    return own


def _join(address: str, own: Mapping[str, object]) -> None:
    """Become part of the cluster, or a cluster of this machine; where that can't be, say so."""
    import ray

    for _ in range(1 if address else STARTS):
        try:
            _joined(address, own)
            return
        except Exception as error:  # Ray raises any, also bare ones
            reason = " ".join(str(error).split())[:300] or type(error).__name__
            ray.shutdown()
    where = f"the cluster at {address[:100]!r}" if address else "a cluster of this machine"
    raise SummarizerError(f"{where} can't be used: {reason}; --workers 0 does without Ray")


def _joined(address: str, own: Mapping[str, object]) -> None:
    import ray

    quiet = {"logging_level": "ERROR", "log_to_driver": False, "configure_logging": True}
    if address:
        _knocked(address)
        ray.init(address=address, **quiet)
    else:
        ray.init("local", **own, **quiet)


def _knocked(address: str) -> None:
    """Whether anybody is at HOST:PORT; Ray itself would wait for minutes."""
    host, _, port = address.rpartition(":")
    if host and port.isdigit() and "/" not in host:
        socket.create_connection((host.strip("[]"), int(port)), WAIT).close()


def _ahead(workers: int) -> int:
    """How many videos may wait or work: a cluster may grow meanwhile."""
    import ray

    return workers or max(1, AHEAD * int(ray.cluster_resources().get("CPU", 1)))


def _got(reference: object, item: Item) -> Record:
    import ray

    try:
        return ray.get(reference)
    except ray.exceptions.RayError as error:
        return replace(failed(item, error), cause=LOST)


def _summarized(item: Item, job: Job, models: "Models | None") -> Record:
    """The task, on whichever machine."""
    return summarized(item, job, *_through(models))


# -- models ---------------------------------------------------------------------------------------


class Model:
    """The actor: it holds what it once loaded, and works for several videos at once."""

    def __init__(self):
        keep()

    def place(self) -> str:
        """The machine it is on."""
        import ray

        return ray.get_runtime_context().get_node_id()

    def encode(self, sense: str, held: np.ndarray, seconds: float, settings: str) -> list[Encoded]:
        """What the second step of the sense ends with, if anything."""
        return list(encoded(sense, held, seconds, settings))[-1:]

    def write(
        self,
        weights: str,
        trained: str,
        settings: NarratorConfig,
        pieces: Sequence[Piece],
        most: int,
    ) -> list[str]:
        """What the language model answers, piece by piece as it would have come."""
        return list(write(weights, trained, settings, pieces, most))


@dataclass(frozen=True)
class Models:
    """The actors with the machines they are on; what a task is given of them."""

    actors: tuple[tuple[str, object], ...]

    def near(self) -> object:
        """One on this machine if possible: pictures are not sent around for nothing."""
        import ray

        here = ray.get_runtime_context().get_node_id()
        near = [actor for place, actor in self.actors if place == here]
        return random.choice(near or [actor for _, actor in self.actors])

    def encode(
        self, sense: str, samples: str, count: int, seconds: float, settings: str = ""
    ) -> Iterator[Encoded]:
        held = np.array(samples_of(sense, samples, count))
        encode = self.near().encode.options(concurrency_group=SEEING)
        yield from _answer(encode.remote(sense, held, seconds, settings))

    def write(
        self,
        weights: str,
        trained: str,
        settings: NarratorConfig,
        pieces: Sequence[Piece],
        most: int,
    ) -> Iterator[str]:
        write = self.near().write.options(concurrency_group=TELLING)
        yield from _answer(write.remote(weights, trained, settings, pieces, most))


def _answer(reference: object) -> list:
    """What an actor gives; an error of ours as it was raised there."""
    import ray

    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None


def _models() -> Models:
    """An actor for each GPU of the cluster; one on the processor where there is none."""
    import ray

    gpus = int(ray.cluster_resources().get("GPU", 0))
    made = ray.remote(
        num_cpus=0,
        num_gpus=1 if gpus else 0,
        max_restarts=-1,
        max_task_retries=RETRIES,
        concurrency_groups={SEEING: AT_ONCE, TELLING: 1},
    )(Model)
    actors = [made.remote() for _ in range(max(1, gpus))]
    places = ray.get([actor.place.remote() for actor in actors])
    return Models(tuple(zip(places, actors, strict=True)))


@cache
def _through(models: Models | None) -> tuple[Encode, Write]:
    """How a worker reaches the models: the same two functions for all its videos."""
    return (models.encode, models.write) if models else (encode, write)
