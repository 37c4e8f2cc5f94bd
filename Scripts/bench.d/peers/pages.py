"""Reads a folder laid out like PMJTC and splits its kana as the original library does on sorted books."""
import collections
import csv
import io
import json
import os
import random

import numpy as np
from PIL import Image

Character = collections.namedtuple("Character", "code page x y width height")
KANA = ((0x3040, 0x3096), (0x309F, 0x309F), (0x30A1, 0x30FA), (0x30FF, 0x30FF), (0xFF65, 0xFF9D))
RESERVED = 2


def decode(data):
    for encoding in ("utf-8-sig", "cp932", "shift_jisx0213", "shift_jis"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("no known encoding")


def kana_of_book(root, book):
    folder = os.path.join(root, book)
    with open(os.path.join(folder, book + "_coordinate.csv"), "rb") as table:
        rows = csv.DictReader(io.StringIO(decode(table.read())))
        for row in rows:
            code = int(row["Unicode"].removeprefix("U+"), 16)
            if any(low <= code <= high for low, high in KANA):
                page = os.path.join(folder, "images", row["Image"] + ".jpg")
                yield Character(code, page, *(int(row[name]) for name in ("X", "Y", "Width", "Height")))


def split(root, dev=0.1, seed=123456):
    """({"train": ..., "dev": ..., "test": ...}, classes): one shuffle of all books but the test book."""
    books = sorted(name for name in os.listdir(root)
                   if os.path.exists(os.path.join(root, name, name + "_coordinate.csv")))
    test = "hnsd00000"
    if test not in books:
        with open(os.path.join(root, "dataset.json"), encoding="utf-8") as about:
            test = json.load(about)["test_split"]
    by_book = {book: list(kana_of_book(root, book)) for book in books}
    rest = [character for book in books if book != test for character in by_book[book]]
    random.Random(seed).shuffle(rest)
    count = int(sum(map(len, by_book.values())) * dev)
    counted = collections.Counter(character.code for character in rest[count:])
    ids = {code: RESERVED + index for index, (code, _) in enumerate(counted.most_common())}
    return {"train": rest[count:], "dev": rest[:count], "test": by_book[test]}, ids


def fitted(crop, size):
    """`crop` shrunk by area to fit the square if it is larger, centred on its mean."""
    height, width = crop.shape
    factor = max(height / size, width / size, 1)
    if factor > 1:
        shape = (max(1, int(width / factor + 1e-4)), max(1, int(height / factor + 1e-4)))
        crop = np.asarray(Image.fromarray(crop).resize(shape, Image.BOX))
        height, width = crop.shape
    square = np.full((size, size), crop.mean(), np.float32)
    top, left = (size - height) // 2, (size - width) // 2
    square[top:top + height, left:left + width] = crop
    return square


def arrays(characters, ids, size=64):
    """(images [n, 1, size, size] in -1...1, ids [n]); a character that training has not seen has id 1."""
    pages, images = {}, []
    for c in characters:
        if c.page not in pages:
            pages[c.page] = np.asarray(Image.open(c.page).convert("L"), np.float32) * (2 / 255) - 1
        images.append(fitted(pages[c.page][max(c.y, 0):c.y + c.height, max(c.x, 0):c.x + c.width], size))
    return np.stack(images)[:, None], np.array([ids.get(c.code, 1) for c in characters])
