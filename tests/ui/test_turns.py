"""Who waits is told their place, on the page and over the API; who is one too many is told that."""

import threading
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from playwright.sync_api import expect

from summarizer import Preference, SummarizerError
from tests import clips
from tests.ui.fake import Fake
from tests.ui.steps import open_clip
from ui.handlers import Handlers
from ui.session import Rooms, Session
from ui.turns import AT_ONCE, WAITING, Turns

PATIENCE = 120.0  # seconds, on a machine that may be busy
FULL = f"{WAITING} people wait already"
REST = [None, "", "15%", 0.5, 0.3, ["overview"], False, None, False]


def until(true):
    """Wait for what comes by itself."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)


# -- the line -------------------------------------------------------------------------------------


def test_places_count_those_who_wait_before_and_move_up_when_somebody_goes():
    turns, people = Turns(at_once=2, waiting=3), [ExitStack() for _ in range(5)]
    places = [each.enter_context(turns.taken()) for each in people]
    assert [list(each) for each in places[:2]] == [[], []]  # served at once
    assert [next(each) for each in places[2:]] == [0, 1, 2]
    with pytest.raises(SummarizerError, match="3 people wait already"), turns.taken():
        pass
    people[3].close()  # gives up
    people[0].close()  # is done
    assert list(places[2]) == [] and next(places[4]) == 0
    late = ExitStack()
    assert next(late.enter_context(turns.taken())) == 1
    for each in (*people, late):
        each.close()
    with turns.taken() as place:
        assert list(place) == []


def test_never_more_at_once_and_everybody_is_served():
    turns, lock, served = Turns(at_once=3, waiting=30), threading.Lock(), []
    now, most, told = 0, 0, []

    def person(number):
        nonlocal now, most
        with turns.taken() as places:
            seen = list(places)
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.002)
            with lock:
                now -= 1
                served.append(number)
                told.append(seen)

    everybody = [threading.Thread(target=person, args=(number,)) for number in range(33)]
    for each in everybody:
        each.start()
    for each in everybody:
        each.join()
    assert sorted(served) == [*range(33)] and most == 3
    assert all(seen == sorted(seen, reverse=True) for seen in told)  # nobody is overtaken


def test_an_error_while_being_served_makes_room():
    turns = Turns(at_once=1, waiting=0)
    with pytest.raises(KeyError), turns.taken():
        raise KeyError
    with turns.taken() as places:
        assert list(places) == []


# -- the handlers ---------------------------------------------------------------------------------


@pytest.fixture
def film(tmp_path) -> Path:
    path = tmp_path / "film.odd"
    path.write_bytes(b"a film " * 100)
    return path


def test_watching_cutting_and_copying_take_turns_each_by_itself(film):
    fake, rooms = Fake(), Rooms()
    fake.unplayable = {film.suffix}
    on = Handlers(fake, rooms)
    session, _, _ = on.open([str(film)], Session())
    *_, (seen, _, _) = on.perceive(session)
    summary = fake.choose(seen, Preference())
    works = {
        on.watching: lambda: on.perceive(session),
        on.cutting: lambda: on.render(session, summary),
        on.copying: lambda: on.show(session),
    }
    for turns, work in works.items():
        with ExitStack() as others:
            for _ in range(AT_ONCE + 1):
                others.enter_context(turns.taken())
            assert "1 person is before you" in repr(next(work()))
            for other in works.values():
                if other is not work:
                    assert "before you" not in repr(next(other()))
            for _ in range(WAITING - 1):
                others.enter_context(turns.taken())
            assert FULL in repr(list(work()))
        assert "error" not in repr(list(work())[-1])
    rooms.end()


# -- real visitors --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    return clips.with_cuts(tmp_path_factory.mktemp("turns") / "four shots.mp4")


@pytest.fixture
def blocked(start):
    """A summarizer that goes on when it is let, and its page."""
    fake = Fake(seconds=12.0, held=3)
    yield fake, start(fake)
    fake.free.set()


def asked(address: str, clip: Path, count: int):
    """Ask for so many summaries over plain HTTP, and don't wait for them."""
    for _ in range(count):
        (path,) = httpx.post(
            f"{address}gradio_api/upload", files={"files": clip.read_bytes()}, timeout=PATIENCE
        ).json()
        given = {"path": path, "meta": {"_type": "gradio.FileData"}}
        url = f"{address}gradio_api/call/summarize"
        assert httpx.post(url, json={"data": [given, *REST]}, timeout=PATIENCE).status_code == 200


@pytest.mark.browser
def test_visitors_see_their_place_and_move_up(visit, blocked, clip):
    fake, address = blocked
    asked(address, clip, AT_ONCE)
    until(lambda: fake.runs == AT_ONCE)
    one, other = visit(address), visit(address)
    for page, place in ((one, "you are next"), (other, "1 person is before you")):
        open_clip(page, clip)
        page.click("#go")
        expect(page.locator("#status")).to_contain_text(place)
    other.fill("#want textarea", "while waiting, the page is of use")
    one.click("#stop")
    expect(one.locator("#ended")).to_contain_text("Stopped")
    expect(other.locator("#status")).to_contain_text("you are next")
    assert fake.runs == AT_ONCE
    fake.free.set()
    expect(other.locator("#status")).to_contain_text("Done in")
    assert fake.runs == AT_ONCE + 1


@pytest.mark.browser
def test_one_too_many_gets_one_sentence_and_callers_their_place(visit, blocked, clip, tmp_path):
    fake, address = blocked
    asked(address, clip, AT_ONCE + WAITING - 1)
    client = Client(address, verbose=False, analytics_enabled=False, download_files=tmp_path)
    job = client.submit(handle_file(clip), api_name="/summarize")
    place = f"{WAITING - 1} people are before you"
    until(lambda: any(place in each[2]["stage"] for each in job.outputs()))  # so all are in
    with pytest.raises(AppError, match=FULL) as error:
        client.predict(handle_file(clip), api_name="/summarize")
    assert "\n" not in str(error.value)
    page = visit(address)
    open_clip(page, clip)  # what is brief does not wait for what is not
    page.click("#go")
    expect(page.locator("#status")).to_contain_text(FULL)
    expect(page.locator("#go")).to_be_visible()
    fake.free.set()
    assert job.result()[2]["stage"] == "Done"
    page.click("#go")
    expect(page.locator("#status")).to_contain_text("Done in")
