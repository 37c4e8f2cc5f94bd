"""Times every program of Scripts/bench.d/programs in carpedm, CPython and Lua; then start-up, parsing, and calls of
built-in functions. Seconds of the processor from start to exit: all of them run in one thread, and what else the machine
does counts little.

Rows: name, ours, peer, unit, ratio (peer's time over ours: above 1 we are faster); the peer of a row is in its name. The
three must print the same. The best of the rounds counts, for what disturbs a run only ever adds to it.
"""
import argparse
import json
import math
import pathlib
import resource
import subprocess
import sys
import tempfile

LINES = """def area(shape, scale=1.0):
    if shape.kind == "circle":
        return 3.14159 * shape.radius ** 2 * scale
    return sum(a * b for a, b in zip(shape.widths, shape.heights)) * scale


"""
PROGRAMS = pathlib.Path(__file__).parents[1] / "programs"


def used():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command):
    start = used()
    done = subprocess.run(command, stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit("bench: exit code %d from: %s" % (done.returncode, " ".join(map(str, command))))
    return used() - start, done.stdout


def best(commands, rounds, alike=True):
    """label -> best seconds; the commands take turns, and must agree on what they print if they are alike."""
    seconds = dict.fromkeys(commands, math.inf)
    for _ in range(rounds):
        printed = {}
        for label, command in commands.items():
            took, printed[label] = run(command)
            seconds[label] = min(seconds[label], took)
        if alike and len(set(printed.values())) > 1:
            sys.exit("bench: different outputs: %s" % printed)
    return seconds


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--carpedm", required=True)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--json", metavar="FILE", help="write the rows to FILE")
    chosen = arguments.parse_args()
    python = "Python " + "%d.%d" % sys.version_info[:2]
    rows = []

    def add(name, seconds):
        for peer in (label for label in seconds if label != "carpedm"):
            rows.append({"name": "%s / %s" % (name, peer), "ours": round(seconds["carpedm"], 4),
                         "peer": round(seconds[peer], 4), "unit": "s", "ratio": round(seconds[peer] / seconds["carpedm"], 3)})
            print("%-32s %9.4f %9.4f s %7.2f" % tuple(rows[-1][key] for key in ("name", "ours", "peer", "ratio")), flush=True)

    print("%-32s %9s %9s   %7s" % ("name", "ours", "peer", "ratio"))
    for program in sorted(PROGRAMS.glob("*.cdm")):
        add(program.stem, best({"carpedm": [chosen.carpedm, "run", program], python: [sys.executable, program],
                                "Lua 5.4": ["lua5.4", program.with_suffix(".lua")]}, chosen.rounds))
    for peer in (python, "Lua 5.4"):
        ratios = [row["ratio"] for row in rows if row["name"].endswith(peer)]
        print("geometric mean over %s: %.2f" % (peer, math.exp(sum(map(math.log, ratios)) / len(ratios))))
    add("start-up", best({"carpedm": [chosen.carpedm, "run", "-c", "pass"], python + " -S": [sys.executable, "-S", "-c", "pass"]},
                         20))
    carpedm = [chosen.carpedm, "run", "-c"]
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "large.cdm"
        source.write_text(LINES * 20000, "utf-8")
        # Both also start, and the one checks names and warns.
        add("parsing %d lines" % (20000 * LINES.count("\n")), best({
            "carpedm": [chosen.carpedm, "check", source],
            python: [sys.executable, "-c", "import ast; ast.parse(open(%r).read())" % str(source)]}, 3, alike=False))
    calls = 2000000
    loop = "x = 'abc'\nfor i in range(%d): " % calls
    full = best({"carpedm": carpedm + [loop + "len(x)"], python: [sys.executable, "-c", loop + "len(x)"]}, 3)
    empty = best({"carpedm": carpedm + [loop + "x"], python: [sys.executable, "-c", loop + "x"]}, 3)
    add("%d calls of a built-in" % calls, {label: full[label] - empty[label] for label in full})
    if chosen.json:
        pathlib.Path(chosen.json).write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
