"""Decodes each page once, crops its kana, scales them to 64 x 64 and writes TFRecords: carpedm against Pillow and TensorFlow.

The peers are timed inside their process, after their imports and one run that warms them; carpedm as a whole process, start included.
Every side writes the same examples (checked by their number) in the same split with the original's features. `pillow` is the plain
program, one page after the other; `pillow-pool` gives each page to one of as many processes as there are cores; `pillow-luma` is the
pool that also asks the JPEG decoder for the luma alone (`draft`), as carpedm does when it stores grey; `tensorflow` maps over pages in
parallel.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]
SIZE = 64


def by_page(root):
    """(sets, ids, page -> [(set, place, character)])"""
    import pages
    sets, ids = pages.split(root)
    jobs = {}
    for name, characters in sets.items():
        for place, character in enumerate(characters):
            jobs.setdefault(character.page, []).append((name, place, character))
    return sets, ids, jobs


def pillow_page(job):
    from PIL import Image
    page, luma, entries = job
    image = Image.open(page)
    if luma:
        image.draft("L", image.size)
    image = image.convert("L")
    return [(name, place, image.crop((x, y, x + w, y + h)).resize((SIZE, SIZE), Image.BOX).tobytes(), label)
            for name, place, (x, y, w, h), label in entries]


def write(folder, crops, sets):
    """Eight shards for each set, by TensorFlow's own writer."""
    import tensorflow as tf
    feature = lambda **kind: tf.train.Feature(**kind)
    number = lambda value: feature(int64_list=tf.train.Int64List(value=[value]))
    for name, characters in sets.items():
        for shard in range(8):
            first, end = len(characters) * shard // 8, len(characters) * (shard + 1) // 8
            with tf.io.TFRecordWriter("%s/%s-%05d-of-00008" % (folder, name, shard + 1)) as file:
                for place in range(first, end):
                    data, label = crops[name][place]
                    context = {"image/data": feature(bytes_list=tf.train.BytesList(value=[data])), "image/height": number(SIZE),
                               "image/width": number(SIZE), "image/channels": number(1), "image/char/count": number(1)}
                    lists = {"image/seq/char/id": tf.train.FeatureList(feature=[number(label)])}
                    file.write(tf.train.SequenceExample(
                        context=tf.train.Features(feature=context),
                        feature_lists=tf.train.FeatureLists(feature_list=lists)).SerializeToString())


def with_pillow(root, folder, pool, luma):
    sets, ids, jobs = by_page(root)
    work = [(page, luma, [(name, place, (c.x, c.y, c.width, c.height), ids.get(c.code, 1)) for name, place, c in entries])
            for page, entries in jobs.items()]
    work.sort(key=lambda job: -os.path.getsize(job[0]))
    crops = {name: [None] * len(characters) for name, characters in sets.items()}
    for page in (pool.imap_unordered if pool else map)(pillow_page, work):
        for name, place, data, label in page:
            crops[name][place] = (data, label)
    write(folder, crops, sets)
    return sum(map(len, sets.values()))


def with_tensorflow(root, folder):
    import tensorflow as tf
    sets, ids, jobs = by_page(root)
    paths = sorted(jobs, key=lambda page: -os.path.getsize(page))
    longest = max(map(len, jobs.values()))
    boxes = [[[c.y, c.x, c.height, c.width] for _, _, c in jobs[page]] for page in paths]
    padded = [row + [[0, 0, 1, 1]] * (longest - len(row)) for row in boxes]

    def page(path, count, boxes):
        image = tf.io.decode_jpeg(tf.io.read_file(path), channels=1)

        def crop(box):
            part = image[box[0]:box[0] + box[2], box[1]:box[1] + box[3]]
            return tf.cast(tf.round(tf.image.resize(part, (SIZE, SIZE), method="area")), tf.uint8)
        return tf.map_fn(crop, boxes[:count], fn_output_signature=tf.uint8)

    data = tf.data.Dataset.from_tensor_slices((paths, [len(row) for row in boxes], padded)).map(page, num_parallel_calls=os.cpu_count())
    crops = {name: [None] * len(characters) for name, characters in sets.items()}
    for path, images in zip(paths, data.as_numpy_iterator()):
        for (name, place, c), image in zip(jobs[path], images):
            crops[name][place] = (image.tobytes(), ids.get(c.code, 1))
    write(folder, crops, sets)
    return sum(map(len, sets.values()))


def peer(kind, root):
    """Runs one peer in this process and prints what it took."""
    import multiprocessing
    import resource
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    pool = multiprocessing.get_context("fork").Pool(os.cpu_count()) if kind.startswith("pillow-") else None
    run = (lambda folder: with_tensorflow(root, folder)) if kind == "tensorflow" else (
        lambda folder: with_pillow(root, folder, pool, kind == "pillow-luma"))
    seconds = []
    for _ in range(3):
        folder = tempfile.mkdtemp(prefix="carpedm-bench-")
        start = time.perf_counter()
        count = run(folder)
        seconds.append(time.perf_counter() - start)
        shutil.rmtree(folder)
    if pool:
        pool.terminate()
        pool.join()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + (resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss if pool else 0)
    print(json.dumps({"seconds": min(seconds[1:]), "megabytes": memory / 1024, "examples": count}))


def ours(chosen, root):
    folder = tempfile.mkdtemp(prefix="carpedm-bench-")
    try:
        start = time.perf_counter()
        with subprocess.Popen([chosen.carpedm, "data", "generate", "-d", root, "--charset", "kana", "--shape", "%dx%d" % (SIZE, SIZE),
                               "-o", folder], stdout=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        if process.returncode:
            sys.exit("bench: carpedm ended with exit code %d" % process.returncode)
        counts = json.loads(pathlib.Path(folder, "num_examples.json").read_text())
    finally:
        shutil.rmtree(folder)
    return {"seconds": seconds, "megabytes": usage.ru_maxrss / 1024, "examples": sum(counts.values())}


def copies(root, count):
    """A folder with that many pages: the books again and again under other names, their images linked."""
    folder = tempfile.mkdtemp(prefix="carpedm-copies-")
    books = sorted(name for name in os.listdir(root) if os.path.exists(os.path.join(root, name, name + "_coordinate.csv")))
    for number in range(count):
        book = books[number % len(books)]
        name = "%s%s%05d" % (book, "x", number)
        os.makedirs(os.path.join(folder, name))
        os.symlink(os.path.join(os.path.abspath(root), book, "images"), os.path.join(folder, name, "images"))
        shutil.copy(os.path.join(root, book, book + "_coordinate.csv"), os.path.join(folder, name, name + "_coordinate.csv"))
    pathlib.Path(folder, "dataset.json").write_text(json.dumps({"test_split": "%sx%05d" % (books[-1], len(books) - 1)}))
    return folder


def synthetic(count):
    """A folder with that many pages of 227 kana each, ten pages to a book, none like another: strokes at random in slanting columns."""
    import random

    from PIL import Image, ImageDraw
    dice = random.Random(count)
    folder = tempfile.mkdtemp(prefix="carpedm-synthetic-")
    for first in range(0, count, 10):
        book = "book%05d" % (first // 10)
        os.makedirs(os.path.join(folder, book, "images"))
        rows = ["Unicode,Image,X,Y,Block ID,Char ID,Width,Height"]
        for number in range(first, min(first + 10, count)):
            page = "%s-%05d" % (book, number)
            image = Image.new("L", (480, 640), dice.randrange(200, 230))
            draw = ImageDraw.Draw(image)
            for place in range(227):
                width, height = dice.randrange(14, 26), dice.randrange(20, 34)
                x, y = 440 - place // 17 * 32 + dice.randrange(4), 10 + place % 17 * 36
                points = [(x + dice.randrange(width), y + dice.randrange(height)) for _ in range(5)]
                draw.line(points, fill=dice.randrange(60), width=2)
                rows.append("U+%04X,%s,%d,%d,B0001,C%04d,%d,%d" % (dice.randrange(0x3041, 0x3094), page, x, y, place + 1, width, height))
            image.save(os.path.join(folder, book, "images", page + ".jpg"), quality=85, restart_marker_rows=number % 2)
        pathlib.Path(folder, book, book + "_coordinate.csv").write_text("\n".join(rows) + "\n")
    pathlib.Path(folder, "dataset.json").write_text('{"test_split": "book00000"}')
    return folder


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--carpedm")
    arguments.add_argument("--data", default=os.environ.get("CARPEDM_DATA", str(ROOT / "Sources/Corpus/Resources/sample")))
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--pages", type=int, help="measure carpedm alone on this many copies of the pages")
    arguments.add_argument("--synthetic", type=int, help="measure carpedm alone on this many synthetic pages")
    arguments.add_argument("--peer", help=argparse.SUPPRESS)
    arguments.add_argument("--json", metavar="FILE", help="write the rows to FILE")
    chosen = arguments.parse_args()
    if chosen.peer:
        return peer(chosen.peer, chosen.data)
    if chosen.pages or chosen.synthetic:
        folder = copies(chosen.data, chosen.pages) if chosen.pages else synthetic(chosen.synthetic)
        try:
            found = ours(chosen, folder)
        finally:
            shutil.rmtree(folder)
        return print("%d pages, %d examples: %.1f s, %.0f MB" % (chosen.pages or chosen.synthetic, found["examples"], found["seconds"], found["megabytes"]))
    kinds = ["pillow", "pillow-pool", "pillow-luma", "tensorflow"]
    runs = {kind: [] for kind in ["carpedm"] + kinds}
    for _ in range(chosen.rounds):
        runs["carpedm"].append(ours(chosen, chosen.data))
        for kind in kinds:
            out = subprocess.run([sys.executable, __file__, "--peer", kind, "--data", chosen.data], stdout=subprocess.PIPE, text=True, check=True)
            runs[kind].append(json.loads(out.stdout))
    if len({run["examples"] for several in runs.values() for run in several}) != 1:
        sys.exit("bench: the sides do not have the same examples")
    middle = {kind: statistics.median(run["seconds"] for run in several) for kind, several in runs.items()}
    rows = []
    print("%-12s %9s %9s %7s" % ("", "seconds", "MB", "ratio"))
    for kind, several in runs.items():
        memory = max(run["megabytes"] for run in several)
        print("%-12s %9.3f %9.0f %7.2f" % (kind, middle[kind], memory, middle[kind] / middle["carpedm"]))
        if kind != "carpedm":
            rows.append({"name": "pages_to_records_%s" % kind, "ours": middle["carpedm"], "peer": middle[kind], "unit": "s",
                         "ratio": round(middle[kind] / middle["carpedm"], 3)})
    if chosen.json:
        pathlib.Path(chosen.json).write_text(json.dumps(rows, indent=1) + "\n")


main()
