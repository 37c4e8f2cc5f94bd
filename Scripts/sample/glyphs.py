"""Characters with a brush's irregularity, drawn from free fonts."""
import functools
import unicodedata

import numpy as np
from PIL import ImageFont
from scipy import ndimage

DRAWN = 200  # px at which a glyph is taken from its font
NOMINAL = 49.0  # px, S in the sizes below
# The kanji that a kana was once a cursive form of; old books mix them in.
PARENTS = dict(zip(
    "はにたかなまのすりとこれふきしつねわをあいうえおくけさせそちてぬひへほみめもやゆよらるろ",
    "盤尓多可奈満能春里登古連婦支志津年王越阿以宇江於久計佐勢曽知天怒飛遍本美免毛也由与良留路"))
HENTAIGANA = dict(zip("はにたかすのりまこし", "HA NI TA KA SU NO RI MA KO SI".split()))


def is_kana(char):
    return "\u3041" <= char <= "\u3096" or "\u30a1" <= char <= "\u30fa"


@functools.cache
def hentaigana(char):
    """The first two hentaigana of a kana, by their Unicode names."""
    wanted = ["HENTAIGANA LETTER %s-%d" % (HENTAIGANA.get(char, "?"), n) for n in (1, 2)]
    return [unicodedata.lookup(name) for name in wanted] if char in HENTAIGANA else []


class Face:
    """One font: ink of its characters, and the factors that bring kana and kanji to a common size."""

    def __init__(self, path, kana, kanji):
        self.font = ImageFont.truetype(path, DRAWN, layout_engine=ImageFont.Layout.BASIC)
        self.missing = bytes(self.font.getmask("\U0010fffd"))
        boxes = [ink.shape for ink in map(self.ink, kana) if ink is not None]
        self.kana_size = 0.82 / np.median([np.sqrt(h * w) for h, w in boxes])
        boxes = [ink.shape for ink in map(self.ink, kanji) if ink is not None]
        self.kanji_size = 0.98 / np.median([max(h, w) for h, w in boxes])

    @functools.cache
    def ink(self, char):
        """Coverage 0...1 cropped to the ink, or None where the font has no such character."""
        mask = self.font.getmask(char, mode="L")
        if bytes(mask) == self.missing or not mask.getbbox():
            return None
        ink = np.array(mask, np.float32).reshape(mask.size[::-1]) / 255
        left, top, right, bottom = mask.getbbox()
        return ink[top:bottom, left:right]


def draw(ink, scale, book, rng):
    """`ink` at `scale` times its size, with the accidents of one stroke of luck: turn, shear, warp, bleed, weight."""
    scale = scale * NOMINAL * book.size * rng.uniform(0.92, 1.08)
    turn = np.deg2rad(rng.normal(0, 3))
    shear = book.shear + rng.normal(0, 0.05)
    stretch = np.array([np.exp(rng.normal(0, 0.12)), book.width * np.exp(rng.normal(0, 0.09))])
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    forward = scale * rotation @ np.array([[1, 0], [shear, 1]]) @ np.diag(stretch)  # (y, x) source -> page
    half = np.abs(forward) @ (np.array(ink.shape) / 2)
    size = tuple((2 * np.ceil(half + 5)).astype(int))
    grid = np.indices(size, np.float64) - (np.array(size)[:, None, None] - 1) / 2
    em = scale * DRAWN
    for axis in (0, 1):
        noise = ndimage.gaussian_filter(rng.standard_normal(size), 0.28 * max(half), mode="nearest", truncate=2.5)
        grid[axis] += noise / (noise.std() + 1e-9) * 0.02 * em * 0.6
    source = np.tensordot(np.linalg.inv(forward), grid, 1) + (np.array(ink.shape)[:, None, None] - 1) / 2
    smooth = ndimage.gaussian_filter(np.pad(ink, 8), 0.42 / scale)
    small = ndimage.map_coordinates(smooth, source + 8, order=1, mode="constant")
    small = ndimage.gaussian_filter(small, 0.75 * rng.uniform(0.75, 1.25))
    weight = 0.25 + book.bold + rng.normal(0, 0.35)
    edge = np.clip(0.5 - 0.16 * weight, 0.16, 0.72)
    # A thin stroke must not vanish: the edge stays below what the darkest ink reaches.
    edge = min(edge, 0.6 * float(small.max()))
    low = 1 / (1 + np.exp(9 * edge))
    drawn = (1 / (1 + np.exp(9 * (edge - small))) - low) / (1 / (1 + np.exp(9 * (edge - 1))) - low)
    ys, xs = np.nonzero(drawn > 0.3)
    if len(ys) == 0:
        return None
    return drawn[ys.min():ys.max() + 1, xs.min():xs.max() + 1].astype(np.float32)
