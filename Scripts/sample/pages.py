"""One page: where the characters stand, their ink, and the picture of it all."""
import dataclasses

import numpy as np
from PIL import Image
from scipy import ndimage

import paper
from glyphs import NOMINAL, draw, is_kana


class Layout:
    """Page size, margins, columns, and the bend that a page has under the camera."""

    columns = 12

    def __init__(self, rng):
        self.width, self.height = 1000 + int(rng.integers(-30, 31)), 1400 + int(rng.integers(-40, 41))
        self.left, self.right = rng.uniform(60, 95, 2)
        self.top, self.bottom = rng.uniform(105, 150), rng.uniform(70, 100)
        self.pitch = (self.width - self.left - self.right) / self.columns
        self.slope, self.bow = rng.uniform(-0.006, 0.006), rng.uniform(-5, 5)

    def bend(self, x, y):
        """Where the point (x, y) of a flat page is seen."""
        across, down = x / self.width - 0.5, y / self.height - 0.5
        return (x + self.slope * (y - self.height / 2) + self.bow * (1 - 4 * down * down),
                y - self.slope * (x - self.width / 2) + self.bow * (1 - 4 * across * across))


@dataclasses.dataclass
class Placed:
    label: str
    x: int
    y: int
    ink: np.ndarray


class Page:
    """Sets characters column by column until the page is full."""

    def __init__(self, book, rng):
        self.book, self.rng, self.layout = book, rng, Layout(rng)
        self.ink = np.zeros((self.layout.height, self.layout.width), np.float32)
        self.placed = []
        self.column, self.wetness = -1, 0.9
        self.sway = (0.0, 0.0)
        self.next_column()

    def next_column(self):
        rng, layout = self.rng, self.layout
        self.column += 1
        self.x = layout.width - layout.right - (self.column + 0.5) * layout.pitch
        self.y = layout.top + rng.uniform(4, 16) + (0.9 * NOMINAL if rng.random() < 0.06 else 0)
        self.sway = (rng.uniform(-2, 2), rng.uniform(0, 6.3))
        self.fresh = True

    def add(self, label, glyph, scale):
        """Sets one character; False when the page is full."""
        rng, size = self.rng, NOMINAL * self.book.size
        drawn = draw(glyph, scale, self.book, rng)
        if drawn is None:
            raise ValueError("no ink for " + label)
        height, width = drawn.shape
        gap = self.gap(label, height, size)
        if self.y + gap + height > self.layout.height - self.layout.bottom - 4:
            self.next_column()
            gap = 0
            if self.column >= self.layout.columns:
                return False
        self.y += gap
        x = self.x + rng.normal(0, 0.035 * size) + self.sway[0] * np.sin(self.sway[1] + self.y / 260)
        x, y = self.layout.bend(x, self.y)
        placed = Placed(label, round(x - width / 2), round(y), drawn)
        if not self.fresh and is_kana(label) and is_kana(self.placed[-1].label) and rng.random() < self.book.cursive:
            self.join(self.placed[-1], placed, size)
        self.stamp(placed)
        self.y += height + (0.07 * size if height < 0.35 * size else 0)
        self.fresh = False
        self.placed.append(placed)
        return True

    def gap(self, label, height, size):
        if self.fresh:
            return 0
        gap = self.rng.normal(0.075, 0.05) * size
        if is_kana(label):
            gap -= self.book.cursive * 0.12 * size
        return max(gap, -0.16 * size) + (0.07 * size if height < 0.35 * size else 0)

    def stamp(self, placed):
        rng = self.rng
        self.wetness = rng.uniform(0.85, 1) if rng.random() < 0.08 else max(self.wetness - 0.012, 0.55)
        shape = placed.ink.shape
        dry = 0.5 * paper.noise(shape, 0.7, rng) + 0.5 * paper.noise(shape, 5, rng)
        cover = placed.ink * np.clip(self.wetness + 0.12 - 0.24 * dry * (1.45 - self.wetness), 0, 1)
        part = self.ink[placed.y:placed.y + shape[0], placed.x:placed.x + shape[1]]
        np.maximum(part, cover[:part.shape[0], :part.shape[1]], out=part)

    def join(self, last, placed, size):
        """A tapering stroke from the foot of one character to the head of the next."""
        rows = np.nonzero(last.ink[-3:].max(0) > 0.4)[0]
        heads = np.nonzero(placed.ink[:3].max(0) > 0.4)[0]
        if len(rows) == 0 or len(heads) == 0:
            return
        start = np.array([last.x + rows.mean(), last.y + last.ink.shape[0] - 2.0])
        end = np.array([placed.x + heads.mean(), placed.y + 1.5])
        if np.hypot(*(end - start)) > 0.5 * size or end[1] < start[1] - 3:
            return
        middle = (start + end) / 2 + self.rng.normal(0, 0.05 * size, 2)
        for s in np.linspace(0, 1, 24):
            centre = (1 - s) ** 2 * start + 2 * s * (1 - s) * middle + s * s * end
            radius = 0.02 * size * (0.75 + 0.9 * (2 * s - 1) ** 2)
            x0, y0 = int(centre[0]) - 4, int(centre[1]) - 4
            y, x = np.mgrid[y0:y0 + 9, x0:x0 + 9]
            disc = 0.85 * np.clip(radius + 0.5 - np.hypot(x - centre[0], y - centre[1]), 0, 1)
            part = self.ink[y0:y0 + 9, x0:x0 + 9]
            np.maximum(part, disc, out=part)

    def boxes(self):
        """(label, x, y, width, height) of every character, in reading order."""
        for placed in self.placed:
            left, top, right, bottom = self.rng.integers(0, 2, 4)
            height, width = placed.ink.shape
            x, y = max(placed.x - left, 0), max(placed.y - top, 0)
            yield (placed.label, x, y, min(placed.x + width + right, self.layout.width) - x,
                   min(placed.y + height + bottom, self.layout.height) - y)

    def picture(self):
        book, rng = self.book, self.rng
        text = ndimage.gaussian_filter(self.ink, 0.35)
        lines = paper.frame(self.layout, book.frame, rng)
        ink = np.maximum(text, lines)
        page = paper.sheet(ink.shape, np.roll(ink, (7, -5), (0, 1)), rng)
        black = rng.uniform(28, 60) + 5 * paper.noise(ink.shape, 9, rng)
        page = page * (1 - ink) + black * ink
        page = paper.worm_holes(page, rng)
        page = np.clip(ndimage.gaussian_filter(page, 0.35), 0, 255)
        if book.grey:
            return Image.fromarray((page + 0.5).astype(np.uint8))
        warm = rng.uniform(0.10, 0.24) * (0.35 + 0.65 * page / 255)
        tinted = np.stack([page, page * (1 - 0.42 * warm), page * (1 - warm)], -1)
        return Image.fromarray((tinted + 0.5).astype(np.uint8))
