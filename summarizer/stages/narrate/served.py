"""Telling by a language model that is served elsewhere, by whatever speaks OpenAI's chat protocol.

It gets the temporal prompt, which is all text. What goes wrong on the line is tried again, with
growing pauses; where that doesn't help, the story is composed, and a note says why.
"""

import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from math import ceil
from urllib.parse import urlsplit

from summarizer.config import MB, NarratorConfig
from summarizer.errors import SummarizerError
from summarizer.models.narrator import Piece
from summarizer.schema import Perception, Sentence, Summary
from summarizer.stages.narrate.prompt import Form
from summarizer.stages.narrate.told import Telling, Told

KEY = "NARRATOR_KEY"  # the environment variable with the key; there is no other way to give one
SPLIT = "\0"  # between the rules and the rest of a prompt, where no letter of either can be
DENSE = 3  # bytes a token stands for, at least, in most texts
FRAMED = 32  # tokens that the server puts around the two parts
LONGEST = 300.0  # seconds an answer may take in all
LARGEST = MB  # bytes it may have
REASON = 160  # characters of what a server complains of
PAUSE, PAUSED = 0.5, 10.0  # seconds before trying again at first, doubled each time; at most
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})  # answers that another try may change
SERVED = "served"  # stands for a model where one has to be named
SERVER = "The language model's server"


class Trouble(SummarizerError):
    """What went wrong on the line, and whether it may go better another time."""

    def __init__(self, what: str, *, again: bool = True, after: float = 0.0):
        super().__init__(f"{SERVER} {what}.")
        self.again = again
        self.after = after  # seconds to wait at least


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Nobody but the server that was named is spoken to, least of all with its key."""

    def redirect_request(self, request, file, code, text, headers, address):
        return None


@dataclass(eq=False)
class Line:
    """A writer at the other end of a line, for one story; `trouble` says what became of it."""

    settings: NarratorConfig
    trouble: str = ""
    slow: bool = False
    senses: frozenset[str] = frozenset()

    @property
    def room(self) -> int:
        return self.settings.room

    def frame(self, system: str) -> tuple[str, str]:
        """The rules apart from the rest: the server frames both as its model wants them."""
        return f"{system}{SPLIT}", ""

    def count(self, pieces: Sequence[Piece]) -> int:
        """About how many tokens: rather too many, as its tokenizer isn't here."""
        return FRAMED + sum(ceil(len(piece.encode()) / DENSE) for piece in pieces)

    def stream(
        self, pieces: Sequence[Piece], most: int, stop: Callable[[], bool] = lambda: False
    ) -> Iterator[str]:
        """What is written there, until `stop` says so; it ends early where the line breaks."""
        rules, _, asked = "".join(pieces).rpartition(SPLIT)
        messages = [{"role": "user", "content": asked}]
        if rules:
            messages.insert(0, {"role": "system", "content": rules})
        order = {"messages": messages, "max_tokens": most, "temperature": 0, "stream": True}
        for attempt in range(self.settings.tries):
            begun = False
            try:
                with closing(self._answer(order)) as answer:
                    for text in answer:
                        if stop():
                            return
                        begun = True
                        yield text
                return
            except Trouble as trouble:
                if begun or not trouble.again or attempt + 1 == self.settings.tries:
                    self.trouble = str(trouble)
                    return
                time.sleep(min(PAUSED, max(trouble.after, PAUSE * 2**attempt)))

    def _answer(self, order: dict) -> Iterator[str]:
        """The texts of one answer; whatever goes wrong is trouble."""
        try:
            model = self.settings.served or self._first()
            with self._open("chat/completions", {"model": model, **order}) as response:
                if "json" in response.headers.get_content_type():
                    yield _text(_parsed(response.read(LARGEST)), "message")
                else:
                    yield from _texts(response)
        except urllib.error.HTTPError as error:
            raise _refused(error) from None
        except TimeoutError:
            raise Trouble(f"was silent for {self.settings.patience:g} s") from None
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise Trouble(f"was silent for {self.settings.patience:g} s") from None
            raise Trouble("can't be reached") from None
        except (OSError, http.client.HTTPException):
            raise Trouble("broke off") from None

    def _first(self) -> str:
        """The model it serves, if none was named."""
        with self._open("models") as response:
            listed = _parsed(response.read(LARGEST))
        try:
            return str(listed["data"][0]["id"])
        except (LookupError, TypeError):
            raise Trouble("lists no model; name one by narrator.served", again=False) from None

    def _open(self, path: str, order: dict | None = None) -> http.client.HTTPResponse:
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        if key := os.environ.get(KEY):
            headers["Authorization"] = f"Bearer {key}"
        data = None if order is None else json.dumps(order).encode()
        request = urllib.request.Request(f"{base(self.settings.endpoint)}/{path}", data, headers)
        opener = urllib.request.build_opener(NoRedirects)
        return opener.open(request, timeout=self.settings.patience)


def base(endpoint: str) -> str:
    """Where the protocol begins: below /v1, unless another path was named."""
    bare = endpoint.rstrip("/")
    return bare if urlsplit(bare).path else f"{bare}/v1"


def _texts(response: http.client.HTTPResponse) -> Iterator[str]:
    """The pieces of text in a stream of events, as they come."""
    end, size, rest = time.monotonic() + LONGEST, 0, b""
    finished = False
    while block := response.read1(1 << 16):
        size += len(block)
        if size > LARGEST or time.monotonic() > end:
            raise Trouble("did not come to an end")
        *lines, rest = (rest + block).split(b"\n")
        for event in _events(lines):
            if event == "[DONE]":
                return
            parsed = _parsed(event)
            if text := _text(parsed, "delta"):
                yield text
            finished = finished or _ends(parsed)
    if not finished:
        raise Trouble("broke off")


def _events(lines: Sequence[bytes]) -> Iterator[str]:
    for line in lines:
        if line.startswith(b"data:"):
            yield line[5:].strip().decode(errors="replace")
        elif line.strip() and not line.startswith((b":", b"event:", b"id:", b"retry:")):
            raise Trouble("answered something that is no answer", again=False)


def _parsed(text: str | bytes) -> dict:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise Trouble("answered something that is no answer", again=False)
    if error := parsed.get("error"):
        raise Trouble(f"refused: {_reason(error)}", again=False)
    return parsed


def _text(parsed: dict, part: str) -> str:
    """The text of an answer or of a piece of one."""
    try:
        choices = parsed["choices"]
        text = choices[0][part].get("content") if choices else ""
    except (LookupError, TypeError, AttributeError):
        text = 0
    if not isinstance(text, str | None):
        raise Trouble("answered something that is no answer", again=False)
    return text or ""


def _ends(parsed: dict) -> bool:
    """Whether this piece, which is one, says that it is the last."""
    return bool(parsed["choices"] and parsed["choices"][0].get("finish_reason"))


def _refused(error: urllib.error.HTTPError) -> Trouble:
    """What the server said instead of an answer."""
    with error:
        try:
            reason = _reason(json.loads(error.read(LARGEST))["error"])
        except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
            reason = ""
    wait = error.headers.get("Retry-After", "")
    what = f"answered with an error ({error.code}{': ' * bool(reason)}{reason})"
    after = float(wait) if wait.isascii() and wait.isdigit() else 0.0
    return Trouble(what, again=error.code in AGAIN, after=after)


def _reason(error: object) -> str:
    """What a stranger complains of, on one line, without anything that could be read as mark-up."""
    said = error.get("message") if isinstance(error, dict) else error
    kept = (each if each.isalnum() or each in " .,:'()-" else " " for each in str(said))
    plain = "".join(kept)
    return " ".join(plain.split())[:REASON]


@dataclass(frozen=True)
class Served:
    """A narrator by such a model, told as `told` tells; the senses are only put in words."""

    told: Told

    def __call__(self, perception: Perception, summary: Summary) -> "Afar":
        return Afar(self.told, perception, summary)


class Afar(Telling):
    """The sentences of one such story as they come; `note` begins with what became of the line."""

    def __init__(self, told: Told, perception: Perception, summary: Summary):
        self.line = Line(told.settings)
        self.telling = replace(told, writer=lambda *_: self.line)(perception, summary)

    def __next__(self) -> Sentence:
        return next(self.telling)

    def close(self) -> None:
        self.telling.close()

    @property
    def note(self) -> str:
        return " ".join(filter(None, (self.line.trouble, self.telling.note)))


def served(told: Told, settings: NarratorConfig) -> Served:
    """The narrator that asks at settings.endpoint what `told` would ask here."""
    settings = replace(settings, model=settings.model or SERVED)
    return Served(replace(told, senses=None, form=Form(), settings=settings))
