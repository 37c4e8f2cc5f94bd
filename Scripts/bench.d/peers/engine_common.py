"""What every side of the engine benchmark measures on: inputs by recipe, and the clock.

Weights and batches are those of Scripts/fixtures/reference.py. Other inputs are draws u of one generator with seed 2, in
row-major order: uniform ones 2 u - 1, normal ones sqrt(-2 ln(1 - u1)) cos(2 pi u2) of two successive draws.
"""
import json
import os
import pathlib
import re
import resource
import statistics
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "fixtures"))


def draws(count):
    """As CPython's random.Random(2).random(), count times."""
    return np.random.RandomState([2]).random_sample(count)


def uniform(*shape):
    return (2 * draws(int(np.prod(shape))) - 1).astype(np.float32).reshape(shape)


def normal(scale, *shape):
    u = draws(2 * int(np.prod(shape))).reshape(-1, 2)
    return (scale * np.sqrt(-2 * np.log(1 - u[:, 0])) * np.cos(2 * np.pi * u[:, 1])).astype(np.float32).reshape(shape)


class Report:
    """Collects rows and prints them as JSON at the end."""

    def __init__(self, seconds=2.0):
        self.seconds, self.rows = seconds, []
        self.only = re.compile(os.environ.get("CARPEDM_BENCH_ONLY", ""))

    def wants(self, name):
        return self.only.search(name) is not None

    def add(self, name, step, check=None):
        """Median time of `step`, after two warm-up calls unless one call alone takes longer than the budget."""
        if not self.wants(name):
            return
        start = time.perf_counter()
        step()
        first = time.perf_counter() - start
        times = [first] if first > 2 * self.seconds else []
        if not times:
            step()
            until = time.perf_counter() + self.seconds
            while time.perf_counter() < until or len(times) < 5:
                start = time.perf_counter()
                step()
                times.append(time.perf_counter() - start)
        row = {"name": name, "value": round(1000 * statistics.median(times), 4), "unit": "ms"}
        self.rows.append(row if check is None else {**row, "check": float(check)})

    def add_memory(self, name):
        """The most memory that the process has held so far."""
        if self.wants(name):
            kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            self.rows.append({"name": name, "value": round(kilobytes / 1024, 1), "unit": "MB"})

    def show(self):
        print(json.dumps(self.rows))
