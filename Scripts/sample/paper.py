"""Old paper: grain, stains, fibres, worm holes, ink of the other side, and the printed frame."""
import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage


def noise(shape, radius, rng):
    """Smooth noise of standard deviation one; big radii are made small and enlarged."""
    step = max(1, int(radius / 4))
    small = rng.standard_normal((shape[0] // step + 3, shape[1] // step + 3))
    small = ndimage.gaussian_filter(small, radius / step, mode="wrap")
    big = small if step == 1 else ndimage.zoom(small, step, order=1)
    big = big[:shape[0], :shape[1]]
    return ((big - big.mean()) / big.std()).astype(np.float32)


def sheet(shape, show_through, rng):
    """Grey levels of an empty page; `show_through` is the ink 0...1 of its other side."""
    height, width = shape
    page = np.full(shape, rng.uniform(196, 226), np.float32)
    for radius, strength in ((180, 5), (40, 2.2), (7, 1.2)):
        page += strength * noise(shape, radius, rng)
    page += 1.6 * rng.standard_normal(shape).astype(np.float32)
    page -= edges(shape, rng)
    page -= fibres(shape, rng)
    for _ in range(rng.integers(1, 6)):
        page -= stain(shape, rng)
    page -= rng.uniform(10, 26) * ndimage.gaussian_filter(show_through[:, ::-1], 1.6) * (
        0.75 + 0.25 * noise(shape, 60, rng))
    return page


def edges(shape, rng):
    height, width = shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    fall = 18 * (np.exp(-y / 30) + np.exp(-(height - y) / 30) + np.exp(-x / 30) + np.exp(-(width - x) / 30))
    fold = x if rng.random() < 0.5 else width - x
    return np.minimum(fall + 34 * np.exp(-fold / 45), 60)


def fibres(shape, rng):
    layer = Image.new("L", (shape[1], shape[0]))
    pen = ImageDraw.Draw(layer)
    for _ in range(260):
        x, y = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
        angle, bend = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.25)
        points = [(x, y)]
        for _ in range(rng.integers(3, 9)):
            x, y, angle = x + 6 * np.cos(angle), y + 6 * np.sin(angle), angle + bend
            points.append((x, y))
        pen.line(points, fill=int(rng.uniform(60, 255)), width=1)
    soft = ndimage.gaussian_filter(np.asarray(layer, np.float32) / 255, 0.7)
    return 11 * soft * np.sign(noise(shape, 90, rng) + 0.5)


def stain(shape, rng):
    """A dried water drop: faint inside, darker at its ragged rim."""
    radius = rng.uniform(18, 120)
    y, x = np.mgrid[0:shape[0], 0:shape[1]].astype(np.float32)
    y, x = y - rng.uniform(0, shape[0]), x - rng.uniform(0, shape[1])
    angle = np.arctan2(y, x)
    ragged = sum(rng.normal(0, 0.1 / k) * np.sin(k * angle + rng.uniform(0, 6.3)) for k in range(2, 9))
    distance = np.hypot(x, y) / radius + ragged
    inside = 1 / (1 + np.exp(np.clip((distance - 1) * 18, -50, 50)))
    rim = np.exp(-((distance - 1) / 0.07) ** 2) * (distance < 1.15)
    return rng.uniform(3, 9) * inside + rng.uniform(4, 12) * rim


def worm_holes(page, rng):
    for _ in range(rng.integers(0, 5)):
        layer = Image.new("L", (page.shape[1], page.shape[0]))
        pen = ImageDraw.Draw(layer)
        x, y, angle = rng.uniform(0, page.shape[1]), rng.uniform(0, page.shape[0]), rng.uniform(0, 6.3)
        for _ in range(rng.integers(2, 14)):
            radius = rng.uniform(2, 4.5)
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
            angle += rng.normal(0, 0.5)
            x, y = x + 3.5 * np.cos(angle), y + 3.5 * np.sin(angle)
        hole = ndimage.gaussian_filter(np.asarray(layer, np.float32) / 255, 0.8)
        shadow = np.clip(ndimage.gaussian_filter(hole, 1.5) * 1.6 - hole, 0, 1)
        page = page * (1 - 0.3 * shadow) * (1 - hole) + rng.uniform(150, 245) * hole
    return page


def frame(layout, style, rng):
    """Ink 0...1 of the printed lines: '' none, 'frame', 'double', 'ruled' (thin rules between the columns)."""
    layer = Image.new("L", (layout.width * 2, layout.height * 2))
    pen = ImageDraw.Draw(layer)
    left, right = layout.left - 14, layout.width - layout.right + 14
    top, bottom = layout.top - 18, layout.height - layout.bottom + 14

    def line(x0, y0, x1, y1, thick):
        wander = rng.normal(0, 1.2, 9).cumsum() * 0.5
        steps = np.linspace(0, 1, 9)
        points = []
        for s, w in zip(steps, wander):
            x, y = layout.bend(x0 + (x1 - x0) * s, y0 + (y1 - y0) * s)
            points.append((2 * (x + (w if x0 == x1 else 0)), 2 * (y + (w if y0 == y1 else 0))))
        pen.line(points, fill=255, width=max(1, round(2 * thick)), joint="curve")

    if style:
        thick = rng.uniform(3, 5)
        for corners in ((left, top, left, bottom), (right, top, right, bottom),
                        (left, top, right, top), (left, bottom, right, bottom)):
            line(*corners, thick)
    if style == "double":
        for corners in ((left + 9, top + 9, left + 9, bottom - 9), (right - 9, top + 9, right - 9, bottom - 9),
                        (left + 9, top + 9, right - 9, top + 9), (left + 9, bottom - 9, right - 9, bottom - 9)):
            line(*corners, 1.2)
    if style == "ruled":
        for column in range(1, layout.columns):
            x = layout.left + column * layout.pitch
            line(x, top, x, bottom, 1.1)
    drawn = np.asarray(layer.resize((layout.width, layout.height), Image.BOX), np.float32) / 255
    worn = np.clip(0.75 + 0.3 * noise(drawn.shape, 5, rng) + 0.2 * noise(drawn.shape, 60, rng), 0.15, 1)
    return drawn * worn
