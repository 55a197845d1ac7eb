"""The endpoints: the service alone, then real clients over a real server."""

import asyncio
import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from summarizer import Length, Preference, SummarizerError, Summary
from summarizer.pipeline import load
from summarizer.schema import Event
from tests.ui.fake import Fake
from ui.api import Service, factors, spans
from ui.handlers import Handlers
from ui.session import Rooms

NAMES = ["/choose", "/export", "/render", "/summarize"]


PATIENCE = 120.0  # seconds, on a machine that may be busy


def until(true):
    """Wait for what comes by itself."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def rooms():
    rooms = Rooms()
    yield rooms
    rooms.end()


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("given") / "match.mp4"
    path.write_bytes(b"a film " * 100)
    return path


def held(service: Service, clip: Path, **wish) -> str:
    *_, told = service.summarize([str(clip)], Preference(**wish))
    return told.handle


def left(rooms: Rooms) -> int:
    return len(list(rooms.root.iterdir()))


# -- the service ----------------------------------------------------------------------------------


def test_a_summary_comes_with_its_handle_at_the_end(rooms, clip):
    told = list(Service(Handlers(Fake(), rooms)).summarize([str(clip)], Preference("goals")))
    assert all(each.handle == "" and each.summary is None for each in told[:-1])
    assert len(told[-1].handle) >= 32
    assert told[-1].summary.preference.want == "goals" and told[-1].summary.story
    assert told[-1].work


def test_handles_are_never_alike_and_never_share_files(rooms, clip):
    service = Service(Handlers(Fake(), rooms))
    one, other = held(service, clip), held(service, clip)
    assert one != other
    assert service.export(one, "json").parent != service.export(other, "json").parent
    assert all(path.is_relative_to(rooms.root) for path in rooms.root.iterdir())


def test_choosing_again_counts_for_what_follows(rooms, clip):
    service = Service(Handlers(Fake(), rooms))
    handle = held(service, clip)
    kept = service.choose(handle, Preference("the end", keep=(Event(1, 2),)))
    assert service.export(handle, "json").read_text() == kept.to_json()
    assert service.summarizer.runs == 1
    *_, (reel, _) = service.render(handle, "source")
    assert reel.read_bytes() == clip.read_bytes()


@pytest.mark.parametrize("handle", ["", "nope", "../..", "x" * 10_000])
def test_an_unknown_handle_is_a_sentence(rooms, clip, handle):
    service = Service(Handlers(Fake(), rooms))
    held(service, clip)
    for call in (
        lambda: service.choose(handle, Preference()),
        lambda: service.export(handle, "json"),
        lambda: list(service.render(handle, "source")),
    ):
        with pytest.raises(SummarizerError, match="unknown or has ended"):
            call()


def test_a_handle_ends_an_hour_after_its_last_use_and_its_files_with_it(rooms, clip):
    clock = Clock()
    service = Service(Handlers(Fake(), rooms), clock=clock)
    handle = held(service, clip)
    clock.now = 3500
    service.choose(handle, Preference())
    clock.now = 7000  # an hour and more after the start, less after the last use
    service.sweep()
    service.choose(handle, Preference())
    assert left(rooms) == 1
    clock.now = 10_700
    with pytest.raises(SummarizerError, match="60 minutes"):
        service.choose(handle, Preference())
    service.sweep()
    assert left(rooms) == 0


def test_a_handle_nobody_uses_any_more_ends_by_itself(rooms, clip):
    service = Service(Handlers(Fake(), rooms), lifetime=0.3)
    held(service, clip)
    until(lambda: left(rooms) == 0)


def test_a_handle_at_work_does_not_end(rooms, clip):
    clock = Clock()
    service = Service(Handlers(Fake(), rooms), clock=clock)
    handle = held(service, clip)
    work = service.render(handle, "source")
    next(work)
    clock.now = 9999
    service.sweep()
    assert [path for path, _ in work if path][-1].exists()
    service.choose(handle, Preference())


def test_only_so_many_live_and_the_one_unused_for_longest_makes_room(rooms, clip):
    clock = Clock()
    service = Service(Handlers(Fake(), rooms), most=2, clock=clock)
    handles = []
    for clock.now in (0, 10):
        handles.append(held(service, clip))
    clock.now = 20
    service.choose(handles[0], Preference())
    held(service, clip)
    assert left(rooms) == 2
    service.choose(handles[0], Preference())
    with pytest.raises(SummarizerError, match="has ended"):
        service.choose(handles[1], Preference())


def test_a_closed_summary_stops_the_work_and_leaves_nothing(rooms, clip):
    fake = Fake(pause=0.01)
    work = Service(Handlers(fake, rooms)).summarize([str(clip)], Preference())
    next(work)
    work.close()
    assert fake.closed == 1 and left(rooms) == 0


def test_a_bad_file_is_a_sentence_and_leaves_nothing(rooms, tmp_path):
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"x")
    with pytest.raises(SummarizerError, match="no video"):
        held(Service(Handlers(Fake(), rooms)), bad)
    assert left(rooms) == 0


def test_a_second_reel_of_one_summary_waits_its_turn(rooms, clip):
    service = Service(Handlers(Fake(), rooms))
    handle = held(service, clip)
    first = service.render(handle, "source")
    next(first)
    with pytest.raises(SummarizerError, match="being made already"):
        next(service.render(handle, "source"))
    first.close()
    assert list(service.render(handle, "source"))


def test_what_was_not_foreseen_does_not_reach_the_caller(rooms, clip, monkeypatch):
    service = Service(Handlers(Fake(), rooms))
    handle = held(service, clip)

    def broken(*_):
        raise RuntimeError("secret: /root/keys")

    monkeypatch.setattr(service.summarizer, "choose", broken)
    with pytest.raises(SummarizerError) as error:
        service.choose(handle, Preference())
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["[[3, 2]]", "[[1]]", '["a"]', "{}", "[[1, NaN]]", "[[-1, 2]]", "[" * 5000, "no"]
)
def test_spans_that_are_none_are_a_sentence(text):
    with pytest.raises(SummarizerError, match="like"):
        spans("keep", text)


def test_spans_and_weights_are_read():
    assert spans("keep", "[[1, 2.5], [4, 5]]") == (Event(1, 2.5), Event(4, 5))
    assert factors('{"music": 2}') == (("music", 2.0),)
    for text in ("[]", '{"music": -1}', '{"music": "much"}', '{"music": Infinity}'):
        with pytest.raises(SummarizerError, match="like"):
            factors(text)


# -- gradio_client --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(start) -> str:
    return start(Fake(pause=0.05), mcp_server=True)


@pytest.fixture
def client(address, tmp_path) -> Client:
    return Client(address, verbose=False, analytics_enabled=False, download_files=tmp_path)


def test_four_endpoints_are_listed_and_nothing_else(client):
    listed = client.view_api(return_format="dict", print_info=False)
    assert sorted(listed["named_endpoints"]) == NAMES and not listed["unnamed_endpoints"]
    wanted = {
        each["parameter_name"]: each
        for each in listed["named_endpoints"]["/summarize"]["parameters"]
    }
    assert [name for name, each in wanted.items() if not each["parameter_has_default"]] == ["video"]
    assert wanted["length"]["parameter_default"] == "15%"
    assert wanted["preset"]["parameter_default"] is None
    assert [each["label"] for each in listed["named_endpoints"]["/summarize"]["returns"]] == [
        "Handle", "Summary", "Progress",
    ]  # fmt: skip


def test_a_client_goes_all_the_way(client, clip):
    job = client.submit(handle_file(clip), want="the goals", api_name="/summarize")
    handle, summary, progress = job.result()
    told = [each[2]["share"] for each in job.outputs()]
    assert len(told) > 2 and all(one <= other for one, other in pairwise(told[:-1]))
    assert progress["stage"] == "Done" and progress["work"][0]["cached"]
    assert Summary.from_json(json.dumps(summary)).preference.want == "the goals"
    assert summary["saliency"]["curves"] == []
    again = client.predict(handle, length="3s", keep="[[1, 2]]", curves=True, api_name="/choose")
    chosen = Summary.from_json(json.dumps(again))
    assert chosen.preference.length == Length(3, "seconds") and chosen.saliency.curves
    assert chosen.preference.keep == (Event(1, 2),)
    reel = client.predict(handle, api_name="/render")
    assert Path(reel).read_bytes() == clip.read_bytes()
    table = Path(client.predict(handle, "json", api_name="/export"))
    assert Summary.from_json(table.read_text()) == chosen
    assert Path(client.predict(handle, "zip", api_name="/export")).suffix == ".zip"


def test_errors_are_one_sentence(client, clip):
    for words, call in {
        "unknown or has ended": {"handle": "nope", "api_name": "/choose"},
        "neither a share": {"video": handle_file(clip), "length": "long", "api_name": "/summarize"},
    }.items():
        with pytest.raises(AppError) as error:
            client.predict(**call)
        assert words in str(error.value) and "\n" not in str(error.value)


def test_a_cancelled_call_stops_its_work(start, clip, tmp_path):
    fake = Fake(held=3)
    client = Client(start(fake), verbose=False, analytics_enabled=False, download_files=tmp_path)
    job = client.submit(handle_file(clip), api_name="/summarize")
    until(job.outputs)
    job.cancel()
    until(lambda: fake.closed)


def test_two_clients_have_nothing_in_common(address, tmp_path):
    given = {}
    for name in ("one", "other"):
        client = Client(address, verbose=False, analytics_enabled=False, download_files=tmp_path)
        path = tmp_path / f"{name}.mp4"
        path.write_bytes(name.encode() * 100)
        handle, _, _ = client.predict(handle_file(path), want=name, api_name="/summarize")
        given[name] = (client, handle, path)
    for name, (client, handle, path) in given.items():
        assert Path(client.predict(handle, api_name="/render")).read_bytes() == path.read_bytes()
        exported = Path(client.predict(handle, api_name="/export")).read_text()
        assert Summary.from_json(exported).preference.want == name


def test_a_path_on_the_server_is_no_upload(address, clip, tmp_path):
    """What gradio_client would upload first is sent as it is, as an attacker would."""
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"secret" * 100)
    uploads = uploaded(address, clip)
    beside = f"{Path(uploads[0]).parent}/../../../../../../../../{secret}"
    for path in (str(secret), beside, f"file://{secret}"):
        for given in (path, {"path": path, "meta": {"_type": "gradio.FileData"}}):
            kind, data = call(address, "summarize", [given, None, *DEFAULTS])
            assert kind == "error" and "secret" not in data, path


DEFAULTS = ("", "15%", 0.5, 0.3, ["overview"], False, None, False)


def uploaded(address: str, clip: Path) -> list[str]:
    """Where a plain upload was put."""
    files = {"files": clip.read_bytes()}
    return httpx.post(f"{address}gradio_api/upload", files=files, timeout=PATIENCE).json()


def call(address: str, name: str, data: list) -> tuple[str, str]:
    """What the plain HTTP interface answers at the end: the kind of event and its data."""
    url = f"{address}gradio_api/call/{name}"
    event = httpx.post(url, json={"data": data}, timeout=PATIENCE).json()["event_id"]
    text = httpx.get(f"{url}/{event}", timeout=PATIENCE).text
    kind, data = text.strip().splitlines()[-2:]
    return kind.removeprefix("event: "), data.removeprefix("data: ")


def test_an_upload_is_taken_over_plain_http(address, clip):
    uploads = uploaded(address, clip)
    given = {"path": uploads[0], "meta": {"_type": "gradio.FileData"}}
    kind, data = call(address, "summarize", [given, None, *DEFAULTS])
    assert kind == "complete" and len(json.loads(data)[0]) >= 32


def test_the_real_one_summarizes_a_clip(start, cut_clip, tmp_path):
    summarizer = load(cache=tmp_path / "cache")
    client = Client(start(summarizer), verbose=False, download_files=tmp_path)
    handle, summary, progress = client.predict(
        handle_file(cut_clip), want="the first half", length="6s", api_name="/summarize"
    )
    whole = Summary.from_json(json.dumps(summary))
    assert 0 < whole.seconds <= 6.1 and whole.story
    assert {each["sense"] for each in progress["work"]} == set(summarizer.preset.senses)
    reel = summarizer.probe(Path(client.predict(handle, api_name="/render")))
    assert reel.seconds == pytest.approx(whole.seconds, abs=0.2)
    exported = Path(client.predict(handle, "json", api_name="/export"))
    full = Summary.from_json(exported.read_text())
    assert replace(full, saliency=whole.saliency) == whole


# -- MCP ------------------------------------------------------------------------------------------


def converse(address: str, talk):
    """Have a conversation with the tools as an MCP client."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def session():
        async with (
            streamablehttp_client(f"{address}gradio_api/mcp/") as (inward, outward, _),
            ClientSession(inward, outward) as session,
        ):
            await session.initialize()
            return await talk(session)

    # in a thread of its own: where a browser test ran before, this one has a loop already
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, session()).result()


def test_exactly_four_tools_with_all_said_about_them(address):
    async def talk(session):
        return (await session.list_tools()).tools

    tools = {tool.name: tool for tool in converse(address, talk)}
    assert sorted(f"/{name}" for name in tools) == NAMES
    for tool in tools.values():
        assert len(tool.description) > 40
        assert all(each.get("description") for each in tool.inputSchema["properties"].values())
    assert tools["summarize"].inputSchema["required"] == ["video"]
    assert tools["choose"].inputSchema["required"] == ["handle"]


def test_a_tool_summarizes_and_the_next_goes_on_from_there(address, clip):
    heard = []

    async def hear(progress, total, message):
        heard.append(message or "")

    async def talk(session):
        video = f"data:video/mp4;base64,{base64.b64encode(clip.read_bytes()).decode()}"
        first = await session.call_tool(
            "summarize", {"video": video, "want": "goals"}, progress_callback=hear
        )
        handle = first.content[0].text
        return first, await session.call_tool("choose", {"handle": handle, "length": "3s"})

    first, second = converse(address, talk)
    assert not first.isError and "goals" in first.content[1].text
    assert not second.isError and "'unit': 'seconds'" in second.content[0].text
    assert any("Watching" in message for message in heard)


def test_a_tool_takes_no_path_and_no_address_within_the_house(address, tmp_path):
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"secret" * 100)

    async def talk(session):
        given = (str(secret), f"file://{secret}", f"{address}theme.css")
        return [await session.call_tool("summarize", {"video": each}) for each in given]

    assert all(answer.isError for answer in converse(address, talk))
