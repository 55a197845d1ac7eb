"""The one loop: any lesson, on one CPU or on many machines, stopped and taken up again at will.

A step takes the same examples whatever the number of processes, and averages over all of them: its
loss does not depend on how the work was divided. All chance of a step hangs on the seed and its
number, so a run that was killed goes on as if nothing had happened. Distribution is accelerate's:
`accelerate launch -m summarizer.train ...`, with FSDP or DeepSpeed where its own config says so.
"""

import json
import math
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from summarizer.errors import PresetError, SummarizerError, WeightsError
from summarizer.files import whole

if TYPE_CHECKING:
    from accelerate import Accelerator
    from torch import Tensor, nn
    from torch.optim import Optimizer

STATE, LOG, PROGRESS, TRAINED = "state", "log.jsonl", "progress.json", "trained.safetensors"
Pick = tuple[int, np.random.Generator]  # an example, and all the chance there is in it
FORM = 1  # raised when a state would be read differently


@dataclass(frozen=True)
class Pace:
    """How long and how fast is learned."""

    steps: int = 1000
    batch: int = 8
    """examples a step, over all processes together"""
    at_once: int = 0
    """of them, that one process takes through the model at once; 0: all that are its own"""
    rate: float = 1e-4
    """the highest; it rises over the warm-up and falls along a cosine"""
    warmup: float = 0.03
    """share of the steps"""
    floor: float = 0.0
    """share of the rate that is left at the end"""
    decay: float = 0.0
    """of weights, never of biases, gains and single vectors"""
    slower: Mapping[str, float] = field(default_factory=dict)
    """share of the rate that is left to parameters of whose names a part begins like this"""
    clip: float = 1.0
    """length of the gradient, at most"""
    seed: int = 0
    precision: str = "auto"
    """bf16, fp16, no; auto is bf16 on a GPU that has it"""
    save: float = 120.0
    """seconds between states"""
    log: int = 10
    """steps between lines of the log; the first and the last are always there"""

    def __post_init__(self):
        if min(self.steps, self.batch, self.log) < 1 or self.at_once < 0 or self.rate <= 0:
            raise PresetError(
                f"{self.steps} steps of {self.batch} examples at a rate of {self.rate:g} teach "
                "nothing; steps, batch and rate must be above 0"
            )
        if not (0 <= self.warmup <= 1 and 0 <= self.floor <= 1 and self.clip > 0):
            raise PresetError(
                f"a warm-up of {self.warmup:g}, a floor of {self.floor:g} and a clip of "
                f"{self.clip:g} are not possible; shares lie in 0..1, and clip is above 0"
            )
        for name, share in self.slower.items():
            if not (isinstance(share, (int, float)) and 0 < share <= 1):
                raise PresetError(
                    f"a share of {share!r} of the rate for {str(name)[:40]!r} is not possible; "
                    "shares are above 0, and 1 at most"
                )
        if self.precision not in ("auto", "no", "bf16", "fp16"):
            raise PresetError(
                f"no precision {self.precision[:20]!r}; there are auto, no, bf16, fp16"
            )

    def rate_at(self, step: int) -> float:
        """The rate of the step, counted from 0."""
        warm = max(1, round(self.warmup * self.steps))
        if step < warm:
            return self.rate * (step + 1) / warm
        gone = (step - warm) / max(1, self.steps - warm)
        return self.rate * (self.floor + (1 - self.floor) * (1 + math.cos(math.pi * gone)) / 2)


class Lesson(Protocol):
    """What is learned from what.

    `module(batch)` gives, by name, the sum of each term of the loss over the batch, and
    `size(batch)` what that sum is to be divided by, known before the model has seen it.
    """

    module: "nn.Module"
    examples: int
    weights: Mapping[str, float]
    """of the terms"""

    def batch(self, picks: Sequence[Pick]) -> Any:
        """The tensors of these examples; all chance comes from their own draws."""

    def size(self, batch: Any) -> Mapping[str, float]: ...

    def check(self) -> Mapping[str, float]:
        """Measures on what was never learned from; may be empty."""

    def keep(
        self, folder: Path, trained: "Mapping[str, Tensor]", metrics: Mapping[str, Any]
    ) -> None:
        """Write what was learned, by the names of the module's trainable parameters."""


@dataclass(frozen=True)
class Outcome:
    """How far a run came."""

    step: int
    steps: int
    loss: float | None
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return self.step >= self.steps


def train(
    lesson: Lesson,
    pace: Pace,
    out: Path,
    *,
    seconds: float = math.inf,
    identity: str = "",
    quiet: bool = False,
) -> Outcome:
    """Learn until the end, or until `seconds` have passed or somebody interrupts: what was learned
    so far lies in `out`.training, from where the same call goes on. At the end the checkpoint is
    `out`, whole.

    `identity` names what the run is of; a state of another is refused.
    """
    run = Run.begin(lesson, pace, out, identity)
    step, loss = run.resume(), None
    start = time.monotonic()
    saved = start
    with interruptible() as interrupted, progress(pace.steps, step, quiet or not run.first) as bar:
        while step < pace.steps:
            loss, terms = run.step(step)
            step += 1
            run.note(step, loss, terms, time.monotonic() - start)
            bar(step, loss, pace.rate_at(step - 1))
            now = time.monotonic()
            late = run.anyone(interrupted() or now - start >= seconds)
            if step < pace.steps and (late or run.anyone(now - saved >= pace.save)):
                run.save(step)
                saved = time.monotonic()
            if late:
                break
    if step < pace.steps:
        return Outcome(step, pace.steps, loss)
    return run.finish(step, loss)


@dataclass(eq=False)
class Run:
    """A lesson on its way."""

    lesson: Lesson
    pace: Pace
    out: Path
    identity: str
    accelerator: "Accelerator"
    model: "nn.Module"
    optimizer: "Optimizer"
    logged: list[dict] = field(default_factory=list)

    @staticmethod
    def begin(lesson: Lesson, pace: Pace, out: Path, identity: str) -> "Run":
        from accelerate import Accelerator, DistributedDataParallelKwargs
        from accelerate.state import AcceleratorState

        if lesson.examples < 1:
            raise SummarizerError("there are no examples to learn from; check the manifest")
        trainable = [each for each in lesson.module.parameters() if each.requires_grad]
        if not trainable:
            raise WeightsError("nothing of this model is trainable, so there is nothing to learn")
        # a batch may lack a sense, and then leaves the projector of that sense out
        loose = DistributedDataParallelKwargs(find_unused_parameters=True)
        AcceleratorState._reset_state()  # a run before this one may have had another precision
        accelerator = Accelerator(
            mixed_precision=_precision(pace.precision), kwargs_handlers=[loose]
        )
        if pace.batch < accelerator.num_processes:
            raise PresetError(
                f"a batch of {pace.batch} leaves some of {accelerator.num_processes} processes "
                "without an example; set a larger batch"
            )
        optimizer = _optimizer(lesson.module, pace)
        model, optimizer = accelerator.prepare(lesson.module, optimizer)
        run = Run(lesson, pace, out, identity, accelerator, model, optimizer)
        accelerator.register_save_state_pre_hook(run._write_trained)
        accelerator.register_load_state_pre_hook(run._read_trained)
        return run

    @property
    def first(self) -> bool:
        """Whether this process speaks for all."""
        return self.accelerator.is_main_process

    @property
    def folder(self) -> Path:
        """Where the run lies until it is done."""
        return self.out.with_name(f"{self.out.name}.training")

    def anyone(self, sure: bool) -> bool:
        """Whether any process says so; all learn the same."""
        if self.accelerator.num_processes == 1:
            return sure
        import torch

        flag = torch.tensor(float(sure), device=self.accelerator.device)
        return bool(self.accelerator.reduce(flag, "sum").item() > 0)

    # -- a step -------------------------------------------------------------------------------

    def step(self, step: int) -> tuple[float, dict[str, float]]:
        """Learn from the examples of this step; the loss and its terms, over all processes."""
        from accelerate.utils import send_to_device

        batches = self._batches(step)
        sizes = self._summed([self.lesson.size(batch) for batch in batches])
        for group in self.optimizer.param_groups:
            group["lr"] = self.pace.rate_at(step) * group.get("share", 1.0)
        self.model.train()
        _seed(self.pace.seed, step, self.accelerator.process_index)
        found: list[Mapping[str, float]] = []
        for index, batch in enumerate(batches):
            last = index == len(batches) - 1
            with self._gathering(last):
                sums = self.model(send_to_device(batch, self.accelerator.device))
                parts = {name: sums[name] / max(sizes[name], 1e-9) for name in sums}
                loss = sum(self.lesson.weights[name] * part for name, part in parts.items())
                # gradients are averaged over processes, and these are shares of one sum
                self.accelerator.backward(loss * self.accelerator.num_processes)
            found.append({name: float(part.detach()) for name, part in parts.items()})
        terms = self._summed(found)
        loss = sum(self.lesson.weights[name] * value for name, value in terms.items())
        if not math.isfinite(loss):
            raise SummarizerError(
                f"the loss of step {step + 1} is {loss}: {_listed(terms)}; go on from the last "
                "state with a lower rate, or look at the data"
            )
        self.accelerator.clip_grad_norm_(self.model.parameters(), self.pace.clip)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss, terms

    def _batches(self, step: int) -> list[Any]:
        """This process's share of the step's examples."""
        which = order(self.lesson.examples, self.pace.batch, self.pace.seed, step)
        rank, world = self.accelerator.process_index, self.accelerator.num_processes
        # chance hangs on the place in the step, so it is the same for any division
        picks = [
            (example, np.random.default_rng([self.pace.seed, step, place]))
            for place, example in enumerate(which)
        ]
        mine = picks[rank::world]
        size = self.pace.at_once or len(mine)
        return [
            self.lesson.batch(mine[first : first + size]) for first in range(0, len(mine), size)
        ]

    def _gathering(self, last: bool):
        """Gradients are exchanged with the last batch of a step only."""
        from contextlib import nullcontext

        return nullcontext() if last else self.accelerator.no_sync(self.model)

    def _summed(self, parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
        """By name, over these and over all processes."""
        import torch

        names = list(self.lesson.weights)
        sums = torch.tensor(
            [sum(float(part.get(name, 0.0)) for part in parts) for name in names],
            dtype=torch.float32,
            device=self.accelerator.device,
        )
        summed = self.accelerator.reduce(sums, "sum")
        return dict(zip(names, summed.tolist(), strict=True))

    # -- what is kept -------------------------------------------------------------------------

    def note(self, step: int, loss: float, terms: Mapping[str, float], seconds: float) -> None:
        """Remember the step for the log."""
        if step % self.pace.log == 0 or step in (1, self.pace.steps):
            entry = {"step": step, "loss": loss, "rate": self.pace.rate_at(step - 1)}
            self.logged.append({**entry, "seconds": round(seconds, 1), "terms": dict(terms)})

    def resume(self) -> int:
        """Take up the state there is; the number of steps done."""
        here = self.folder / STATE
        _finish(here)
        if not here.is_dir():
            return 0
        known = _read(here / PROGRESS)
        if known.get("form") != FORM or known.get("identity") != self._identity:
            raise SummarizerError(
                f"{self.folder} holds a run of something else ({str(known.get('of'))[:200]}); "
                "finish it with its own settings, or delete that folder, or choose another --out"
            )
        self.accelerator.load_state(str(here))
        self.logged = list(known["log"])
        return int(known["step"])

    def save(self, step: int) -> None:
        """Keep the state in place of the one before."""
        here, part = self.folder / STATE, self.folder / f"{STATE}.part"
        if self.first:
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
        self.accelerator.wait_for_everyone()
        self.accelerator.save_state(str(part))
        self.accelerator.wait_for_everyone()
        if self.first:
            known = {"form": FORM, "identity": self._identity, "of": self._of, "step": step}
            (part / PROGRESS).write_text(json.dumps({**known, "log": self.logged}), "utf-8")
            _swap(part, here)
            self._write_log()
        self.accelerator.wait_for_everyone()

    def finish(self, step: int, loss: float | None) -> Outcome:
        """Measure, write the checkpoint, and let go of the state."""
        self.model.eval()
        metrics: dict[str, float] = {}
        state = self.accelerator.get_state_dict(self.model)  # of all processes, where it is divided
        if self.first:
            metrics = dict(self.lesson.check())
            names = [n for n, each in self.lesson.module.named_parameters() if each.requires_grad]
            learned = {name: state[name] for name in names}
            last = self.logged[-1] if self.logged else {}
            self.lesson.keep(
                self.out, learned, {**metrics, "training": {"of": self._of, "last": last}}
            )
            self._write_log()
            for name in (STATE, f"{STATE}.part", f"{STATE}.old"):
                shutil.rmtree(self.folder / name, ignore_errors=True)
        self.accelerator.wait_for_everyone()
        return Outcome(step, self.pace.steps, loss, metrics)

    @property
    def _of(self) -> dict[str, Any]:
        return {"what": self.identity, "pace": asdict(self.pace), "examples": self.lesson.examples}

    @property
    def _identity(self) -> str:
        """What has to be the same for a state to fit; how often it is saved and logged does not."""
        pace = {k: v for k, v in asdict(self.pace).items() if k not in ("save", "log", "at_once")}
        return sha256(json.dumps({**self._of, "pace": pace}, sort_keys=True).encode()).hexdigest()

    def _write_log(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with whole(self.folder / LOG) as part:
            part.write_text("".join(f"{json.dumps(each)}\n" for each in self.logged), "utf-8")

    # accelerate would keep all weights, the frozen ones of a large model too

    def _write_trained(self, models: list, weights: list, folder: str) -> None:
        if not weights:  # FSDP and DeepSpeed keep their own shards
            return
        from safetensors.torch import save_file

        learned = {name: each.detach().cpu().contiguous() for name, each in self._trained().items()}
        if self.first:
            save_file(learned, Path(folder) / TRAINED)
        weights.clear()

    def _read_trained(self, models: list, folder: str) -> None:
        import torch
        from safetensors.torch import load_file

        file = Path(folder) / TRAINED
        if not file.is_file():
            return
        kept, known = load_file(file), self._trained()
        if kept.keys() != known.keys():
            raise WeightsError(f"the state in {self.folder} is of another model; delete it")
        with torch.no_grad():
            for name, each in known.items():
                each.copy_(kept[name])
        models.clear()

    def _trained(self) -> "dict[str, Tensor]":
        """The trainable parameters and every buffer that is kept."""
        module = self.accelerator.unwrap_model(self.model)
        learned = {n: each for n, each in module.named_parameters() if each.requires_grad}
        state = module.state_dict()
        return learned | {n: each for n, each in module.named_buffers() if n in state}


# -- parts of a step ------------------------------------------------------------------------------


def order(examples: int, batch: int, seed: int, step: int) -> list[int]:
    """Which examples a step learns from: all of them, in an order of its own, each time round."""
    spots = range(step * batch, (step + 1) * batch)
    rounds = {spot // examples for spot in spots}
    turns = {each: _turn(examples, seed, each) for each in rounds}
    return [int(turns[spot // examples][spot % examples]) for spot in spots]


@lru_cache(maxsize=2)  # a step may lie in two, and those after it lie in the same
def _turn(examples: int, seed: int, number: int) -> np.ndarray:
    """All examples, in an order of their own."""
    return np.random.default_rng([seed, number]).permutation(examples)


def _seed(seed: int, step: int, process: int) -> None:
    import torch

    drawn = np.random.default_rng([seed, step, process, 1]).integers(1 << 62)
    torch.manual_seed(int(drawn))


def _optimizer(module: "nn.Module", pace: Pace) -> "Optimizer":
    """AdamW; what has one dimension is not decayed."""
    from torch.optim import AdamW

    trainable = {n: each for n, each in module.named_parameters() if each.requires_grad}
    for name in pace.slower:
        if not any(called(own, name) for own in trainable):
            raise WeightsError(
                f"nothing that learns is called {name[:40]!r}, so it can't learn slower; there is "
                f"{', '.join(sorted({own.split('.')[0] for own in trainable}))}"
            )
    groups: dict[tuple[float, float], list] = {}
    for own, each in trainable.items():
        share = min((by for name, by in pace.slower.items() if called(own, name)), default=1.0)
        groups.setdefault((pace.decay if each.ndim > 1 else 0.0, share), []).append(each)
    listed = [
        {"params": those, "weight_decay": decay, "share": share}
        for (decay, share), those in groups.items()
    ]
    return AdamW(listed, lr=pace.rate, betas=(0.9, 0.95))


def called(own: str, name: str) -> bool:
    """Whether a part of a parameter's own name begins like this: "head." is not "lm_head."."""
    return f".{name}" in f".{own}"


def _precision(asked: str) -> str:
    import torch

    if asked != "auto":
        return asked
    return "bf16" if torch.cuda.is_available() and torch.cuda.is_bf16_supported() else "no"


# -- the outside ----------------------------------------------------------------------------------


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Whether somebody asked to stop (Ctrl-C, a polite kill), which is done after the step."""
    asked: list[int] = []

    def stop(number, frame):
        if asked:  # asked twice: at once
            raise KeyboardInterrupt
        asked.append(number)

    kinds = (signal.SIGINT, signal.SIGTERM)
    try:
        before = {kind: signal.signal(kind, stop) for kind in kinds}
    except ValueError:  # only the main thread hears signals
        before = {}
    try:
        yield lambda: bool(asked)
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


@contextmanager
def progress(steps: int, done: int, quiet: bool) -> Iterator[Callable[[int, float, float], None]]:
    """A bar with the loss, smoothed, the rate, and the time that is left."""
    from tqdm import tqdm

    smooth: list[float] = []
    with tqdm(total=steps, initial=done, disable=quiet, unit="step", file=sys.stderr) as bar:

        def show(step: int, loss: float, rate: float) -> None:
            smooth[:] = [0.95 * smooth[0] + 0.05 * loss if smooth else loss]
            bar.set_postfix_str(f"loss {smooth[0]:.4f}, rate {rate:.2e}", refresh=False)
            bar.update(step - bar.n)

        yield show


def _read(file: Path) -> dict[str, Any]:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SummarizerError(
            f"{file} can't be read, so the run can't go on; delete {file.parent} to begin anew"
        ) from None


def _swap(part: Path, here: Path) -> None:
    """Put a folder in place of another; killed in between, `_finish` puts it right."""
    old = here.with_name(f"{here.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if here.exists():
        here.replace(old)
    part.replace(here)
    shutil.rmtree(old, ignore_errors=True)


def _finish(here: Path) -> None:
    old = here.with_name(f"{here.name}.old")
    if old.is_dir() and not here.exists():
        old.replace(here)


def _listed(terms: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in terms.items())
