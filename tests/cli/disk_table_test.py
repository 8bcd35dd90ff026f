"""Tables on disk: where their rows are, how long they live, and what is told of damage."""

import json
import os
import signal

import weir_program

STREAMS = ("define stream In (ts long, k string, v int);\n"
           "define stream Ask (ts long, k string);\n")
TABLE = "@PrimaryKey('k') define table T (k string, v int);\n"
DISK = "@store(type='rocksdb', cache.size='1MB') " + TABLE
QUERIES = ("@info(name = 'put') from In select k, v "
           "update or insert into T set T.v = T.v + v on T.k == k;\n"
           "@info(name = 'ask') from Ask join T on Ask.k == T.k "
           "select T.k as k, T.v as v insert into Out;\n")
TIMED = ["--time", "In=ts", "--time", "Ask=ts"]


def event(stream, ts, **values):
    return json.dumps({"stream": stream, "event": {"ts": ts, **values}}) + "\n"


def events(first, count):
    return "".join(event("In", 1000 + n, k="k%d" % (n * 7 % 400), v=n) +
                   event("Ask", 1000 + n, k="k%d" % (n * 3 % 400))
                   for n in range(first, first + count))


class DiskTable(weir_program.Case):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("tmp"))
        self.environment = {"TMPDIR": self.path("tmp")}
        self.write("memory.sql", STREAMS + TABLE + QUERIES)
        self.write("disk.sql", STREAMS + DISK + QUERIES)

    def run_app(self, app, text, *options, code=0):
        return self.expect(code, self.weir("run", app, *TIMED, *options, stdin=text,
                                           environment=self.environment))

    def test_finds_what_a_table_in_memory_finds(self):
        text = events(0, 3000) + '{"query":"from T on v > 500 select k, v order by v, k"}\n'
        memory, _ = self.run_app("memory.sql", text)
        self.assertGreater(len(memory.splitlines()), 2000)
        for size in ("1", "7", "2048"):
            self.assertEqual(self.run_app("disk.sql", text, "--epoch-size", size)[0], memory, size)
        self.assertEqual(os.listdir(self.path("tmp")), [])

    def test_rows_live_as_long_as_the_state(self):
        clean, _ = self.run_app("memory.sql", events(0, 900))
        out = ""
        for first in (0, 300, 600):
            out += self.run_app("disk.sql", events(first, 300), "--state-dir", "state",
                                "--snapshot-interval", "1ms", "--epoch-size", "20")[0]
        self.assertEqual(out, clean)
        tables = os.listdir(self.path("state/tables"))
        self.assertEqual([name for name in tables if name.startswith("live")], [])
        self.assertLessEqual(len(tables), 4, tables)
        self.assertEqual(os.listdir(self.path("tmp")), [])

    def test_replays(self):
        out, _ = self.run_app("disk.sql", events(0, 500), "--state-dir", "state", "--epoch-size",
                              "20", "--log-retention", "1G")
        out += self.run_app("disk.sql", events(500, 500), "--state-dir", "state", "--epoch-size",
                            "20", "--log-retention", "1G")[0]
        replay = ["replay", "--state-dir", "state"]
        self.assertEqual(self.expect(0, self.weir(*replay, environment=self.environment))[0], out)
        # From the snapshot between the two runs.
        late, _ = self.expect(0, self.weir(*replay, "--from", "52", environment=self.environment))
        self.assertTrue(out.endswith(late))
        self.assertGreater(len(late.splitlines()), 100)
        self.assertEqual(os.listdir(self.path("tmp")), [])

    def test_are_not_sealed(self):
        self.write("key", "11" * 32 + "\n")
        _, err = self.run_app("disk.sql", "", "--state-dir", "state", "--state-key-file", "key",
                              code=64)
        self.assertIn("rows on disk are not sealed: table 'T'", err)

    def test_another_store_is_another_table(self):
        self.run_app("memory.sql", events(0, 10), "--state-dir", "state")
        _, err = self.run_app("disk.sql", "", "--state-dir", "state", code=78)
        self.assertIn("'T'", err)
        _, err = self.run_app("disk.sql", event("Ask", 9000, k="k0"), "--state-dir", "state",
                              "--migrate")
        self.assertIn("'T'", err)
        out, _ = self.run_app("disk.sql", event("In", 9001, k="k0", v=1) +
                              event("Ask", 9002, k="k0"), "--state-dir", "state")
        self.assertIn('"v":1', out)

    def test_a_new_index_is_filled(self):
        self.run_app("disk.sql", events(0, 100), "--state-dir", "state")
        self.write("disk.sql", STREAMS + DISK + QUERIES +
                   "@info(name = 'more') from Ask join T on T.v > 95 select T.k as k, T.v as v "
                   "insert into More;\n")
        out, _ = self.run_app("disk.sql", event("Ask", 9000, k="none"), "--state-dir", "state",
                              "--migrate")
        self.assertEqual([json.loads(line)["event"]["v"] for line in out.splitlines()],
                         [96, 97, 98, 99])

    def check_reload(self, *options):
        process = self.start("run", "disk.sql", *TIMED, *options)
        process.stdin.write(event("In", 1000, k="a", v=1).encode())
        process.stdin.write(event("Ask", 1001, k="a").encode())
        process.stdin.flush()
        self.assertIn(b'"v":1', process.stdout.readline())
        self.write("disk.sql", STREAMS + DISK + "define table Other (a int);\n" + QUERIES)
        process.send_signal(signal.SIGHUP)
        line = ""
        while "reloaded" not in line:
            line = process.stderr.readline().decode()
            self.assertTrue(line)
        process.stdin.write(event("In", 1002, k="a", v=2).encode())
        process.stdin.write(event("Ask", 1003, k="a").encode())
        out, err = process.communicate(timeout=weir_program.LIMIT)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn(b'"v":3', out)

    def test_reload(self):
        self.check_reload()

    def test_reload_with_a_state_directory(self):
        self.check_reload("--state-dir", "state")

    def test_damage_is_told(self):
        verify = ("snapshot", "verify", "--state-dir", "state")
        self.run_app("disk.sql", events(0, 500), "--state-dir", "state")
        out, _ = self.expect(0, self.weir(*verify))
        self.assertFalse(any(json.loads(line)["damaged"] for line in out.splitlines()), out)
        for folder, _, names in os.walk(self.path("state/tables")):
            for name in names:
                if not name.endswith(".sst"):
                    continue
                path = os.path.join(folder, name)
                with open(path, "r+b") as file:
                    for at in range(40, os.path.getsize(path) // 2, 400):
                        file.seek(at)
                        file.write(b"rotten")
        out, err = self.expect(74, self.weir(*verify))
        self.assertIn(".sst", json.loads(out.splitlines()[-1])["problem"])
        self.assertIn(self.path("state/tables") if "/" == err[0] else "state/tables", err)
        _, err = self.run_app("disk.sql", events(500, 500), "--state-dir", "state", code=74)
        self.assertIn("tables", err)

    def test_a_missing_checkpoint_is_told(self):
        self.run_app("disk.sql", events(0, 10), "--state-dir", "state")
        for name in os.listdir(self.path("state/tables")):
            os.remove(os.path.join(self.path("state/tables"), name, "FILES"))
        _, err = self.run_app("disk.sql", "", "--state-dir", "state", code=74)
        self.assertIn("the tables of the snapshot are not there", err)

    def test_a_question_takes_so_many_rows_at_most(self):
        self.write("many.sql", "define stream In (ts long, n int);\n"
                   "define table Few (n int);\n"
                   "@store(type='rocksdb') define table Many (a int, b int);\n"
                   "from In select n insert into Few;\n"
                   "from In join Few select In.n as a, Few.n as b insert into Many;\n")
        rows = "".join(event("In", n, n=n) for n in range(1500))
        text = (rows + '{"query":"from Many on a < 10 select count() as n"}\n'
                '{"query":"from Many select count() as n"}\n')
        out, _ = self.expect(0, self.weir("run", "many.sql", "--time", "In=ts", stdin=text,
                                          environment=self.environment))
        some, all_rows = [json.loads(line) for line in out.splitlines()[-2:]]
        self.assertIn("rows", some)
        self.assertIn("limits.query_rows", all_rows["error"])


if __name__ == "__main__":
    weir_program.main()
