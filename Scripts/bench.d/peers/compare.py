"""Runs carpedm and its peers in turn, several rounds, and prints their rows side by side.

Every command prints a JSON list of rows {"name", "value", "unit"}, smaller values being better, and where it can a "check":
a number (a loss, a logit) that must come out the same on every side. The median over the rounds counts, and of the peers
the fastest. Rows of the report: name, ours, peer, unit, ratio (peer's time over ours: above 1 we are faster).
"""
import argparse
import json
import math
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


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--ours", required=True, help="command that measures carpedm")
    arguments.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--json", metavar="FILE", help="write the rows to FILE")
    chosen = arguments.parse_args()
    commands = {"carpedm": chosen.ours} | dict(peer.split("=", 1) for peer in chosen.peer)
    table, disagree = compare(measure(commands, chosen.rounds), "carpedm")
    show = lambda value, digits: "-" if value is None else "%.*f" % (digits, value)
    print("%-28s %11s %11s %-6s %6s  %s" % ("name", "ours", "peer", "unit", "ratio", "best peer"))
    for row in table:
        print("%-28s %11s %11s %-6s %6s  %s" % (row["name"], show(row["ours"], 3), show(row["peer"], 3), row["unit"],
                                                show(row["ratio"], 2), row["peer_name"] or "-"))
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as out:
            json.dump(table, out, indent=1)
            out.write("\n")
    for line in disagree:
        print("bench: the sides do not compute the same: " + line, file=sys.stderr)
    sys.exit(1 if disagree else 0)


if __name__ == "__main__":
    main()
