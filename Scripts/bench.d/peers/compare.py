"""Runs carpedm and its peers in turn, several rounds, and prints their rows side by side.

Every command prints a JSON list of rows {"name", "value", "unit"}, smaller values being better, and where it can a "check":
a number (a loss, a logit) that must come out the same on every side. The median over the rounds counts, and of the peers
the fastest. Rows of the report: name, ours, peer, unit, ratio (peer's time over ours: above 1 we are faster).
"""
import argparse
import json
import math
import os
import pathlib
import platform
import re
import shlex
import statistics
import subprocess
import sys


def run(command):
    done = subprocess.run(shlex.split(command), stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("bench: exit code %d from: %s" % (done.returncode, command))
    return {row["name"]: row for row in json.loads(done.stdout)}


def measure(commands, rounds):
    """label -> name -> row with the median value; the commands take turns, so that drift meets all of them."""
    runs = {label: [] for label in commands}
    for _ in range(rounds):
        for label, command in commands.items():
            print("bench: %s" % label, file=sys.stderr)
            runs[label].append(run(command))
    return {label: {name: {**row, "value": statistics.median(one[name]["value"] for one in several)}
                    for name, row in several[0].items()} for label, several in runs.items()}


def compare(results, ours):
    names = list(dict.fromkeys(name for rows in results.values() for name in rows))
    table, disagree = [], []
    for name in names:
        here = results[ours].get(name)
        others = {label: rows[name] for label, rows in results.items() if label != ours and name in rows}
        best = min(others, key=lambda label: others[label]["value"], default=None)
        peer = others.get(best)
        checks = {label: rows[name]["check"] for label, rows in results.items() if "check" in rows.get(name, {})}
        if checks and not all(math.isclose(c, next(iter(checks.values())), rel_tol=1e-3) for c in checks.values()):
            disagree.append("%s: %s" % (name, checks))
        table.append({"name": name, "ours": here and here["value"], "peer": peer and peer["value"],
                      "unit": (here or peer)["unit"], "peer_name": best,
                      "ratio": round(peer["value"] / here["value"], 3) if here and peer else None})
    return table, disagree


def show(value, digits):
    return "-" if value is None else "%.*f" % (digits, value)


def machine():
    """The processor, its cores and the system, as a line."""
    names = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    flags = next((line for line in open("/proc/cpuinfo") if line.startswith("flags")), "").split()
    vectors = [name for name in ("avx2", "avx512f", "avx512_bf16", "amx_tile") if name in flags]
    return "%s, %d cores, %s; %s" % (names[0] if names else platform.machine(), os.cpu_count(), " ".join(vectors), platform.platform())


def versions():
    """The peers that this Python holds."""
    from importlib import metadata
    found = []
    for name in ("torch", "tensorflow-cpu", "onnxruntime", "numpy"):
        try:
            found.append("%s %s" % (name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            pass
    return ", ".join(found)


def document(path, title, command, table):
    """Puts the table under its heading in a page of results, in place of the one that was there."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True).stdout.strip()
    lines = ["## " + title, "", "`%s` at commit %s. Medians; smaller is better; the ratio is the peer's number over ours." % (command, commit),
             "", "- Machine: " + machine(), "- Peers: " + versions(), "",
             "| what | ours | best peer | unit | ratio | which |", "|---|---|---|---|---|---|"]
    lines += ["| %s | %s | %s | %s | %s | %s |" % (row["name"], show(row["ours"], 3), show(row["peer"], 3), row["unit"],
                                                    show(row["ratio"], 2), row["peer_name"] or "-") for row in table]
    page = pathlib.Path(path)
    text = page.read_text(encoding="utf-8") if page.exists() else "# Benchmarks\n"
    section = "\n".join(lines) + "\n"
    old = re.compile(r"^## %s\n.*?(?=^## |\Z)" % re.escape(title), re.M | re.S)
    text = old.sub(lambda _: section + "\n", text) if old.search(text) else text.rstrip() + "\n\n" + section
    page.write_text(text.rstrip() + "\n", encoding="utf-8")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--ours", required=True, help="command that measures carpedm")
    arguments.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", metavar="EXPRESSION", help="rows whose names the expression occurs in")
    arguments.add_argument("--document", metavar="PAGE", help="put the table into this page of results, under the title")
    arguments.add_argument("--title", default="Engine")
    arguments.add_argument("--command", default="Scripts/bench engine", help=argparse.SUPPRESS)
    arguments.add_argument("--json", metavar="FILE", help="write the rows to FILE")
    chosen = arguments.parse_args()
    if chosen.only:
        os.environ["CARPEDM_BENCH_ONLY"] = chosen.only
    commands = {"carpedm": chosen.ours} | dict(peer.split("=", 1) for peer in chosen.peer)
    table, disagree = compare(measure(commands, chosen.rounds), "carpedm")
    print("%-28s %11s %11s %-6s %6s  %s" % ("name", "ours", "peer", "unit", "ratio", "best peer"))
    for row in table:
        print("%-28s %11s %11s %-6s %6s  %s" % (row["name"], show(row["ours"], 3), show(row["peer"], 3), row["unit"],
                                                show(row["ratio"], 2), row["peer_name"] or "-"))
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as out:
            json.dump(table, out, indent=1)
            out.write("\n")
    if chosen.document:
        document(chosen.document, chosen.title, chosen.command, table)
    for line in disagree:
        print("bench: the sides do not compute the same: " + line, file=sys.stderr)
    sys.exit(1 if disagree else 0)


if __name__ == "__main__":
    main()
