"""kill -9 at random moments: what comes out is that of a run that was never interrupted.

WEIR_CRASH_KILLS sets how many kills there are at least (each of the two tests); the seed is
printed, WEIR_CRASH_SEED repeats it.
"""

import json
import os
import random
import subprocess
import time

import crash_case

KILLS = int(os.environ.get("WEIR_CRASH_KILLS", "40"))
SEED = int(os.environ.get("WEIR_CRASH_SEED", str(random.SystemRandom().randrange(1 << 30))))


class KillTest(crash_case.Case):
    def options(self, random_):
        sync = random_.choice(["none", "interval", "epoch"])
        # Every epoch waits for the disk there: thousands of them would be all that is tested.
        sizes = ["50", "200", "2048"] if sync == "epoch" else ["1", "7", "200", "2048"]
        return ["--state-dir", self.path("state"), "--sync", sync,
                "--snapshot-interval", random_.choice(["1ms", "20ms", "200ms", "30s"]),
                "--epoch-size", random_.choice(sizes)]

    def test_file_input(self):
        self.kill_often(KILLS)

    def test_disk_tables(self):
        """A quarter of the kills."""
        self.use_disk_tables()
        self.kill_often(KILLS // 4)

    def kill_often(self, least):
        print(f"seed {SEED}", flush=True)
        random_ = random.Random(SEED)
        lines = crash_case.events(SEED, 6000)
        clean = self.clean_run(lines)
        begin = time.monotonic()
        self.finish(self.command("timed", "--input", "Trades=events.ndjson",
                                 "--state-dir", self.path("timed-state")), "a run with state")
        length = time.monotonic() - begin
        kills, runs = 0, 0
        while kills < least:
            subprocess.run(["rm", "-rf", self.path("state"), self.path("out")], check=True)
            runs += 1
            for life in range(40):
                what = f"seed {SEED}, run {runs}, life {life}"
                command = self.command("out", "--input", "Trades=events.ndjson",
                                       *self.options(random_))
                process = subprocess.Popen(command, cwd=self.folder, stderr=subprocess.PIPE)
                try:
                    process.wait(random_.uniform(0, 1.2 * length))
                except subprocess.TimeoutExpired:
                    process.kill()
                said = process.communicate()[1].decode(errors="replace")
                if crash_case.killed(process.returncode):
                    kills += 1
                    continue
                self.assertEqual(process.returncode, 0, f"{what}: {said}")
                break
            else:
                self.finish(command, what)
            self.expect_same(clean, self.outputs("out"), what)
        print(f"{kills} kills in {runs} runs", flush=True)

    def test_pipe_input(self):
        """Events come through a pipe: what was not taken yet is sent again."""
        random_ = random.Random(SEED + 1)
        lines = crash_case.events(SEED + 1, 3000)
        clean = self.clean_run(lines)
        kills, runs = 0, 0
        while kills < KILLS:
            subprocess.run(["rm", "-rf", self.path("state"), self.path("out")], check=True)
            runs += 1
            done = False
            while not done:
                what = f"seed {SEED}, pipe, run {runs}, after {kills} kills"
                done, died = self.one_life(random_, lines, what)
                kills += died
            self.expect_same(clean, self.outputs("out"), what)
        print(f"{kills} kills in {runs} runs, events through a pipe", flush=True)

    def one_life(self, random_, lines, what):
        """Asks how many events are in the state, sends some of the rest, and perhaps kills."""
        command = self.command("out", "--input", "Trades=-", *self.options(random_))
        process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        newest = {"query": "from Last select max(n) as n"}
        process.stdin.write(json.dumps(newest).encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline() or b"{}")
        self.assertNotIn("error", answer, what)
        rows = answer.get("rows", [])
        known = rows[-1]["n"] + 1 if rows else 0
        # Most lives end early, but not thousands of them before one comes through.
        last = len(lines) if random_.random() < 0.1 else random_.randrange(known, len(lines) + 1)
        try:
            process.stdin.write("".join(line + "\n" for line in lines[known:last]).encode())
            process.stdin.flush()
            if last < len(lines) or random_.random() < 0.5:
                process.kill()
        except BrokenPipeError:
            self.fail(f"{what}: {process.communicate()[1].decode(errors='replace')}")
        said = process.communicate()[1].decode(errors="replace")
        if crash_case.killed(process.returncode):
            return False, 1
        self.assertEqual(process.returncode, 0, f"{what}: {said}")
        return True, 0


if __name__ == "__main__":
    crash_case.main()
