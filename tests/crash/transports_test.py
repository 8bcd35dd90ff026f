"""kill -9 of apps whose sources and sinks are in the app: files are those of a clean run, and a
peer gets every row."""

import glob
import json
import os
import random
import re
import socket
import subprocess
import threading
import time

import crash_case

KILLS = int(os.environ.get("WEIR_CRASH_KILLS", "40")) // 2
SEED = int(os.environ.get("WEIR_CRASH_SEED", str(random.SystemRandom().randrange(1 << 30))))
APP = """
@app:playback
@source(type='file', file.uri='events-*.csv', tailing='false', @map(type='csv', header='true'))
define stream Trades (ts long, id long, symbol string, price double);
@sink(type='file', file.uri='OUT/sums.csv', rotate.bytes='20000', @map(type='csv', header='true'))
define stream Sums (id long, symbol string, n long, total double);
@sink(type='file', file.uri='OUT/every.csv', append='false', @map(type='csv'))
define stream Every (id long, price double);
from Trades#window.length(200) select id, symbol, count() as n, sum(price) as total
group by symbol insert into Sums;
from Trades[price > 50] select id, price insert into Every;
"""
TCP = """
@sink(type='tcp', port='PORT', on.error='WAIT', @map(type='csv'))
define stream Seen (id long, n long);
define stream Trades (ts long, id long);
from Trades select id, count() as n insert into Seen;
"""


class Peer:
    """Takes lines of any number of connections, one after the other."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.lines = []
        self.came = threading.Condition()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection = self.server.accept()[0]
            except OSError:
                return
            rest = b""
            with connection:
                while True:
                    try:
                        bytes_ = connection.recv(1 << 16)
                    except OSError:
                        bytes_ = b""
                    if not bytes_:
                        break
                    *lines, rest = (rest + bytes_).split(b"\n")
                    with self.came:
                        self.lines += lines
                        self.came.notify()

    def wait_for(self, line):
        with self.came:
            self.came.wait_for(lambda: line in self.lines[-1:], crash_case.LIMIT)


class TransportsTest(crash_case.Case):
    def app_of(self, folder, text=APP):
        os.makedirs(self.path(folder), exist_ok=True)
        return self.write(folder + ".sql", text.replace("OUT", folder))

    def start(self, app, random_, *options, **more):
        command = [crash_case.WEIR, "run", app, "--output", "none", "--state-dir",
                   self.path("state"), "--sync", random_.choice(["none", "interval", "epoch"]),
                   "--snapshot-interval", random_.choice(["1ms", "20ms", "30s"]),
                   "--epoch-size", random_.choice(["7", "100", "2048"]), *options]
        return subprocess.Popen(command, cwd=self.folder, stderr=subprocess.PIPE, **more)

    def files_of(self, folder):
        def number(path):
            found = re.search(r"\.(\d+)$", path)
            return int(found.group(1)) if found else 1 << 30
        return {os.path.basename(path): self.read(path)
                for path in sorted(glob.glob(self.path(folder) + "/*"), key=number)}

    def test_files(self):
        print(f"seed {SEED}", flush=True)
        random_ = random.Random(SEED)
        rows = [json.loads(line) for line in crash_case.events(SEED, 12000)]
        for part in range(3):
            text = "ts,id,symbol,price\n" + "".join(
                f"{row['ts']},{row['id']},{row['symbol']},{row['price']}\n"
                for row in rows[part * 4000:(part + 1) * 4000])
            self.write(f"events-{part}.csv", text)
        begin = time.monotonic()
        done = subprocess.run([crash_case.WEIR, "run", self.app_of("clean"), "--output", "none"],
                              cwd=self.folder, capture_output=True, check=False)
        length = time.monotonic() - begin
        self.assertEqual(done.returncode, 0, done.stderr)
        clean = self.files_of("clean")
        self.assertGreater(len(clean), 8)
        kills, runs = 0, 0
        while kills < KILLS:
            subprocess.run(["rm", "-rf", self.path("state"), self.path("out")], check=True)
            app = self.app_of("out")
            runs += 1
            for life in range(60):
                what = f"seed {SEED}, run {runs}, life {life}"
                process = self.start(app, random_)
                try:
                    process.wait(random_.uniform(0, 1.5 * length) if life < 40 else None)
                except subprocess.TimeoutExpired:
                    process.kill()
                said = process.communicate()[1].decode(errors="replace")
                if crash_case.killed(process.returncode):
                    kills += 1
                    continue
                self.assertEqual(process.returncode, 0, f"{what}: {said}")
                break
            found = self.files_of("out")
            self.assertEqual(list(clean), list(found), what)
            for name, text in clean.items():
                self.assertEqual(text, found[name], f"{what}: {name}")
        print(f"{kills} kills in {runs} runs", flush=True)

    def test_clean_stop(self):
        """What a peer got before a stop does not come again."""
        peer = Peer()
        app = self.app_of("tcp", TCP.replace("PORT", str(peer.port)))
        random_ = random.Random(1)
        for first in (0, 100, 200):
            with open(self.path("events.ndjson"), "a", encoding="utf-8") as file:
                file.writelines(json.dumps({"ts": 1000 + n, "id": n}) + "\n"
                                for n in range(first, first + 100))
            process = self.start(app, random_, "--input", "Trades=events.ndjson", "--time",
                                 "Trades=ts")
            said = process.communicate(timeout=crash_case.LIMIT)[1].decode(errors="replace")
            self.assertEqual(process.returncode, 0, said)
        peer.wait_for(b"299,300")
        self.assertEqual([int(line.split(b",")[0]) for line in peer.lines], list(range(300)))

    def test_peer(self):
        """A row that left the process may come again, in order; none is missing, none is wrong."""
        random_ = random.Random(SEED + 1)
        self.write("events.ndjson", "".join(
            json.dumps({"ts": 1000 + n, "id": n}) + "\n" for n in range(20000)))
        again = 0
        for run in range(3):
            subprocess.run(["rm", "-rf", self.path("state")], check=True)
            peer = Peer()
            app = self.app_of("tcp", TCP.replace("PORT", str(peer.port)))
            for life in range(6):
                what = f"seed {SEED}, peer, run {run}, life {life}"
                process = self.start(app, random_, "--input", "Trades=events.ndjson", "--time",
                                     "Trades=ts")
                try:
                    process.wait(random_.uniform(0, 0.2) if life < 5 else None)
                except subprocess.TimeoutExpired:
                    process.kill()
                said = process.communicate()[1].decode(errors="replace")
                if not crash_case.killed(process.returncode):
                    self.assertEqual(process.returncode, 0, f"{what}: {said}")
                    break
            peer.wait_for(b"19999,20000")
            peer.server.close()
            numbers = []
            for line in peer.lines:
                number, count = map(int, line.split(b","))
                self.assertEqual(count, number + 1, what)
                numbers.append(number)
            self.assertEqual(sorted(set(numbers)), list(range(20000)), what)
            newest = -1
            for number in numbers:
                self.assertLessEqual(number, newest + 1, f"{what}: a row is passed over")
                newest = max(newest, number)
            again += len(numbers) - 20000
        print(f"{again} rows came again", flush=True)


if __name__ == "__main__":
    crash_case.main()
