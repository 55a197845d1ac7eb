"""What is said of clips: captions, sentences and stories, all of them true."""

from collections.abc import Iterator, Sequence

from summarizer.data.world.drawing import scene_at, visible
from summarizer.data.world.planning import PARTS, pick, plan
from summarizer.data.world.values import MUSIC, SILENCE, Clip, Fact, Sound, lasting
from summarizer.data.world.wishing import Wish, matching, wishes
from summarizer.data.world.words import Draw, filled, pattern, slots, vocabulary, word

NAMED = {  # what a wish asks for, within a sentence
    "thing": "a {thing}",
    "colour": "something {colour}",
    "coloured": "a {colour} {thing}",
    "action": "something that {verb}",
    "doing": "a {thing} that {verb}",
    "place": "{place}",
    "sound": "{sound}",
    "mood": "{mood} music",
    "instrument": "{instrument} music",
    "tempo": "{tempo} music",
}


def caption(clip: Clip, time: float, draw: Draw) -> str:
    """What the picture at a time shows, which is less than what happens around it."""
    scene = clip.scenes[scene_at(clip, time)]
    shown = [
        f"a {actor.colour} {word(draw, 'thing', actor.thing)}" for actor in visible(clip, time)
    ]
    if not shown:
        return word(draw, "place", scene.place)
    where = word(draw, "where", scene.place)
    return filled(pattern(draw, clip, "seen"), things=_listed(draw, shown), where=where)


def heard(clip: Clip, start: float, end: float, draw: Draw) -> str:
    """What is heard from start to end."""
    return filled(pattern(draw, clip, "heard"), sounds=_sounds(clip, start, end, draw))


def told(clip: Clip, number: int, draw: Draw) -> str:
    """A sentence with everything that is seen and heard in a scene."""
    scene = clip.scenes[number]
    deeds = [
        f"a {actor.colour} {word(draw, 'thing', actor.thing)} {word(draw, 'verb', actor.action)}"
        for actor in scene.actors
    ]
    return _sentence(
        pattern(draw, clip, "told"),
        deeds=_listed(draw, deeds),
        where=word(draw, "where", scene.place),
        sounds=_sounds(clip, scene.start, scene.end, draw),
    )


def lines(clip: Clip, wish: Wish, draw: Draw) -> list[tuple[float, float, str]]:
    """The sentences of a story with their stretches: of the scenes that matter for a wish, or one
    that says it is not there. None is said twice, for whoever reads them would drop it.
    """
    numbers = matching(clip, wish)
    if not numbers:
        named = [filled(NAMED[need.kind], **slots(draw, need)) for need in wish.needs]
        absent = _sentence(pattern(draw, clip, "absent"), wanted=" together with ".join(named))
        return [(0.0, clip.seconds, absent)]
    said: dict[str, int] = {}
    for number in numbers:
        sentence = told(clip, number, draw)
        while sentence in said:
            sentence = told(clip, number, draw)
        said[sentence] = number
    scenes = [(clip.scenes[number], sentence) for sentence, number in said.items()]
    return [(scene.start, scene.end, sentence) for scene, sentence in scenes]


def story(clip: Clip, wish: Wish, draw: Draw) -> str:
    """What is to be told of a clip for a wish: a line a sentence, behind its time."""
    found = lines(clip, wish, draw)
    return "\n".join(f"[{tag(start, end)}] {sentence}" for start, end, sentence in found)


def language(draw: Draw) -> Iterator[str]:
    """Endless texts of the kinds there are in training: stories, sentences, captions, wishes."""
    while True:
        clip = plan(int(draw.integers(PARTS["train"][1])))
        scene, kind = pick(draw, clip.scenes), draw.random()
        if kind < 0.25:
            yield story(clip, Wish(), draw)
        elif kind < 0.6:
            yield story(clip, pick(draw, wishes(clip, draw)), draw)
        elif kind < 0.7:
            yield pick(draw, wishes(clip, draw)[1:]).text
        elif kind < 0.85:
            yield caption(clip, float(draw.uniform(0, clip.seconds)), draw)
        else:
            yield heard(clip, scene.start, scene.end, draw)


def tag(start: float, end: float) -> str:
    """A stretch in whole minutes and seconds, the nearest ones."""
    first, last = (int(time + 0.5) for time in (start, end))
    return f"{first // 60:02}:{first % 60:02}-{last // 60:02}:{last % 60:02}"


def _sentence(pattern: str, **slots: str) -> str:
    text = filled(pattern, **slots)
    return text[0].upper() + text[1:]


def _listed(draw: Draw, parts: Sequence[str]) -> str:
    """The parts in any order."""
    return " and ".join(parts[number] for number in draw.permutation(len(parts)))


def _sounds(clip: Clip, start: float, end: float, draw: Draw) -> str:
    names = [_sound(draw, sound) for sound in lasting(clip.sounds, start, end)]
    return _listed(draw, names or [word(draw, "sound", SILENCE)])


def _sound(draw: Draw, sound: Sound) -> str:
    if sound.kind != MUSIC:
        return word(draw, "sound", sound.kind)
    kinds = [kind for kind in ("instrument", "tempo", "mood") if getattr(sound, kind)]
    said = [slots(draw, Fact(kind, getattr(sound, kind))) for kind in kinds]
    form = pick(draw, vocabulary()["music"]["with mood" if sound.mood else "without"])
    return filled(form, **{slot: text for each in said for slot, text in each.items()})
