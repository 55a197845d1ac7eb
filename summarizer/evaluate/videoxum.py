"""VideoXum: scores a second against ten annotators' masks, and a text against the captions.

Lin et al., "VideoXum: Cross-modal Visual and Textural Summarization of Videos" (2023). Published F1
is of all seconds not below the score at place int(0.15 T), more than 15 %: the columns F. Columns
F exact are of exactly max(1, int(0.15 T)) seconds, as the published VT-CLIPScore takes them. Their
correlation is with the mean of the masks ("mean"), and counts 0 where there is none; here such a
video is left out. The one reference text is all captions, with a space between two.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from summarizer import checkpoint
from summarizer.config import preset as preset_named
from summarizer.data.entries import Entry, files, number
from summarizer.data.manifest import Example, Malformed
from summarizer.data.readers import videoxum as reader
from summarizer.errors import SummarizerError
from summarizer.evaluate import judges
from summarizer.evaluate.frames import Looking, by_time, predictions, thinned
from summarizer.evaluate.room import Measure, Options, Protocol, Record
from summarizer.metrics import frames, text
from summarizer.models.overview import overview, tell
from summarizer.pipeline import load
from summarizer.schema import Preference, Track
from summarizer.stages.narrate import NARRATORS, Overall
from summarizer.train.watched import rows_of, watched

FILE = "test_videoxum.json"
FARTHEST = 1e6  # number of a prediction
VT_CLIP = "VT-CLIPScore"
SCORED = (
    Measure("F mean", "F1 of the seconds by threshold, mean over annotators: published", 100, 1),
    Measure("F max", "the same, with the annotator it meets best", 100, 1),
    Measure("F exact mean", "F1 of exactly 15 % of the seconds, mean over annotators", 100, 1),
    Measure("F exact max", "the same, with the annotator it meets best", 100, 1),
    Measure("tau user", "Kendall's tau-b with each annotator, then the mean"),
    Measure("rho user", "Spearman's rho with each annotator, then the mean"),
    Measure("tau mean", "Kendall's tau-b with the mean of the annotators: published"),
    Measure("rho mean", "Spearman's rho with the mean of the annotators: published"),
)
TOLD = tuple(
    measure
    for measure in judges.TEXTS
    if measure.name in (text.BLEU[-1], text.METEOR, text.ROUGE_L, text.CIDER_D)
)
MEASURES = (
    *SCORED,
    *TOLD,
    Measure(VT_CLIP, "cosine of the text and the seconds of exactly 15 %", 100, 1),
)
NO_VT_CLIP = (
    f"{VT_CLIP} needs VT-CLIP, the CLIP ViT-B/16 that the data set's authors tuned on it with "
    "texts of up to 256 tokens; its weights are not among those that are fetched here"
)


# -- answers --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """A score for each second, and a text; None for what isn't said."""

    scores: np.ndarray | None = None
    text: str | None = None


def scored(scores: np.ndarray, masks: np.ndarray) -> dict[str, float]:
    """What scores are worth to (annotators, seconds) masks."""
    found = [frames.overlaps(rule(scores), masks) for rule in (frames.above, frames.top)]
    f = [value for each in found for value in (each.mean.f, each.best.f)]
    return named(*f, frames.per_annotator(scores, masks), frames.against_mean(scores, masks))


def people(masks: np.ndarray) -> dict[str, float]:
    """One annotator against the others: whatever the rule, their masks stay as they are."""
    f = frames.one_out(masks)
    return named(*f, *f, frames.between(masks), frames.against_others(masks))


def named(*numbers: float | frames.Ranks | None) -> dict[str, float]:
    """By the names of SCORED, those that exist."""
    *f, user, mean = numbers
    values = (*f, user.tau, user.rho, mean.tau, mean.rho)
    pairs = zip(SCORED, values, strict=True)
    return {measure.name: value for measure, value in pairs if value is not None}


# -- the job --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class VideoXum:
    """The videos of one file by their ids, each a task."""

    examples: Mapping[str, Example]
    options: Options
    texts: judges.Texts
    answer: Callable[[Example], Answer] | None = None
    notes: tuple[str, ...] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)

    @property
    def tasks(self) -> Sequence[str]:
        return tuple(self.examples)

    @property
    def way(self) -> str:
        given = self.options.predictions
        return given.stem if given else self.options.preset

    def judge(self, task: str) -> Iterator[Record]:
        example = self.examples[task]
        masks = example.masks.array > 0
        if self.answer is not None:
            yield self._answered(example, masks)
        count = masks.shape[1]
        for seed in range(self.options.seeds):
            drawn = frames.random(count, [seed, *task.encode()])
            yield Record(task, "random", scored(drawn, masks), seed=seed)
        for way, scores in frames.TRIVIAL.items():
            yield Record(task, way, scored(scores(count), masks))
        if len(masks) > 1:
            yield Record(task, "human", people(masks))

    def pool(self, records: Sequence[Record]) -> Mapping[str, float]:
        """BLEU, which counts over all texts at once."""
        return self.texts.pool(records)

    def _answered(self, example: Example, masks: np.ndarray) -> Record:
        values, curves, kept = {}, {}, {}
        try:
            answer = self.answer(example)
            if answer.scores is not None:
                values |= scored(_fitting(answer.scores, masks), masks)
                curves = {
                    "score": thinned(answer.scores),
                    "annotators": thinned(masks.mean(axis=0)),
                }
            if answer.text is not None:
                values |= self.texts.values(example.id, answer.text)
                kept = self.texts.kept(example.id, answer.text)
        except SummarizerError as error:
            return Record(example.id, self.way, error=str(error))
        return Record(example.id, self.way, values, curves=curves, kept=kept)


def _fitting(scores: np.ndarray, masks: np.ndarray) -> np.ndarray:
    if len(scores) != masks.shape[1]:
        raise SummarizerError(
            f"{len(scores)} scores for {masks.shape[1]} seconds; it takes one for each value of "
            "'vsum_onehot'"
        )
    return scores


def reference(example: Example) -> str:
    """All captions as one text."""
    return " ".join(each.text for each in example.story)


# -- opening --------------------------------------------------------------------------------------


def open_job(options: Options) -> VideoXum:
    """The test part in the data folder, or the one file that was named."""
    place = files(options.data, FILE, about="the test part of VideoXum has that name")[0]
    broken: list[str] = []
    examples = {each.id: each for each in reader.read(place, broken.append)}
    if not examples:
        raise SummarizerError(f"{place.name} holds no video that can be judged{_first(broken)}")
    references = {name: [reference(example)] for name, example in examples.items()}
    texts = judges.Texts(references, TOLD)
    answer = _answering(options)
    notes = tuple(_notes(broken, options))
    return VideoXum(examples, options, texts, answer, notes, {**texts.lacks, VT_CLIP: NO_VT_CLIP})


def _first(broken: Sequence[str]) -> str:
    return f"; the first: {broken[0]}" if broken else ""


def _notes(broken: Sequence[str], options: Options) -> Iterator[str]:
    yield (
        "F keeps all seconds not below the score at place int(0.15 T), F exact max(1, int(0.15 T)) "
        "of them. human: F leaves one annotator out against the others, 'user' is the mean over "
        "all pairs, 'mean' is each against the mean of the others."
    )
    if broken:
        yield f"{len(broken)} entries were left out{_first(broken)}"
    if options.videos is None and options.predictions is None and options.rows is None:
        yield (
            "Neither predictions nor videos nor rows were given: only the trivial ways and the "
            "annotators themselves are measured."
        )


def _answering(options: Options) -> Callable[[Example], Answer] | None:
    if options.predictions:
        entries = predictions(options.predictions)
        predicted = {name: _answer(entry) for name, entry in entries.items()}

        def given(example: Example) -> Answer:
            if example.id not in predicted:
                raise SummarizerError(
                    f"{options.predictions.name} holds nothing about {example.id}"
                )
            return predicted[example.id]

        return given
    if options.rows:
        return _reading(options)
    looking = Looking.of(options)
    return None if looking is None else lambda example: looked(looking, example)


def _reading(options: Options) -> Callable[[Example], Answer]:
    """What the preset's checkpoint makes of rows in files; the weights that made them are those it
    was trained for."""
    preset = preset_named(options.preset)
    if not isinstance(NARRATORS[preset.narrator], Overall):
        raise SummarizerError(
            f"the preset {options.preset} reads no rows; --preset videoxum does, or leave --rows "
            "out"
        )
    own = checkpoint.find(preset.trained)
    if own is None:
        raise SummarizerError(
            f"the checkpoint {preset.trained} is not in {checkpoint.home()}; train it with: "
            f"{preset.taught}"
        )
    made_by = str(checkpoint.describe(own).config.get("rows"))
    how = load(options.preset, overrides=options.settings).config.text

    def read(example: Example) -> Answer:
        rows = watched(example, rows_of(options.rows / f"{example.id}.npz"), None).rows
        track = Track("frames", np.arange(float(len(rows))), rows.astype(np.float16), made_by)
        scores = overview(track, preset.trained).scores
        said = tell(track, preset.trained, (), beams=how.beams, least=how.least, most=how.most)
        return Answer(by_time(scores, len(scores), example.masks.array.shape[1]), said)

    return read


def looked(looking: Looking, example: Example) -> Answer:
    """The preset's scores and story of the raw video."""
    names = example.id, example.id.removeprefix("v_")
    perception = looking.perceive(*names, seconds=example.seconds)
    summary = looking.summarizer.choose(perception, Preference())
    total, seconds = summary.saliency.total, perception.video.seconds
    for told in looking.summarizer.tell(perception, summary):
        summary = told
    said = " ".join(sentence.text for sentence in summary.story)
    return Answer(by_time(total, seconds, example.masks.array.shape[1]), said)


def _answer(entry: Entry) -> Answer:
    """Out of {video_id: {"saliency": [a number a second], "text": "..."}}; one of both may lack."""
    try:
        scores = said = None
        if entry.has("saliency"):
            listed = entry.listed("saliency")
            scores = np.array([number("saliency", each, -FARTHEST, FARTHEST) for each in listed])
        if entry.has("text"):
            said = entry.text("text")
        if scores is None and said is None:
            raise Malformed("field 'saliency' is missing, and 'text' too")
    except Malformed as error:
        raise SummarizerError(f"{entry.where}: {error}") from None
    return Answer(scores, said)


PROTOCOL = Protocol(
    "VideoXum: scores a second against ten annotators' masks, a text against the captions",
    MEASURES,
    open_job,
)
