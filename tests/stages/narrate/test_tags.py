"""Sentences with times out of any text, however it is cut; all else is dropped and counted."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.stages.narrate.tags import LONGEST, MOST, Tally, tagged

GOOD = "[00:03-00:08] The band begins to play. [00:20-00:24] “Good evening,” says the singer!\n"
HOSTILE = (
    "",
    "   \n\n [",
    "no tag here. [00:01-00:02]",
    "[00:09-00:02] Backwards. [99:00-99:10] Far away. [00:50-01:30] Over the end.",
    "[00:61-00:62] No such second. [0:75:00-0:76:00] No such minute.",
    "[00:01-00:02] <img src=x onerror=alert(1)> looks nice. [00:01-00:02] &lt;b&gt; too.",
    "[00:01-00:02] \x1b[31mRed\x00 \u202eletters\u202c here. [00:02-00:03] Fine\u200b.",
    "[00:01-00:02]" + " and on" * 3000 + ". [00:03-00:05] After that, all is well.",
    "[00:01-00:02]" + "\n" * 3000 + "Late words. [00:03-00:05] On time.",
    "[[[[[[" * 500 + "." * 900 + " [00:03-00:05] Still here.",
    "[00:01-00:02] Same. [00:04-00:05] Same. same.",
    "[00:01-00:02] It costs 3.50, says Dr. Smith at 3 p.m. today. And more.",
    "[00:01-00:02]\nUnder its tag.\n- [00:03-00:04]: In a list.\n2. [00:05-00:06] Numbered.\n",
    "[00:01-00:02] Unfinished",
    "[00:05-00:05] An instant. [0:00:10-0:00:12] With hours. [00:59-01:01] The end.",
    "[٠١:٠٢-٠١:٠٣] Other digits. ［00:01-00:02］ Other brackets.",
)
text = st.one_of(
    st.sampled_from((*HOSTILE, GOOD)),
    st.text("[]:-. \n0123459aZ…<&é🐧\u202e\x00", max_size=200),
    st.lists(st.sampled_from(("[00:01-00:09]", " ", "\n", "Word", ". ", "[0", "!", "x" * 90)))
    .map("".join),
)  # fmt: skip


def there(start: float, end: float) -> tuple[str, ...]:
    return (f"light: {start:g} to {end:g}",)


def read(pieces, seconds: float = 60.0, evidence=there):
    tally = Tally()
    found = [(said.start, said.end, said.text) for said in tagged(pieces, seconds, evidence, tally)]
    assert tally.kept == len(found)
    return found, dict(tally.dropped)


def test_sentences_come_with_their_stretch_and_evidence():
    said = list(tagged([GOOD], 60.0, there, Tally()))
    assert [(each.start, each.end) for each in said] == [(3.0, 8.0), (20.0, 24.0)]
    assert said[0].text == "The band begins to play."
    assert said[1].text == "“Good evening,” says the singer!"
    assert said[0].evidence == ("light: 3 to 8",)


@settings(deadline=None, max_examples=300)
@given(text, st.data())
def test_any_cutting_gives_the_same(whole, data):
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=40).map(sorted))
    pieces = [whole[a:b] for a, b in pairwise([0, *cuts, len(whole)])]
    assert read(pieces) == read([whole])


@pytest.mark.parametrize("whole", HOSTILE)
def test_letter_by_letter_is_as_good_as_at_once(whole):
    assert read(whole) == read([whole])


def test_a_sentence_comes_as_soon_as_it_is_complete():
    def pieces():
        yield "[00:03-00:08] One"
        yield " thing happens. "
        raise AssertionError("asked for more than was needed")

    assert next(tagged(pieces(), 60.0, there, Tally())).text == "One thing happens."


@pytest.mark.parametrize(
    ("whole", "kept", "dropped"),
    [
        (HOSTILE[2], [], {"no tag": 1, "no words": 1}),
        (HOSTILE[3], [], {"reversed": 1, "outside": 2}),
        (HOSTILE[4], [], {"no time": 2}),
        (HOSTILE[5], [], {"markup": 2}),
        (HOSTILE[6], ["[31mRed letters here.", "Fine."], {}),
        (HOSTILE[7], ["After that, all is well."], {"too long": 1}),
        (HOSTILE[8], ["Late words.", "On time."], {}),
        (HOSTILE[9], ["Still here."], {"too long": 1}),
        (HOSTILE[10], ["Same."], {"said before": 1, "no tag": 1}),
        (HOSTILE[11], ["It costs 3.50, says Dr. Smith at 3 p.m. today."], {"no tag": 1}),
        (HOSTILE[12], ["Under its tag.", "In a list.", "Numbered."], {}),
        (HOSTILE[13], [], {"cut off": 1}),
        (HOSTILE[14], ["An instant.", "With hours.", "The end."], {}),
    ],
)
def test_what_is_dropped_and_why(whole, kept, dropped):
    found, why = read([whole])
    assert [said for _, _, said in found] == kept
    assert why == dropped


def test_times_stay_in_the_video():
    found, _ = read([HOSTILE[14]], 60.4)
    assert [(start, end) for start, end, _ in found] == [(5, 6), (10, 12), (59, 60.4)]
    assert read(["[2:59:50-3:00:00] The credits roll."], 10_800.0)[0] == [
        (10_790.0, 10_800.0, "The credits roll.")
    ]
    assert read(["[179:50-180:00] The credits roll."], 10_800.0)[0][0][:2] == (10_790.0, 10_800.0)


@settings(deadline=None)
@given(text, st.floats(0.05, 10_800))
def test_whatever_is_kept_is_bounded_plain_and_in_the_video(whole, seconds):
    found, _ = read([whole], seconds)
    for start, end, said in found:
        assert 0 <= start < end <= seconds
        assert 0 < len(said) <= LONGEST
        assert said.isprintable() and "<" not in said


def test_where_nothing_was_perceived_nothing_is_told():
    assert read(["[00:03-00:08] A dragon lands."], evidence=lambda *_: ()) == (
        [], {"nothing there": 1}
    )  # fmt: skip


def test_endless_output_is_bounded():
    def endless():
        for number in range(MOST + 5):
            yield f"[00:01-00:02] Thing {number} happens. "
        for _ in range(2_000):
            yield "blah " * 50

    found, why = read(endless())
    assert len(found) == MOST
    assert why == {"too many": 5, "too long": 1}


def test_a_megabyte_at_once_is_read_in_bounded_steps():
    # in steps of the square of its length, this would take hours
    found, why = read(["[00:01-00:02] Thing happens. No tag. " * 30_000])
    assert len(found) == 1
    assert why == {"said before": 29_999, "no tag": 30_000}
