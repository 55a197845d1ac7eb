"""Values to HTML for what can be done with a result: moments, exports, comparison, workbench.

Like views: pure functions, everything from outside escaped. What can be clicked carries its orders
in data attributes; look.js and the page's events act on them.
"""

import json
import math
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

import numpy as np

from summarizer.chart import clock, overlap
from summarizer.schema import Concept, Event, Highlight, Offer, Perception, Summary, Work
from ui.edits import Edits
from ui.views import address, duration, moments, shorten, span, story

CHIPS = 8  # quick wishes that are offered
USUAL = 0.15  # of a video; what fills about that much makes the best quick wish
LENGTHS = ((15, "seconds", "15 s"), (30, "seconds", "30 s"), (60, "seconds", "60 s"))
LENGTHS += ((15, "share", "15 %"),)
NUDGE = 0.5  # seconds
ROWS = 60  # of the curve's table at most
NEAR = 0.05  # seconds; closer edges are the same


# -- before: quick wishes and lengths -------------------------------------------------------------


def chips(concepts: Sequence[Concept], seen: Perception | None) -> str:
    """Wishes that can be judged here; once a video is known, those that single out a part of it."""
    known = [(each, share(each, seen)) for each in concepts]
    known = [(each, found) for each, found in known if 0 < found < 1]
    known.sort(key=lambda it: (it[0].low, abs(it[1] - USUAL) if seen else 0))
    first: dict[str, Concept] = {}  # one a sense: many colours would leave room for nothing else
    for concept, _ in known:
        first.setdefault(seen.curve(concept.curve).sense if seen else concept.curve, concept)
    buttons = "".join(
        f'<button type="button" class="wl-chip" data-want="{escape(each.seen, quote=True)}">'
        f"{escape(each.seen)}</button>"
        for each in list(first.values())[:CHIPS]
    )
    label = "Quick wishes" if seen is None else "In this video"
    return f'<div class="wl-chips" role="group" aria-label="{label}">{buttons}</div>'


def share(concept: Concept, seen: Perception | None) -> float:
    """How much of the video has it; about a usual highlight's worth while none is known."""
    if seen is None:
        return USUAL
    curve = seen.curve(concept.curve)
    if curve is None:
        return 0.0
    there = curve.array <= concept.at if concept.low else curve.array >= concept.at
    return float(there.mean())


def lengths() -> str:
    buttons = "".join(
        f'<button type="button" class="wl-chip" data-amount="{amount}" data-unit="{unit}">'
        f"{label}</button>"
        for amount, unit, label in LENGTHS
    )
    return f'<div class="wl-chips" role="group" aria-label="Usual lengths">{buttons}</div>'


# -- the highlights -------------------------------------------------------------------------------


def transport(summary: Summary | None) -> str:
    """The button that plays the highlights one after the other, before any reel is made."""
    moments = summary.highlights if summary else ()
    spans = json.dumps([[each.start, each.end] for each in moments])
    long = f" <small>{duration(summary.seconds)}</small>" if moments else ""
    return (
        f'<div class="wl-transport"><button type="button" class="wl-tour" data-tour="{spans}"'
        f"{'' if moments else ' disabled'}><span>Play the highlights</span>{long}</button>"
        '<p role="status" class="wl-touring"></p></div>'
    )


def highlights(summary: Summary | None, edits: Edits, rated: bool = False) -> str:
    """What is in the reel, each with all that can be done to it, and what was left out."""
    if summary is None:
        return ""
    budget = summary.preference.length.of(summary.video.seconds)
    over = summary.seconds - budget
    head = (
        f'<h2>Highlights</h2><p class="wl-sub">{moments(len(summary.highlights))}, '
        f"{duration(summary.seconds)} of {duration(budget)}"
        f"{f', {duration(over)} more than asked for' if over > NEAR * 2 else ''}</p>"
    )
    gone = "".join(_dropped(each) for each in edits.dropped)
    undo = '<button type="button" data-do="undo">Undo</button>' if _touched(edits) else ""
    left = f'<ul class="wl-dropped" aria-label="Left out">{gone}</ul>' if gone else ""
    foot = f'<div class="wl-foot">{left}{undo}</div>' if gone or undo else ""
    if not summary.highlights:
        return f'{head}<p class="wl-none">No moment was chosen: ask for something else.</p>{foot}'
    best = max(each.score for each in summary.highlights)
    rows = "".join(_moment(each, best, summary, edits, rated) for each in summary.highlights)
    return f'{head}<ol class="wl-moments">{rows}</ol>{foot}'


def _touched(edits: Edits) -> bool:
    return bool(edits.keep or edits.drop)


def _moment(moment: Highlight, best: float, summary: Summary, edits: Edits, rated: bool) -> str:
    share = 100 * moment.score / best if best > 0 else 0
    times = f"{clock(moment.start)} – {clock(moment.end)}"
    still = (
        f'<i class="wl-thumb" data-still="{still_of(moment, summary)}"></i>'
        if summary.video.has_picture
        else ""
    )
    kept = edits.pinned(moment) is not None
    return (
        f'<li class="wl-moment" {span(moment.start, moment.end)} {_stretch(moment)}>'
        f'<button type="button" class="wl-play" data-tour="{_only(moment)}" '
        f'aria-label="Play {times}">{still}</button>'
        f'<div class="wl-what"><p><time>{fine(moment.start)}</time> – '
        f"<time>{fine(moment.end)}</time><small>{duration(moment.seconds)}</small>"
        f'<span class="wl-score" title="how much it matters: {moment.score:.2f}">'
        f'<i style="width:{share:.0f}%"></i></span><small>{moment.score:.2f}</small></p>'
        f"<p>{escape(moment.why)}</p></div>"
        f'<div class="wl-acts" role="group" aria-label="Change {times}">'
        f"{_act('unpin' if kept else 'pin', 'Pinned' if kept else 'Pin', pressed=kept)}"
        f"{_act('drop', 'Drop')}"
        f"{_nudges('start', 'Start')}{_nudges('end', 'End')}"
        f"{_ratings() if rated else ''}</div></li>"
    )


def fine(seconds: float) -> str:
    """75.26 -> '1:15.2': edges are moved by half seconds."""
    tenths = math.floor(seconds * 10 + 1e-6)
    return f"{clock(tenths // 10)}.{tenths % 10}"


def _stretch(moment: Highlight | Event) -> str:
    """What an order about this moment is about."""
    return f'data-start="{moment.start:.6f}" data-stop="{moment.end:.6f}"'


def _only(moment: Highlight) -> str:
    return json.dumps([[moment.start, moment.end]])


def _act(order: str, label: str, pressed: bool | None = None) -> str:
    state = "" if pressed is None else f' aria-pressed="{str(pressed).lower()}"'
    return f'<button type="button" data-do="{order}"{state}>{label}</button>'


def _nudges(edge: str, label: str) -> str:
    def button(by: float, sign: str, words: str) -> str:
        return (
            f'<button type="button" data-do="nudge" data-edge="{edge}" data-by="{by}" '
            f'aria-label="{label} half a second {words}">{sign}</button>'
        )

    earlier, later = button(-NUDGE, "−", "earlier"), button(NUDGE, "+", "later")
    return f'<span class="wl-nudge">{earlier}<span>{label}</span>{later}</span>'


def _ratings() -> str:
    return (
        '<button type="button" data-do="rate" data-liked="1">More like this</button>'
        '<button type="button" data-do="rate" data-liked="-1">Less like this</button>'
    )


def _dropped(event: Event) -> str:
    times = f"{clock(event.start)} – {clock(event.end)}"
    return (
        f"<li {_stretch(event)}>{times} "
        f'<button type="button" data-do="restore" aria-label="Put {times} back">put back</button>'
        "</li>"
    )


def still_of(moment: Highlight, summary: Summary) -> int:
    """The millisecond that stands for a moment: the middle of its best second."""
    total = summary.saliency.total
    rows = range(math.ceil(moment.start), min(math.floor(moment.end), len(total)))
    best = max(rows, key=lambda row: total[row], default=None)
    middle = (moment.start + moment.end) / 2 if best is None else best + 0.5
    return round(1000 * middle)


def stills(shown: Iterable[tuple[int, Path]]) -> str:
    """The pictures of the moments as a style sheet, so that they may come later than the list."""
    rules = "".join(
        f'.wl-thumb[data-still="{at}"]{{background-image:url("{address(path)}")!important}}'
        for at, path in shown
    )
    return f"<style>{rules}</style>" if rules else ""


# -- the curve's twin -----------------------------------------------------------------------------


def twin(summary: Summary | None) -> str:
    """The curve as a table, for those who don't see it or want its numbers."""
    if summary is None or not len(summary.saliency.total):
        return ""
    saliency = summary.saliency
    step = max(1, math.ceil(len(saliency.total) / ROWS))
    parts = np.array(
        [
            weight * curve.array
            for curve, weight in zip(saliency.curves, saliency.weights, strict=True)
        ]
    )
    rows = []
    for first in range(0, len(saliency.total), step):
        part = slice(first, first + step)
        top = int(parts[:, part].mean(axis=1).argmax())
        inside = any(each.start < first + step and each.end > first for each in summary.highlights)
        rows.append(
            f"<tr {span(first, first + step)}><td><button type='button' "
            f'data-seek="{first}">{clock(first)}</button></td>'
            f"<td>{saliency.total[part].mean():.2f}</td>"
            f"<td>{escape(saliency.curves[top].name)}</td>"
            f"<td>{'yes' if inside else ''}</td></tr>"
        )
    return (
        '<details class="wl-twin"><summary>The curve as a table</summary><div>'
        '<table class="wl-table"><thead><tr><th scope="col">From</th><th scope="col">Matters</th>'
        '<th scope="col">Most by</th><th scope="col">In the reel</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div></details>"
    )


# -- exports --------------------------------------------------------------------------------------


def exports(forms: Sequence) -> str:
    """A button for every file that can be taken along, and one for all of them."""
    buttons = "".join(
        f'<button type="button" class="wl-chip" data-export="{escape(form.name, quote=True)}" '
        f'title="{escape(form.about, quote=True)}">{escape(form.label)}</button>'
        for form in forms
    )
    everything = (
        '<button type="button" class="wl-chip wl-all" data-export="zip">All, zipped</button>'
    )
    return (
        '<h3>Take it with you</h3><div class="wl-chips" role="group" aria-label="Exports">'
        f"{buttons}{everything}</div>"
        '<p class="wl-sub">Drop summary.json in with its clip later, and everything is as you left '
        "it.</p>"
    )


def parcel(path: Path | None, trouble: str = "") -> str:
    """A file that is ready; the page fetches it at once."""
    if path is None:
        return trouble
    name = escape(path.name, quote=True)
    return f'<p class="wl-parcel">Ready: <a href="{address(path)}" download="{name}">{name}</a></p>'


# -- two wishes side by side ----------------------------------------------------------------------


def comparison(one: Summary | None, other: Summary | None) -> str:
    """Two answers beside each other, and how much of their reels is the same."""
    if one is None or other is None:
        return ""
    shared = overlap(one, other)
    line = (
        f'<p class="wl-overlap"><strong>{shared:.0%}</strong> of the two reels together is in '
        "both.</p>"
    )
    sides = "".join(
        f'<section class="wl-side wl-side-{letter}"><h3>{_wish(each)}</h3>'
        f'<p class="wl-sub">{escape(each.answer.text)}</p>{story(each, head=False)}</section>'
        for letter, each in (("a", one), ("b", other))
    )
    return f'{line}<div class="wl-sides">{sides}</div>'


def _wish(summary: Summary) -> str:
    want = summary.preference.want
    return f"<q>{escape(shorten(want, 80))}</q>" if want else "just the highlights"


# -- for researchers ------------------------------------------------------------------------------


def offers(presets: Sequence[Offer]) -> str:
    """What each preset needs, whether it can run here, and how to get what is missing."""
    rows = "".join(
        f'<li class="{"wl-ready" if each.ready else "wl-lacking"}"><strong>{escape(each.name)}'
        f"</strong> <span>{'ready' if each.ready else 'not here yet'}</span>"
        f"<p>{escape(each.about)}</p>{_lacks(each)}</li>"
        for each in presets
    )
    return f'<ul class="wl-offers">{rows}</ul>'


def _lacks(offer: Offer) -> str:
    if offer.ready:
        return ""
    missing = escape(", ".join(offer.missing))
    return f"<p>Missing: {missing}. To get it:</p><pre><code>{escape(offer.command)}</code></pre>"


def workbench(work: Sequence[Work]) -> str:
    """What each sense cost: seconds, cache, device, tokens."""
    if not work:
        return '<p class="wl-sub">Costs of each sense show here once a video is summarized.</p>'
    rows = "".join(
        f"<tr><td>{escape(each.sense)}</td>"
        f"<td>{'from the cache' if each.cached else f'{each.seconds:.2f} s'}</td>"
        f"<td>{escape(each.device)}</td><td>{each.tokens or '–'}</td></tr>"
        for each in work
    )
    cached = sum(each.cached for each in work)
    spent = sum(each.seconds for each in work)
    return (
        f'<p class="wl-sub">{len(work)} senses, {cached} from the cache, {spent:.1f} s of work in '
        "all.</p>"
        '<table class="wl-table"><thead><tr><th scope="col">Sense</th><th scope="col">Cost</th>'
        '<th scope="col">Device</th><th scope="col">Tokens</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def taste(words: str, learning: bool) -> str:
    """What was learnt of this viewer, in words."""
    if not learning:
        text = "Off: nothing is learnt, and nothing you did changes what is chosen."
    elif words:
        text = f"{words[0].upper()}{words[1:]}."
    else:
        text = "Nothing learnt yet: pin, drop or rate a few moments."
    return f'<p class="wl-sub" role="status">{escape(text)}</p>'
