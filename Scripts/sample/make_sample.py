"""Makes the bundled sample, fifteen synthetic pages in which every book is a font; about a minute.

    apt-get install fonts-kouzan-mouhitsu fonts-aoyagi-kouzan-t fonts-aoyagi-soseki fonts-klee fonts-hanazono \
        fonts-yozvox-yozfont-antique fonts-dejima-mincho fonts-seto fonts-noto-cjk
    python3 -m venv /tmp/sample-venv && /tmp/sample-venv/bin/pip install -r Scripts/sample/requirements.txt
    /tmp/sample-venv/bin/python Scripts/sample/make_sample.py Sources/Corpus/Resources/sample

The same fonts (Debian 12) and the same versions of the three packages give the same bytes.
"""
import csv
import dataclasses
import io
import json
import pathlib
import sys

import numpy as np

from glyphs import PARENTS, Face, hentaigana, is_kana
from pages import Page

SEED = 20180601
FONTS = "/usr/share/fonts/"
GYOSHO = "truetype/kouzan-mouhitsu/kouzan-mouhitsu-gyosho.ttf"
SOUSYO = "truetype/kouzan-mouhitsu/KouzanBrushFontSousyo.ttf"
KOUZAN = "truetype/kouzan-mouhitsu/kouzan-mouhitsu.ttf"
AOYAGI = "truetype/aoyagi-kouzan-t/AoyagiKouzanT.ttf"
SOSEKI = "truetype/aoyagi-soseki/aoyagi-soseki.ttf"
HANAZONO = "truetype/hanazono/HanaMinA.ttf"


@dataclasses.dataclass
class Book:
    """How one book looks, and the oddities of its files."""

    font: str
    cursive: float = 0.0  # probability of a joining stroke between kana
    old_forms: float = 0.0  # share of kana drawn as an older form; the label stays
    unvoiced: float = 0.0  # share of voiced kana written without their mark, label and glyph
    katakana: float = 0.05
    bold: float = 0.0
    width: float = 1.0
    shear: float = 0.0
    size: float = 1.0
    frame: str = "frame"
    grey: bool = False
    bom: bool = False


BOOKS = [
    Book(GYOSHO, cursive=.55, old_forms=.10, size=1.02, frame="ruled"),
    Book(SOUSYO, cursive=.60, old_forms=.14, bom=True, frame=""),
    Book(KOUZAN, cursive=.25, unvoiced=.5, size=.98, frame="double"),
    Book(AOYAGI, cursive=.35, size=1.04),
    Book(SOSEKI, cursive=.45, unvoiced=1, frame="ruled"),
    Book("truetype/klee/KleeOne-SemiBold.ttf", bold=1.2, grey=True, size=.96),
    Book("truetype/yozvox-yozfont/YOzBA_.ttf", unvoiced=.5, frame="double"),
    Book(HANAZONO, bold=.8, old_forms=.12, katakana=.25, size=.97, frame="ruled"),
    Book("truetype/dejima-mincho/dejima-mincho-r227.ttf", bold=.6, size=1.03, frame="double"),
    Book(GYOSHO, cursive=.65, old_forms=.06, unvoiced=1, width=.82, shear=-.10, frame=""),
    Book("truetype/seto/setofont.ttf", bold=1.4, width=.92, size=1.01),
    Book(AOYAGI, cursive=.5, unvoiced=.5, bold=.5, width=.80, shear=.08, frame="ruled"),
    Book("opentype/noto/NotoSerifCJK-Bold.ttc", unvoiced=1, width=.95, size=.95, frame="double"),
    Book(SOUSYO, cursive=.5, old_forms=.06, bold=.8, width=1.12, grey=True, frame=""),
    Book(SOSEKI, cursive=.3, old_forms=.05, width=.9, shear=.06, bom=True, frame="ruled"),
]
PLAIN = str.maketrans("がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽ", "かきくけこさしすせそたちつてとはひふへほはひふへほ")
KATAKANA = {"は": "ハ", "に": "ニ", "み": "ミ"}


def text():
    """The stream of characters, without titles and line breaks."""
    lines = (pathlib.Path(__file__).parent / "texts.txt").read_text("utf-8").splitlines()
    return "".join(line.strip() for line in lines if not line.startswith("#"))


class Scribe:
    """Turns the text into what one book writes: the label and the ink of each character."""

    def __init__(self, book, stream, rng):
        self.book, self.rng = book, rng
        kana = sorted({c for c in stream if is_kana(c)})
        kanji = sorted({c for c in stream if not is_kana(c)})
        self.face = Face(FONTS + book.font, kana, kanji)
        # Brush hands borrow the old forms from the cursive face.
        self.cursive = None if book.font == HANAZONO else Face(FONTS + SOUSYO, kana, kanji)
        self.last = ""

    def write(self, char):
        """(label, ink, scale), or None where the font lacks the character."""
        label = self.label(char)
        face, scale, glyph = self.face, self.face.kanji_size, label
        if is_kana(label) or label == "\u309d":
            scale = self.face.kana_size
            if self.rng.random() < self.book.old_forms:
                glyph, face = self.old_form(label)
                scale = face.kana_size if face is self.face else face.kanji_size * 0.86
        ink = face.ink(glyph)
        return None if ink is None else (label, ink, scale)

    def label(self, char):
        rng, previous = self.rng, self.last
        if rng.random() < self.book.unvoiced:
            char = char.translate(PLAIN)
        if char == "む" and rng.random() < 0.30:
            char = "ん"
        self.last = char
        if char == previous and is_kana(char) and rng.random() < 0.60:
            self.last = ""
            return "\u309d"
        if char in KATAKANA and rng.random() < self.book.katakana:
            return KATAKANA[char]
        return char

    def old_form(self, label):
        if self.cursive is None:
            forms = hentaigana(label)
            return (forms[self.rng.integers(len(forms))] if forms else label), self.face
        if label in PARENTS and self.cursive.ink(PARENTS[label]) is not None:
            return PARENTS[label], self.cursive
        return label, self.face


def table(name, rows, number, bom):
    """The coordinate table as the real ones are: CRLF; sometimes a BOM or no last line end."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow("Unicode,Image,X,Y,Block ID,Char ID,Width,Height".split(","))
    for index, (label, x, y, width, height) in enumerate(rows, 1):
        writer.writerow(["U+%04X" % ord(label), name + "_00001_1", x, y, "B0001", "C%04d" % index, width, height])
    written = out.getvalue()
    if number % 3 == 0:
        written = written.removesuffix("\r\n")
    return written.encode("utf-8-sig" if bom else "utf-8")


def main(target):
    stream, position = text(), 0
    for number, book in enumerate(BOOKS, 1):
        name = "synt%05d" % number
        rng = np.random.default_rng([SEED, number])
        page, scribe = Page(book, rng), Scribe(book, stream, rng)
        position += 97 * (number - 1)
        while True:
            written = scribe.write(stream[position % len(stream)])
            if written and not page.add(*written):
                break
            position += 1
        rows = list(page.boxes())
        images = target / name / "images"
        images.mkdir(parents=True, exist_ok=True)
        (target / name / (name + "_coordinate.csv")).write_bytes(table(name, rows, number, book.bom))
        page.picture().save(images / (name + "_00001_1.jpg"), quality=80, subsampling=2)
        print(name, len(rows), "characters", sum(is_kana(row[0]) for row in rows), "kana", flush=True)
    about = {"name": "carpedm synthetic sample", "version": 1, "test_split": "synt%05d" % len(BOOKS),
             "synthetic": True, "books": len(BOOKS), "made_by": "Scripts/sample/make_sample.py", "seed": SEED}
    (target / "dataset.json").write_text(json.dumps(about, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
