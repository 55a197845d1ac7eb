"""python -m bench.gpu [--tiny]: how fast the models of `studio` are on a CUDA GPU, as one table.

Each row stands beside the plain way in the same run: all patches of every picture, and
transformers' own generate(). Without a GPU the tiny models run on the CPU instead.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import shapes
from bench.device import GB, MODE, ROOM, RUNS, Attempt, Bench, read_a_token
from bench.table import Found, Measure, Unavailable, head, joined, reason, row

ANSWER = "[00:06-00:12] It gets loud, and somebody talks about the sea. "


def copying(bench: Bench) -> Found:
    return Found(bench.bandwidth / GB, None, "bytes read and written; the yardstick of a step")


def looking(bench: Bench) -> Found:
    from summarizer.config import VisionConfig
    from summarizer.senses.sight import merged

    eye, frames = shapes.eye_of(bench.size, bench.device), shapes.pictures(bench.size)
    kept = VisionConfig()
    ours = bench.median(lambda: merged(eye.look(frames).patches, kept))
    plain = bench.median(lambda: eye.look(frames).patches.flatten(0, 1).half().cpu().numpy())
    note = f"{kept.keep_tokens} tokens a frame are handed over, beside all {eye.patches}"
    return Found(len(frames) / ours, len(frames) / plain, note)


def listening(bench: Bench) -> Found:
    import torch

    from summarizer.models.audio import WINDOW, batches

    ear = shapes.ear_of(bench.size, bench.device)
    sound = shapes.noise(bench.size, ear.rate)
    each = round(WINDOW * ear.rate)
    windows = torch.from_numpy(sound[: len(sound) // each * each].reshape(-1, each))
    windows = windows.to(ear.model.device, ear.model.dtype)

    def bare() -> None:
        with torch.inference_mode():
            for some in batches(windows, ear.batch):
                ear.model(some)

    ours, plain = bench.median(lambda: ear.listen(sound, ear.rate)), bench.median(bare)
    note = "beside the bare model, on windows that lie on the device"
    return Found(bench.size.sound / ours, len(windows) * WINDOW / plain, note)


def asking(bench: Bench) -> Found:
    assert bench.prompt
    return Found(bench.prompted, None, "once, on the CPU, before the language model is asked")


def counting(bench: Bench) -> Found:
    ours, plain = (bench.narrator.count(each) for each in (bench.prompt, bench.plain_prompt))
    sights = sum(getattr(each, "sense", "") == "sight" for each in bench.prompt)
    note = f"the same {sights} sections; in the plain one each has a whole picture; aim: 3"
    return Found(ours, plain, note)


def reading(bench: Bench) -> Found:
    return _beside(bench.reading, bench.plain_first, 1000)


def reading_rate(bench: Bench) -> Found:
    plain, why = bench.plain_first
    many = bench.narrator.count(bench.plain_prompt)
    ours = bench.narrator.count(bench.prompt) / bench.reading
    return Found(ours, plain and many / plain, _failed(why))


def bound(bench: Bench) -> Found:
    read = read_a_token(bench.narrator.model)
    return Found(1000 * bench.floor, None, f"{read / GB:.3g} GB of weights, at the rate of a copy")


def stepping(bench: Bench) -> Found:
    return _beside(bench.step, bench.plain_step, 1000)


def stepping_static(bench: Bench) -> Found:
    return _beside(bench.static_step, bench.plain_step, 1000, f"of {ROOM} tokens, nothing compiled")


def stepping_fast(bench: Bench) -> Found:
    return _beside(bench.fast_step, bench.plain_step, 1000, compiling(bench))


def compiling(bench: Bench) -> str:
    """What became of compiling the step, in words."""
    if bench.fast.steady.why:
        return f"eager, because the step could not be compiled: {bench.fast.steady.why}"
    if not bench.on_gpu:
        return "captured as one graph, but without machine code"
    from torch._dynamo.utils import counters

    skipped = counters["inductor"].get("cudagraph_skips", 0)
    told = f"CUDA graphs were skipped {skipped} times" if skipped else ""
    return joined(f"{bench.mode}, compiled in {bench.compiled:.0f} s", told)


def writing_rate(bench: Bench) -> Found:
    plain, why = bench.plain_step
    how = "compiled" if bench.on_gpu else "eager"
    note = f"{how}, as telling is by itself on this device"
    return Found(1 / bench.telling_step, plain and 1 / plain, joined(note, _failed(why)))


def share(bench: Bench) -> Found:
    plain, why = bench.plain_step
    ours = 100 * bench.floor / bench.telling_step
    return Found(ours, plain and 100 * bench.floor / plain, joined("aim: 70", _failed(why)))


def first_word(bench: Bench) -> Found:
    return _beside(bench.median(bench.begin), bench.plain_first, 1000)


def telling(bench: Bench) -> Found:
    return _beside(bench.median(bench.tell), bench.plain_whole, 1)


def room_to_tell(bench: Bench) -> Found:
    ours = bench.peak(bench.tell)
    plain = bench.attempt(lambda: bench.peak(lambda: bench.generate(bench.size.answer)))
    return _beside(ours, plain, 1, _whose(bench))


def learning(bench: Bench) -> Found:
    """One step of LoRA and the projectors, on one prompt with its answer."""
    from summarizer.models.adapted import prepared
    from summarizer.models.narrator import Lora

    widths = {"sight": bench.size.sight, "sound": bench.size.tune}
    pupil = prepared(bench.narrator, Lora(), widths)  # which changes the narrator: this comes last
    pupil.model.train()
    step = _lesson(pupil)
    ours, how = _learnt(bench, pupil, lambda: step(bench.prompt), "ours")
    if ours is None:
        raise Unavailable(how)
    plain, plainly = _learnt(bench, pupil, lambda: step(bench.plain_prompt), "plain")
    told = _failed(plainly) if plain is None else plainly and f"plain {plainly}"
    return Found(1000 * ours, plain and 1000 * plain, joined(how and f"ours {how}", told))


def _lesson(pupil):
    """What learns from one prompt, once."""
    import torch

    changed = [each for each in pupil.model.parameters() if each.requires_grad]
    for projector in pupil.projectors.values():
        changed += projector.parameters()
    optimizer = torch.optim.AdamW(changed, lr=1e-4)

    def step(pieces) -> None:
        optimizer.zero_grad(set_to_none=True)
        embeds, mask, labels = pupil.lesson([(pieces, ANSWER)])
        loss = pupil.model(inputs_embeds=embeds, attention_mask=mask, labels=labels).loss
        loss.backward()
        optimizer.step()

    return step


def _learnt(bench: Bench, pupil, step, whose: str) -> Attempt:
    """Seconds of a step and how it was made, or nothing and why; its memory is noted."""

    def measured() -> float:
        seconds = bench.median(step)
        bench.peaks[whose] = bench.peak(step)
        return seconds

    seconds, why = bench.attempt(measured)
    if seconds is None and not bench.sparing:
        pupil.model.gradient_checkpointing_enable(
            gradient_checkpointing_kwargs={"use_reentrant": False}
        )
        bench.sparing = True
        seconds, why = bench.attempt(measured)
    return seconds, "with gradient checkpointing" if bench.sparing and seconds else why


def room_to_learn(bench: Bench) -> Found:
    if "ours" not in bench.peaks:
        raise Unavailable("no step was made")
    return Found(bench.peaks["ours"], bench.peaks.get("plain"), _whose(bench))


def _beside(ours: float, plain: Attempt, times: float, note: str = "") -> Found:
    value, why = plain
    return Found(times * ours, value and times * value, joined(note, _failed(why)))


def _failed(why: str) -> str:
    return why and f"the plain way failed: {why}"


def _whose(bench: Bench) -> str:
    return "" if bench.on_gpu else "of the whole process so far"


MEASURES = (
    Measure("copy within the device", "GB/s", True, copying),
    Measure("CLIP looks and merges", "frames/s", True, looking),
    Measure("MERT listens", "s of sound/s", True, listening),
    Measure("the prompt is made", "s", False, asking),
    Measure("the prompt", "tokens", False, counting),
    Measure("the prompt is read (prefill)", "ms", False, reading),
    Measure("the prompt is read (prefill)", "tokens/s", True, reading_rate),
    Measure("the floor of a step", "ms/token", False, bound),
    Measure("a step, eager", "ms/token", False, stepping),
    Measure("a step, memory of one size", "ms/token", False, stepping_static),
    Measure("a step, compiled", "ms/token", False, stepping_fast),
    Measure("decoding", "tokens/s", True, writing_rate),
    Measure("decoding", "% of the floor", True, share),
    Measure("to the first word", "ms", False, first_word),
    Measure("to the whole summary", "s", False, telling),
    Measure("peak memory of telling", "GB", False, room_to_tell),
    Measure("a LoRA training step", "ms", False, learning),
    Measure("peak memory of training", "GB", False, room_to_learn),
)


def taken(measure: Measure, bench: Bench) -> Found | str:
    """What a measure found, or in a sentence why it found nothing."""
    try:
        return measure.take(bench)
    except Exception as error:  # the other rows are still wanted
        why = reason(error)
    finally:
        bench.tidy()
    return why


def ran_on(bench: Bench) -> str:
    """The first line: what these numbers were measured on."""
    import torch

    sizes = "tiny models, 32 wide" if bench.size.tiny else "ViT-L-14, MERT-95M, a Llama of 7B"
    what = (
        f"{sizes}, random weights; {bench.size.video} s of video, {bench.size.answer} tokens told"
    )
    if not bench.on_gpu:
        return (
            f"No CUDA GPU is here, so this ran on the CPU: {what}; torch {torch.__version__}. "
            "The numbers show that everything works, and nothing else."
        )
    found = torch.cuda.get_device_properties(0)
    return (
        f"On {found.name} with {found.total_memory / GB:.0f} GB: {what}; torch "
        f"{torch.__version__}, CUDA {torch.version.cuda}; medians of {bench.runs} runs."
    )


def main(words: Sequence[str] | None = None) -> None:
    import torch

    parser = argparse.ArgumentParser(prog="python -m bench.gpu", description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="models 32 wide, on any device")
    parser.add_argument("--out", type=Path, help="a file the table is also written to")
    parser.add_argument("--runs", type=int, default=RUNS, help="of which the median is shown")
    parser.add_argument("--mode", default=MODE, help="of torch.compile, on a GPU")
    asked = parser.parse_args(words)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    size = shapes.TINY if asked.tiny or device == "cpu" else shapes.TRUE
    bench, lines = Bench(device, size, max(1, asked.runs), asked.mode), []

    def say(line: str) -> None:
        lines.append(f"{line}\n")
        sys.stdout.write(lines[-1])
        sys.stdout.flush()
        if asked.out:  # after each row: whatever happens next, it is kept
            asked.out.write_text("".join(lines), encoding="utf-8")

    say(f"{ran_on(bench)}\n\n{head()}")
    for measure in MEASURES:
        say(row(measure, taken(measure, bench)))


if __name__ == "__main__":
    main()
