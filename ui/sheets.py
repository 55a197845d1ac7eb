"""The annotator's values to HTML: pure functions, everything from outside escaped.

What the script draws (curves, events) travels as JSON in a data attribute and is drawn with text
nodes only; see annotate.js.
"""

import json
from collections.abc import Sequence
from html import escape
from itertools import combinations
from pathlib import Path

import numpy as np

from summarizer.annotations import BEST, Annotation, Mark
from summarizer.metrics.agreement import hindrance, kendall, krippendorff, shared, spearman
from summarizer.schema import Perception, Video
from ui.ledger import Sheet
from ui.session import IDLE, Status
from ui.views import address, status

FINE = 600  # points of a drawn curve at most
MANY = 12  # annotators in the table of agreement at most
HEARD = ("loudness", "onsets", "speech", "music", "timbre")
MIDDLE = "–"  # where there is no number

KEYS = (
    (("Space",), "play or pause"),
    (("←", "→"), "a second back or on"),
    (("↓", "↑"), "slower or faster"),
    (("[", "]"), "to the event before or after"),
    (("1", "…", "5"), "score the event"),
    (("0",), "take its score back"),
    (("Shift ←", "Shift →"), "move the edge nearer to the playhead by 0.5 s"),
    (("s", "e"), "start or end the event at the playhead"),
    (("l",), "play the event over and over"),
    (("n",), "write a note; Esc leaves it"),
    (("u",), "undo, as often as you like"),
)


# -- before there is anything to score ------------------------------------------------------------


def hint(session_video: Video | None, events: bool) -> str:
    """What is missing before somebody can score."""
    if session_video is None:
        text = "Choose a video on the first tab. It opens here, too."
    elif not events:
        text = "Press Summarize on the first tab: the events to score come from watching the video."
    else:
        return ""
    return f'<p class="wl-note-hint">{escape(text)}</p>'


def terms() -> str:
    return (
        "<h2>What do you think matters?</h2>"
        '<p class="wl-sub">Score every event from 1 (leave it out) to 5 (it must be in). What you '
        "say is kept on this server under your name, for this very file. Whoever opens the same "
        "file here can compare with it and export it; nobody else sees your video.</p>"
    )


def keys() -> str:
    rows = "".join(
        f"<div><dt>{' '.join(_key(each) for each in names)}</dt><dd>{escape(what)}</dd></div>"
        for names, what in KEYS
    )
    return (
        '<details class="wl-keys"><summary>Keys</summary><p class="wl-sub">They act while this tab '
        f"is open and you are not writing.</p><dl>{rows}</dl></details>"
    )


def _key(name: str) -> str:
    return escape(name) if name == "…" else f"<kbd>{escape(name)}</kbd>"


# -- the board: events and curves in step with the playhead ----------------------------------------


def board(
    video: Video, annotator: str, sheet: Sheet | None, seen: Perception | None, model: np.ndarray,
    hidden: bool,
) -> str:  # fmt: skip
    """All that the script draws. An empty `model` is one there is not; hidden is one not shown."""
    marks = sheet.annotation.marks if sheet else blank(seen)
    told = {
        "video": video.sha256,
        "annotator": annotator,
        "seconds": video.seconds,
        "events": [row(mark) for mark in marks],
        "changed": sheet.changed if sheet else 0,
        "words": words(sheet),
        "model": [] if hidden else points(model / max(model.max(initial=0.0), 1e-9)),
        "hidden": hidden,
        "curves": [
            {
                "name": curve.name,
                "kind": "listen" if curve.sense in HEARD else "watch",
                "points": points(curve.array),
            }
            for curve in (seen.curves if seen else ())
        ],
    }
    return (
        f'<div class="wl-board" data-board="{escape(json.dumps(told), quote=True)}">'
        '<div class="wl-lines"></div></div>'
    )


def blank(seen: Perception | None) -> tuple[Mark, ...]:
    """The events as they were found, not scored yet."""
    return tuple(Mark(each.start, each.end) for each in seen.events) if seen else ()


def row(mark: Mark) -> list:
    return [mark.start, mark.end, mark.score, mark.note]


def points(values: np.ndarray) -> list[int]:
    """The curve in hundredths, with at most FINE points: of many seconds the highest."""
    if not len(values):
        return []
    bins = np.array_split(np.asarray(values), min(FINE, len(values)))
    return [round(100 * float(each.max())) for each in bins]


def event_card() -> str:
    """The controls of the current event; the script fills in which one that is."""
    scores = "".join(
        f'<button type="button" data-note="score" data-score="{each}" aria-pressed="false" '
        f'aria-label="Score {each} of {BEST}">{each}</button>'
        for each in range(1, BEST + 1)
    )
    return (
        '<div class="wl-event"><div class="wl-event-head">'
        f"{_button('previous', '‹', 'Event before')}"
        '<p><strong class="wl-event-number">Event</strong> <span class="wl-event-times"></span></p>'
        f"{_button('next', '›', 'Event after')}</div>"
        '<div class="wl-scores" role="group" aria-label="Score of this event">'
        f"{scores}</div>"
        '<p class="wl-ends"><span>leave it out</span><span>it must be in</span></p>'
        f'<div class="wl-edges">{_edge("start", "Start")}{_edge("end", "End")}</div>'
        '<label class="wl-note-label">Note<textarea rows="2" maxlength="2000" '
        'placeholder="why, if you like"></textarea></label>'
        f'<div class="wl-event-foot">{_button("undo", "Undo", "Undo the last change")}'
        '<p class="wl-pending" role="status"></p></div>'
        '<p class="wl-saved" hidden><strong>Saved</strong> <span></span></p></div>'
    )


def _button(what: str, text: str, label: str) -> str:
    return f'<button type="button" data-note="{what}" aria-label="{label}">{text}</button>'


def _edge(edge: str, label: str) -> str:
    def nudge(by: float, sign: str, words: str) -> str:
        return (
            f'<button type="button" data-note="nudge" data-edge="{edge}" data-by="{by}" '
            f'aria-label="{label} half a second {words}">{sign}</button>'
        )

    return (
        f"<span>{nudge(-0.5, '−', 'earlier')}<span>{label}</span>{nudge(0.5, '+', 'later')}</span>"
    )


def saved(sheet: Sheet | None, heard: tuple[str, int] | None = None, now: Status = IDLE) -> str:
    """What is in the ledger by now; the script learns from it what it need not send again."""
    reply = {
        "page": heard[0] if heard else "",
        "number": heard[1] if heard else 0,
        "refused": now.kind == "error",
        "video": sheet.annotation.sha256 if sheet else "",
        "annotator": sheet.annotation.annotator if sheet else "",
        "changed": sheet.changed if sheet else 0,
        "words": words(sheet),
        "events": [row(mark) for mark in sheet.annotation.marks] if sheet else None,
    }
    ack = escape(json.dumps(reply), quote=True)
    trouble = status(now) if now.kind == "error" else ""
    return f'<div data-ack="{ack}">{trouble}</div>'


def words(sheet: Sheet | None) -> str:
    """What is kept of somebody's work, for the line that says "Saved"."""
    if sheet is None:
        return ""
    done, count = sheet.annotation.scored, len(sheet.annotation.marks)
    blind = " · blind" if sheet.annotation.blind else ""
    end = " · finished" if sheet.finished else ""
    return f"{done} of {count} events scored{blind}{end}"


# -- agreement ------------------------------------------------------------------------------------


def agreement(people: Sequence[Annotation], model: np.ndarray, hidden: bool) -> str:
    """How far annotators agree with each other and with the model, second by second."""
    people = [each for each in people if each.scored]
    head = "<h2>Agreement</h2>"
    if not people:
        return f'{head}<p class="wl-sub">Nobody has scored this video yet.</p>'
    rows = "".join(_person(each, people, model, hidden) for each in people[:MANY])
    rest = len(people) - MANY
    more = f'<p class="wl-sub">and {rest} more, who count in all of the above.</p>'
    return (
        f"{head}{_alphas(people)}"
        '<div class="wl-wide"><table class="wl-agree"><thead><tr><th scope="col">Annotator</th>'
        '<th scope="col">with the others</th><th scope="col">with the model</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>{more if rest > 0 else ''}"
        '<p class="wl-sub">Kendall τ-b / Spearman ρ over the n seconds both scored; with the '
        "others: the mean over pairs. Neighbouring seconds resemble each other, so n overstates "
        "how much is known.</p>"
    )


def _alphas(people: Sequence[Annotation]) -> str:
    if len(people) < 2:
        return '<p class="wl-sub">It takes a second annotator to agree with.</p>'
    judged = np.array([each.saliency for each in people])
    levels = ("ordinal", "interval", "nominal")
    numbers = " · ".join(
        f"{level} <strong>{number(krippendorff(judged, level))}</strong>" for level in levels
    )
    return (
        f'<p class="wl-alpha">Krippendorff α of {len(people)} annotators: {numbers}'
        f'{_why_no_alpha(judged)}</p>'
    )  # fmt: skip


def _why_no_alpha(judged: np.ndarray) -> str:
    if krippendorff(judged) is not None:
        return ""
    both = int(((~np.isnan(judged)).sum(axis=0) > 1).sum())
    why = "all scores are the same" if both else "no second was scored by two"
    return f'<span class="wl-sub"> ({why})</span>'


def _person(one: Annotation, people: Sequence[Annotation], model: np.ndarray, hidden: bool) -> str:
    others = [pair for pair in combinations(people, 2) if one in pair]
    pairs = [(left.saliency, right.saliency) for left, right in others]
    against = [(one.saliency, model)] if len(model) == one.rows and not hidden else []
    kept = "hidden until you are finished" if hidden else "not summarized yet"
    return (
        f'<tr><th scope="row">{escape(one.annotator)}</th>'
        f"<td>{_mean(pairs, 'nobody else yet')}</td><td>{_mean(against, kept)}</td></tr>"
    )


def _mean(pairs: Sequence[tuple[np.ndarray, np.ndarray]], none: str) -> str:
    """'0.41 / 0.52, n 36': the mean over those pairs that have a number, or why none has."""
    if not pairs:
        return f"<small>{none}</small>"
    taus = [each for pair in pairs if (each := kendall(*pair)) is not None]
    rhos = [each for pair in pairs if (each := spearman(*pair)) is not None]
    if not taus:
        return f"<small>{escape(hindrance(*pairs[0]))}</small>"
    count = round(float(np.mean([shared(*pair) for pair in pairs])))
    return f"{number(np.mean(taus))} / {number(np.mean(rhos))} <small>n {count}</small>"


def number(value: float | None) -> str:
    return MIDDLE if value is None else f"{value:.2f}".replace("-", "−")


# -- files --------------------------------------------------------------------------------------


def parcel(path: Path | None, left_out: Sequence[str] = (), now: Status = IDLE) -> str:
    """The export, ready to be fetched, and who is not in it."""
    if path is None:
        return status(now)
    name = escape(path.name, quote=True)
    missing = ""
    if left_out:
        who = escape(", ".join(left_out[:5]))
        more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
        missing = f" Without {who}{more}, who have not scored everything; CSV has all."
    return (
        f'<p class="wl-sub">Ready: <a href="{address(path)}" download="{name}">{name}</a>.'
        f"{missing}</p>"
    )
