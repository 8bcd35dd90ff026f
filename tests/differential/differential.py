"""Runs random cases: one app and its input under every mode, held against what an oracle gives.

A test module makes a `Case` from a seed. Every case runs with small and large epochs and without
the optimizer; the bytes must be equal, and equal in value to the rows of the oracle, if there is
one. A failure prints the seed, the app, the input and the command that runs it again.

    NAME_test.py WEIR [--cases N] [--seed FIRST]
"""

import argparse
import dataclasses
import json
import math
import os
import random
import subprocess
import sys
import tempfile

MODES = (["--epoch-size", "2048"], ["--epoch-size", "1"], ["--epoch-size", "3"],
         ["--optimizer", "off"])
LIMIT = 60  # seconds until a run counts as hanging
MOST_FAILURES = 5


@dataclasses.dataclass
class Case:
    app: str
    messages: list  # of envelopes, dicts as they are written
    expected: list = None  # rows of the stream O, in order; None: only the modes are compared


class Failure(Exception):
    pass


def run(weir, app_path, text, mode):
    command = [weir, "run", app_path, "--playback", *mode]
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=LIMIT,
                          check=False)
    if done.returncode != 0:
        raise Failure(f"exit code {done.returncode} with {' '.join(mode)}: {done.stderr.decode()}")
    return done.stdout.decode()


def same_value(want, got):
    if isinstance(want, float) and isinstance(got, (int, float)) and not isinstance(got, bool):
        return math.isclose(want, got, rel_tol=1e-9, abs_tol=1e-6)
    return type(want) is type(got) and want == got


def compare(expected, output):
    got = [list(json.loads(line)["event"].values()) for line in output.splitlines()]
    for i in range(max(len(expected), len(got))):
        want_row = expected[i] if i < len(expected) else None
        got_row = got[i] if i < len(got) else None
        if (want_row is None or got_row is None or len(want_row) != len(got_row) or
                not all(map(same_value, want_row, got_row))):
            raise Failure(f"row {i + 1} of {len(expected)}: expected {json.dumps(want_row)}, "
                          f"got {json.dumps(got_row)}")


def check(weir, case, folder):
    app_path = os.path.join(folder, "app.sql")
    with open(app_path, "w", encoding="utf-8") as file:
        file.write(case.app)
    text = "".join(json.dumps(message) + "\n" for message in case.messages)
    first = run(weir, app_path, text, MODES[0])
    for mode in MODES[1:]:
        if run(weir, app_path, text, mode) != first:
            raise Failure(f"other output with {' '.join(mode)}")
    if case.expected is not None:
        compare(case.expected, first)
    return len(first.splitlines())


def first_with_output(make_case, seed):
    """A case that gives nothing proves little: another is made from the same seed."""
    source = random.Random(seed)
    for _ in range(4):
        case = make_case(source)
        if case.expected != []:
            break
    return case


def main(make_case, description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("weir")
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    failures = rows = empty = 0
    for seed in range(options.seed, options.seed + options.cases):
        case = first_with_output(make_case, seed)
        with tempfile.TemporaryDirectory(prefix="weir-differential-") as folder:
            try:
                count = check(os.path.abspath(options.weir), case, folder)
                rows += count
                empty += count == 0
            except Failure as failure:
                failures += 1
                print(f"seed {seed}: {failure}\n{case.app}")
                for message in case.messages:
                    print(json.dumps(message))
                print(f"again: {sys.argv[0]} {options.weir} --seed {seed} --cases 1\n")
                if failures == MOST_FAILURES:
                    break
    last = options.seed + options.cases - 1
    print(f"seeds {options.seed} to {last}: {failures} failures, {rows} rows, "
          f"{empty} cases without output")
    sys.exit(1 if failures or empty > options.cases // 4 else 0)
