"""The page's components, built in their places; what they do is wired in page.py."""

from typing import NamedTuple

import gradio as gr

from summarizer.schema import ASPECTS
from ui import cards, look, views
from ui.edits import Edits
from ui.handlers import LONGEST
from ui.session import IDLE, Session

MEDIA = ["video", "audio", ".mkv", ".avi", ".mov", ".mts", ".m2ts", ".ts", ".flv", ".f4v", ".wmv"]
MEDIA += [".asf", ".3gp", ".vob", ".mxf"]
BESIDE = [".srt", ".vtt", ".json"]
UNITS = [("% of the video", "share"), ("seconds", "seconds")]
SHAPES = {"source": "as it is", "9:16": "9:16", "1:1": "1:1"}
SELECTORS = {
    "": "the preset's own",
    "knapsack": "knapsack",
    "dpp": "diverse (DPP)",
    "refine": "refined seconds (k-DPP)",
    "peaks": "single peaks",
    "shots": "shots by sight",
}
TASTE = {"on": False, "taste": []}
# the browser keeps it; the key only tells our entry from others and has to survive a restart
KEPT = {"storage_key": "watch-and-listen-taste", "secret": "watch-and-listen"}


class State(NamedTuple):
    session: gr.State
    seen: gr.State  # the Perception so far
    summary: gr.State
    filled: gr.State  # the wish whose reel may be filled up with other highlights
    history: gr.State  # the edits, and those before them
    reel: gr.State
    rival: gr.State  # the wish that is compared with
    asked: gr.State  # how often a quick wish was taken
    taste: gr.BrowserState
    felt: gr.State  # the Felt that is shown
    dark: gr.Checkbox


class Stage(NamedTuple):
    """Left: the video or the way to one, and the curve below it."""

    welcome: gr.Column
    files: gr.File
    trouble: gr.HTML
    examples: gr.HTML
    shown: gr.Column
    player: gr.HTML
    transport: gr.HTML
    facts: gr.HTML
    other: gr.Button
    card: gr.Column
    legend: gr.HTML
    curve: gr.Plot
    twin: gr.HTML
    feels: gr.HTML
    feelings: gr.Plot
    felt: gr.HTML


class Panel(NamedTuple):
    """Right, above: what the viewer wants."""

    want: gr.Textbox
    chips: gr.HTML
    amount: gr.Slider
    unit: gr.Radio
    lengths: gr.HTML
    balance: gr.Slider
    variety: gr.Slider
    aspects: gr.CheckboxGroup
    learning: gr.Checkbox
    learnt: gr.HTML
    forget: gr.Button
    preset: gr.Dropdown
    offers: gr.HTML
    selector: gr.Radio
    weights: gr.Textbox
    events: gr.Checkbox
    steps: gr.Checkbox
    inside: gr.Checkbox
    near: gr.HTML
    attention: gr.Plot
    ways: gr.HTML
    picks: gr.Plot
    texts: gr.HTML
    bench: gr.HTML
    go: gr.Button
    stop: gr.Button
    status: gr.HTML
    ended: gr.HTML


class Results(NamedTuple):
    """Right, below: what came of it."""

    whole: gr.Column
    answer: gr.HTML
    room: gr.HTML
    more: gr.Button
    story: gr.HTML
    moments: gr.HTML
    stills: gr.HTML
    reel: gr.HTML
    shape: gr.Radio
    render: gr.Button
    halt: gr.Button
    exports: gr.HTML
    parcel: gr.HTML


class Versus(NamedTuple):
    """Below both: another wish beside this one."""

    whole: gr.Column
    other: gr.Textbox
    compare: gr.Button
    rivals: gr.Plot
    comparison: gr.HTML


class Parts(NamedTuple):
    state: State
    stage: Stage
    panel: Panel
    results: Results
    versus: Versus


def html(value: str = "", **more) -> gr.HTML:
    """A view's HTML as it is, without gradio's own look for headings and tables."""
    return gr.HTML(value, apply_default_css=False, **more)


def state(on_close) -> State:
    return State(
        session=gr.State(Session(), delete_callback=on_close),
        seen=gr.State(),
        summary=gr.State(),
        filled=gr.State(),
        history=gr.State((Edits(),)),
        reel=gr.State(),
        rival=gr.State(),
        asked=gr.State(0),
        taste=gr.BrowserState(TASTE, **KEPT),
        felt=gr.State(),
        dark=gr.Checkbox(visible=False),
    )


def stage(clips, terms: str) -> Stage:
    with gr.Column(elem_id="welcome") as welcome:
        files = gr.File(
            label="Drop a video here, or click to choose one",
            file_count="multiple",
            file_types=MEDIA + BESIDE,
            elem_id="upload",
        )
        html(terms, elem_id="terms")
        trouble = html(views.status(IDLE), elem_id="trouble")
        examples = html(views.examples(clips), elem_id="examples", js_on_load=look.PICK)
    with gr.Column(elem_id="stage", visible=False) as shown:
        player = html(elem_id="player")
        transport = html(cards.transport(None), elem_id="transport")
        with gr.Row(elem_id="caption"):
            facts = html(elem_id="facts")
            other = gr.Button("Choose another video", size="sm", elem_id="other")
    with gr.Column(elem_id="curve-card", elem_classes="wl-card", visible=False) as card:
        legend = html(views.legend(None), elem_id="legend")
        curve = gr.Plot(show_label=False, elem_id="curve", elem_classes="wl-timeline")
        twin = html(elem_id="twin")
        feels = html(elem_id="feels")
        feelings = gr.Plot(
            show_label=False, visible=False, elem_id="feelings", elem_classes="wl-timeline"
        )
        felt = html(elem_id="felt", js_on_load=look.EXPORTS)
    return Stage(
        *(welcome, files, trouble, examples, shown, player, transport),
        *(facts, other, card, legend, curve, twin, feels, feelings, felt),
    )


def panel(summarizer) -> Panel:
    presets = summarizer.presets()
    with gr.Column(elem_id="panel", elem_classes="wl-card"):
        want = gr.Textbox(
            label="What do you care about?",
            placeholder="the goals … Empty: just the highlights",
            max_lines=4,
            max_length=LONGEST,
            elem_id="want",
        )
        chips = html(cards.chips(summarizer.concepts, None), elem_id="chips", js_on_load=look.CHIPS)
        with gr.Row(elem_id="length"):
            amount = gr.Slider(1, 100, 15, step=1, label="Length", elem_id="amount")
            unit = gr.Radio(
                UNITS, value="share", label="Unit of the length", show_label=False, elem_id="unit"
            )
        lengths = html(cards.lengths(), elem_id="lengths", js_on_load=look.CHIPS)
        with gr.Row(elem_id="tastes"):
            balance = gr.Slider(0, 1, 0.5, step=0.05, label="Watch or listen", elem_id="balance")
            variety = gr.Slider(0, 1, 0.3, step=0.05, label="Alike or varied", elem_id="variety")
        go = gr.Button("Summarize", variant="primary", size="lg", elem_id="go")
        stop = gr.Button("Stop", size="lg", elem_id="stop", visible=False)
        status = html(views.status(IDLE), elem_id="status")
        ended = html(elem_id="ended")
        with gr.Accordion("What it should be about", open=False, elem_id="about"):
            aspects = gr.CheckboxGroup(
                list(ASPECTS),
                value=["overview"],
                label="Aspects",
                show_label=False,
                elem_id="aspects",
            )
        with gr.Accordion("Your taste", open=False, elem_id="taste"):
            learning = gr.Checkbox(
                label="Learn from what I pin, drop and rate (kept in this browser only)",
                elem_id="learning",
            )
            learnt = html(cards.taste("", False), elem_id="learnt")
            forget = gr.Button("Forget my taste", size="sm", elem_id="forget")
        with gr.Accordion("For researchers", open=False, elem_id="research"):
            ready = [each.name for each in presets if each.ready]
            preset = gr.Dropdown(
                # its own, even if it is one for tests and offered to nobody
                list(dict.fromkeys([*ready, summarizer.name])),
                value=summarizer.name,
                label="Preset",
                interactive=True,
                elem_id="preset",
            )
            offers = html(cards.offers(presets), elem_id="offers")
            selector = gr.Radio(
                [(SELECTORS.get(name, name), name) for name in ("", *summarizer.selectors)],
                value="",
                label="How moments are picked",
                elem_id="selector",
            )
            events = gr.Checkbox(label="Show where events begin on the curve", elem_id="events")
            steps = gr.Checkbox(
                True,
                label="Show the stages of a score on the curve, where there are any",
                elem_id="steps",
            )
            inside = gr.Checkbox(
                label="Look inside: attention, ways of picking, texts", elem_id="inside"
            )
            near = html(elem_id="near")
            plot = {"show_label": False, "visible": False, "elem_classes": "wl-timeline"}
            attention = gr.Plot(elem_id="attention", **plot)
            ways = html(elem_id="ways")
            picks = gr.Plot(elem_id="picks", **plot)
            texts = html(elem_id="texts")
            weights = gr.Textbox(
                label="How much senses count",
                info=weighable(summarizer),
                placeholder="music=2, faces=0",
                elem_id="weights",
            )
            bench = html(cards.workbench(()), elem_id="bench")
    return Panel(
        *(want, chips, amount, unit, lengths, balance, variety, aspects, learning, learnt),
        *(forget, preset, offers, selector, weights, events, steps),
        *(inside, near, attention, ways, picks, texts, bench, go, stop, status, ended),
    )


def weighable(summarizer) -> str:
    """What may be weighted, and how."""
    return f"0 not at all, 1 as usual, up to 3: {', '.join(summarizer.senses)}"


def results(summarizer) -> Results:
    with gr.Column(elem_id="results", visible=False) as whole:
        with gr.Column(elem_id="answer-card", elem_classes="wl-card"):
            answer = html(elem_id="answer")
            room = html(elem_id="room")
            more = gr.Button(visible=False, size="sm", elem_id="more")
            story = html(elem_id="story")
        with gr.Column(elem_id="moments-card", elem_classes="wl-card"):
            moments = html(elem_id="moments", js_on_load=look.ORDERS)
            stills = html(elem_id="stills")
        with gr.Column(elem_id="reel-card", elem_classes="wl-card"):
            reel = html(views.reel(None, None), elem_id="reel")
            shape = gr.Radio(
                [(SHAPES.get(name, name), name) for name in summarizer.shapes],
                value="source",
                label="Shape of the reel; crops follow faces and movement",
                elem_id="shape",
            )
            render = gr.Button(views.render_label(None), elem_id="render")
            halt = gr.Button("Stop", visible=False, elem_id="halt")
            exports = html(
                cards.exports(summarizer.exports), elem_id="exports", js_on_load=look.EXPORTS
            )
            parcel = html(elem_id="parcel")
    return Results(
        *(whole, answer, room, more, story, moments, stills, reel, shape, render, halt),
        *(exports, parcel),
    )


def versus() -> Versus:
    with gr.Column(elem_id="compare-card", elem_classes="wl-card", visible=False) as whole:
        html("<h2>Compare with another wish</h2>")
        with gr.Row(elem_id="rival"):
            other = gr.Textbox(
                placeholder="another wish; empty: just the highlights",
                label="The other wish",
                show_label=False,
                max_lines=2,
                max_length=LONGEST,
                elem_id="other-want",
            )
            compare = gr.Button("Compare", elem_id="compare")
        rivals = gr.Plot(
            show_label=False, visible=False, elem_id="rivals", elem_classes="wl-timeline"
        )
        comparison = html(elem_id="comparison")
    return Versus(whole, other, compare, rivals, comparison)
