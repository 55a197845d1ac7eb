"""What somebody may write to do harm where a name, a wish or a spoken word is expected, and how to
see that it stayed a word."""

import json
import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser

PWNED = "window.pwned=1"  # what every script of these does, for a browser to tell

PAYLOADS = {
    "script": f"<script>{PWNED}</script>",
    "direction": "\u202eevil\u2066a\u200eb\u200bc\ufeffd",
    "closing": f"</script></style></title></textarea></button></li><script>{PWNED}</script>",
    "image": f"<img src=x onerror={PWNED}>",
    "svg": f"<svg/onload={PWNED}><a href=javascript:{PWNED}>x</a></svg><h1>mine</h1>",
    "markdown": f"[a](javascript:{PWNED}) ![b](http://x.example) <http://x.example> **c** `d`",
    "double quote": f'" onmouseover="{PWNED}" x="',
    "single quote": f"' autofocus onfocus='{PWNED}",
    "sections": "]]> <![CDATA[ --> <!-- <?php ?>",
    "entities": "&lt;b&gt; &amp; &#60;i&#62;",
    "templates": f"{{{{{PWNED}}}}} ${{{PWNED}}} %{{x}} {{0}}",
    "formula": '=HYPERLINK("http://x.example","a")',
    "formulas": "\t=1+1",
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(1,2)",
    "cue": "a\n\n2\n00:00:01,000 --> 00:00:02,000\n{\\an8}<b>mine</b>\n\nNOTE b",
    "cells": "a | b |\n| c | \\| d\n# head\n- item\n1. one",
    "control": "\x1b[31mred\x07\b\x7f\x9b0m\rb\u2028c\u2029d",
}

PLAIN = "plain words"


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.shape, self.words = [], []

    def handle_starttag(self, tag, attrs):
        self.shape.append((tag, tuple(name for name, _ in attrs)))

    def handle_endtag(self, tag):
        self.shape.append((f"/{tag}", ()))

    def handle_comment(self, data):
        self.shape.append(("!", ()))

    unknown_decl = handle_pi = handle_comment

    def handle_data(self, data):
        self.words.append(data)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """The tags and the names of their attributes, in order: what words may not change."""
    return _read(html).shape


def words(html: str) -> str:
    """What is to be read of it."""
    return "".join(_read(html).words)


def markup(figure: str) -> list[str]:
    """The texts in a figure's JSON that plotly would read as more than a word."""
    return [
        text for text in _texts(json.loads(figure)["data"]) if re.search(r"<(?!/?extra>)", text)
    ]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        each = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in each:
            if key != "meta":  # is shown nowhere
                yield from _texts(inner)


def steering(text: str) -> str:
    """The characters that steer a terminal, or turn or break what is around them; but the ends of
    lines, and tabs."""
    return "".join(
        each for each in text if unicodedata.category(each)[0] in "CZ" and each not in " \n\r\t\xa0"
    )
