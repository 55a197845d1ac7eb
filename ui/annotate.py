"""The annotator's tab: scores and edges by keyboard, kept at every keystroke, compared, exported.

The script (annotate.js) draws and sends orders; the desk carries them out in the ledger and says
what is kept by now. Only that reply lets the page say "Saved".
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import gradio as gr
import numpy as np
from gradio.context import Context

from summarizer.annotations import BEST, QUESTIONS, SUFFIXES, Rating, clean, read, write
from summarizer.errors import SummarizerError
from summarizer.schema import Event, Perception, Summary
from ui import sheets, views
from ui.ledger import Ledger, Order, Sheet
from ui.parts import html
from ui.session import IDLE, Player, Session, Status

if TYPE_CHECKING:
    from summarizer import Summarizer

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
STYLE = HERE / "annotate.css"
BOARD = (HERE / "annotate.js").read_text(encoding="utf-8")
TOLD = "watch('value', () => document.dispatchEvent(new CustomEvent('wl-saved')));"
FETCH = "() => document.querySelector('#note-parcel a')?.click()"
# a gr.BrowserState in a tab that has not been opened yet would be empty on load
RECALL = "() => JSON.parse(localStorage.getItem('wl-annotator') ?? '[\"\", false]')"
REMEMBER = "(...known) => { localStorage.setItem('wl-annotator', JSON.stringify(known)); }"

MOST_ORDERS = 1000  # in one message of a page
WAIT = 2.0  # seconds between two looks for the copy that plays
PRIVATE = {"show_progress": "hidden", "api_visibility": "private"}
QUICK = {**PRIVATE, "queue": False}
EVERY = {**QUICK, "trigger_mode": "multiple"}
LATEST = {**PRIVATE, "concurrency_limit": None, "trigger_mode": "always_last"}

NO_VIDEO = Status("error", "Choose a video on the first tab first.")
NO_NAME = Status("error", "Write your name above first: what you say is kept under it.")
NO_SUMMARY = Status("error", "There is no summary to rate yet: press Summarize on the first tab.")
COPYING = Status("working", "Waiting for a copy that plays here; it is made on the first tab")
OTHER_CLIP = "this belongs to another video than the one that is open now; it was not kept"
LABELS = {
    "relevance": "Relevance: it is about what was asked for",
    "coverage": "Coverage: nothing important is missing",
    "faithfulness": "Faithfulness: the story says what is there",
    "readability": "Readability: the story reads well",
}


@dataclass(frozen=True)
class View:
    """What the page knows when something is asked of the desk."""

    session: Session
    seen: Perception | None
    summary: Summary | None
    name: str
    blind: bool

    @property
    def annotator(self) -> str:
        return clean(self.name or "")

    @property
    def perception(self) -> Perception | None:
        """What was seen of the video that is open; another one's is of no use here."""
        return self._own(self.seen)

    @property
    def model(self) -> np.ndarray:
        """(seconds,) how much each second matters to the model; empty where it was not asked."""
        summary = self._own(self.summary)
        return summary.saliency.total if summary else np.empty(0)

    @property
    def events(self) -> tuple[Event, ...]:
        return self.perception.events if self.perception else ()

    def hides(self, sheet: Sheet | None) -> bool:
        """Whether the model's curve has to wait until this annotator is finished."""
        return self.blind and not (sheet and sheet.finished)

    def _own(self, value):
        video = self.session.video
        return value if value and video and value.video.sha256 == video.sha256 else None


class Desk:
    """The annotator's verbs: values in, HTML out. No exception leaves it."""

    def __init__(self, summarizer: "Summarizer", path: Path):
        self.summarizer = summarizer
        self.ledger = Ledger(path)

    # -- what is shown --------------------------------------------------------------------------

    def playing(self, session: Session) -> Player:
        """What the player plays: the copy where one was made, else the file itself."""
        if session.source is None:
            return Player()
        copy = session.folder / "preview.mp4"
        try:
            if copy.exists():
                return Player(copy)
            if self.summarizer.playable(session.source, session.video):
                return Player(session.source)
        except Exception as error:
            return Player(None, failed(error))
        return Player(None, COPYING)

    def draw(self, view: View) -> tuple[str, str]:
        """What is in the way of annotating, or the board."""
        video = view.session.video
        try:
            sheet = self._sheet(view)
        except Exception as error:
            return views.status(failed(error)), ""
        ready = video is not None and (sheet is not None or bool(view.events))
        if not ready:
            return sheets.hint(video, False), ""
        board = sheets.board(
            video, view.annotator, sheet, view.perception,
            *_model_for(view, sheet),
        )  # fmt: skip
        return "", board

    def agreement(self, view: View) -> str:
        if view.session.video is None:
            return sheets.agreement((), np.empty(0), False)
        try:
            people = [each.annotation for each in self.ledger.sheets(view.session.video)]
            hidden = view.hides(self._sheet(view))
            return sheets.agreement(people, *_model_for(view, self._sheet(view))[:1], hidden)
        except Exception as error:
            return views.status(failed(error))

    def _sheet(self, view: View) -> Sheet | None:
        if view.session.video is None or not view.annotator:
            return None
        return self.ledger.sheet(view.session.video, view.annotator)

    # -- what is said ---------------------------------------------------------------------------

    def press(self, view: View, message: dict) -> str:
        """Carry out what a page sent, and say what is kept by now."""
        heard = None
        try:
            heard = clean(str(message["page"])), int(message["number"])
            if view.session.video is None or message["video"] != view.session.video.sha256:
                raise SummarizerError(OTHER_CLIP)
            annotator = clean(str(message["annotator"]))
            if not annotator:
                return sheets.saved(None, heard, NO_NAME)
            orders = [order_of(each) for each in message["orders"][:MOST_ORDERS]]
            shown = len(view.model) > 0 and not view.hides(self._sheet(view))
            sheet = self.ledger.write(
                view.session.video, annotator, view.events, orders, page=heard, peeked=shown
            )
        except Exception as error:
            return sheets.saved(self._kept(view), heard, failed(error))
        return sheets.saved(sheet, heard)

    def _kept(self, view: View) -> Sheet | None:
        try:
            return self._sheet(view)
        except SummarizerError:
            return None

    def finish(self, view: View) -> Status:
        """Turn "finished" on, or off again."""
        if view.session.video is None:
            return NO_VIDEO
        try:
            sheet = self._sheet(view)
            if sheet is None:
                return NO_NAME if not view.annotator else Status("error", "Score an event first.")
            self.ledger.finish(view.session.video, view.annotator, not sheet.finished)
        except Exception as error:
            return failed(error)
        return IDLE

    def rate(self, view: View, given: Sequence[int | None]) -> Status:
        """Keep the rating of the summary that is shown on the first tab."""
        if not view.annotator:
            return NO_NAME
        if not len(view.model):
            return NO_SUMMARY
        try:
            # a point is changed and never taken back: one that is missing was not shown yet
            pairs = zip(self.rated(view), given, strict=True)
            points = [old if new is None else _point(new) for old, new in pairs]
            rating = Rating(_wish(view), *points)
            self.ledger.rate(view.session.video, view.annotator, view.events, rating)
        except Exception as error:
            return failed(error)
        done = sum(each is not None for each in points)
        return Status("done", f"Saved: {done} of {len(QUESTIONS)} rated.")

    def rated(self, view: View) -> list[int | None]:
        """What this annotator said of the summary that is shown, as far as it is kept."""
        sheet = self._kept(view)
        ratings = sheet.annotation.ratings if sheet and len(view.model) else ()
        rating = next((each for each in ratings if each.wish == _wish(view)), Rating())
        return [getattr(rating, question) for question in QUESTIONS]

    # -- files ------------------------------------------------------------------------------------

    def export(self, session: Session, form: str) -> str:
        """What everybody said of this video, in one of the three shapes."""
        if session.video is None:
            return sheets.parcel(None, (), NO_VIDEO)
        try:
            people = [each.annotation for each in self.ledger.sheets(session.video)]
            folder = session.folder / "annotations"
            folder.mkdir(exist_ok=True)
            stem = clean(Path(session.video.name).stem) or "video"
            target = folder / f"{stem.replace('/', ' ')} - {form}{SUFFIXES[form]}"
            return sheets.parcel(target, write(people, form, target))
        except Exception as error:
            return sheets.parcel(None, (), failed(error))

    def take(self, session: Session, path: str | None) -> Status:
        """Take in annotations made elsewhere; nobody's rows here are touched."""
        if session.video is None:
            return NO_VIDEO
        try:
            names = self.ledger.add(read(Path(path), session.video))
        except Exception as error:
            return failed(error)
        if not names:
            return Status("done", "All of it was here already.")
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        return Status("done", f"Added {shown}.")


def _model_for(view: View, sheet: Sheet | None) -> tuple[np.ndarray, bool]:
    """The model's curve as this annotator may see it, and whether it is withheld."""
    hidden = view.hides(sheet)
    return (np.empty(0) if hidden else view.model), hidden


def _wish(view: View) -> str:
    """Which summary of the video a rating is about."""
    return clean(view.summary.preference.want, 500)


def _point(given: object) -> int:
    if given not in range(1, BEST + 1):
        raise SummarizerError(f"a rating goes from 1 to {BEST}")
    return int(given)


def order_of(told: dict) -> Order:
    """An order as a page sends it; what it leaves out is as in Order."""
    try:
        score = told.get("score")
        return Order(
            do=str(told["do"]),
            event=int(told.get("event", 0)),
            score=None if score is None else int(score),
            edge="end" if told.get("edge") == "end" else "start",
            at=float(told.get("at", 0.0)),
            note=str(told.get("note", "")),
            more=bool(told.get("more", False)),
        )
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        raise SummarizerError("the page sent something that is no order; load it again") from None


def failed(error: Exception) -> Status:
    """The sentence for the annotator; what was not foreseen goes to the log."""
    if isinstance(error, SummarizerError):
        return Status("error", str(error))
    log.error("unexpected error at the annotator's desk", exc_info=error)
    return Status("error", "This could not be kept; the details are in the server's log.")


# -- components -----------------------------------------------------------------------------------


class Parts(NamedTuple):
    """The tab's components."""

    name: gr.Textbox
    blind: gr.Checkbox
    hint: gr.HTML
    player: gr.HTML
    board: gr.HTML
    saved: gr.HTML
    finish: gr.Button
    done: gr.HTML
    questions: list[gr.Radio]
    rated: gr.HTML
    agreement: gr.HTML
    exports: dict[str, gr.Button]
    bring: gr.UploadButton
    parcel: gr.HTML
    timer: gr.Timer


def tab(desk: Desk, session: gr.State, seen: gr.State, summary: gr.State) -> None:
    """Build the tab inside the open block and wire it to the page's states."""
    _Wiring(desk, _parts(), [session, seen, summary]).connect()


def _parts() -> Parts:
    timer = gr.Timer(WAIT, active=False)
    with gr.Column(elem_id="note"):
        with gr.Row(elem_id="note-top"):
            html(sheets.terms(), elem_id="note-terms")
            with gr.Column(elem_id="note-who"):
                name = gr.Textbox(
                    label="Your name", max_lines=1, max_length=60, elem_id="note-name"
                )
                blind = gr.Checkbox(
                    label="Blind: hide the model's curve until I am finished", elem_id="note-blind"
                )
        hint = html(sheets.hint(None, False), elem_id="note-hint")
        with gr.Row(elem_id="note-desk"):
            with gr.Column(elem_id="note-theatre"):
                player = html(elem_id="note-player")
                board = html(elem_id="note-board", js_on_load=BOARD)
            with gr.Column(elem_id="note-side"):
                saved, finish, done = _event_card()
                questions, rated = _rating_card()
                with gr.Column(elem_classes="wl-card"):
                    agreement = html(elem_id="note-agreement")
                exports, bring, parcel = _file_card()
    return Parts(
        name, blind, hint, player, board, saved, finish, done, questions, rated,
        agreement, exports, bring, parcel, timer,
    )  # fmt: skip


def _event_card() -> tuple[gr.HTML, gr.Button, gr.HTML]:
    with gr.Column(elem_id="note-event-card", elem_classes="wl-card"):
        html(sheets.event_card(), elem_id="note-event")
        saved = html(sheets.saved(None), elem_id="note-saved", js_on_load=TOLD)
        finish = gr.Button("I am finished with this clip", elem_id="note-finish")
        done = html(elem_id="note-done")
        html(sheets.keys(), elem_id="note-keys")
    return saved, finish, done


def _rating_card() -> tuple[list[gr.Radio], gr.HTML]:
    with gr.Column(elem_id="note-rating", elem_classes="wl-card"):
        html(
            "<h2>Rate the summary</h2>"
            '<p class="wl-sub">The one on the first tab, from 1 (not at all) to 5 (fully).</p>'
        )
        questions = [
            gr.Radio(list(range(1, BEST + 1)), label=LABELS[each], elem_id=f"note-{each}")
            for each in QUESTIONS
        ]
        rated = html(elem_id="note-rated")
    return questions, rated


def _file_card() -> tuple[dict[str, gr.Button], gr.UploadButton, gr.HTML]:
    with gr.Column(elem_id="note-files", elem_classes="wl-card"):
        html(
            "<h2>Take along, bring in</h2>"
            '<p class="wl-sub">CSV keeps everything. VideoXum keeps which seconds belong in a '
            "summary (scored 4 or 5), TVSum a score every 2 s, both of annotators who scored "
            "everything.</p>"
        )
        with gr.Row(elem_id="note-exports"):
            exports = {
                form: gr.Button(label, size="sm", elem_id=f"note-{form}")
                for form, label in (("csv", "CSV"), ("videoxum", "VideoXum"), ("tvsum", "TVSum"))
            }
            bring = gr.UploadButton(
                "Bring in", size="sm", file_types=list(SUFFIXES.values()), elem_id="note-bring"
            )
        parcel = html(elem_id="note-parcel")
    return exports, bring, parcel


# -- wiring ---------------------------------------------------------------------------------------


class _Wiring:
    """Turns the tab's events into calls of the desk."""

    def __init__(self, desk: Desk, parts: Parts, states: list[gr.State]):
        self.desk, self.parts = desk, parts
        self.session = states[0]
        self.view = [*states, parts.name, parts.blind]
        self.drawn = [parts.hint, parts.board, parts.finish]

    def connect(self) -> None:
        parts = self.parts
        known = [parts.name, parts.blind]
        recalled = Context.root_block.load(None, None, known, js=RECALL, **QUICK)
        recalled.then(self.draw, self.view, self.drawn, **QUICK)
        self._playing()
        self._drawing()
        self._saying()
        self._files()

    def _playing(self) -> None:
        parts = self.parts
        gr.on(
            [self.session.change, parts.timer.tick], self.play, self.session,
            [parts.player, parts.timer], **LATEST,
        )  # fmt: skip

    def play(self, session: Session) -> tuple:
        player = self.desk.playing(session)
        waiting = player.status is COPYING
        return views.player(session, player), gr.Timer(active=waiting)

    def _drawing(self) -> None:
        parts = self.parts
        touched = [state.change for state in self.view[:3]]
        touched += [parts.name.submit, parts.name.blur, parts.blind.input]
        gr.on(touched, self.draw, self.view, self.drawn, **LATEST)
        gr.on([*touched, parts.rated.change], self.rated, self.view, [*parts.questions], **LATEST)
        signed = [parts.name.blur, parts.name.submit, parts.blind.input]
        gr.on(signed, None, [parts.name, parts.blind], None, js=REMEMBER, **QUICK)
        gr.on(
            [parts.saved.change, parts.board.change], self.agree, self.view, parts.agreement,
            **LATEST,
        )  # fmt: skip

    def draw(self, *view) -> list:
        now = View(*view)
        sheet = self.desk._kept(now)
        label = "Work on it again" if sheet and sheet.finished else "I am finished with this clip"
        return [*self.desk.draw(now), gr.update(value=label)]

    def rated(self, *view) -> list:
        return self.desk.rated(View(*view))

    def agree(self, *view) -> str:
        return self.desk.agreement(View(*view))

    def _saying(self) -> None:
        parts = self.parts
        parts.board.press(self.press, self.view, parts.saved, **EVERY)
        finished = parts.finish.click(self.finish, self.view, parts.done, **QUICK)
        finished.then(self.draw, self.view, self.drawn, **QUICK)
        gr.on(
            [each.input for each in parts.questions], self.rate, [*self.view, *parts.questions],
            parts.rated, **{**PRIVATE, "trigger_mode": "multiple"},
        )  # fmt: skip

    def press(self, session, seen, summary, name, blind, event: gr.EventData) -> str:
        return self.desk.press(View(session, seen, summary, name, blind), event._data)

    def finish(self, *view) -> str:
        return views.status(self.desk.finish(View(*view)))

    def rate(self, *given) -> str:
        return views.status(self.desk.rate(View(*given[:5]), given[5:]))

    def _files(self) -> None:
        parts = self.parts
        for form, button in parts.exports.items():
            made = button.click(self._exporter(form), self.session, parts.parcel, **QUICK)
            made.then(None, None, None, js=FETCH, **QUICK)
        taken = parts.bring.upload(self.take, [self.session, parts.bring], parts.parcel, **PRIVATE)
        taken.then(self.agree, self.view, parts.agreement, **QUICK)

    def _exporter(self, form: str):
        return lambda session: self.desk.export(session, form)

    def take(self, session: Session, path: str | None) -> str:
        return views.status(self.desk.take(session, path))
