"""Records what CPython 3.11 says about the programs beside this file: run as `python3 record.py` in this folder."""
import ast, codeop, inspect, json, symtable, warnings

warnings.simplefilter("ignore")
KINDS = {1: "local", 2: "globalExplicit", 3: "globalImplicit", 4: "free", 5: "cell"}


def programs(name):
    return [p.rstrip("\n") + "\n" for p in open(f"{name}.txt", encoding="utf-8").read().split("%%%%\n")]


def scopes(table, lines):
    names = sorted(f"{s.get_name()}={KINDS[s._Symbol__scope]}" for s in table.get_symbols())
    lines.append(f"{table.get_type()} {table.get_name()}: {' '.join(names)}")
    for child in table.get_children():
        scopes(child, lines)
    return lines


def verdict(text):
    try:
        return "incomplete" if codeop.compile_command(text, symbol="single") is None else "complete"
    except (SyntaxError, ValueError, OverflowError):
        return "invalid"


def statements(text):
    try:
        return len(ast.parse(text).body)
    except (SyntaxError, ValueError):
        return 0


accepted, prefixes = [], {}
for source in programs("accepted"):
    compile(source, "x", "exec")
    tree = ast.parse(source)
    accepted.append({
        "source": source, "tree": ast.dump(tree),
        "scopes": sorted(scopes(symtable.symtable(source, "x", "exec"), [])),
    })
    lines = source.split("\n")
    for node in tree.body:
        first = min([node.lineno] + [d.lineno for d in getattr(node, "decorator_list", [])]) - 1
        for last in range(first + 1, node.end_lineno + 1):
            text = "\n".join(lines[first:last])
            for shown in (text, text + "\n", text[: len(text) * 2 // 3]):
                # codeop reads one statement and refuses several.
                if statements(shown) <= 1:
                    prefixes[shown] = verdict(shown)
for source in programs("refused"):
    try:
        compile(source, "x", "exec")
    except (SyntaxError, ValueError):
        prefixes[source] = verdict(source)
    else:
        raise SystemExit("CPython accepts " + source)
docs = ["", "one", "  one\n    two\n  three  \n\n", "\n\n  a\n\n    b\n", "a\n\tb\n        c", "  \n x\n", "a\n\n\n"]
json.dump(
    {
        "accepted": accepted,
        "refused": programs("refused"),
        "prefixes": [{"text": t, "verdict": v} for t, v in sorted(prefixes.items())],
        "docstrings": [{"text": t, "clean": inspect.cleandoc(t)} for t in docs],
    },
    open("cpython.json", "w", encoding="utf-8"), ensure_ascii=True, indent=1,
)
print(len(accepted), "programs", len(prefixes), "inputs")
