"""What lies over the picture: the scoreboard and the banners."""

import numpy as np
from world.canvas import Canvas
from world.match.play import FOX
from world.shapes import Fade, Type, box, clear, dim, mix, over, pop, rgb, trace

GOAL_ONE, GOAL_TWO = 16.9, 41.55  # seconds into the clip
INK, PAPER = rgb("#141a33"), rgb("#fbf7ee")
CLOCKS = (
    (0.0, 0),
    (4.0, 2232),
    (15.0, 2246),
    (25.4, 2700),
    (31.0, 4958),
    (38.8, 5064),
    (47.0, 5400),
)


def overlay(canvas: Canvas, time: float) -> None:
    """The scoreboard, and the banners."""
    since = (
        max(
            s for s in (time - GOAL_ONE, time - GOAL_TWO, -1.0) if s < 900 and (s >= 0 or s == -1.0)
        )
        if time < GOAL_TWO
        else time - GOAL_TWO
    )
    scores = (int(time >= GOAL_ONE), int(time >= GOAL_TWO))
    banner = 25.4 <= time < 31.0 or time >= 49.4
    if not banner:
        _scoreboard(canvas.moved(46, 40), scores, _clock(time), since)
    _banner(canvas, time, GOAL_ONE + 0.7, 3.6, ("GOAL!", "Foxes 1 – 0 Owls", FOX.shirt))
    _banner(canvas, time, GOAL_TWO + 0.7, 3.6, ("GOAL!", "Foxes 1 – 1 Owls", rgb("#3f63b5")))
    _banner(canvas, time, 25.9, 4.6, ("HALF-TIME", "Foxes 1 – 0 Owls", rgb("#d9744f")))
    _banner(canvas, time, 49.4, 9.0, ("FULL TIME", "Foxes 1 – 1 Owls", rgb("#3f63b5")))


def _clock(time: float) -> str:
    start, clock = next((s, c) for s, c in reversed(CLOCKS) if time >= s)
    seconds = clock + int(max(0.0, time - start - (3.2 if start == 0 else 0)))
    return f"{seconds // 60:02}:{seconds % 60:02}"


def _scoreboard(canvas: Canvas, scores, clock: str, since: float) -> None:
    canvas.fill(box(3, 5, 372, 52, 12), clear((0, 0, 0), 0.25))
    canvas.fill(box(0, 0, 372, 52, 12), INK)
    canvas.fill(box(0, 0, 10, 52, 5), FOX.shirt)
    canvas.fill(box(262, 0, 10, 52, 0), rgb("#5b7fd6"))
    canvas.fill(box(272, 0, 100, 52, 12), rgb("#232b4d"))
    canvas.fill(box(272, 0, 30, 52, 0), rgb("#232b4d"))
    middle = box(98, 0, 78, 52)
    flash = max(0.0, 1 - since / 1.6) if since >= 0 else 0.0
    canvas.fill(
        middle, mix(PAPER, rgb("#ffd23f"), abs(np.sin(since * 9)) * flash if flash else 0.0)
    )
    canvas.text((24, 35), "FOX", Type(25), PAPER)
    canvas.text((190, 35), "OWL", Type(25), PAPER)
    grow = 1 + 0.22 * max(0.0, 1 - since / 0.5) if since >= 0 else 1.0
    canvas.text(
        (137, 36 + 6 * (grow - 1)), f"{scores[0]} – {scores[1]}", Type(28 * grow, anchor="m"), INK
    )
    canvas.text((322, 34), clock, Type(22, anchor="m"), mix(PAPER, INK, 0.15))


def _banner(canvas: Canvas, time: float, start: float, seconds: float, words) -> None:
    since = time - start
    if not 0 <= since < seconds:
        return
    title, under, colour = words
    enter, leave = pop(since / 0.45), over(since, seconds - 0.35, seconds)
    x = 640 + (1 - enter) * -900 + leave * 900
    spot = canvas.moved(x, 596)
    slant = trace("-300,0 318,0 300,96 -318,96")
    spot.fill(np.add(slant, (6, 8)), clear((0, 0, 0), 0.28))
    spot.fill(slant, Fade((-300, 0), (300, 0), dim(colour, 0.8), colour))
    spot.fill(trace("-306,66 306,66 300,96 -318,96"), INK)
    spot.text((0, 52), title, Type(48, anchor="m", tracking=0.06), PAPER)
    spot.text((0, 89), under, Type(21, anchor="m", tracking=0.04), PAPER)
