"""The one who walks through the day, with a dog."""

from world.canvas import Canvas
from world.day.animals import dog
from world.figures import SKINS, Look, figure, walking
from world.shapes import curve, oval, rgb

WALKER = Look(
    skin=SKINS[1],
    hair=rgb("#c2452f"),
    shirt=rgb("#e9dcc3"),
    legs=rgb("#3b4f6b"),
    boots=rgb("#5a3a28"),
    trousers=True,
    coat=rgb("#eeb02e"),
    style="hat",
    sleeves=True,
)


def walker(canvas: Canvas, phase: float, time: float, size: float = 100.0) -> None:
    """The one who walks through the day, in a yellow coat, with a dog; size is units a metre."""
    figure(canvas.moved(scale=size), WALKER, walking(phase))
    ahead = canvas.moved(size * 0.95, size * 0.02, size * 0.62)
    dog(ahead, phase * 1.9, time)
    leash = [(size * 0.2, -size * 0.82), (size * 0.5, -size * 0.45), (size * 1.1, -size * 0.36)]
    canvas.stroke(curve(leash), 1.6, rgb("#5a3a28"))


def shadow(canvas: Canvas, x: float, y: float, wide: float, strength: float = 0.3) -> None:
    canvas.fill(
        [
            (x - wide * 0.1, y),
            (x + wide * 0.1, y),
            (x - wide * 1.5, y + wide * 0.5),
            (x - wide * 1.9, y + wide * 0.45),
        ],
        (40, 26, 60),
        strength * 0.5,
    )
    canvas.fill(oval((x, y), (wide * 0.32, wide * 0.07)), (40, 26, 60), strength)
