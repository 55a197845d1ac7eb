"""The page: its components, and which handler answers which event. What is shown comes from views.

Events run beside each other, so each piece of state has one event that writes it (see session.py).
All of it is private wiring: nothing is listed in the API.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import gradio as gr

from summarizer.schema import Perception, Summary
from ui import look, views
from ui.handlers import LONGEST, Handlers, Wish
from ui.session import IDLE, Player, Reel, Rooms, Session, Status

if TYPE_CHECKING:
    from summarizer import Summarizer

TITLE = "Watch & Listen"
CLIPS = Path(__file__).parent.parent / "examples"
WISHES = {"match": "the goals", "lecture": "the waggle dance", "day": "music at night"}
MEDIA = ["video", "audio", ".mkv", ".avi", ".mov", ".mts", ".m2ts", ".ts", ".flv", ".f4v", ".wmv"]
MEDIA += [".asf", ".3gp", ".vob", ".mxf"]
SUBTITLES = [".srt", ".vtt"]

PRIVATE = {"show_progress": "hidden", "api_visibility": "private"}
QUICK = {**PRIVATE, "queue": False}
AT_ONCE = {**PRIVATE, "concurrency_limit": None}
LATEST = {**AT_ONCE, "trigger_mode": "always_last"}
HEAVY = {**PRIVATE, "concurrency_limit": 2}  # keeps the processor busy for a while

SOME_VIDEO = 300.0  # seconds, while there is none

READY = Status("working", "Getting ready")
BUSY = Status("error", "This could not start, too many people are here; try again in a minute.")
SKIP = gr.skip()
HIDDEN, VISIBLE = gr.update(visible=False), gr.update(visible=True)


class Clip(NamedTuple):
    """One of our examples."""

    path: Path
    title: str
    want: str


class State(NamedTuple):
    session: gr.State
    seen: gr.State  # the Perception so far
    summary: gr.State
    filled: gr.State  # the wish whose reel may be filled up with other highlights
    reel: gr.State
    dark: gr.Checkbox


class Stage(NamedTuple):
    """Left: the video or the way to one, and the curve below it."""

    welcome: gr.Column
    files: gr.File
    trouble: gr.HTML
    examples: gr.HTML
    shown: gr.Column
    player: gr.HTML
    facts: gr.HTML
    other: gr.Button
    card: gr.Column
    legend: gr.HTML
    curve: gr.Plot


class Panel(NamedTuple):
    """Right, above: what the viewer wants."""

    want: gr.Textbox
    amount: gr.Slider
    unit: gr.Radio
    balance: gr.Slider
    variety: gr.Slider
    go: gr.Button
    stop: gr.Button
    status: gr.HTML


class Results(NamedTuple):
    """Right, below: what came of it."""

    whole: gr.Column
    answer: gr.HTML
    room: gr.HTML
    more: gr.Button
    story: gr.HTML
    table: gr.HTML
    reel: gr.HTML
    render: gr.Button
    halt: gr.Button


def build(summarizer: "Summarizer", rooms: Rooms) -> gr.Blocks:
    """The page over a summarizer; what viewers bring and get lies in their rooms."""
    on = Handlers(summarizer, rooms)
    clips = our_clips(CLIPS)
    with gr.Blocks(title=TITLE, delete_cache=(3600, 86400), analytics_enabled=False) as page:
        state = State(
            session=gr.State(Session(), delete_callback=on.close),
            seen=gr.State(),
            summary=gr.State(),
            filled=gr.State(),
            reel=gr.State(),
            dark=gr.Checkbox(visible=False),
        )
        _html(views.hero(), elem_id="hero")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="theatre"):
                stage = _stage(clips, views.terms(summarizer.limits))
            with gr.Column(elem_id="side"):
                panel, results = _panel(), _results()
        _Wiring(on, clips, state, stage, panel, results).connect()
        page.load(None, None, state.dark, js=look.IS_DARK, **QUICK)
    return page


def serve(summarizer: "Summarizer", **options) -> gr.Blocks:
    """The page, built and up; options are launch()'s own: server_name, auth, ..."""
    rooms = Rooms()
    page = build(summarizer, rooms).queue(max_size=20)
    page.launch(
        theme=look.theme(),
        favicon_path=look.ICON,
        css_paths=[look.STYLE],
        js=look.SCRIPT,
        allowed_paths=[str(rooms.root), str(CLIPS)],
        max_file_size=summarizer.limits.bytes,
        footer_links=["gradio", "settings"],
        run_history=False,
        prevent_thread_lock=True,
        **options,
    )
    return page


def our_clips(folder: Path) -> tuple[Clip, ...]:
    """The examples that are there, each with the wish it starts with."""
    found = []
    for path in sorted(folder.glob("*.mp4")):
        told = path.with_suffix(".json")
        known = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {}
        title = known.get("title") or path.stem.replace("_", " ").capitalize()
        found.append(Clip(path.resolve(), title, WISHES.get(path.stem, "")))
    return tuple(found)


def slider(amount: float, most: float) -> dict:
    """The length slider at a whole amount within 1 and most."""
    most = max(1, round(most))
    return gr.update(value=min(most, max(1, round(amount))), maximum=most)


# -- components -----------------------------------------------------------------------------------


def _html(value: str = "", **more) -> gr.HTML:
    """A view's HTML as it is, without gradio's own look for headings and tables."""
    return gr.HTML(value, apply_default_css=False, **more)


def _stage(clips: tuple[Clip, ...], terms: str) -> Stage:
    with gr.Column(elem_id="welcome") as welcome:
        files = gr.File(
            label="Drop a video here, or click to choose one",
            file_count="multiple",
            file_types=MEDIA + SUBTITLES,
            elem_id="upload",
        )
        _html(terms, elem_id="terms")
        trouble = _html(views.status(IDLE), elem_id="trouble")
        examples = _html(views.examples(clips), elem_id="examples", js_on_load=look.PICK)
    with gr.Column(elem_id="stage", visible=False) as shown:
        player = _html(elem_id="player")
        with gr.Row(elem_id="caption"):
            facts = _html(elem_id="facts")
            other = gr.Button("Choose another video", size="sm", elem_id="other")
    with gr.Column(elem_id="curve-card", elem_classes="wl-card", visible=False) as card:
        legend = _html(views.legend(None), elem_id="legend")
        curve = gr.Plot(show_label=False, elem_id="curve")
    return Stage(
        welcome, files, trouble, examples, shown, player, facts, other, card, legend, curve
    )


def _panel() -> Panel:
    with gr.Column(elem_id="panel", elem_classes="wl-card"):
        want = gr.Textbox(
            label="What do you care about?",
            placeholder="the goals … Empty: just the highlights",
            max_lines=4,
            max_length=LONGEST,
            elem_id="want",
        )
        with gr.Row(elem_id="length"):
            amount = gr.Slider(1, 100, 15, step=1, label="Length", elem_id="amount")
            unit = gr.Radio(
                [("% of the video", "share"), ("seconds", "seconds")],
                value="share",
                label="Unit of the length",
                show_label=False,
                elem_id="unit",
            )
        with gr.Row(elem_id="tastes"):
            balance = gr.Slider(0, 1, 0.5, step=0.05, label="Watch or listen", elem_id="balance")
            variety = gr.Slider(0, 1, 0.3, step=0.05, label="Alike or varied", elem_id="variety")
        go = gr.Button("Summarize", variant="primary", size="lg", elem_id="go")
        stop = gr.Button("Stop", size="lg", elem_id="stop", visible=False)
        status = _html(views.status(IDLE), elem_id="status")
    return Panel(want, amount, unit, balance, variety, go, stop, status)


def _results() -> Results:
    with gr.Column(elem_id="results", visible=False) as whole:
        with gr.Column(elem_id="answer-card", elem_classes="wl-card"):
            answer = _html(elem_id="answer")
            room = _html(elem_id="room")
            more = gr.Button(visible=False, size="sm", elem_id="more")
            story = _html(elem_id="story")
        with gr.Column(elem_id="table-card", elem_classes="wl-card"):
            table = _html(elem_id="table")
        with gr.Column(elem_id="reel-card", elem_classes="wl-card"):
            reel = _html(views.reel(None, None), elem_id="reel")
            render = gr.Button(views.render_label(None), elem_id="render")
            halt = gr.Button("Stop", visible=False, elem_id="halt")
    return Results(whole, answer, room, more, story, table, reel, render, halt)


# -- wiring ---------------------------------------------------------------------------------------


class _Wiring:
    """Turns events into calls of the handlers, and what these return into what is shown."""

    def __init__(self, on: Handlers, clips, state: State, stage: Stage, panel: Panel, results):
        self.on, self.clips = on, clips
        self.state, self.stage, self.panel, self.results = state, stage, panel, results

    def connect(self) -> None:
        work = [self._watching(), self._rendering(), self._choosing()]
        self._opening(work)

    # -- a video --------------------------------------------------------------------------------

    def _opening(self, work: list) -> None:
        stage, state = self.stage, self.state
        told = [state.session, stage.trouble, stage.files, *self._scene()]
        opened = stage.files.upload(
            self.open, [stage.files, state.session], told, cancels=work, **PRIVATE
        )
        picked = stage.examples.pick(
            self.pick, state.session, [*told, self.panel.want], cancels=work, **PRIVATE
        )
        length = [self.panel.unit, self.panel.amount, state.session]
        for event in (opened, picked):
            shown = event.success(self.show, state.session, stage.player, **HEAVY)
            shown.failure(self.unshown, state.session, stage.player, **QUICK)
            work.append(shown)
            event.success(self.fit, length, self.panel.amount, **QUICK)
        stage.other.click(self.leave, state.session, told, cancels=work, **PRIVATE)

    def _scene(self) -> list:
        """All that changes when another video comes, or none."""
        stage, panel, results, state = self.stage, self.panel, self.results, self.state
        return [
            *(stage.welcome, stage.shown, stage.player, stage.facts, stage.card),
            *(panel.status, panel.go, panel.stop),
            *(results.whole, results.reel, results.render, results.halt),
            *(state.seen, state.summary, state.reel),
        ]

    @staticmethod
    def scene(session: Session) -> list:
        """A fresh page about this session's video."""
        here = session.video is not None
        opening = Player(None, Status("working", "Opening"))
        return [
            *(gr.update(visible=not here), gr.update(visible=here)),
            *(views.player(session, opening), views.facts(session.video), HIDDEN),
            *(views.status(IDLE), VISIBLE, HIDDEN),
            *(HIDDEN, views.reel(None, None), VISIBLE, HIDDEN),
            *(None, None, None),
        ]

    def open(self, files, session: Session) -> list:
        fresh, status = self.on.open(files, session)
        return self._opened(session, fresh, status)

    def pick(self, session: Session, event: gr.EventData) -> list:
        clip = self.clips[int(event.number)]
        fresh, status = self.on.open_example(clip.path, session)
        return [*self._opened(session, fresh, status), clip.want]

    def _opened(self, old: Session, fresh: Session, status: Status) -> list:
        scene = [SKIP] * len(self._scene()) if fresh is old else self.scene(fresh)
        return [fresh, views.status(status), None, *scene]

    def leave(self, session: Session) -> list:
        self.on.close(session)
        return [Session(), views.status(IDLE), None, *self.scene(Session())]

    def show(self, session: Session) -> Iterator[str]:
        for player in self.on.show(session):
            yield views.player(session, player)

    @staticmethod
    def unshown(session: Session) -> str:
        return views.player(session, Player(None, BUSY))

    # -- perceive -------------------------------------------------------------------------------

    def _watching(self):
        panel, state = self.panel, self.state
        buttons = [panel.status, panel.go, panel.stop]
        begun = panel.go.click(self.begin, None, buttons, **QUICK)
        watching = begun.then(self.watch, state.session, [state.seen, panel.status], **HEAVY)
        watching.then(lambda: (VISIBLE, HIDDEN), None, [panel.go, panel.stop], **QUICK)
        watching.failure(self.refused, panel.status, buttons, **QUICK)
        panel.stop.click(self.stopped, state.seen, buttons, cancels=watching, **QUICK)
        panel.want.submit(None, None, None, js=look.GO, **QUICK)
        return watching

    @staticmethod
    def begin() -> tuple:
        return views.status(READY), HIDDEN, VISIBLE

    @staticmethod
    def refused(status: str) -> tuple:
        """The queue was full, if nothing has happened; Stop counts as a failure, too."""
        waiting = status == views.status(READY)
        return views.status(BUSY) if waiting else SKIP, VISIBLE, HIDDEN

    def watch(self, session: Session) -> Iterator[tuple]:
        for seen, status in self.on.perceive(session):
            yield seen, views.status(status)

    def stopped(self, seen: Perception | None) -> tuple:
        return views.status(self.on.stopped(seen)), VISIBLE, HIDDEN

    # -- choose and tell ------------------------------------------------------------------------

    def _choosing(self):
        panel, results, state = self.panel, self.results, self.state
        wish = [panel.want, panel.amount, panel.unit, panel.balance, panel.variety, state.filled]
        given = [state.seen, state.summary, state.reel, state.dark, *wish]
        shown = [
            *(state.summary, self.stage.curve, self.stage.legend, self.stage.card, results.whole),
            *(results.answer, results.room, results.more, results.story, results.table),
            *(results.reel, results.render),
        ]
        panel.unit.input(
            self.convert, [panel.unit, panel.amount, state.session], panel.amount, **QUICK
        )
        results.more.click(self.toggle, [panel.want, state.filled], state.filled, **AT_ONCE)
        touched = [panel.want.submit, panel.want.blur, panel.amount.change, panel.balance.input]
        touched += [panel.variety.input, state.filled.change, state.seen.change]
        return gr.on(touched, self.choose, given, shown, **LATEST)

    def choose(self, seen, shown, reel, dark, *wish) -> Iterator[list]:
        *controls, filled = wish
        wished = Wish(*controls, fill=filled is not None and filled == controls[0])
        drawn = None
        for summary, status in self.on.choose(seen, wished, shown):
            yield self.result(summary, status, reel, dark, drawn)
            drawn = summary
        if drawn is None:
            yield [SKIP] * 12  # a generator that yields nothing would blank all its outputs

    def result(self, summary: Summary | None, status: Status, reel, dark: bool, drawn) -> list:
        """What is shown of a summary; the figure only where it is another than the drawn one."""
        if summary is None:
            return [None, *[SKIP] * 3, VISIBLE, views.answer(None, status), *[SKIP] * 6]
        same = drawn is not None and drawn.highlights == summary.highlights
        line, label = views.room(summary)
        return [
            *(summary, SKIP if same else views.curve(summary, dark), views.legend(summary)),
            *(VISIBLE, VISIBLE, views.answer(summary, status), line),
            gr.update(value=label, visible=bool(label)),
            *(views.story(summary), views.table(summary)),
            *self.older(reel, summary),
        ]

    @staticmethod
    def older(reel: Reel | None, summary: Summary) -> tuple:
        """What a new choice means for the reel: it may be of an earlier one, or in the making."""
        label = views.render_label(summary)
        if reel is None:
            return SKIP, gr.update(value=label)
        fresh = views.current(reel, summary)
        return views.reel(reel, summary), gr.update(value=label, visible=not fresh)

    @staticmethod
    def toggle(want: str, filled: str | None) -> str | None:
        return None if filled == want else want

    @staticmethod
    def convert(unit: str, amount: float, session: Session) -> dict:
        """The same length in the unit just chosen."""
        seconds = session.video.seconds if session.video else SOME_VIDEO
        if unit == "share":
            return slider(100 * amount / seconds, 100)
        return slider(amount / 100 * seconds, seconds)

    @staticmethod
    def fit(unit: str, amount: float, session: Session) -> dict:
        """The length, held within the new video."""
        most = 100 if unit == "share" or not session.video else session.video.seconds
        return slider(amount, most)

    # -- render ---------------------------------------------------------------------------------

    def _rendering(self):
        results, state = self.results, self.state
        buttons, now = [results.render, results.halt], [state.reel, state.summary]
        begun = results.render.click(lambda: (HIDDEN, VISIBLE), None, buttons, **QUICK)
        rendering = begun.then(
            self.render, [state.session, state.summary], [state.reel, results.reel], **HEAVY
        )
        rendering.then(self.rendered, now, buttons, **QUICK)
        rendering.failure(self.rendered, now, buttons, **QUICK)
        ended = [state.reel, results.reel, *buttons]
        results.halt.click(self.halted, None, ended, cancels=rendering, **QUICK)
        return rendering

    @staticmethod
    def rendered(reel: Reel | None, summary: Summary | None) -> tuple:
        return gr.update(visible=not views.current(reel, summary)), HIDDEN

    @staticmethod
    def halted() -> tuple:
        return None, views.reel(None, None), VISIBLE, HIDDEN

    def render(self, session: Session, summary: Summary | None) -> Iterator[tuple]:
        made: Reel | None
        for made, status in self.on.render(session, summary):
            yield made, views.reel(made, summary, status)
