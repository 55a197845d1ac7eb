"""Values to HTML: pure functions, and every word that came from outside is escaped here.

Nothing here is put through a template that is evaluated: the strings are shown by `gr.HTML` as
they are. (Its `{{...}}` templates would run `${...}` in a wish as code; its default does not.)
"""

import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from summarizer.chart import BAND, Layer, clock, comparison, describe, figure
from summarizer.config import SHAPES
from summarizer.schema import Answer, Event, Sentence, Summary, Video
from ui.session import IDLE, Player, Reel, Session, Status

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from summarizer.config import Limits

GB, MB = 1 << 30, 1 << 20
WHOLE = 0.8  # of the video; a sentence about more of it speaks of no moment
LONG = 110  # characters of an answer that still read well in bold
ROOM = 1.0  # seconds left in a reel that are worth a word


# -- words ----------------------------------------------------------------------------------------


def duration(seconds: float) -> str:
    """'0.4 s', '14 s', '1 min 20 s', '3 h'."""
    if seconds < 9.95:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    parts = ((hours, "h"), (minutes, "min"), (second, "s"))
    return " ".join([f"{amount} {unit}" for amount, unit in parts if amount][:2])


def size(count: int) -> str:
    return f"{count / GB:.3g} GB" if count >= GB else f"{count / MB:.3g} MB"


def left(seconds: float | None) -> str:
    """How long the work still takes, in words that don't promise more than an estimate can."""
    if seconds is None:
        return ""
    if seconds < 5:
        return "a few seconds left"
    step = 5 if seconds < 60 else 60
    return f"about {duration(math.ceil(seconds / step) * step)} left"


def address(path: Path) -> str:
    """Where the browser finds one of our files; relative, so that it works behind any prefix."""
    return escape("gradio_api/file=" + quote(path.as_posix()), quote=True)


# -- the top --------------------------------------------------------------------------------------


def hero() -> str:
    return (
        '<header class="wl-hero">'
        '<p class="wl-brand"><span class="wl-mark" aria-hidden="true"></span>Watch &amp; Listen</p>'
        "<h1>Say <em>what you care about</em>. Keep the moments that matter.</h1>"
        "<p>Add a video and a wish: you get its story in words, a curve that shows why each moment "
        "counts, and a reel of the highlights with their own sound.</p>"
        "</header>"
    )


def examples(clips: tuple[tuple[Path, str, str, str], ...]) -> str:
    """A card for each (path, title, wish, preset)."""
    if not clips:
        return ""
    cards = "".join(
        f'<button type="button" class="wl-example" data-example="{number}">'
        f'<video src="{address(path)}#t=2" muted playsinline preload="metadata" tabindex="-1" '
        'aria-hidden="true"></video>'
        f"<strong>{escape(title)}</strong>"
        f"<span>{f'“{escape(wish)}”' if wish else 'just the highlights'}</span></button>"
        for number, (path, title, wish, _) in enumerate(clips)
    )
    return f'<h2 class="wl-or">or take an example</h2><div class="wl-examples">{cards}</div>'


def terms(limits: "Limits") -> str:
    """What is taken, said before anybody uploads."""
    most = f"up to {size(limits.bytes)} and {duration(limits.seconds)}"
    return (
        f'<p class="wl-terms"><strong>Video or sound, {most}.</strong> Add its .srt or .vtt '
        "subtitles too, if you have them. Files are removed within a day.</p>"
    )


# -- the video ------------------------------------------------------------------------------------


def player(session: Session, shown: Player) -> str:
    """The stage: a player of the right shape, or what is in the way of one."""
    video = session.video
    if video is None:
        return ""
    shape = _shape(video)
    if shown.path is None:
        return f'<div class="wl-screen" style="{shape}">{status(shown.status)}</div>'
    name = escape(video.name, quote=True)
    return (
        f'<div class="wl-screen" style="{shape}"><video controls playsinline preload="metadata" '
        f'aria-label="{name}" src="{address(shown.path)}"></video></div>'
    )


def _shape(video: Video) -> str:
    """The room a player of this video takes, known before it has loaded."""
    width, height = video.size if video.has_picture else (16, 4)
    return f"--shape:{width}/{height}"


def facts(video: Video | None) -> str:
    """The name of the video and what is in it."""
    if video is None:
        return ""
    parts = [duration(video.seconds)]
    parts.append(f"{video.size[0]}×{video.size[1]}" if video.has_picture else "sound only")
    if video.has_picture and not video.has_audio:
        parts.append("no sound")
    if video.subtitles:
        parts.append("with subtitles")
    return (
        f'<p class="wl-facts"><strong title="{escape(video.name, quote=True)}">'
        f"{escape(video.name)}</strong><span>{escape(' · '.join(parts))}</span></p>"
    )


# -- how the work goes ----------------------------------------------------------------------------


def status(now: Status) -> str:
    """A line and a bar; an error as a sentence."""
    if now.kind == "idle" and not now.text:
        return '<div class="wl-status" role="status"></div>'
    role = "alert" if now.kind == "error" else "status"
    rest = f"<span>{escape(left(now.left))}</span>" if now.left is not None else ""
    return (
        f'<div class="wl-status wl-{now.kind}" role="{role}"><p><strong>{escape(now.text)}</strong>'
        f"{rest}</p>{_bar(now)}</div>"
    )


def _bar(now: Status) -> str:
    if now.kind != "working":
        return ""
    if now.share is None:
        return '<div class="wl-bar wl-waiting" role="progressbar" aria-label="Working"></div>'
    percent = min(100, max(0, round(now.share * 100)))
    return (
        f'<div class="wl-bar" role="progressbar" aria-label="{escape(now.text, quote=True)}" '
        f'aria-valuenow="{percent}" aria-valuemin="0" aria-valuemax="100">'
        f'<i style="width:{percent}%"></i></div>'
    )


# -- the answer -----------------------------------------------------------------------------------

KINDS = {
    "open": "Highlights",
    "found": "Found",
    "absent": "Not in this video",
    "cannot": "Can't be judged here",
}


def answer(summary: Summary | None, now: Status = IDLE) -> str:
    """What became of the wish, in its own words; or why the last change could not be followed."""
    trouble = status(now) if now.kind == "error" else ""
    if summary is None:
        return trouble
    got, wish = summary.answer, summary.preference.want
    text = got.text or _default(got)
    size = "wl-long" if len(text) > LONG else ""
    asked = f"<q>{escape(shorten(wish))}</q>" if wish else ""
    return (
        f'{trouble}<div class="wl-answer wl-{got.kind}" role="status">'
        f"<p><strong>{KINDS[got.kind]}</strong> {asked}</p>"
        f'<h2 class="{size}">{escape(text)}</h2></div>'
    )


def _default(got: Answer) -> str:
    if got.kind == "found":
        return f"{duration(got.seconds)} of the video match your wish."
    return "No wish, so the most eventful moments were chosen." if got.kind == "open" else ""


def shorten(text: str, most: int = 160) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def room(summary: Summary | None) -> tuple[str, str]:
    """What to say of a reel shorter than it may be, and the button's label; or two empty texts."""
    if summary is None or summary.answer.kind not in ("found", "absent"):
        return "", ""
    if summary.preference.fill:
        return _room_line("Other highlights fill the rest of the reel."), "Only what I asked for"
    budget = summary.preference.length.of(summary.video.seconds)
    if not summary.highlights:
        return _room_line("So the reel is empty."), "Fill it with other highlights"
    if budget - summary.seconds < ROOM:
        return "", ""
    line = f"{duration(summary.seconds)} match your wish; the reel may take {duration(budget)}."
    return _room_line(line), "Fill the rest with highlights"


def _room_line(line: str) -> str:
    return f'<p class="wl-room">{escape(line)}</p>'


# -- the curve ------------------------------------------------------------------------------------


def curve(
    summary: Summary, dark: bool, events: Sequence[Event] = (), steps: bool = True
) -> "Figure":
    """The figure, fitted to the page; given events, with a thin line between any two."""
    drawn = figure(summary, dark, steps)
    _fit(drawn, 240)
    for moment in summary.highlights:  # tabs on top: the bands alone drown in the colours
        tab = {"x0": moment.start, "x1": moment.end, "y0": 1.0, "y1": 1.04, "yref": "paper"}
        drawn.add_shape(type="rect", line_width=0, fillcolor=BAND, **tab)
    for event in events[1:]:
        line = {"color": "#8C8C8C", "width": 1, "dash": "dot"}
        drawn.add_shape(
            type="line", x0=event.start, x1=event.start, y0=0, y1=1, yref="paper", line=line
        )
    return drawn


def rivals(one: Summary, other: Summary, dark: bool) -> "Figure":
    """Two curves on one axis, fitted to the page."""
    drawn = comparison(one, other, dark)
    _fit(drawn, 220)
    return drawn


def _fit(drawn: "Figure", height: int) -> None:
    """Our page's own measures; the script makes clicks and drags find a second."""
    drawn.update_layout(
        height=height,
        hoverdistance=-1,
        dragmode=False,  # a finger on it scrolls the page
        showlegend=False,  # ours wraps, and says how much each counts
        font={"family": "'IBM Plex Sans', system-ui, sans-serif", "size": 13},
        margin={"l": 4, "r": 4, "t": 10, "b": 4},
        xaxis={"fixedrange": True},
        yaxis={"fixedrange": True, "title": None, "showticklabels": False},
    )


def legend(summary: Summary | None, steps: bool = True) -> str:
    """What the colours mean, and how much of the whole each is; the steps of one are no part."""
    head = (
        "<h2>What matters, second by second</h2>"
        '<p class="wl-sub">The yellow stretches are in the reel. Click or drag to jump there.</p>'
    )
    if summary is None:
        return head
    drawn = describe(summary, steps)
    whole = sum(float(layer.values.sum()) for layer in drawn.layers) or 1.0
    names = [
        _named(layer, f"{100 * float(layer.values.sum()) / whole:.0f}%") for layer in drawn.layers
    ]
    names += [_named(step, "", "wl-line") for step in drawn.steps[:-1]]
    return f'{head}<ul class="wl-legend" aria-label="Show or hide">{"".join(names)}</ul>'


def _named(layer: Layer, amount: str, look: str = "") -> str:
    """An entry of the legend, which shows or hides its layer."""
    return (
        f'<li><button type="button" aria-pressed="true" data-layer="{escape(layer.name)}">'
        f'<i class="{look}" style="background:{layer.colour}"></i>{escape(layer.name)} '
        f"<span>{amount}</span></button></li>"
    )


# -- the story ------------------------------------------------------------------------------


def story(summary: Summary | None, head: bool = True) -> str:
    """The sentences, each a button that takes the player there."""
    if summary is None:
        return ""
    fresh = [each for each in summary.story if not _repeats(each, summary.answer)]
    told = "".join(_sentence(each, summary.video.seconds) for each in fresh or summary.story)
    body = f'<ol class="wl-story">{told}</ol>' if told else '<p class="wl-none">…</p>'
    note = f'<p class="wl-sub">{escape(summary.note)}</p>' if summary.note else ""
    return f"{'<h2>The story</h2>' if head else ''}{body}{note}"


def _repeats(said: Sentence, given: Answer) -> bool:
    """Whether a sentence says again what the answer above the story just said."""
    core = given.text.partition(": ")[2] or given.text
    return bool(core) and core.lower() in said.text.lower()


def _sentence(said: Sentence, seconds: float) -> str:
    rests = "; ".join(said.evidence)
    basis = f"<small>{escape(rests)}</small>" if rests else ""
    whole = said.end - said.start > WHOLE * seconds  # would be lit all the time
    return (
        '<li><button type="button" class="wl-seek" '
        f"{span(said.start, said.start if whole else said.end)}>"
        f"<time>{clock(said.start)}</time><span>{escape(said.text)}{basis}</span></button></li>"
    )


def span(start: float, end: float) -> str:
    """Where a click takes the player, and until when the element is lit as it plays."""
    return f'data-seek="{start:.3f}" data-end="{end:.3f}"'


def moments(count: int) -> str:
    return "1 moment" if count == 1 else f"{count} moments"


# -- the reel -------------------------------------------------------------------------------------


def reel(made: Reel | None, summary: Summary | None, now: Status = IDLE) -> str:
    """The rendered reel with its download, or how far it is."""
    head = "<h2>The reel</h2>"
    if now.kind in ("working", "error"):
        return head + status(now)
    if made is None:
        return f'{head}<p class="wl-none">Cut from your original, with its sound.</p>'
    link, name = address(made.path), escape(made.path.name, quote=True)
    fresh = current(made, summary, made.shape)
    note = "" if fresh else '<p class="wl-none">This reel holds your earlier choice of moments.</p>'
    shape = _shape(summary.video) if summary else ""
    if (cropped := SHAPES.get(made.shape)) is not None:
        shape = f"--shape:{cropped.numerator}/{cropped.denominator}"
    return (
        f'{head}{note}<div class="wl-screen wl-reel" style="{shape}">'
        f'<video controls playsinline preload="metadata" aria-label="The reel" src="{link}">'
        f'</video></div><a class="wl-download" href="{link}" download="{name}">'
        "Download the reel</a>"
    )


def current(made: Reel | None, summary: Summary | None, shape: str) -> bool:
    """Whether the reel holds just what is chosen now, in the shape that is asked for."""
    if made is None or summary is None:
        return False
    return made.highlights == summary.highlights and made.shape == shape


def render_label(summary: Summary | None) -> str:
    if summary is None or not summary.highlights:
        return "Make the reel"
    return f"Make the reel ({duration(summary.seconds)})"
