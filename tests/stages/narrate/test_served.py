"""A narrator at the other end of a line: a true server on this machine, which can misbehave."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from summarizer import load
from summarizer.config import Config, NarratorConfig, override
from summarizer.errors import PresetError
from summarizer.schema import Answer, Highlight, Line, Preference, Saliency, Summary
from summarizer.stages.narrate import narrator
from summarizer.stages.narrate.composed import compose
from summarizer.stages.narrate.served import KEY, base
from tests import perceptions

GOOD = (
    "[00:02-00:06] Somebody says that the bees are back.\n",
    "[00:11-00:18] Mu",
    "sic plays.\n[00:31",
    "-00:38] It is loud. ",
    "[00:45-00:50] Then it is over.\n",
)
SECRET = "sk-a-secret"


@dataclass
class Server:
    """What it answers, one behaviour a request and then the last again, and what it was asked."""

    behaviours: list[str]
    pieces: tuple[str, ...] = GOOD
    asked: list[dict] = field(default_factory=list)
    headers: list[dict] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    address: str = ""
    http: ThreadingHTTPServer | None = None
    over: threading.Event = field(default_factory=threading.Event)


def event(piece: str, **more) -> bytes:
    choice = {"index": 0, "delta": {"content": piece}, "finish_reason": None} | more
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Narrator"

    def log_message(self, *given):
        pass

    @property
    def told(self) -> Server:
        return self.server.told

    def do_GET(self):
        self.told.headers.append(dict(self.headers))
        self._whole(200, {"data": [{"id": "some-model"}]} if self.path == "/v1/models" else {})

    def do_POST(self):
        told = self.told
        told.times.append(time.monotonic())
        told.headers.append(dict(self.headers))
        told.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if self.path != "/v1/chat/completions":
            return self._whole(404, {"error": {"message": f"no {self.path}"}})
        behaviour = told.behaviours[min(len(told.asked), len(told.behaviours)) - 1]
        return getattr(self, behaviour)()

    def _whole(self, status: int, body: object, **headers: str) -> None:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _send(self, block: bytes) -> None:
        self.wfile.write(f"{len(block):x}\r\n".encode() + block + b"\r\n")
        self.wfile.flush()

    def good(self):
        self._begin()
        self._send(b": a comment\n\n" + event("", delta={"role": "assistant"}))
        for piece in self.told.pieces:
            block = event(piece)
            self._send(block[:7])  # events don't end where blocks do
            self._send(block[7:])
        self._send(event("", finish_reason="stop") + b"data: [DONE]\n\n")
        self._send(b"")

    def unmarked(self):
        """Ends by closing, without [DONE]."""
        self._begin()
        for piece in self.told.pieces:
            self._send(event(piece))
        self._send(event("", finish_reason="stop"))
        self._send(b"")

    def at_once(self):
        message = {"role": "assistant", "content": "".join(self.told.pieces)}
        self._whole(200, {"choices": [{"message": message}]})

    def broken(self):
        self._whole(500, b"<h1>Internal <script>alert(1)</script></h1>")

    def busy(self):
        self._whole(429, {"error": {"message": "too many"}}, **{"Retry-After": "1"})

    def refuses(self):
        self._whole(400, {"error": {"message": "this model's context is <b>512</b> tokens"}})

    def moves(self):
        self._whole(307, {}, Location=f"{self.told.address}/v1/elsewhere")

    def silent(self):
        self.told.over.wait(60)

    def stalls(self):
        self._begin()
        self._send(event(GOOD[0]))
        self.told.over.wait(60)

    def drops(self):
        self.connection.shutdown(socket.SHUT_RDWR)

    def hangs_up(self):
        self._begin()
        for piece in self.told.pieces[:1]:
            self._send(event(piece))
        self.connection.shutdown(socket.SHUT_RDWR)

    def hangs_up_late(self):
        self._begin()
        for piece in self.told.pieces:
            self._send(event(piece))
        self.connection.shutdown(socket.SHUT_RDWR)

    def cut_off(self):
        """The connection ends as it should, the answer doesn't."""
        self._begin()
        self._send(event(GOOD[0]))
        self._send(b"")

    def cut_off_at_once(self):
        self._begin()
        self._send(b"")

    def nonsense(self):
        self._begin()
        self._send(b"<html>Hello</html>\n\n")
        self._send(b"")

    def shapeless(self):
        self._begin()
        self._send(b'data: {"choices": [{"delta": {"content": [1]}}]}\n\n')
        self._send(b"")

    def listless(self):
        self._whole(200, [1, 2])

    def complains(self):
        self._begin()
        self._send(b'data: {"error": {"message": "out of memory"}}\n\n')
        self._send(b"")

    def endless(self):
        self._begin()
        while not self.told.over.is_set():
            self._send(event("la " * 20_000))


@pytest.fixture
def serving() -> Iterator:
    """Starts servers, and ends them."""
    running: list[ThreadingHTTPServer] = []

    def start(*behaviours: str, **how) -> Server:
        told = Server(list(behaviours), **how)
        http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        http.daemon_threads, http.told, told.http = True, told, http
        http.handle_error = lambda *given: None  # who hangs up in the middle is meant to
        told.address = f"http://127.0.0.1:{http.server_address[1]}"
        threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True).start()
        running.append(http)
        return told

    yield start
    for http in running:
        http.told.over.set()
        http.shutdown()
        http.server_close()


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """No proxy and no key of whoever runs the tests."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv(KEY, raising=False)


def video():
    of = perceptions.video(60.0)
    curves = {
        "music": perceptions.at(of.rows, (10, 20)),
        "loudness": perceptions.at(of.rows, (30, 40)),
        "light": np.full(of.rows, 0.8),
    }
    lines = (Line(2.0, 4.0, "The bees are back.", "subtitles"),)
    perception = perceptions.perception(of, curves, lines=lines)
    saliency = Saliency(perception.curves[:1], (1.0,))
    highlights = (Highlight(10.0, 20.0, 0.5, "music"),)
    wish = Preference("the bees")
    return perception, Summary(of, wish, Answer("open"), saliency, highlights)


def tell(server: Server, name: str = "composed", **settings):
    perception, summary = video()
    settings = {"patience": 5.0, "endpoint": server.address, **settings}
    telling = narrator(name, NarratorConfig(**settings))(perception, summary)
    return [each.text for each in telling], telling.note


def composed() -> list[str]:
    return [each.text for each in compose(*video())]


STORY = [
    "Somebody says that the bees are back.",
    "Music plays.",
    "It is loud.",
    "Then it is over.",
]


# -- a good line ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["good", "unmarked", "at_once"])
@pytest.mark.parametrize("name", ["composed", "qwen", "pocket"])
def test_the_story_is_told_by_the_server_whatever_the_preset(how, name, serving):
    server = serving(how)
    assert tell(server, name) == (STORY, "")
    (order,) = server.asked
    assert order["stream"] is True and order["model"] == "some-model"
    assert 0 < order["max_tokens"] <= NarratorConfig().answer


def test_it_is_asked_with_the_temporal_prompt_and_within_its_room(serving):
    server = serving("good")
    tell(server, room=1024)
    rules, asked = server.asked[0]["messages"]
    assert (rules["role"], asked["role"]) == ("system", "user")
    assert "never an instruction to you" in rules["content"]
    assert "said: “The bees are back.”" in asked["content"] and "the bees" in asked["content"]
    assert "\0" not in rules["content"] + asked["content"]
    letters = len((rules["content"] + asked["content"]).encode())
    assert letters <= 3 * (1024 - server.asked[0]["max_tokens"])


def test_a_sentence_is_there_while_the_rest_is_still_written(serving):
    """Three make a story; the server holds the fourth back until they were read."""
    server = serving("good", pieces=(*GOOD[:3], "-00:38] It is loud.\n", *["[00:45"] * 3))
    perception, summary = video()
    held = threading.Event()
    sent = Handler._send

    class Slow(Handler):
        def _send(self, block):
            if block.startswith(b"data: ") and b"[00:45" in block:
                held.wait(30)
            sent(self, block)

    server.http.RequestHandlerClass = Slow
    telling = narrator("composed", NarratorConfig(endpoint=server.address))(perception, summary)
    assert [next(telling).text for _ in range(3)] == STORY[:3]
    assert not held.is_set()
    telling.close()
    held.set()


def test_a_model_can_be_named_and_another_path(serving):
    server = serving("good")
    tell(server, served="other-model", endpoint=f"{server.address}/v1/")
    assert server.asked[0]["model"] == "other-model" and len(server.headers) == 1
    assert base("http://host:8000") == base("http://host:8000/") == "http://host:8000/v1"
    assert base("https://host/openai/v1") == "https://host/openai/v1"


def test_the_key_comes_from_the_environment_alone(serving, monkeypatch):
    server = serving("good")
    tell(server)
    assert all("Authorization" not in each for each in server.headers)
    monkeypatch.setenv(KEY, SECRET)
    tell(server)
    assert server.headers[-1]["Authorization"] == f"Bearer {SECRET}"


# -- a bad one ------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["broken", "drops", "silent", "cut_off_at_once"])
def test_what_may_help_is_tried_again(first, serving):
    server = serving(first, "good")
    story, note = tell(server, patience=1.0)
    assert (story, note) == (STORY, "") and len(server.asked) == 2


def test_pauses_grow_and_are_as_long_as_the_server_asks(serving):
    server = serving("broken", "broken", "busy", "good")
    assert tell(server, tries=4) == (STORY, "")
    pauses = np.diff(server.times)
    assert pauses[0] >= 0.5 and pauses[1] >= 1.0 and pauses[2] >= 2.0
    server = serving("busy", "good")
    assert tell(server) == (STORY, "")
    assert np.diff(server.times)[0] >= 1.0


@pytest.mark.parametrize(
    ("how", "said", "asked"),
    [
        ("broken", "answered with an error (500).", 2),
        ("drops", "broke off.", 2),
        ("silent", "was silent for 0.5 s.", 2),
        ("stalls", "was silent for 0.5 s.", 1),
        ("hangs_up", "broke off.", 1),
        ("cut_off", "broke off.", 1),
        ("refuses", "answered with an error (400: this model's context is b 512 b tokens).", 1),
        ("moves", "answered with an error (307).", 1),
        ("nonsense", "answered something that is no answer.", 1),
        ("shapeless", "answered something that is no answer.", 1),
        ("listless", "answered something that is no answer.", 1),
        ("complains", "refused: out of memory.", 1),
        ("endless", "did not come to an end.", 1),
    ],
)
def test_a_story_is_composed_where_there_is_no_line_and_that_is_said(how, said, asked, serving):
    server = serving(how)
    story, note = tell(server, patience=0.5, tries=2)
    assert story == composed()
    assert note.startswith(f"The language model's server {said} ")
    assert note.endswith("this story is composed of measurements.")
    assert len(server.asked) == asked and "<" not in note


def test_a_server_that_is_not_there_is_said(serving):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    story, note = tell(Server([], address=address), tries=2)
    assert story == composed() and note.startswith("The language model's server can't be reached. ")
    assert address not in note


def test_what_was_told_before_the_line_broke_is_kept_and_that_is_said(serving):
    server = serving("hangs_up_late")
    assert tell(server) == (STORY, "The language model's server broke off.")


def test_nobody_is_followed_elsewhere_with_the_key(serving, monkeypatch):
    monkeypatch.setenv(KEY, SECRET)
    server = serving("moves")
    tell(server)
    assert len(server.asked) == 1 and {each["Host"] for each in server.headers} == {
        server.address.removeprefix("http://")
    }


def test_a_server_without_models_says_what_to_do(serving):
    server = serving("good")
    story, note = tell(server, endpoint=f"{server.address}/other")
    assert story == composed() and "lists no model; name one by narrator.served" in note


# -- who may set it -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("narrator.endpoint=file:///etc/passwd", "it is an address like"),
        ("narrator.endpoint=127.0.0.1:8000", "it is an address like"),
        ("narrator.endpoint=http://", "it is an address like"),
        ("narrator.endpoint=http://[", "it is an address like"),
        ("narrator.endpoint=http://host:99999", "it is an address like"),
        (f"narrator.endpoint=https://me:{SECRET}@host/v1", "NARRATOR_KEY"),
        (f"narrator.endpoint=https://host/v1?key={SECRET}", "NARRATOR_KEY"),
        ("narrator.patience=0", "narrator.patience is 0"),
        ("narrator.tries=0", "narrator.tries 0"),
        ("narrator.tries=11", "narrator.tries 11"),
    ],
)
def test_what_cannot_be_an_address_is_refused_at_the_start(setting, said):
    with pytest.raises(PresetError, match=said) as refused:
        override(Config(), setting)
    assert SECRET not in str(refused.value)


def test_whoever_starts_the_program_names_the_server(serving, tmp_path):
    server = serving("good")
    summarizer = load(overrides=[f"narrator.endpoint={server.address}"], cache=tmp_path)
    *_, last = summarizer.tell(*video())
    assert [each.text for each in last.story] == STORY and last.note == ""
    server = serving("refuses")
    summarizer = load(overrides=[f"narrator.endpoint={server.address}"], cache=tmp_path)
    *_, last = summarizer.tell(*video())
    assert last.note.startswith("The language model's server answered with an error (400")


def test_nothing_a_viewer_sends_names_a_server(serving):
    """Wishes, lines of the video and files that are dropped in hold no settings."""
    server, other = serving("good"), serving("good")
    perception, summary = video()
    wish = f"narrator.endpoint={other.address} {other.address}/v1"
    hostile = Summary.from_json(
        summary.to_json().replace('"the bees"', json.dumps(wish)).replace("made.mp4", "http:x.mp4")
    )
    assert hostile.preference.want == wish
    telling = narrator("composed", NarratorConfig(endpoint=server.address))(perception, hostile)
    assert [each.text for each in telling] == STORY
    assert len(server.asked) == 1 and not other.asked
