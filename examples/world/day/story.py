"""A walk through a day: town, forest, sea, night."""

from world.canvas import Grade
from world.day.forest import clearing, forest
from world.day.night import night, rain
from world.day.sea import sea, sunset
from world.day.sounds import FLASHES, day_sound
from world.day.town import street, town
from world.film import Heard, Shot, Story

SUN = Grade(bloom=0.4, threshold=205, vignette=0.22, tint=(1.0, 0.99, 0.965))
LEAFY = Grade(bloom=0.4, threshold=205, vignette=0.3, tint=(0.995, 1.0, 0.97))
BRIGHT = Grade(bloom=0.3, threshold=215, vignette=0.18)
GLOW = Grade(bloom=0.45, threshold=190, vignette=0.3, tint=(1.0, 0.985, 0.98))
BLUE = Grade(bloom=0.6, threshold=170, vignette=0.36, tint=(0.98, 0.99, 1.0))
HEARD = (
    Heard(0, 15, "calm music: plucked strings, a melody and a bass", "music"),
    Heard(0, 15, "a street with voices and steps"),
    Heard(1.2, 3.4, "a tram rolls by and rings its bell"),
    Heard(15, 27.5, "birds, a cuckoo and leaves in the wind; no music"),
    Heard(27.5, 34.5, "waves, wind and gulls; no music"),
    Heard(34.5, 43.6, "slow music with soft chords", "music"),
    Heard(34.5, 41.5, "quiet waves"),
    Heard(43.8, 48.5, "crickets in a silent night", "quiet"),
    Heard(48.5, 56, "steady rain"),
    Heard(48.5 + FLASHES[0] + 0.9, 48.5 + FLASHES[0] + 3.6, "thunder far away"),
    Heard(48.5 + FLASHES[1] + 1.1, 56, "thunder farther away"),
)


def day() -> Story:
    shots = (
        Shot(
            0, 7.5, town, SUN, "a town in the morning sun: colourful houses, people, a red tram "
            "that passes, pigeons; somebody in a yellow coat walks a dog",
        ),
        Shot(
            7.5, 15, street, SUN, "along a shopping street with the walker and the dog: a café, "
            "a market stall, people",
        ),
        Shot(
            15, 21.5, forest, LEAFY, "a green forest with sun rays between tall trunks; the walker "
            "follows a path",
        ),
        Shot(
            21.5, 27.5, clearing, LEAFY, "a clearing: a deer drinks at a pond, butterflies",
            ((1.6, "the deer lifts its head"),), fade=1.2,
        ),
        Shot(
            27.5, 34.5, sea, BRIGHT, "a beach by a blue sea: waves, sailing boats, a lighthouse, "
            "gulls; the walker passes",
        ),
        Shot(34.5, 41.5, sunset, GLOW, "sunset over the sea; walker and dog sit on a jetty"),
        Shot(
            41.5, 48.5, night, BLUE, "night: stars and a moon over a village whose windows light "
            "up one by one", ((2.6, "a shooting star"),),
        ),
        Shot(
            48.5, 56, rain, BLUE, "a dark rainy night: a cottage with one lit window, the walker "
            "inside with a cup, the dog beside",
            (
                (FLASHES[0], "lightning far away"),
                (FLASHES[0] + 0.6, "rain over the cottage"),
                (FLASHES[1], "lightning again, farther away"),
                (FLASHES[1] + 0.6, "rain over the cottage"),
            ),
        ),
    )  # fmt: skip
    return Story("day", "A walk through a day", shots, HEARD, day_sound, loudness=-19.0)
