"""Times every program of Scripts/bench.d/programs in carpedm, CPython and Lua; then start-up, checking and parsing, and
calls of host functions and tensors. Seconds of the processor from start to exit: all of them run in one thread, and what
else the machine does counts little. The last three rows time themselves: the parser alone, and loops of calls with the
empty loop taken off.

Rows: name, ours, peer, unit, ratio (above 1 we are better); the peer of a row is in its name, `mark` is what we want to
reach. The three must print the same. The best of the rounds counts, for what disturbs a run only ever adds to it.
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
AST = """import ast, sys, time
text = open(sys.argv[1]).read()
def once():
    start = time.process_time()
    tree = ast.parse(text)
    return time.process_time() - start
print(text.count("\\n"), min(once() for _ in range(3)))
"""
CALLS = """import time
%s
def timed():
    start = time.process_time()
    for i in range(%d):
        %s
    middle = time.process_time()
    for i in range(%d):
        pass
    return 2 * middle - start - time.process_time()
print(min(timed() for _ in range(5)) / %d * 1e6)
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
    arguments.add_argument("--parser", required=True)
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

    def compare(name, ours, peer, unit, ratio):
        rows.append({"name": name, "ours": ours, "peer": peer, "unit": unit, "ratio": round(ratio, 3)})
        print("%-32s %9g %9g %s %7.2f" % (name, ours, peer, unit, ratio), flush=True)

    def calls(command, setup, call, count):
        """Microseconds of a call, the empty loop taken off."""
        return min(float(run(command + [CALLS % (setup, count, call, count, count)])[1]) for _ in range(chosen.rounds))

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
        add("checking %d lines" % (20000 * LINES.count("\n")), best({
            "carpedm": [chosen.carpedm, "check", source],
            python: [sys.executable, "-c", "import ast; ast.parse(open(%r).read())" % str(source)]}, 3, alike=False))
        speeds = []
        for command in ([chosen.parser, source], [sys.executable, "-c", AST, source]):
            lines, seconds = run(command)[1].split()
            speeds.append(round(int(lines) / float(seconds)))
        compare("parser alone / ast of " + python, speeds[0], speeds[1], "lines/s", speeds[0] / speeds[1])
        compare("parser alone / mark", speeds[0], 300000, "lines/s", speeds[0] / 300000)
    ours = calls(carpedm, "a = abs", "a(i)", 2000000)
    theirs = calls([sys.executable, "-c"], "a = abs", "a(i)", 2000000)
    compare("call of a host function / " + python, round(ours, 4), round(theirs, 4), "us", theirs / ours)
    compare("call of a host function / mark", round(ours, 4), 0.2, "us", 0.2 / ours)
    ours = calls(carpedm, "import carpedm.tensor as T\nx = T.ones((1,))", "x + x", 200000)
    compare("sum of tensors of one / mark", round(ours, 4), 1.5, "us", 1.5 / ours)
    if chosen.json:
        pathlib.Path(chosen.json).write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
