"""Runs an app that keeps its state, kills it, and holds what it wrote against a clean run."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import unittest

WEIR = None
LIMIT = 120  # seconds until a run counts as hanging

# One of everything that keeps state.
APP = """
define stream Trades (ts long, id long, symbol string, price double, volume int);
@PrimaryKey('symbol') define table Last (symbol string, price double, n long);
define window Recent (id long, symbol string, price double) length(50) output all events;
define aggregation Totals from Trades select symbol, sum(volume) as v, count() as n
  group by symbol aggregate by ts every sec ... hour;

@info(name = 'windowed') from Trades#window.length(100)
select symbol, sum(volume) as volume, avg(price) as price, max(price) as top
group by symbol insert into Windowed;

@info(name = 'timed') from Trades#window.timeBatch(1 sec)
select symbol, count() as n group by symbol insert into Timed;

@info(name = 'rise') from every e1=Trades -> e2=Trades[symbol == e1.symbol and price > e1.price + 8]
within 2 sec select e1.id as first, e2.id as second insert into Rises;

@info(name = 'remember') from Trades select symbol, price, id as n
update or insert into Last set Last.price = price, Last.n = n on Last.symbol == symbol;
@info(name = 'known') from Trades[volume > 95] join Last on Trades.symbol == Last.symbol
select Trades.id as id, Last.n as n insert into Known;

from Trades[price > 50] select id, symbol, price insert into Recent;
@info(name = 'limited') from Recent select id, symbol output last every 20 events
insert into Limited;

partition with (symbol of Trades) begin
  @info(name = 'each') from Trades#window.lengthBatch(7) select symbol, avg(price) as mean
  insert into Means;
end;
"""
OUTPUTS = ["Windowed", "Timed", "Rises", "Known", "Limited", "Means"]

# Tables on disk: by primary key, by an index, and scanned; rows come, change and go.
DISK_APP = """
define stream Trades (ts long, id long, symbol string, price double, volume int);
@store(type='rocksdb', cache.size='1MB') @PrimaryKey('symbol')
define table Last (symbol string, price double, n long, times long);
@store(type='rocksdb', cache.size='1MB') @Index('price')
define table Dear (id long, symbol string, price double);

@info(name = 'known') from Trades join Last on Trades.symbol == Last.symbol
select Trades.id as id, Last.n as n, Last.times as times insert into Known;
@info(name = 'remember') from Trades select symbol, price, id as n, 1L as times
update or insert into Last set Last.price = price, Last.n = n, Last.times = Last.times + times
on Last.symbol == symbol;
from Trades[price > 90] select id, symbol, price insert into Dear;
@info(name = 'dearer') from Trades[volume > 90] join Dear on Dear.price > Trades.price + 90
select Trades.id as id, Dear.id as dear insert into Dearer;
@info(name = 'forget') from Trades[volume > 97] select id delete Dear on Dear.id < id - 1000;
"""
DISK_OUTPUTS = ["Known", "Dearer"]


def events(seed, count):
    """Lines of events, the same for the same seed."""
    random_ = random.Random(seed)
    lines, ts = [], 1_600_000_000_000
    for number in range(count):
        ts += random_.choice([0, 1, 3, 10])
        lines.append(json.dumps({
            "ts": ts, "id": number, "symbol": "S%d" % random_.randrange(20),
            "price": round(random_.uniform(1, 100), 2), "volume": random_.randrange(1, 101)}))
    return lines


class Case(unittest.TestCase):
    """Each test has an empty folder with the app in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="weir-crash-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.app = self.write("app.sql", APP)

    def use_disk_tables(self):
        global OUTPUTS
        self.app = self.write("app.sql", DISK_APP)
        self.addCleanup(globals().__setitem__, "OUTPUTS", OUTPUTS)
        OUTPUTS = DISK_OUTPUTS

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def command(self, output, *options):
        """Runs the app; each stream goes to a file of its own below the folder `output`."""
        os.makedirs(self.path(output), exist_ok=True)
        command = [WEIR, "run", self.app, "--time", "Trades=ts", *options]
        for name in OUTPUTS:
            command += ["--output", f"{name}={self.path(output)}/{name}"]
        return command

    def run_weir(self, command, environment=None, stdin=None):
        """Runs to the end; gives the exit code, negative for a signal, and what was reported."""
        done = subprocess.run(command, capture_output=True, timeout=LIMIT, cwd=self.folder,
                              env={**os.environ, **(environment or {})}, input=stdin, check=False)
        return done.returncode, done.stderr.decode(errors="replace")

    def finish(self, command, what):
        """Runs to the end, which must be a good one."""
        code, said = self.run_weir(command)
        self.assertEqual(code, 0, f"{what}: {said}")
        return said

    def outputs(self, folder):
        return {name: self.read(f"{folder}/{name}") for name in OUTPUTS}

    def expect_same(self, clean, found, what):
        for name in OUTPUTS:
            if clean[name] == found[name]:
                continue
            ours, theirs = clean[name].splitlines(), found[name].splitlines()
            at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b),
                      min(len(ours), len(theirs)))
            self.fail(f"{what}: {name} has {len(theirs)} lines, not {len(ours)}; line {at + 1} is "
                      f"{theirs[at:at + 1]}, not {ours[at:at + 1]}")

    def clean_run(self, lines):
        self.write("events.ndjson", "\n".join(lines) + "\n")
        self.finish(self.command("clean", "--input", "Trades=events.ndjson"), "the clean run")
        clean = self.outputs("clean")
        for name in OUTPUTS:
            self.assertGreater(len(clean[name]), 0, f"the app writes nothing to {name}")
        return clean


def killed(code):
    return code == -signal.SIGKILL


def main():
    global WEIR
    WEIR = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=1)
