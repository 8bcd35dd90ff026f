"""A run that keeps its state, and the tools that look into its directory."""

import json
import os
import re
import shutil
import signal
import unittest

import weir_program
from weir_program import LIMIT

APP = """
define stream Trades (ts long, symbol string, price double, volume int);
@PrimaryKey('symbol') define table Last (symbol string, price double);
@info(name = 'sums') from Trades#window.length(5)
select symbol, sum(volume) as volume, avg(price) as price group by symbol insert into Sums;
@info(name = 'rises') from every e1=Trades -> e2=Trades[symbol == e1.symbol and price > e1.price]
select e1.price as low, e2.price as high insert into Rises;
@info(name = 'keep') from Trades select symbol, price
update or insert into Last set Last.price = price on Last.symbol == symbol;
"""
CHANGED = APP.replace("length(5)", "length(3)")
OTHER = ("define stream Trades (symbol string, volume int, note string);\n"
         "from Trades[volume > 95] select symbol, volume, note insert into Big;\n")
TIMED = ["--time", "Trades=ts"]


def events(count, first=0):
    lines = [{"ts": 1000 + 10 * n, "symbol": "S%d" % (n * n % 7), "price": (n * 37 % 100) / 4,
              "volume": n * 53 % 100} for n in range(first, first + count)]
    return "".join(json.dumps(line) + "\n" for line in lines)


class State(weir_program.Case):
    def setUp(self):
        super().setUp()
        self.app = self.write("app.sql", APP)
        self.state = self.path("state")

    def run_app(self, text, *options, app=None):
        return self.weir("run", app or self.app, *TIMED, "--state-dir", self.state,
                         "--epoch-size", "50", *options, stdin=text)

    def tool(self, *arguments, code=0):
        out, err = self.expect(code, self.weir(*arguments, "--state-dir", self.state))
        return [json.loads(line) for line in out.splitlines()], err

    def tree(self):
        """Every file with its bytes and time of change."""
        found = {}
        for folder, _, names in os.walk(self.state):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[path] = (os.stat(path).st_mtime_ns, file.read())
        return found

    def damage(self, path, at):
        with open(path, "r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 0x55]))

    def segments(self):
        return [line["file"] for line in self.tool("log", "ls")[0]]


class Tools(State):
    def test_log(self):
        out, _ = self.expect(0, self.run_app(events(400)))
        before = self.tree()
        lines, _ = self.tool("log", "ls")
        self.assertEqual(lines[0]["first"], 1)
        last = lines[-1]["last"]
        self.assertGreaterEqual(last, 8)
        self.assertEqual(sum(line["records"] for line in lines), last)
        self.assertEqual(lines[0]["bytes"], os.path.getsize(lines[0]["file"]))
        shown, _ = self.expect(0, self.weir("log", "show", "--state-dir", self.state))
        again, _ = self.expect(0, self.weir("run", self.app, *TIMED, stdin=shown))
        self.assertEqual(again, out)
        first = json.loads(shown.splitlines()[0])
        self.assertEqual(first, {"stream": "Trades", "timestamp": 1000,
                                 "event": json.loads(events(1))})
        numbered, _ = self.tool("log", "show", "--numbers", "--from", "2", "--to", "3")
        self.assertEqual({line["record"] for line in numbered}, {2, 3})
        sums, _ = self.tool("log", "verify")
        self.assertEqual(sums, [{"segments": len(lines), "records": last, "damaged": 0}])
        self.expect(64, self.weir("log", "show", "--state-dir", self.state, "--from", "3",
                                  "--to", "2"))
        self.assertEqual(self.tree(), before)

    def test_messages_of_all_kinds(self):
        app = self.write("kinds.sql", "@app:playback "
                         "define stream S (a int, f float, o object, b bool);\n"
                         "define table T (a int);\n"
                         "@info(name='q') from S#window.time(1 sec) select a, f, o, b "
                         "insert all events into Out;\nfrom S select a insert into T;\n")
        text = ('{"stream":"S","timestamp":[1000,1005],"event":[{"a":1,"f":0.1},'
                '{"a":2,"o":{"k":[1,"x"]},"b":true}]}\n'
                '{"stream":"S","timestamp":1010,"data":[[3],[4,1.5]]}\n'
                '{"stream":"S","event":{"a":5}}\n{"timestamp":2007}\n'
                '{"query":"delete T on T.a == 1"}\n'
                '{"stream":"S","timestamp":2500,"event":{"a":-6,"f":1e30}}\n')
        out, _ = self.expect(0, self.weir("run", app, "--state-dir", self.state, stdin=text))
        shown, _ = self.expect(0, self.weir("log", "show", "--state-dir", self.state))
        lines = [json.loads(line) for line in shown.splitlines()]
        self.assertEqual(lines[0]["timestamp"], [1000, 1005])
        self.assertEqual([len(lines[0]["event"]), len(lines[1]["event"])], [2, 2])
        self.assertEqual(lines[1]["timestamp"], 1010)
        self.assertNotIn("timestamp", lines[2])
        self.assertEqual(lines[3:5], [{"timestamp": 2007}, {"query": "delete T on T.a == 1"}])
        again, _ = self.expect(0, self.weir("run", app, stdin=shown))
        self.assertEqual(again, out)
        replayed, _ = self.expect(0, self.weir("replay", "--state-dir", self.state))
        self.assertEqual(replayed, out)

    def test_wall_clock(self):
        app = self.write("wall.sql", "define stream S (a int);\nfrom S#window.length(2) "
                         "select a, eventTimestamp() as t insert all events into Out;\n")
        out, _ = self.expect(0, self.weir("run", app, "--state-dir", self.state,
                                          stdin='{"a":1}\n{"a":2}\n{"a":3}\n'))
        shown, _ = self.expect(0, self.weir("log", "show", "--state-dir", self.state))
        again, _ = self.expect(0, self.weir("run", app, "--playback", stdin=shown))
        self.assertEqual(again, out)
        replayed, _ = self.expect(0, self.weir("replay", "--state-dir", self.state))
        self.assertEqual(replayed, out)

    def test_snapshots(self):
        self.expect(0, self.run_app(events(200)))
        self.expect(0, self.run_app(events(200, 200)))
        before = self.tree()
        lines, _ = self.tool("snapshot", "ls")
        self.assertEqual([line["snapshot"] for line in lines], [1, 2])
        self.assertLess(lines[0]["log_record"], lines[1]["log_record"])
        shown, _ = self.tool("snapshot", "show")
        units = {line["unit"]: line for line in shown if "shape" in line}
        self.assertIn("query 'sums'", units)
        self.assertGreater(units["query 'sums'"]["records"], 0)
        owners = [line for line in shown if "owner" in line]
        self.assertEqual(sum(line["records"] for line in owners), lines[1]["records"])
        self.assertIn(":inputs", [line["owner"] for line in owners])
        older, _ = self.tool("snapshot", "show", "--number", "1")
        self.assertEqual(older[0]["snapshot"], 1)
        self.tool("snapshot", "show", "--number", "9", code=66)
        verified, _ = self.tool("snapshot", "verify")
        self.assertEqual([line["damaged"] for line in verified], [False, False])
        self.assertEqual(self.tree(), before)

    def test_replay(self):
        kept = ("--seq", "--log-retention", "1G")
        first, _ = self.expect(0, self.run_app(events(300), *kept))
        second, _ = self.expect(0, self.run_app(events(300, 300), *kept))
        before = self.tree()
        replayed, err = self.expect(0, self.weir("replay", "--state-dir", self.state, "--seq"))
        self.assertEqual(replayed, first + second)
        self.assertEqual(err, "")
        log_record = self.tool("snapshot", "ls")[0][0]["log_record"]
        tail, _ = self.expect(0, self.weir("replay", "--state-dir", self.state, "--seq", "--from",
                                           str(log_record + 1)))
        self.assertEqual(tail, second)
        head, _ = self.expect(0, self.weir("replay", "--state-dir", self.state, "--seq", "--to",
                                           str(log_record)))
        self.assertEqual(head, first)
        bare, _ = self.expect(0, self.weir("replay", "--state-dir", self.state, "--output",
                                           "Rises=" + self.path("rises"), "--bare"))
        self.assertEqual(bare, "")
        rises = [json.loads(line)["event"] for line in replayed.splitlines() if '"Rises"' in line]
        self.assertEqual([json.loads(line) for line in self.read(self.path("rises")).splitlines()],
                         rises)
        self.assertEqual(self.tree(), before)

    def test_replay_of_what_is_left(self):
        """Without --log-retention the log goes once two snapshots cover it."""
        for first in (0, 100, 200):
            last, _ = self.expect(0, self.run_app(events(100, first), "--seq"))
        begin = self.tool("log", "ls")[0][0]["first"]
        self.assertGreater(begin, 1)
        replayed, err = self.expect(0, self.weir("replay", "--state-dir", self.state, "--seq"))
        self.assertEqual((replayed, err), (last, ""))  # from a snapshot that lies right before
        for command in (("replay",), ("log", "show")):
            _, err = self.tool(*command, "--from", "1", code=66)
            self.assertIn(f"the log begins with record {begin}", err)
        other = self.write("other.sql", OTHER)
        _, err = self.expect(0, self.weir("replay", "--state-dir", self.state, "--app", other))
        self.assertIn(f"warning: the log begins with record {begin}", err)

    def test_replay_through_another_app(self):
        self.expect(0, self.run_app(events(300)))
        other = self.write("other.sql", OTHER)
        out, _ = self.expect(0, self.weir("replay", "--state-dir", self.state, "--app", other))
        wanted = [json.loads(line) for line in events(300).splitlines()]
        self.assertEqual(
            [json.loads(line) for line in out.splitlines()],
            [{"stream": "Big", "timestamp": e["ts"],
              "event": {"symbol": e["symbol"], "volume": e["volume"], "note": None}}
             for e in wanted if e["volume"] > 95])
        typed = self.write("typed.sql", OTHER.replace("volume int", "volume long"))
        _, err = self.expect(78, self.weir("replay", "--state-dir", self.state, "--app", typed))
        self.assertIn("was logged as int and is long now", err)
        broken = self.write("broken.sql", "from X select y insert into Z;")
        self.expect(78, self.weir("replay", "--state-dir", self.state, "--app", broken))

    def test_a_stream_that_is_gone_moves_no_wall_clock(self):
        app = self.write("wall.sql", "define stream S (a int);\ndefine stream G (a int);\n"
                         "from S select a insert into Out;\nfrom G select a insert into Out;\n")
        late = 9_000_000_000_000
        self.expect(0, self.weir("run", app, "--state-dir", self.state, stdin=(
            '{"stream":"G","timestamp":%d,"event":{"a":1}}\n' % late +
            '{"stream":"S","event":{"a":2}}\n')))
        other = self.write("other.sql",
                           "define stream S (a int);\nfrom S select a insert into Out;\n")
        out, _ = self.expect(0, self.weir("replay", "--state-dir", self.state, "--app", other))
        self.assertEqual(json.loads(out)["event"], {"a": 2})
        self.assertLess(json.loads(out)["timestamp"], late)

    def test_one_liner(self):
        out, _ = self.expect(0, self.weir(
            "-q", "from stdin[a > 1] select a, b insert into Out;", "--state-dir", self.state,
            stdin='{"a":1,"b":"x"}\n{"a":2,"b":7,"c d":1.5}\n'))
        replayed, _ = self.expect(0, self.weir("replay", "--state-dir", self.state))
        self.assertEqual(replayed, out)

    def test_what_is_no_state_directory(self):
        app = self.write("other.sql", OTHER)
        for command in [("log", "ls"), ("log", "show"), ("log", "verify"), ("snapshot", "ls"),
                        ("snapshot", "show"), ("snapshot", "verify"), ("replay",),
                        ("replay", "--app", app)]:
            self.tool(*command, code=66)
            self.expect(66, self.weir(*command, "--state-dir", self.app))
            _, err = self.expect(66, self.weir(*command, "--state-dir", self.folder))
            self.assertIn("no state directory", err)
            _, err = self.expect(64, self.weir(*command))
            self.assertIn("--state-dir is required", err)
        self.assertFalse(os.path.exists(self.state))
        self.expect(73, self.weir("run", app, "--state-dir", self.folder, stdin=""))

    def test_locked(self):
        process = self.start("run", self.app, *TIMED, "--state-dir", self.state, "--sync", "epoch")
        process.stdin.write(events(20).encode())
        process.stdin.flush()
        process.stdout.readline()
        self.expect(75, self.run_app(""))
        for action in ("ls", "show", "verify"):
            self.tool("snapshot", action, code=75)
        self.assertGreaterEqual(len(self.tool("log", "show")[0]), 1)
        self.tool("log", "ls")
        self.tool("log", "verify")
        out, _ = self.expect(0, self.weir("replay", "--state-dir", self.state))
        self.assertTrue(out)
        process.kill()
        process.wait(LIMIT)
        self.tool("snapshot", "ls")


class Figures(State):
    def figures(self, text, *options):
        _, err = self.expect(0, self.run_app(text, "--stats", *options))
        numbers = {}
        for line in err.splitlines():
            name, colon, rest = line.partition(": ")
            if colon:
                numbers[name] = [float(n) for n in re.findall(r"[0-9.]+", rest.replace("p50", ""))]
        return numbers

    def test_what_log_and_snapshots_took(self):
        first = self.figures(events(400), "--sync", "epoch")
        records, size, syncs, sync_ms = first["log"]
        self.assertEqual(records, len(self.tool("log", "show", "--numbers")[0]) // 50)
        self.assertGreater(size, 400)
        self.assertGreaterEqual(syncs, records)
        self.assertGreater(sync_ms, 0)
        written, failed, middle, longest = first["snapshots"]
        self.assertEqual((written, failed), (1, 0))
        self.assertGreater(middle, 0)
        self.assertEqual(middle, longest)  # of a single one
        changed, all_records, changed_bytes, all_bytes, gone, pause, durable = (
            first["last snapshot"])
        self.assertEqual((changed, changed_bytes, gone), (all_records, all_bytes, 0))
        self.assertEqual(pause, middle)
        self.assertGreaterEqual(durable + 1, pause)
        self.assertEqual(first["recovery"][0], 0)

    def test_what_recovery_took(self):
        self.run_app(events(400))
        shutil.rmtree(os.path.join(self.state, "snapshots"))
        again = self.figures("")
        self.assertGreaterEqual(again["recovery"][0], 8)


class Damage(State):
    def test_log(self):
        self.expect(0, self.run_app(events(400)))
        path = self.segments()[0]
        self.damage(path, os.path.getsize(path) // 2)
        lines, err = self.tool("log", "verify", code=74)
        self.assertEqual(lines[0]["file"], path)
        self.assertLessEqual(lines[0]["offset"], os.path.getsize(path) // 2)
        self.assertGreater(lines[0]["offset"] + lines[0]["bytes"], os.path.getsize(path) // 2)
        self.assertIn("is damaged", lines[0]["problem"])
        self.assertEqual(lines[-1]["damaged"], 1)
        self.assertIn("damaged in 1 place", err)

    def test_log_head_and_end(self):
        self.expect(0, self.run_app(events(400)))
        path = self.segments()[0]
        self.damage(path, os.path.getsize(path) - 1)
        self.assertEqual(self.tool("log", "verify", code=74)[0][-1]["damaged"], 1)
        with open(path, "r+b") as file:
            file.truncate(os.path.getsize(path) - 5)  # as a crash leaves it
        lines, _ = self.tool("log", "verify")
        self.assertIn("was not written to its end", lines[0]["torn"])
        self.tool("log", "show")
        self.damage(path, 20)
        self.assertIn("head", self.tool("log", "verify", code=74)[0][0]["problem"])
        self.tool("log", "show", code=74)

    def test_snapshot(self):
        self.expect(0, self.run_app(events(400)))
        folder = self.tool("snapshot", "ls")[0][0]["directory"]
        stored = [name for name in os.listdir(folder) if name.endswith((".log", ".sst"))]
        biggest = max((os.path.join(folder, name) for name in stored), key=os.path.getsize)
        self.damage(biggest, os.path.getsize(biggest) // 2)
        lines, err = self.tool("snapshot", "verify", code=74)
        self.assertTrue(any("problem" in line for line in lines) or not lines, lines)
        self.assertIn("snapshots", err)

    def test_app(self):
        self.expect(0, self.run_app(events(10)))
        self.damage(os.path.join(self.state, "app"), 60)
        _, err = self.expect(74, self.weir("replay", "--state-dir", self.state))
        self.assertIn("damaged", err)


class Keys(State):
    def test_sealed(self):
        key = self.write("key", "00" * 32 + "\n")
        wrong = self.write("wrong", "11" * 32 + "\n")
        out, _ = self.expect(0, self.run_app(events(100), "--state-key-file", key))
        with open(os.path.join(self.state, "app"), "rb") as file:
            self.assertNotIn(b"Trades", file.read())
        ls, _ = self.tool("log", "ls")
        self.assertIn("sealed_with", ls[0])
        for command in [("log", "show"), ("log", "verify"), ("snapshot", "ls"),
                        ("snapshot", "show"), ("snapshot", "verify"), ("replay",)]:
            _, err = self.tool(*command, code=64)
            self.assertIn("needs key " + ls[0]["sealed_with"], err)
            _, err = self.tool(*command, "--state-key-file", wrong, code=64)
            self.assertIn("needs key " + ls[0]["sealed_with"], err)
            self.tool(*command, "--state-key-file", key)
        _, err = self.expect(64, self.run_app(events(10, 100)))
        self.assertIn("needs key", err)
        _, err = self.expect(64, self.run_app(events(10, 100), "--state-key-file", wrong))
        self.assertIn("needs key", err)
        replayed, _ = self.expect(0, self.weir("replay", "--state-dir", self.state,
                                               "--state-key-file", key))
        self.assertEqual(replayed, out)


    def test_another_key_from_now_on(self):
        """The first key of a file seals, all of them open; old keys go once nothing needs them."""
        old, new = "00" * 32, "11" * 32
        whole, _ = self.expect(0, self.weir("run", self.app, *TIMED, stdin=events(400)))
        out = ""
        old_key, new_key = self.write("old", old + "\n"), self.write("new", new + "\n")
        both = self.write("both", new + "\n" + old + "\n")
        for part, key in enumerate((old_key, both, both, new_key)):
            out += self.expect(0, self.run_app(events(100, 100 * part), "--state-key-file", key))[0]
        self.assertEqual(out, whole)
        ls, _ = self.tool("log", "ls", "--state-key-file", new_key)
        _, err = self.expect(64, self.run_app(events(1, 400), "--state-key-file", old_key))
        self.assertIn("needs key " + ls[-1]["sealed_with"], err)


class Samples(State):
    """State directories that earlier builds left, killed while they ran, are read for ever."""

    def test_each(self):
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "state")
        for name in sorted(os.listdir(folder)):
            if os.path.isdir(os.path.join(folder, name)):
                self.go_on(os.path.join(folder, name))

    def go_on(self, sample):
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.copytree(os.path.join(sample, "state"), self.state)
        key = ["--state-key-file", self.write("key", "ab" * 32 + "\n")]
        key = key if sample.endswith("sealed") else []
        app = os.path.join(sample, "app.sql")
        self.tool("log", "verify", *key)
        self.tool("snapshot", "verify", *key)
        replayed, _ = self.expect(0, self.weir("replay", "--state-dir", self.state, *key))
        clean, _ = self.expect(0, self.weir("run", app, *TIMED, stdin=events(600)))
        self.assertIn(replayed, clean)  # from a snapshot on
        self.assertGreater(len(replayed.splitlines()), 100)
        # 500 events are in the state; of the rest of the run the rows are those of a clean one.
        out, _ = self.expect(0, self.run_app(events(100, 500), *key, app=app))
        self.assertTrue(out)
        self.assertTrue(clean.endswith(out), sample)
        again, _ = self.expect(0, self.run_app('{"query":"from Last select symbol, price"}\n', *key,
                                               app=app))
        fresh, _ = self.expect(0, self.weir(
            "run", app, *TIMED, "--output", "none",
            stdin=events(600) + '{"query":"from Last select symbol, price"}\n'))
        self.assertEqual(again.splitlines()[-1], fresh.splitlines()[-1])


class Runs(State):
    def test_stream_that_gained_an_attribute(self):
        """What was logged before has null there; the log alone is left, so all is replayed."""
        self.kill_before_snapshot(events(100))
        more = self.write("more.sql", APP.replace("volume int);", "volume int, note string);", 1)
                          + "from Trades select symbol, note insert into Notes;\n")
        out, _ = self.expect(0, self.run_app(events(5, 100), "--migrate", app=more))
        notes = [line for line in out.splitlines() if '"Notes"' in line]
        self.assertEqual(len(notes), 105)
        self.assertIn('"note":null', notes[0])
        fresh, _ = self.expect(0, self.weir("run", more, *TIMED, stdin=events(105)))
        self.assertEqual(out, fresh)

    def test_attribute_that_changed_its_type(self):
        self.kill_before_snapshot(events(100))
        other = self.write("other.sql", APP.replace("volume int);", "volume double);", 1))
        _, err = self.expect(78, self.run_app("", "--migrate", app=other))
        self.assertIn("stream Trades: attribute 'volume' was logged as int and is double now", err)

    def kill_before_snapshot(self, text):
        process = self.start("run", self.app, *TIMED, "--state-dir", self.state, "--output", "none")
        process.stdin.write((text + '{"query":"from Last select symbol"}\n').encode())
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait(LIMIT)

    def test_changed_app(self):
        self.expect(0, self.run_app(events(100)))
        changed = self.write("changed.sql", CHANGED)
        _, err = self.expect(78, self.run_app(events(100, 100), app=changed))
        self.assertIn("query 'sums' was: ", err)
        self.assertIn("length(5)", err)
        self.assertIn("length(3)", err)
        self.assertNotIn("rises", err)
        out, err = self.expect(0, self.run_app(events(100, 100), "--migrate", app=changed))
        self.assertIn("warning: query 'sums' was: ", err)
        whole, _ = self.expect(0, self.weir("run", changed, *TIMED, stdin=events(200)))
        head, _ = self.expect(0, self.weir("run", changed, *TIMED, stdin=events(100)))
        wanted = whole[len(head):].splitlines()
        kept = [line for line in out.splitlines() if '"Rises"' in line]
        self.assertTrue(kept)
        self.assertEqual(kept, [line for line in wanted if '"Rises"' in line])
        alone, _ = self.expect(0, self.weir("run", changed, *TIMED, stdin=events(100, 100)))
        self.assertEqual([line for line in out.splitlines() if '"Sums"' in line],
                         [line for line in alone.splitlines() if '"Sums"' in line])
        self.expect(78, self.run_app("", app=self.app))
        # What is replayed is the app of today.
        with open(os.path.join(self.state, "app"), encoding="utf-8") as file:
            self.assertIn("length(3)", file.read())

    def test_sequence_and_resume(self):
        plain, _ = self.expect(0, self.weir("run", self.app, *TIMED, "--output", "Sums", "--seq",
                                            stdin=events(100)))
        lines = plain.splitlines()
        self.assertEqual([json.loads(line)["seq"] for line in lines],
                         list(range(1, len(lines) + 1)))
        first, _ = self.expect(0, self.run_app(events(60), "--output", "Sums", "--seq"))
        second, _ = self.expect(0, self.run_app(events(40, 60), "--output", "Sums", "--seq",
                                                "--resume-from", "Sums=70"))
        self.assertEqual(first.splitlines(), lines[:60])
        self.assertEqual(second.splitlines(), lines[70:])
        self.expect(64, self.run_app("", "--resume-from", "Nothing=1"))

    def test_sink_with_sequence_numbers(self):
        sink = "@sink(type='stdout', sequence='true', @map(type='%s'))\n"
        app = self.write("numbered.sql", sink % "ndjson"
                         + "define stream Big (symbol string, volume int);\n" + APP
                         + "from Trades[volume > 50] select symbol, volume insert into Big;\n")
        whole, _ = self.expect(0, self.weir("run", app, *TIMED, "--output", "none",
                                            stdin=events(100)))
        numbers = [json.loads(line)["seq"] for line in whole.splitlines()]
        self.assertGreater(len(numbers), 20)
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        first, _ = self.expect(0, self.run_app(events(60), "--output", "none", app=app))
        rest, _ = self.expect(0, self.run_app(events(40, 60), "--output", "none", app=app))
        self.assertEqual(first + rest, whole)
        other = self.write("csv.sql", sink % "csv" + "define stream S (a int);\n")
        _, err = self.expect(78, self.weir("check", other))
        self.assertIn("sequence='true' is for records that are JSON objects", err)

    def test_file_input_goes_on(self):
        self.write("in", events(100))
        command = ("run", self.app, *TIMED, "--state-dir", self.state, "--input",
                   "Trades=" + self.path("in"))
        whole, _ = self.expect(0, self.weir("run", self.app, *TIMED, stdin=events(150)))
        first, _ = self.expect(0, self.weir(*command))
        again, _ = self.expect(0, self.weir(*command))
        self.assertEqual(again, "")
        with open(self.path("in"), "a", encoding="utf-8") as file:
            file.write(events(50, 100))
        rest, _ = self.expect(0, self.weir(*command))
        self.assertEqual(first + rest, whole)

    def test_file_whose_last_line_has_no_end(self):
        trades = self.write("trades.ndjson", events(20)[:-1])
        run = ["run", self.app, *TIMED, "--state-dir", self.state, "--input", "Trades=" + trades]
        out, err = self.expect(0, self.weir(*run))
        self.assertNotEqual(out, "")
        self.assertEqual(self.expect(0, self.weir(*run)), ("", ""))
        with open(trades, "ab") as file:
            file.write(b"\n" + events(10, 20).encode())
        out += self.expect(0, self.weir(*run))[0]
        whole = self.weir("run", self.app, *TIMED, stdin=events(30))
        self.assertEqual((out, err), self.expect(0, whole))

    def test_killed(self):
        whole, _ = self.expect(0, self.weir("run", self.app, *TIMED, stdin=events(300)))
        self.write("in", events(300))
        os.mkfifo(self.path("more"))
        command = ["run", self.app, *TIMED, "--state-dir", self.state, "--epoch-size", "20",
                   "--input", "Trades=" + self.path("in"), "--output", "Sums=" + self.path("sums"),
                   "--output", "Rises=" + self.path("rises"), "--sync", "epoch"]
        # The pipe keeps the run alive until all of the file is done, then it is killed.
        process = self.start(*command, "--input", "Trades=-")
        process.stdin.write(b'{"query":"from Last select symbol"}\n')
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait(LIMIT)
        with open(self.path("sums"), "a", encoding="utf-8") as file:
            file.write("what was not known to be written")
        self.expect(0, self.weir(*command))
        for name in ("sums", "rises"):
            self.assertEqual(
                self.read(self.path(name)).splitlines(),
                [line for line in whole.splitlines() if f'"{name.capitalize()}"' in line])
        self.tool("log", "verify")

    def test_standard_output_that_others_wrote_to(self):
        """What stands in a file of standard output is not ours to cut."""
        self.write("in", events(20))
        command = ("run", self.app, *TIMED, "--state-dir", self.state, "--input",
                   "Trades=" + self.path("in"))
        plain, _ = self.expect(0, self.weir("run", self.app, *TIMED, stdin=events(20)))
        with open(self.write("out", "a line before\n"), "ab") as out:
            self.assertEqual(self.start(*command, stdout=out).wait(LIMIT), 0)
        self.assertEqual(self.read(self.path("out")), "a line before\n" + plain)
        with open(self.path("out"), "ab") as out:
            out.write(b"a line behind\n")
            out.flush()
            self.assertEqual(self.start(*command, stdout=out).wait(LIMIT), 0)
        self.assertEqual(self.read(self.path("out")), f"a line before\n{plain}a line behind\n")
        with open(self.write("other", "x" * 100000), "ab") as out:
            self.assertEqual(self.start(*command, stdout=out).wait(LIMIT), 0)
        self.assertEqual(self.read(self.path("other")), "x" * 100000)


if __name__ == "__main__":
    weir_program.main()
