"""Files are handed out to be played or kept, not to be run.

Gradio shows what lies in our folders as what it calls itself, and a film may call itself a page: a
clip that is HTML as well, or a figure, would run scripts as if they were ours.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

FILES = "/file="  # in the address of every file
HEADERS = [(b"content-security-policy", b"sandbox"), (b"x-content-type-options", b"nosniff")]


class Sealed:
    """A server all of whose files open without scripts and without a say in our page."""

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]]):
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *HEADERS]}
            await send(message)

        is_file = scope["type"] == "http" and FILES in scope["path"]
        await self.app(scope, receive, sealed if is_file else send)
