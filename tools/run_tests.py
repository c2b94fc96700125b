#!/usr/bin/env python3
"""Runs every test there is and counts them.

First what CTest knows: a GoogleTest binary counts case by case, any other command as one. Then each
tests/*/run, a script that prints `PASS name`, `FAIL name: why` and `SKIPPED name: why` and exits 0,
1 or, when it can do nothing here, 77. Failures are shown with their output at the end, and the last
line is `N passed, N failed, N skipped`. Exit 1 when anything failed, or nothing ran.
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
WORDS = {"PASS": PASSED, "FAIL": FAILED, "SKIPPED": SKIPPED}

# The whole unit suite is to take 30 s; a binary that takes ten times that hangs.
SECONDS_PER_BINARY = 300
# A script may build the release binary from nothing first.
SECONDS_PER_SCRIPT = 1500
CANNOT_RUN_HERE = 77


@dataclass
class Outcome:
    name: str
    state: str
    detail: str = ""


def run(command, folder, environment, seconds):
    """(exit code, output); a hang is exit code 124 with what was printed so far."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment},
                                   stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code, note = process.wait(timeout=seconds), ""
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # What it started goes with it.
            process.wait()
            code, note = 124, f"\nkilled after {seconds} s\n"
        output.seek(0)
        return code, output.read().decode(errors="replace") + note


# --- What CTest knows -------------------------------------------------------------------------


def ctest_entries(build):
    listed = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, check=True,
                            capture_output=True, stdin=subprocess.DEVNULL).stdout
    return [(test["name"], test.get("command", [])) for test in json.loads(listed)["tests"]]


def gtest_pattern(name, wanted):
    """GTEST_FILTER for the cases whose full name `binary.Suite.Case` contains what is wanted."""
    if wanted in name:
        return "*"
    if wanted.startswith(name + "."):
        wanted = wanted[len(name) + 1 :]
    return "*" + re.sub(r"[-:]", "?", wanted) + "*"


def run_entry(entry, build, wanted, environment):
    """The outcomes of one CTest entry. What was not built here is no GoogleTest binary."""
    name, command = entry
    if not command:
        is_wanted = wanted in name or wanted.startswith(name + ".")
        return [Outcome(name, FAILED, "it was not built")] if is_wanted else []
    if wanted not in name and not Path(command[0]).is_relative_to(build):
        return []
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        variables = {**environment, "GTEST_OUTPUT": f"json:{report}",
                     "GTEST_FILTER": gtest_pattern(name, wanted)}
        code, output = run(command, folder, variables, SECONDS_PER_BINARY)
        if report.exists():
            return gtest_outcomes(name, json.loads(report.read_text()), code, output)
    if "[ RUN " in output:
        return [Outcome(f"{name}.{last_started(output)}", FAILED, ended(code) + output)]
    if wanted not in name:
        return []
    return [Outcome(name, FAILED if code else PASSED, ended(code) + output)]


def ended(code):
    return f"exit code {code}\n" if code else ""


def last_started(output):
    return re.findall(r"\[ RUN +\] (\S+)", output)[-1]


def gtest_outcomes(name, report, code, output):
    cases = [gtest_case(name, case) for suite in report["testsuites"] for case in
             suite["testsuite"]]
    if code and all(case.state != FAILED for case in cases):
        cases.append(Outcome(f"{name}.exit", FAILED, ended(code) + output))
    return cases


def gtest_case(name, case):
    full = f"{name}.{case['classname']}.{case['name']}"
    failures = "\n".join(failure["failure"] for failure in case.get("failures", []))
    if failures:
        return Outcome(full, FAILED, failures)
    if case["status"] == "NOTRUN" or case["result"] == "SKIPPED":
        return Outcome(full, SKIPPED, "disabled in the source")
    return Outcome(full, PASSED)


# --- Scripts ----------------------------------------------------------------------------------


def scripts(root):
    return sorted(path for path in root.glob("tests/*/run") if os.access(path, os.X_OK))


def run_script(path, wanted, environment):
    folder = path.parent.name
    if wanted not in folder and not wanted.startswith(folder + "."):
        return []
    code, output = run([str(path)], path.parent, environment, SECONDS_PER_SCRIPT)
    return [outcome for outcome in script_outcomes(folder, code, output) if wanted in outcome.name]


def script_outcomes(folder, code, output):
    """What the script's lines say; its exit code must agree with them."""
    outcomes = []
    for word, name, detail in re.findall(
            r"^(PASS|FAIL|SKIPPED) ([^\s:]+)(?:: (.*))?$", output, re.MULTILINE):
        full = name if name.startswith(folder + ".") else f"{folder}.{name}"
        outcomes.append(Outcome(full, WORDS[word], detail))
    if code == CANNOT_RUN_HERE and not outcomes:
        return [Outcome(f"{folder}.all", SKIPPED, output.strip() or "cannot run here")]
    failed = [outcome for outcome in outcomes if outcome.state == FAILED]
    if failed:
        failed[-1].detail += "\n" + output
    elif code not in (0, CANNOT_RUN_HERE) or not outcomes:
        outcomes.append(Outcome(f"{folder}.exit", FAILED, f"exit code {code}\n{output}"))
    return outcomes


# --- All of it --------------------------------------------------------------------------------


def seeds():
    """One seed for everything that draws, repeatable by setting it."""
    seed = os.environ.get("SPOTKEEPER_SEED") or str(random.SystemRandom().randrange(1, 1 << 31))
    print(f"seed {seed} (repeat with SPOTKEEPER_SEED={seed})", flush=True)
    return {"SPOTKEEPER_SEED": seed, "RC_PARAMS": os.environ.get("RC_PARAMS", f"seed={seed}")}


def show(name, outcomes):
    counts = ", ".join(f"{n} {s}" for s in (PASSED, FAILED, SKIPPED) if (n := count(outcomes, s)))
    if counts:
        print(f"{name}: {counts}", flush=True)


def count(outcomes, state):
    return sum(outcome.state == state for outcome in outcomes)


def run_all(build, root, wanted):
    environment = seeds()
    outcomes = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        entries = ctest_entries(build)
        results = pool.map(lambda e: run_entry(e, build.resolve(), wanted, environment), entries)
        for (name, _), found in zip(entries, results):
            show(name, found)
            outcomes += found
    # One after the other: scripts build, mount and listen.
    for path in scripts(root):
        found = run_script(path, wanted, environment)
        show(path.parent.name, found)
        outcomes += found
    return outcomes


def report(outcomes):
    for outcome in outcomes:
        if outcome.state == SKIPPED:
            print(f"SKIPPED {outcome.name}: {outcome.detail}")
    for outcome in outcomes:
        if outcome.state == FAILED:
            print(f"\nFAIL {outcome.name}\n{outcome.detail.rstrip()}")
    print(", ".join(f"{count(outcomes, state)} {state}" for state in (PASSED, FAILED, SKIPPED)))
    ran = count(outcomes, PASSED) + count(outcomes, FAILED)
    return 1 if count(outcomes, FAILED) or not ran else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", type=Path, required=True, help="a build folder")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("filter", nargs="?", default="", help="part of the tests' names")
    options = parser.parse_args()
    return report(run_all(options.build, options.root, options.filter))


if __name__ == "__main__":
    sys.exit(main())
