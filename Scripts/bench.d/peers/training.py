"""Runs the main job here and in PyTorch, seed by seed in turn, and prints time, peak memory and dev accuracy of both."""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]


def timed(command, environment=None):
    """(standard output, seconds, peak memory in MB) of a command."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}) as process:
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit("bench: exit code %d from: %s" % (process.returncode, " ".join(map(str, command))))
    return out, time.perf_counter() - start, usage.ru_maxrss / 1024


def ours(chosen, seed):
    """The script as it is, but for the epochs and a fresh task folder, so that no run goes on with another's."""
    folder = tempfile.mkdtemp(prefix="carpedm-bench-")
    try:
        text = (ROOT / "Scripts/single_kana.cdm").read_text("utf-8")
        for old, new in (('"/tmp/carpedm_tasks"', json.dumps(folder + "/tasks")),
                         ("num_epochs = 30", "num_epochs = %d" % chosen.epochs)):
            if text.count(old) != 1:
                sys.exit("bench: Scripts/single_kana.cdm no longer says %s" % old)
            text = text.replace(old, new)
        script = pathlib.Path(folder, "single_kana.cdm")
        script.write_text(text, "utf-8")
        out, seconds, memory = timed([chosen.carpedm, "run", "--seed", str(seed), script], {"CARPEDM_SAMPLE": str(chosen.data)})
    finally:
        shutil.rmtree(folder)
    found = re.search(r"^step \d+: accuracy ([0-9.]+)$", out, re.MULTILINE)
    if not found:
        sys.exit("bench: no accuracy in what the script printed")
    return float(found[1]), seconds, memory


def peer(chosen, seed):
    out, seconds, memory = timed([sys.executable, HERE / "training_torch.py", "--data", chosen.data, "--epochs",
                                  str(chosen.epochs), "--seed", str(seed)])
    return json.loads(out)["dev"], seconds, memory


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--carpedm", required=True)
    arguments.add_argument("--data", type=pathlib.Path, default=ROOT / "Sources/Corpus/Resources/sample")
    arguments.add_argument("--epochs", type=int, default=30)
    arguments.add_argument("--seeds", default="1,2,3")
    arguments.add_argument("--json", metavar="FILE", help="write the rows to FILE")
    chosen = arguments.parse_args()
    chosen.data = chosen.data.resolve()
    seeds = [int(seed) for seed in chosen.seeds.split(",")]
    left, right = [], []
    for seed in seeds:
        left.append(ours(chosen, seed))
        right.append(peer(chosen, seed))
        print("seed %d: dev %.2f %% in %.0f s and %.0f MB; PyTorch %.2f %% in %.0f s and %.0f MB" % (
            seed, 100 * left[-1][0], *left[-1][1:], 100 * right[-1][0], *right[-1][1:]), flush=True)
    rows = []
    for index, (name, unit) in enumerate((("dev_accuracy_mean", "share"), ("seconds", "s"), ("peak_memory", "MB"))):
        middle = statistics.mean if index == 0 else statistics.median
        a, b = middle(run[index] for run in left), middle(run[index] for run in right)
        rows.append({"name": "single_kana_%d_epochs_%s" % (chosen.epochs, name), "ours": round(a, 4), "peer": round(b, 4),
                     "unit": unit, "ratio": round(a / b if index == 0 else b / a, 3)})
    if len(right) > 1:
        error = statistics.stdev(run[0] for run in right) / len(right) ** 0.5
        print("standard error of PyTorch's mean accuracy: %.2f points" % (100 * error))
    for row in rows:
        print("%-40s %10.4f %10.4f %-6s %6.2f" % tuple(row[key] for key in ("name", "ours", "peer", "unit", "ratio")))
    if chosen.json:
        pathlib.Path(chosen.json).write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
