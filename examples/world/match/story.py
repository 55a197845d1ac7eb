"""The ball game: two halves, a foul, and a goal for each side."""

from world.canvas import Grade
from world.film import Heard, Shot, Story
from world.match.board import GOAL_ONE, GOAL_TWO, overlay
from world.match.goals import goal_one, goal_two
from world.match.near import away_fans, home_fans, keeper, referee, scorer
from world.match.sounds import match_sound
from world.match.wide import FOUL, first_half, full_time, half_time, kick_off, second_half

DAY = Grade(bloom=0.3, threshold=205, vignette=0.34, tint=(1.0, 0.985, 0.955))
PAN_DAY = Grade(bloom=0.25, threshold=215, vignette=0.12, tint=(1.0, 0.985, 0.94))
PAN_LAMPS = Grade(bloom=0.3, threshold=205, vignette=0.16, tint=(0.96, 0.99, 1.0))
LAMPS = Grade(bloom=0.42, threshold=190, vignette=0.42, tint=(0.97, 0.985, 1.0))


HEARD = (
    Heard(0, 12, "the murmur of a large crowd, a drum"),
    Heard(3.05, 3.75, "the referee's whistle: kick-off"),
    Heard(4, 12, "balls being kicked"),
    Heard(12, GOAL_ONE, "the crowd swelling"),
    Heard(16.0, 16.4, "a hard kick"),
    Heard(GOAL_ONE, 22.4, "the crowd roars: a goal", "loud"),
    Heard(22.4, 25.4, "cheering that ebbs away"),
    Heard(26.2, 30.8, "birds and a little wind; the crowd is all but silent", "quiet"),
    Heard(31.0, 38.8, "the murmur of a large crowd"),
    Heard(31.5, 36.2, "balls being kicked"),
    Heard(36.35, 37.15, "the referee's whistle: a foul"),
    Heard(38.8, GOAL_TWO, "the crowd swelling"),
    Heard(40.5, 40.8, "a hard kick"),
    Heard(GOAL_TWO, 47, "the crowd roars: a goal", "loud"),
    Heard(47, 54, "applause and murmur of the crowd"),
    Heard(47.5, 49.5, "three blasts of the referee's whistle: the end"),
)


def match() -> Story:
    return Story(
        "match",
        "Foxes against Owls",
        (*_first(), *_second()),
        HEARD,
        lambda seconds: match_sound(seconds, (GOAL_ONE, GOAL_TWO)),
        overlay=overlay,
        width=960,
    )


def _first() -> tuple[Shot, ...]:
    """The first half, by day, and the break."""
    scored = "goal: the ball bulges the net past the diving keeper; the score becomes 1-0"
    return (
        Shot(0, 4, kick_off, DAY, "a full stadium in low sun; both teams wait for the kick-off"),
        Shot(4, 12, first_half, PAN_DAY, "the Foxes, in red, pass the ball; the camera pans"),
        Shot(12, 15, keeper, DAY, "close-up of the Owls' keeper, eyes on the ball, shouting"),
        Shot(
            15, 19, goal_one, DAY, "seen through the net: a Fox runs up and shoots",
            ((GOAL_ONE - 15, scored),),
        ),
        Shot(19, 22.4, home_fans, DAY, "fans in red jump, arms up; flags, paper, camera flashes"),
        Shot(22.4, 25.4, scorer, DAY, "close-up of the scorer cheering with spread arms"),
        Shot(25.4, 31, half_time, DAY, "half-time: the empty pitch at sunset, birds cross the sky"),
    )  # fmt: skip


def _second() -> tuple[Shot, ...]:
    """The second half, under floodlights."""
    scored = "goal: the ball curls over the wall into the top corner; the score becomes 1-1"
    return (
        Shot(
            31, 36.2, second_half, PAN_LAMPS, "second half, at night: the Owls, in white, attack",
            ((FOUL, "foul: a Fox slides into an Owl, who falls"),),
        ),
        Shot(
            36.2, 38.8, referee, LAMPS, "close-up of the referee blowing the whistle",
            ((1.25, "the referee shows a yellow card"),),
        ),
        Shot(
            38.8, 43.8, goal_two, LAMPS, "free kick: an Owl runs up to a wall of five Foxes",
            ((GOAL_TWO - 38.8, scored),),
        ),
        Shot(43.8, 47, away_fans, LAMPS, "fans in white and blue jump; flags, camera flashes"),
        Shot(
            47, 54, full_time, LAMPS, "the end: players meet, the camera rises",
            ((2.4, "full time 1-1: paper falls over the floodlit stadium"),),
        ),
    )  # fmt: skip
