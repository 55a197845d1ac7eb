"""The slides, each drawn on a whole 1280 x 720 canvas, t seconds after it came up."""

import numpy as np
from world.canvas import Canvas, measure
from world.lecture.bees import (
    AMBER,
    CREAM,
    HEX,
    HONEY,
    INK,
    LEAF,
    NIGHT,
    ROSE,
    arc,
    arrow,
    bee,
    comb,
    flower,
    hive,
    sun,
)
from world.shapes import Fade, Type, box, clear, curve, dim, ease, mix, oval, over, pop, rgb, trace

TITLE = Type(58, "Quicksand-Bold")
BODY = Type(38, "IBMPlexSans-Regular")
SMALL = Type(26, "IBMPlexSans-Regular")


def paper(canvas: Canvas, heading: str, t: float) -> None:
    """The ground of a slide: cream, a corner of comb, and a heading that slides in."""
    canvas.fill(box(0, 0, 1280, 720), Fade((0, 0), (1280, 720), rgb("#fffaf0"), rgb("#ffedc7")))
    comb(
        canvas,
        ((1120, 30), (1196, 74), (1272, 30), (1196, -14), (1272, 118), (1120, -58)),
        42,
        0.55,
    )
    comb(canvas, ((18, 706), (94, 750), (-58, 662)), 42, 0.55)
    if heading:
        slide = over(t, 0.0, 0.6)
        canvas.text((84 - 40 * (1 - slide), 116), heading, TITLE, INK, slide)
        canvas.fill(box(86, 140, 150 * over(t, 0.2, 0.9), 8, 4), HONEY)


def title(canvas: Canvas, t: float) -> None:
    paper(canvas, "", t)
    enter = over(t, 0.1, 0.9)
    canvas.text((110, 300), "The dance of", Type(86, "Quicksand-Bold"), INK, enter)
    canvas.text((110, 396), "the honeybee", Type(86, "Quicksand-Bold"), AMBER, over(t, 0.3, 1.1))
    canvas.fill(box(114, 432, 220 * over(t, 0.5, 1.3), 10, 5), HONEY)
    canvas.text(
        (112, 498), "How a bee tells others where the flowers are", SMALL, INK, over(t, 0.7, 1.5)
    )
    trail = curve(
        trace("1190,640 1060,590 980,640 900,570 960,480 1060,470 1040,370"),
        steps=10,
    )
    shown = trail[: max(2, int(len(trail) * over(t, 0.4, 2.4)))]
    for index in range(0, len(shown) - 2, 3):
        canvas.stroke(shown[index : index + 2], 5, clear(INK, 0.35))
    along = shown[-1] - shown[-2]
    spot = canvas.moved(*shown[-1], 2.5, turn=np.arctan2(along[0], -along[1]))
    bee(spot, t, 1.0 if t < 2.6 else 0.4)


def questions(canvas: Canvas, t: float, moments) -> None:
    """Three bullet points that come up as they are spoken."""
    paper(canvas, "Three questions", t)
    rows = (
        ("Which way?", "the direction from the hive"),
        ("How far?", "the distance to fly"),
        ("How good?", "the quality of the nectar"),
    )
    for index, ((head, under), moment) in enumerate(zip(rows, moments, strict=True)):
        shown = pop((t - moment) / 0.5)
        if t < moment:
            continue
        y = 258 + index * 140
        canvas.fill(HEX * (54 * shown) + (140, y), HONEY)
        canvas.fill(HEX * (44 * shown) + (140, y), rgb("#ffc85c"))
        canvas.text(
            (140, y + 17), str(index + 1), Type(46 * max(0.1, shown), "Quicksand-Bold", "m"), INK
        )
        fade = over(t, moment + 0.1, moment + 0.5)
        canvas.text((226, y + 2), head, Type(48, "Quicksand-Bold"), INK, fade)
        canvas.text(
            (228, y + 44), under, Type(30, "IBMPlexSans-Regular"), mix(INK, CREAM, 0.25), fade
        )
    for index in range(3):
        spot = canvas.moved(860 + index * 120, 330 + 40 * np.sin(index * 2.2), 1.0 + 0.14 * index)
        flower(spot, t, (ROSE, rgb("#b5477e"), rgb("#f08a4b"))[index], index)
    hover = canvas.moved(
        900 + 60 * np.sin(t * 1.3), 240 + 16 * np.sin(t * 3.1), 1.25, turn=0.5 * np.cos(t * 1.3)
    )
    bee(hover, t, 1.0)


def angle(canvas: Canvas, t: float, moments) -> None:
    """The dance on the upright comb beside the way outside; `moments`: up, then forty degrees."""
    paper(canvas, "Angle = direction", t)
    lean = np.radians(40)
    _dance_comb(canvas, t, moments, lean)
    _landscape(canvas, t, moments, lean)


def _dance_comb(canvas: Canvas, t: float, moments, lean: float) -> None:
    frame = box(84, 190, 470, 470, 26)
    canvas.fill(np.add(frame, (5, 8)), clear((90, 50, 10), 0.2))
    canvas.fill(frame, rgb("#7a4a1e"))
    inner = box(100, 206, 438, 438, 16)
    canvas.fill(inner, rgb("#b9772c"))
    for row in range(7):
        for column in range(7):
            x, y = 132 + column * 66 + (row % 2) * 33, 248 + row * 57
            if x < 512:
                cell = HEX * 30 + (x, y)
                canvas.fill(
                    cell, mix(rgb("#e8a33a"), rgb("#c98225"), (row * 5 + column * 3) % 7 / 7)
                )
                canvas.fill(HEX * 22 + (x, y + 1), clear((110, 62, 16), 0.28))
    canvas.text((319, 688), "on the comb", Type(24, "IBMPlexSans-Bold", "m"), INK)
    x, y = 300, 520
    up, turned = over(t, moments[0], moments[0] + 0.8), over(t, moments[1], moments[1] + 0.9)
    for dash in range(int(12 * up)):
        canvas.stroke([(x, y - dash * 24), (x, y - dash * 24 - 12)], 5, CREAM, 0.9)
    if up > 0.95:
        canvas.fill([(x, y - 316), (x - 13, y - 286), (x + 13, y - 286)], CREAM)
        canvas.text((x - 22, y - 262), "up", Type(30, "Quicksand-Bold", "r"), CREAM)
    way = np.array([np.sin(lean * turned), -np.cos(lean * turned)])
    _eight(canvas, (x, y), lean * turned, over(t, moments[0] + 0.5, moments[0] + 1.2))
    if turned > 0.02:
        arc(canvas, (x, y), 150, lean * turned, ROSE)
        if turned > 0.9:
            canvas.text((x + 78, y - 178), "40°", Type(40, "Quicksand-Bold", "m"), CREAM)
    run = (t * 0.62) % 1.0
    where = np.array([x, y]) + way * 190 * run
    spot = canvas.moved(*where, 0.95, turn=lean * turned + 0.22 * np.sin(t * 26))
    bee(spot, t, 1.0)


def _eight(canvas: Canvas, at, lean: float, shown: float) -> None:
    """The figure of eight: a straight run up the middle and a loop back on either side."""
    path = canvas.moved(*at, turn=lean)
    run = np.stack([9 * np.sin(np.linspace(0, 30, 60)), np.linspace(0, -190, 60)], 1)
    path.stroke(run[: max(2, int(60 * shown))], 4, clear(CREAM, 0.9))
    for side in (-1, 1):
        loop = curve(
            [(0, -190), (side * 62, -182), (side * 104, -110), (side * 78, -22), (0, 0)], steps=12
        )
        for index in range(0, int(len(loop) * shown) - 2, 4):
            path.stroke(loop[index : index + 3], 3.4, clear(CREAM, 0.6))


def _landscape(canvas: Canvas, t: float, moments, lean: float) -> None:
    field = box(606, 190, 440, 470, 26)
    canvas.fill(np.add(field, (5, 8)), clear((40, 70, 40), 0.2))
    canvas.fill(field, Fade((606, 190), (606, 660), rgb("#b9dd8f"), rgb("#86bd68")))
    for index in range(7):
        patch = oval((650 + index * 83 % 370, 240 + (index * 131) % 380), (60, 22), 0.3)
        canvas.within(field, patch, clear((255, 255, 220), 0.25))
    canvas.text((826, 688), "outside, from above", Type(24, "IBMPlexSans-Bold", "m"), INK)
    x, y = 710, 596
    up, turned = (
        over(t, moments[0] + 0.3, moments[0] + 1.1),
        over(t, moments[1] + 0.5, moments[1] + 1.6),
    )
    goal = np.array([x + np.sin(lean) * 350, y - np.cos(lean) * 350])
    sun(canvas.moved(x, 262), t, 34)
    if up > 0.02:
        arrow(canvas, (x, y - 40), (x, y - 40 - 216 * up), 7, AMBER)
    if turned > 0.02:
        arrow(
            canvas,
            (x, y - 20),
            np.array([x, y - 20]) + np.subtract(goal, (x, y - 60)) * 0.86 * turned,
            7,
            ROSE,
        )
        arc(canvas, (x, y - 20), 132, lean * min(1, turned * 1.3), ROSE)
        if turned > 0.9:
            canvas.text((x + 66, y - 178), "40°", Type(40, "Quicksand-Bold", "m"), INK)
    for index, (dx, dy) in enumerate(((0, 0), (56, 26), (-34, 44))):
        flower(
            canvas.moved(*np.add(goal, (dx, dy)), 0.62),
            t,
            (ROSE, rgb("#b5477e"), rgb("#f08a4b"))[index],
            index,
        )
    hive(canvas.moved(x, y))


def chart(canvas: Canvas, t: float, moments) -> None:
    """Waggling time against distance; it builds, then one second is picked out."""
    paper(canvas, "Time = distance", t)
    left, base, wide, high = 190, 586, 640, 350
    drawn = over(t, 0.3, 1.0)
    for step in range(1, 5):
        y = base - step * high / 4
        canvas.stroke([(left, y), (left + wide * drawn, y)], 2, clear(INK, 0.14))
        canvas.text(
            (left - 24, y + 11), str(step), Type(28, "IBMPlexSans-Regular", "r"), INK, drawn
        )
        x = left + step * wide / 4
        canvas.text((x, base + 42), str(step), Type(28, "IBMPlexSans-Regular", "m"), INK, drawn)
    canvas.stroke(
        [(left, base - high * drawn - 16), (left, base), (left + wide * drawn + 16, base)], 5, INK
    )
    canvas.text(
        (left + wide, base + 82),
        "seconds of waggling",
        Type(28, "IBMPlexSans-Bold", "r"),
        INK,
        drawn,
    )
    canvas.text(
        (left - 60, base - high - 34), "kilometres to fly", Type(28, "IBMPlexSans-Bold"), INK, drawn
    )
    grown = ease((t - moments[0]) / 2.8)
    points = [(s, s * (1.02 - 0.012 * s)) for s in np.linspace(0.15, 3.85, 40)]
    line = np.array([(left + s * wide / 4, base - k * high / 4) for s, k in points])
    count = max(2, int(len(line) * grown))
    if grown > 0:
        under = np.concatenate([line[:count], [(line[count - 1][0], base), (line[0][0], base)]])
        canvas.fill(
            under, Fade((0, base - high), (0, base), clear(HONEY, 0.45), clear(HONEY, 0.05))
        )
        canvas.stroke(line[:count], 7, AMBER)
        for index in range(3, count, 6):
            canvas.disc(*line[index], 10, CREAM)
            canvas.disc(*line[index], 7, ROSE)
        spot = canvas.moved(*line[count - 1], 1.05, turn=np.pi / 3)
        bee(spot, t, 1.0 if grown < 1 else 0.5)
    picked = over(t, moments[1], moments[1] + 0.7)
    if picked > 0:
        x, y = left + wide / 4, base - 1.008 * high / 4
        canvas.stroke([(x, base), (x, base + (y - base) * picked)], 5, ROSE)
        canvas.stroke([(x, y), (x + (left - x) * picked, y)], 5, ROSE)
        canvas.disc(x, y, 15 * pop(picked), ROSE)
        card = over(t, moments[1] + 0.5, moments[1] + 1.0)
        _tag(canvas.moved(x + 26, y + 62), "1 second  ≈  1 kilometre", card)


def _tag(canvas: Canvas, words: str, shown: float) -> None:
    if shown <= 0:
        return
    form = Type(32, "Quicksand-Bold")
    wide = measure(words, form) + 52
    canvas.fill(box(4, -38 + 6, wide, 60, 30), clear((60, 20, 0), 0.22 * shown))
    canvas.fill(box(0, -38, wide, 60, 30), clear(ROSE, shown))
    canvas.text((26, 3), words, form, (255, 255, 255), shown)


def felt(canvas: Canvas, t: float) -> None:
    """In the dark hive: a dancer and those who follow her."""
    canvas.fill(box(0, 0, 1280, 720), NIGHT)
    for row in range(-1, 10):
        for column in range(-1, 14):
            x, y = column * 104 + (row % 2) * 52, row * 90
            near = np.exp(-(((x - 560) / 420) ** 2 + ((y - 400) / 300) ** 2))
            tone = mix(
                rgb("#2e1d12"), rgb("#b06d22"), near * (0.75 + 0.25 * np.sin(column * 3 + row * 5))
            )
            canvas.fill(HEX * 50 + (x, y), tone)
            canvas.fill(HEX * 36 + (x, y + 2), dim(tone, 0.66))
    canvas.glow(560, 400, 520, (120, 70, 20), 0.6)
    step = 36 * np.sin(t * 0.9)
    for ring in range(3):
        beat = (t * 1.4 + ring / 3) % 1
        canvas.stroke(
            oval((560, 400), (90 + 190 * beat, 90 + 190 * beat)),
            4,
            clear((255, 214, 130), 0.4 * (1 - beat)),
            closed=True,
        )
    for index, way in enumerate((0.3, 1.5, 2.6, 3.7, 4.9, 5.7)):
        far = 246 + 10 * np.sin(t * 3 + index)
        x, y = 560 + far * np.sin(way) + step, 400 - far * np.cos(way) * 0.92
        follower = canvas.moved(x, y, 1.55, turn=way + np.pi + 0.1 * np.sin(t * 5 + index))
        bee(follower, t + index, 0.15)
    dancer = canvas.moved(560 + step, 400, 2.0, turn=0.6 + 0.2 * np.sin(t * 26))
    bee(dancer, t, 1.0)
    shade = canvas.sheet(0.125)
    shade.fill([box(0, 0, 1280, 720), oval((560, 400), (560, 400))], (255,))
    canvas.shade(shade, (10, 5, 2), 0.75, 70)
    enter = over(t, 0.1, 0.7)
    canvas.text((84, 116), "Felt, not seen", TITLE, rgb("#ffe3ae"), enter)
    canvas.fill(box(86, 140, 150 * over(t, 0.2, 0.9), 8, 4), HONEY)


def summary(canvas: Canvas, t: float, moments) -> None:
    """Three cards, one for each part of the last sentence, and a closing line."""
    paper(canvas, "To remember", t)
    cards = (
        ("Angle", "direction", LEAF),
        ("Time", "distance", rgb("#2a7fa8")),
        ("Energy", "quality", ROSE),
    )
    for index, ((head, under, paint), moment) in enumerate(zip(cards, moments, strict=False)):
        if t < moment:
            continue
        shown = pop((t - moment) / 0.5)
        spot = canvas.moved(262 + index * 378, 380 + 60 * (1 - shown), 0.8 + 0.2 * shown)
        spot.fill(box(-160 + 5, -176 + 9, 320, 330, 30), clear((80, 40, 0), 0.18))
        spot.fill(box(-160, -176, 320, 330, 30), (255, 253, 247))
        spot.fill(HEX * 74 + (0, -70), paint)
        ICONS[index](spot.moved(0, -70), t)
        spot.text((0, 62), head, Type(48, "Quicksand-Bold", "m"), INK)
        spot.text(
            (0, 112),
            f"gives {under}" if index < 2 else f"tells {under}",
            Type(31, "IBMPlexSans-Regular", "m"),
            mix(INK, CREAM, 0.2),
        )
    closing = over(t, moments[3], moments[3] + 0.6)
    canvas.text(
        (640, 652), "A map, drawn with a dance.", Type(46, "Quicksand-Bold", "m"), AMBER, closing
    )


def _compass(canvas: Canvas, t: float) -> None:
    canvas.stroke(oval((0, 0), (42, 42)), 6, (255, 255, 255), closed=True)
    needle = canvas.moved(turn=0.7 + 0.12 * np.sin(t * 2.4))
    needle.fill(trace("0,-34 10,0 0,34 -10,0"), (255, 255, 255))


def _watch(canvas: Canvas, t: float) -> None:
    canvas.stroke(oval((0, 0), (42, 42)), 6, (255, 255, 255), closed=True)
    canvas.stroke([(0, 0), (28 * np.sin(t * 2), -28 * np.cos(t * 2))], 6, (255, 255, 255))
    canvas.stroke([(0, 0), (0, -20)], 6, (255, 255, 255))


def _heart(canvas: Canvas, t: float) -> None:
    beat = canvas.moved(scale=1 + 0.09 * max(0.0, np.sin(t * 7)) ** 3)
    for petal in range(6):
        beat.fill(
            oval(20 * np.array([np.sin(petal * np.pi / 3), np.cos(petal * np.pi / 3)]), (15, 15)),
            (255, 255, 255),
        )
    beat.disc(0, 0, 11, HONEY)


ICONS = (_compass, _watch, _heart)
