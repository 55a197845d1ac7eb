"""The page: which handler answers which event. Components come from parts, their looks from views.

Events run beside each other, so each piece of state has one event that writes it (see session.py).
All of it is private wiring; what others may call is in api.py.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import gradio as gr
from starlette.middleware import Middleware

from summarizer import SummarizerError
from summarizer.schema import Event, Perception, Summary
from ui import annotate, api, cards, feelings, inside, ledger, look, parts, views
from ui.edits import Edits
from ui.handlers import Handlers, Order, Wish, failed, weights_in, weights_typed
from ui.parts import Parts
from ui.sealed import Sealed
from ui.session import IDLE, Player, Reel, Rooms, Session, Status

if TYPE_CHECKING:
    from summarizer import Summarizer

TITLE = "Watch & Listen"
CLIPS = Path(__file__).parent.parent / "examples"
# what each example starts with: a wish, and the preset that was made for it, if not just any
STARTS = {
    "match": ("the goals", ""),
    "lecture": ("the waggle dance", ""),
    "day": ("music at night", ""),
    "toys": ("the yellow balloon", "pocket"),
}

PRIVATE = {"show_progress": "hidden", "api_visibility": "private"}
QUICK = {**PRIVATE, "queue": False}
STEERED = {**QUICK, "trigger_mode": "always_last"}  # what is set while it runs counts, too
EACH = {**PRIVATE, "trigger_mode": "multiple"}  # one after the other, and no click is left out
AT_ONCE = {**PRIVATE, "concurrency_limit": None}  # unlike QUICK it may yield, or change states
LATEST = {**AT_ONCE, "trigger_mode": "always_last"}

QUEUE = 100  # events that wait at most; all are brief, what takes long waits in turns
THREADS = 120  # events at the same time, those who wait for their turn among them

SOME_VIDEO = 300.0  # seconds, while there is none

READY = Status("working", "Getting ready")
BUSY = Status("error", "This could not start, too many people are here; try again in a minute.")
SKIP = gr.skip()
HIDDEN, VISIBLE = gr.update(visible=False), gr.update(visible=True)


class Given(NamedTuple):
    """What the components hold when a choice is to be made."""

    want: str
    amount: float | None
    unit: str
    balance: float
    variety: float
    aspects: list
    preset: str
    selector: str
    weights: str
    filled: str | None
    history: tuple
    taste: dict | None
    shape: str

    def wish(self) -> Wish:
        return Wish(
            *(self.want, self.amount, self.unit, self.balance, self.variety, tuple(self.aspects)),
            preset=self.preset,
            selector=self.selector or "",
            weights=weights_in(self.weights or ""),
            fill=self.filled is not None and self.filled == self.want,
            edits=self.history[-1],
            taste=learnt_of(self.taste) if learns(self.taste) else (),
        )


class Clip(NamedTuple):
    """One of our examples."""

    path: Path
    title: str
    want: str
    preset: str


def build(summarizer: "Summarizer", rooms: Rooms, annotations: Path) -> gr.Blocks:
    """The page over a summarizer; what viewers bring and get lies in their rooms, and what
    annotators say in the file `annotations`."""
    on = Handlers(summarizer, rooms)
    clips = our_clips(CLIPS)
    with gr.Blocks(title=TITLE, delete_cache=(3600, 86400), analytics_enabled=False) as page:
        api.endpoints(api.Service(on))  # first: the names of its events are theirs
        state = parts.state(on.close)
        parts.html(views.hero(), elem_id="hero")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Summarize"):
                with gr.Row(elem_id="desk"):
                    with gr.Column(elem_id="theatre"):
                        stage = parts.stage(clips, views.terms(summarizer.limits))
                    with gr.Column(elem_id="side"):
                        panel, results = parts.panel(summarizer), parts.results(summarizer)
                versus = parts.versus()
            with gr.Tab("Annotate"):
                desk = annotate.Desk(summarizer, annotations)
                annotate.tab(desk, state.session, state.seen, state.summary)
        _Wiring(on, clips, Parts(state, stage, panel, results, versus)).connect()
        page.load(None, None, state.dark, js=look.IS_DARK, **QUICK)
    return page


def serve(summarizer: "Summarizer", annotations: Path | None = None, **options) -> gr.Blocks:
    """The page, built and up; options are launch()'s own: server_name, auth, ..."""
    rooms = Rooms()
    page = build(summarizer, rooms, annotations or ledger.default_path()).queue(max_size=QUEUE)
    page.launch(
        theme=look.theme(),
        favicon_path=look.ICON,
        css_paths=[look.STYLE, annotate.STYLE],
        js=look.SCRIPT,
        allowed_paths=[str(rooms.root), str(CLIPS)],
        max_file_size=summarizer.limits.bytes,
        footer_links=["api", "gradio", "settings"],
        run_history=False,
        max_threads=THREADS,
        app_kwargs={"middleware": [Middleware(Sealed)]},
        prevent_thread_lock=True,
        _frontend=False,  # no check that gives up where the first look takes more than 3 s
        **options,
    )
    return page


def our_clips(folder: Path) -> tuple[Clip, ...]:
    """The examples that are there, each with what it starts with."""
    found = []
    for path in sorted(folder.glob("*.mp4")):
        told = path.with_suffix(".json")
        known = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {}
        title = known.get("title") or path.stem.replace("_", " ").capitalize()
        found.append(Clip(path.resolve(), title, *STARTS.get(path.stem, ("", ""))))
    return tuple(found)


def slider(amount: float, most: float) -> dict:
    """The length slider at a whole amount within 1 and most."""
    most = max(1, round(most))
    return gr.update(value=min(most, max(1, round(amount))), maximum=most)


def order_of(event: gr.EventData) -> Order:
    """What a button of the list of moments asks for; the browser is not to be trusted."""
    said = {key: getattr(event, key, None) for key in Order.__dataclass_fields__}
    numbers = {key: _number(said[key]) for key in ("start", "end", "by", "liked")}
    return Order(do=str(said["do"]), edge="end" if said["edge"] == "end" else "start", **numbers)


def _number(value) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 0.0
    return number if abs(number) < 1e6 else 0.0  # false for NaN, too


class _Wiring:
    """Turns events into calls of the handlers, and what these return into what is shown."""

    def __init__(self, on: Handlers, clips: tuple[Clip, ...], built: Parts):
        self.on, self.clips = on, clips
        self.state, self.stage, self.panel, self.results, self.versus = built

    def connect(self) -> None:
        watching = self._watching()
        work = [watching, self._rendering(), self._choosing()]
        self._steering()
        self._editing()
        self._learning()
        self._feeling()
        self._comparing()
        self._looking_inside()
        self._exporting()
        self._opening(work)

    # -- a video --------------------------------------------------------------------------------

    def _opening(self, work: list) -> None:
        stage, state, panel = self.stage, self.state, self.panel
        told = [state.session, stage.trouble, stage.files, *self._scene(), *self._shown()]
        with_controls = [*told, *self._controls()]
        opened = stage.files.upload(
            self.open, [stage.files, state.session], with_controls, cancels=work, **PRIVATE
        )
        picked = stage.examples.pick(
            self.pick,
            [state.session, panel.preset],
            [*with_controls, panel.preset],
            cancels=work,
            **PRIVATE,
        )
        length = [panel.unit, panel.amount, state.session]
        for event in (opened, picked):
            shown = event.success(self.show, state.session, stage.player, **AT_ONCE)
            shown.failure(self.unshown, state.session, stage.player, **QUICK)
            work.append(shown)
            event.success(self.fit, length, panel.amount, **QUICK)
        # a project goes on where it was left: its clip is watched again, mostly from the cache
        opened.success(None, None, None, js=look.RESUME, **QUICK)
        stage.other.click(self.leave, state.session, told, cancels=work, **PRIVATE)

    def _scene(self) -> list:
        """What another video changes, besides all that shows a summary."""
        stage, panel, results, state = self.stage, self.panel, self.results, self.state
        return [
            *(stage.welcome, stage.shown, stage.player, stage.facts),
            *(panel.status, panel.ended, panel.go, panel.stop),
            *(results.halt, results.parcel, self.versus.rivals, self.versus.comparison),
            *(state.seen, state.reel, state.history, state.rival),
        ]

    def scene(self, session: Session) -> dict:
        """A fresh page about this session's video."""
        stage, panel, results, state = self.stage, self.panel, self.results, self.state
        here = session.video is not None
        opening = Player(None, Status("working", "Opening"))
        return {
            stage.welcome: gr.update(visible=not here),
            stage.shown: gr.update(visible=here),
            stage.player: views.player(session, opening),
            stage.facts: views.facts(session.video),
            stage.card: HIDDEN,
            stage.transport: cards.transport(None),
            stage.twin: "",
            panel.status: views.status(IDLE),
            panel.ended: "",
            panel.go: VISIBLE,
            panel.stop: HIDDEN,
            panel.chips: cards.chips(self.on.summarizer.concepts, None),
            results.whole: HIDDEN,
            results.reel: views.reel(None, None),
            results.render: VISIBLE,
            results.halt: HIDDEN,
            results.parcel: "",
            self.versus.whole: HIDDEN,
            self.versus.rivals: HIDDEN,
            self.versus.comparison: "",
            state.seen: None,
            state.summary: None,
            state.reel: None,
            state.history: (Edits(),),
            state.rival: None,
        }

    def _controls(self) -> list:
        """What says what the viewer wants, as far as a project holds it."""
        panel = self.panel
        return [
            *(panel.want, panel.amount, panel.unit, panel.balance, panel.variety),
            *(panel.aspects, panel.selector, panel.weights, self.state.filled),
        ]

    def restored(self, saved: Summary, session: Session) -> dict:
        """All as it was when a summary was saved: controls, edits, result."""
        panel, state, wish = self.panel, self.state, Wish.of(saved.preference)
        looks = Looks(None, False, (), False, "source", wish, False)
        return {
            **self.result(saved, IDLE, looks, None, None),
            self.results.reel: views.reel(None, None),
            panel.want: wish.want,
            panel.amount: slider(
                wish.amount, 100 if wish.unit == "share" else session.video.seconds
            ),
            panel.unit: wish.unit,
            panel.balance: wish.balance,
            panel.variety: wish.variety,
            panel.aspects: list(wish.aspects),
            panel.selector: wish.selector,
            panel.weights: weights_typed(wish.weights),
            state.filled: wish.want if wish.fill else None,
            state.history: (wish.edits,),
        }

    def open(self, files, session: Session) -> dict:
        fresh, status, saved = self.on.open(files, session)
        opened = self._opened(session, fresh, status)
        return opened if saved is None else {**opened, **self.restored(saved, fresh)}

    def pick(self, session: Session, preset: str, event: gr.EventData) -> dict:
        clip = self.clips[int(event.number)]
        fresh, status = self.on.open_example(clip.path, session)
        return {
            **self._opened(session, fresh, status),
            self.panel.want: clip.want,
            self.panel.preset: self._fitting(clip, preset),
        }

    def _fitting(self, clip: Clip, preset: str) -> str:
        """The preset made for the clip, where it is ready; one made for another clip is left."""
        ready = {each.name for each in self.on.summarizer.presets() if each.ready}
        if clip.preset in ready:
            return clip.preset
        brought = preset in {each.preset for each in self.clips}
        return self.on.summarizer.name if brought else preset

    def _opened(self, old: Session, fresh: Session, status: Status) -> dict:
        stage, scene = self.stage, {} if fresh is old else self.scene(fresh)
        told = {self.state.session: fresh, stage.trouble: views.status(status), stage.files: None}
        return {**told, **scene}

    def leave(self, session: Session) -> dict:
        self.on.close(session)
        return self._opened(session, Session(), IDLE)

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
        begun = panel.go.click(self.begin, None, [*buttons, panel.ended], **QUICK)
        watching = begun.then(
            self.watch,
            [state.session, panel.preset],
            [state.seen, panel.status, panel.bench],
            **AT_ONCE,
        )
        watching.then(lambda: (VISIBLE, HIDDEN), None, [panel.go, panel.stop], **QUICK)
        watching.failure(self.refused, panel.status, buttons, **QUICK)
        # a word that was on its way when Stop was clicked may still reach the status: the last
        # one has a place of its own, which hides it
        ended = [panel.ended, panel.go, panel.stop]
        panel.stop.click(self.stopped, state.seen, ended, cancels=watching, **QUICK)
        panel.want.submit(None, None, None, js=look.GO, **QUICK)
        # another preset has other senses
        panel.preset.input(None, None, None, js=look.AGAIN, **QUICK)
        return watching

    @staticmethod
    def begin() -> tuple:
        return views.status(READY), HIDDEN, VISIBLE, ""

    @staticmethod
    def refused(status: str) -> tuple:
        """The queue was full, if nothing has happened; Stop counts as a failure, too."""
        waiting = status == views.status(READY)
        return views.status(BUSY) if waiting else SKIP, VISIBLE, HIDDEN

    def watch(self, session: Session, preset: str) -> Iterator[tuple]:
        spent = None
        for seen, status, work in self.on.perceive(session, preset):
            same, spent = work == spent, work
            yield seen, views.status(status), SKIP if same else cards.workbench(work)

    def stopped(self, seen: Perception | None) -> tuple:
        return views.status(self.on.stopped(seen)), VISIBLE, HIDDEN

    # -- choose and tell ------------------------------------------------------------------------

    def _choosing(self):
        panel, results, state = self.panel, self.results, self.state
        given = [state.seen, state.summary, state.reel, state.dark, panel.events, panel.steps]
        given += self._given()
        results.more.click(self.toggle, [panel.want, state.filled], state.filled, **AT_ONCE)
        touched = [panel.want.submit, panel.want.blur, panel.amount.change, panel.balance.input]
        touched += [panel.variety.input, panel.aspects.input, panel.selector.input]
        touched += [
            panel.weights.blur,
            panel.weights.submit,
            panel.events.input,
            panel.steps.input,
            state.asked.change,
        ]
        touched += [state.filled.change, state.seen.change, state.history.change]
        touched += [state.taste.change]
        choosing = gr.on(touched, self.choose, given, self._shown(), **LATEST)
        state.summary.change(self.picture, [state.session, state.summary], results.stills, **LATEST)
        return choosing

    def _shown(self) -> list:
        """All that shows a summary."""
        results, stage = self.results, self.stage
        return [
            *(self.state.summary, stage.curve, stage.legend, stage.card, results.whole),
            *(
                self.versus.whole,
                results.answer,
                results.room,
                results.more,
                results.story,
                results.moments,
            ),
            *(results.reel, results.render, stage.transport, stage.twin, self.panel.chips),
        ]

    def _given(self) -> Given:
        """The inputs of a choice."""
        panel, state = self.panel, self.state
        return Given(
            *(panel.want, panel.amount, panel.unit, panel.balance, panel.variety, panel.aspects),
            *(panel.preset, panel.selector, panel.weights),
            *(state.filled, state.history, state.taste, self.results.shape),
        )

    def choose(self, seen, shown, reel, dark, bounds, steps, *given) -> Iterator[dict]:
        now, events = Given(*given), seen.events if seen and bounds else ()
        try:
            wish = now.wish()
        except SummarizerError as error:
            yield {self.results.answer: views.answer(shown, failed(error))}
            return
        looks = Looks(reel, dark, events, steps, now.shape, wish, learns(now.taste))
        drawn = None
        for summary, status in self.on.choose(seen, wish, shown):
            yield self.result(summary, status, looks, drawn, seen)
            drawn = summary
        if drawn is None:
            yield self.same(shown, looks)

    def result(self, summary: Summary | None, status: Status, looks, drawn, seen) -> dict:
        """What is shown of a summary; nothing is drawn twice while only its story grows."""
        results, stage = self.results, self.stage
        if summary is None:
            told = views.answer(None, status)
            return {self.state.summary: None, results.whole: VISIBLE, results.answer: told}
        line, label = views.room(summary)
        shown = {
            self.state.summary: summary,
            results.answer: views.answer(summary, status),
            results.story: views.story(summary),
        }
        if drawn is not None and drawn.highlights == summary.highlights:
            return shown
        return shown | {
            stage.card: VISIBLE,
            stage.curve: looks.curve(summary),
            stage.legend: views.legend(summary, looks.steps),
            stage.transport: cards.transport(summary),
            stage.twin: cards.twin(summary),
            results.whole: VISIBLE,
            self.versus.whole: VISIBLE,
            results.room: line,
            results.more: gr.update(value=label, visible=bool(label)),
            results.moments: looks.moments(summary),
            results.reel: looks.reel_of(summary),
            results.render: looks.button(summary),
            self.panel.chips: cards.chips(self.on.with_preset(looks.wish.preset).concepts, seen),
        }

    def same(self, summary: Summary | None, looks: "Looks") -> dict:
        """Nothing else was chosen, but it may have to be shown in another way."""
        if summary is None:
            return {self.state.summary: SKIP}
        return {
            self.stage.curve: looks.curve(summary),
            self.stage.legend: views.legend(summary, looks.steps),
            self.results.moments: looks.moments(summary),
        }

    @staticmethod
    def toggle(want: str, filled: str | None) -> str | None:
        return None if filled == want else want

    def picture(self, session: Session, summary: Summary | None) -> str:
        """The pictures beside the moments."""
        if summary is None:
            return ""
        moments = [cards.still_of(each, summary) for each in summary.highlights]
        return cards.stills(self.on.stills(session, moments))

    # -- what steers ----------------------------------------------------------------------------

    def _steering(self) -> None:
        panel, state = self.panel, self.state
        length = [panel.unit, panel.amount, state.session]
        panel.unit.input(self.convert, length, panel.amount, **STEERED)
        panel.chips.pick(self.take_wish, state.asked, [panel.want, state.asked], **EACH)
        panel.lengths.pick(self.take_length, state.session, [panel.unit, panel.amount], **EACH)
        panel.preset.input(
            lambda name: gr.update(info=parts.weighable(self.on.with_preset(name))),
            panel.preset,
            panel.weights,
            **STEERED,
        )

    @staticmethod
    def take_wish(asked: int, event: gr.EventData) -> tuple:
        return str(event.want)[:200], asked + 1

    @staticmethod
    def take_length(session: Session, event: gr.EventData) -> tuple:
        unit = "seconds" if event.unit == "seconds" else "share"
        seconds = session.video.seconds if session.video else SOME_VIDEO
        return unit, slider(_number(event.amount), seconds if unit == "seconds" else 100)

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

    # -- edits and taste ------------------------------------------------------------------------

    def _editing(self) -> None:
        state, moments = self.state, self.results.moments
        moments.edit(
            self.edit,
            [state.history, state.session, state.seen, state.taste],
            [state.history, state.taste],
            **EACH,
        )

    def edit(self, history, session: Session, seen, taste, event: gr.EventData) -> tuple:
        order = order_of(event)
        edited = self.on.edit(history, order, session)
        if not learns(taste):
            return edited, SKIP
        learnt = self.on.learn(learnt_of(taste), seen, order)
        return edited, {"on": True, "taste": [list(pair) for pair in learnt]}

    def _learning(self) -> None:
        panel, state = self.panel, self.state
        panel.learning.input(
            lambda on, taste: {"on": on, "taste": (taste or {}).get("taste", [])},
            [panel.learning, state.taste],
            state.taste,
            **STEERED,
        )
        panel.forget.click(
            lambda taste: {"on": learns(taste), "taste": []},
            state.taste,
            state.taste,
            **QUICK,
        )
        gr.on(
            [state.taste.change], self.learnt, state.taste, [panel.learning, panel.learnt], **QUICK
        )

    def learnt(self, taste) -> tuple:
        on = learns(taste)
        return on, cards.taste(self.on.summarizer.taste_words(learnt_of(taste)), on)

    # -- feelings ---------------------------------------------------------------------------------

    def _feeling(self) -> None:
        stage, state = self.stage, self.state
        state.summary.change(
            self.feel,
            [state.seen, state.summary, self.panel.preset, state.dark, state.felt],
            [stage.feels, stage.feelings, stage.felt, state.felt],
            **LATEST,
        )
        ready = stage.felt.fetch(
            self.document,
            [state.session, state.seen, state.summary, self.panel.preset],
            self.results.parcel,
            concurrency_limit=2,
            **PRIVATE,
        )
        ready.success(None, None, None, js=look.FETCH, **QUICK)

    def feel(self, seen, summary: Summary | None, preset: str, dark: bool, shown) -> tuple:
        """The areas and the moments of the summary; nothing is drawn while only a story grows."""
        felt = self.on.feel(seen, summary, preset)
        if felt is None:
            return "", HIDDEN, "", None
        if felt.same(shown):
            return SKIP, SKIP, SKIP, SKIP
        drawn = HIDDEN
        if len(felt.shares):
            figure = feelings.trajectory(felt, summary, dark)
            drawn = gr.update(value=figure, visible=True)
        return feelings.legend(felt), drawn, feelings.moments(felt, summary), felt

    def document(self, session: Session, seen, summary, preset: str) -> str:
        path, status = self.on.document(session, seen, summary, preset)
        return cards.parcel(path, views.status(status))

    # -- two wishes -----------------------------------------------------------------------------

    def _comparing(self) -> None:
        versus, state = self.versus, self.state
        given = [state.seen, state.summary, state.rival, self.panel.preset, state.dark]
        shown = [versus.rivals, versus.comparison]
        gr.on(
            [versus.compare.click, versus.other.submit],
            lambda want: want.strip(),
            versus.other,
            state.rival,
            **QUICK,
        ).then(self.compare, given, shown, **LATEST)
        state.summary.change(self.compare, given, shown, **LATEST)

    def compare(self, seen, summary: Summary | None, want: str | None, preset, dark) -> tuple:
        if want is None or summary is None:
            return SKIP, SKIP
        rival, status = self.on.compare(seen, summary, want, preset)
        if rival is None:
            return HIDDEN, views.status(status)
        figure = gr.update(value=views.rivals(summary, rival, dark), visible=True)
        return figure, cards.comparison(summary, rival)

    # -- for researchers --------------------------------------------------------------------------

    def _looking_inside(self) -> None:
        panel, state = self.panel, self.state
        given = [panel.inside, state.seen, state.summary, state.dark, *self._given()]
        shown = [panel.near, panel.attention, panel.ways, panel.picks, panel.texts]
        gr.on([panel.inside.input, state.summary.change], self.inside, given, shown, **LATEST)

    def inside(self, wanted: bool, seen, summary: Summary | None, dark: bool, *given) -> tuple:
        if not wanted or summary is None or seen is None:
            return "", HIDDEN, "", HIDDEN, ""
        found, status = self.on.inside(seen, summary, Given(*given).preset)
        if found is None:
            return views.status(status), HIDDEN, "", HIDDEN, ""
        map_, seconds = found.attention, summary.video.seconds
        heat = HIDDEN
        if map_ is not None:
            heat = gr.update(value=inside.attention(map_, seconds, dark), visible=True)
        bars = gr.update(value=inside.picks(found.ways, found.own, dark), visible=True)
        return inside.near(map_), heat, inside.table(found), bars, inside.texts(found)

    # -- render and export ----------------------------------------------------------------------

    def _rendering(self):
        results, state = self.results, self.state
        buttons, now = [results.render, results.halt], [state.reel, state.summary, results.shape]
        begun = results.render.click(lambda: (HIDDEN, VISIBLE), None, buttons, **QUICK)
        rendering = begun.then(
            self.render,
            [state.session, state.summary, results.shape, state.seen],
            [state.reel, results.reel],
            **AT_ONCE,
        )
        rendering.then(self.rendered, now, buttons, **QUICK)
        # Stop counts as one, once no word of the reel can follow any more
        rendering.failure(self.unmade, now, [results.reel, *buttons], **QUICK)
        ended = [state.reel, results.reel, *buttons]
        results.halt.click(self.halted, None, ended, cancels=rendering, **QUICK)
        results.shape.input(self.reshaped, now, results.render, **STEERED)
        return rendering

    @staticmethod
    def rendered(reel: Reel | None, summary: Summary | None, shape: str) -> tuple:
        return gr.update(visible=not views.current(reel, summary, shape)), HIDDEN

    @classmethod
    def unmade(cls, reel: Reel | None, summary: Summary | None, shape: str) -> tuple:
        return views.reel(reel, summary), *cls.rendered(reel, summary, shape)

    @staticmethod
    def reshaped(reel: Reel | None, summary: Summary | None, shape: str) -> dict:
        return gr.update(visible=not views.current(reel, summary, shape))

    @staticmethod
    def halted() -> tuple:
        return None, views.reel(None, None), VISIBLE, HIDDEN

    def render(self, session: Session, summary: Summary | None, shape: str, seen) -> Iterator:
        made: Reel | None
        for made, status in self.on.render(session, summary, shape, seen):
            yield made, views.reel(made, summary, status)

    def _exporting(self) -> None:
        results, state = self.results, self.state
        ready = results.exports.fetch(
            self.export,
            [state.session, state.summary, state.reel],
            results.parcel,
            concurrency_limit=2,
            **PRIVATE,
        )
        ready.success(None, None, None, js=look.FETCH, **QUICK)

    def export(self, session: Session, summary, reel, event: gr.EventData) -> str:
        path, status = self.on.export(session, summary, str(event.name), reel)
        return cards.parcel(path, views.status(status))


def learns(kept: dict | None) -> bool:
    """Whether this viewer asked for a taste to be learnt."""
    return bool((kept or {}).get("on"))


def learnt_of(kept) -> tuple[tuple[str, float], ...]:
    """The taste a browser kept; it may hold anything."""
    found = []
    for pair in (kept or {}).get("taste") or ():
        if isinstance(pair, list | tuple) and len(pair) == 2 and isinstance(pair[0], str):
            found.append((pair[0], _number(pair[1])))
    return tuple(found)


class Looks(NamedTuple):
    """How a summary is shown now."""

    reel: Reel | None
    dark: bool
    events: tuple[Event, ...]
    steps: bool
    shape: str
    wish: Wish
    rated: bool

    def curve(self, summary: Summary):
        return views.curve(summary, self.dark, self.events, self.steps)

    def moments(self, summary: Summary) -> str:
        return cards.highlights(summary, self.wish.edits, self.rated)

    # what a new choice means for the reel: it may be of an earlier one, or in the making

    def reel_of(self, summary: Summary):
        return views.reel(self.reel, summary) if self.reel else SKIP

    def button(self, summary: Summary) -> dict:
        label = views.render_label(summary)
        if self.reel is None:
            return gr.update(value=label)
        fresh = views.current(self.reel, summary, self.shape)
        return gr.update(value=label, visible=not fresh)
