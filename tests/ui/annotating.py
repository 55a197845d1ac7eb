"""A page with nothing but a way to open a clip and the annotator's tab, over the fake.

`python -m tests.ui.annotating LEDGER PORT` serves it in a process of its own, which can be killed.
"""

import sys
from pathlib import Path

import gradio as gr

from summarizer import Preference
from tests.ui.fake import Fake
from ui import annotate, look
from ui.handlers import Handlers
from ui.session import Rooms, Session


def build(fake: Fake, rooms: Rooms, ledger: Path) -> gr.Blocks:
    on = Handlers(fake, rooms)

    def summarize(session: Session, want: str):
        *_, last = fake.perceiving(session.source)
        return last.perception, fake.choose(last.perception, Preference(want=want))

    with gr.Blocks(title="Annotate", analytics_enabled=False) as page:
        session, seen, summary = gr.State(Session()), gr.State(), gr.State()
        with gr.Tabs():
            with gr.Tab("Summarize"):
                files = gr.File(file_count="multiple", elem_id="upload")
                opened = gr.HTML(elem_id="opened")
                want = gr.Textbox(label="Wish", elem_id="want")
                go = gr.Button("Summarize", elem_id="go")
            with gr.Tab("Annotate"):
                annotate.tab(annotate.Desk(fake, ledger), session, seen, summary)
        files.upload(lambda paths, old: on.open(paths, old)[0], [files, session], session).then(
            lambda now: now.video.sha256, session, opened
        )
        go.click(summarize, [session, want], [seen, summary])
    return page


def serve(fake: Fake, ledger: Path, port: int) -> gr.Blocks:
    rooms = Rooms()
    page = build(fake, rooms, ledger).queue(max_size=20)
    page.launch(
        theme=look.theme(), css_paths=[look.STYLE, annotate.STYLE], js=look.SCRIPT,
        allowed_paths=[str(rooms.root)], footer_links=["settings"], run_history=False,
        prevent_thread_lock=True, _frontend=False, server_name="127.0.0.1", server_port=port,
        quiet=True,
    )  # fmt: skip
    return page


if __name__ == "__main__":
    serve(Fake(seconds=12.0), Path(sys.argv[1]), int(sys.argv[2])).block_thread()
