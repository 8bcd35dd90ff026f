"""What goes in and what comes out: the contract of the command line beyond exit codes."""

import json
import select

import weir_program
from weir_program import FILTER, LIMIT

SCHEMA = "define stream S (sym string, px double);\n"
COUNT = SCHEMA + "@info(name = 'q') from S select count() as n insert into Out;\n"
TWO = ("define stream A (n int);\ndefine stream B (n int);\n"
       "from A select n insert into Out;\nfrom B select n insert into Out;\n")


def event(sym, px, time=7):
    return json.dumps({"stream": "S", "timestamp": time, "data": [sym, px]}) + "\n"


class Output(weir_program.Case):
    def rows(self, text):
        return [list(json.loads(line)["event"].values()) for line in text.splitlines()]

    def test_default_output_is_what_nobody_reads(self):
        app = self.write("app.sql", SCHEMA + "from S select sym insert into Mid;\n"
                         "from Mid select sym insert into Out;\n")
        out, _ = self.expect(0, self.weir("run", app, stdin=event("A", 1)))
        self.assertEqual(out, '{"stream":"Out","timestamp":7,"event":{"sym":"A"}}\n')

    def test_streams_queries_and_files(self):
        app = self.write("app.sql", FILTER)
        out, _ = self.expect(0, self.weir(
            "run", app, "--output", "S", "--output", "query:q", "--output", "Out=out.ndjson",
            stdin=event("A", 6) + event("B", 1)))
        self.assertEqual(out, '{"query":"q","timestamp":7,"type":"current",'
                         '"event":{"sym":"A","px":6.0}}\n'
                         '{"stream":"S","timestamp":7,"event":{"sym":"A","px":6.0}}\n'
                         '{"stream":"S","timestamp":7,"event":{"sym":"B","px":1.0}}\n')
        self.assertEqual(self.read("out.ndjson"),
                         '{"stream":"Out","timestamp":7,"event":{"sym":"A","px":6.0}}\n')

    def test_expired_rows_of_a_query(self):
        app = self.write("app.sql", SCHEMA + "@info(name = 'q') from S#window.length(1) "
                         "select sym insert all events into Out;\n")
        out, _ = self.expect(0, self.weir("run", app, "--output", "query:q",
                                          stdin=event("A", 6) + event("B", 1)))
        self.assertEqual([json.loads(line)["type"] for line in out.splitlines()],
                         ["current", "expired", "current"])

    def test_bare_seq_and_none(self):
        app = self.write("app.sql", FILTER)
        events = event("A", 6) + event("B", 7)
        out, _ = self.expect(0, self.weir("run", app, "--bare", stdin=events))
        self.assertEqual(out, '{"sym":"A","px":6.0}\n{"sym":"B","px":7.0}\n')
        out, _ = self.expect(0, self.weir("run", app, "--seq", stdin=events))
        self.assertEqual([json.loads(line)["seq"] for line in out.splitlines()], [1, 2])
        query = '{"query":"from T select *"}\n'
        out, _ = self.expect(0, self.weir("run", app, "--output", "none", stdin=events + query))
        self.assertEqual(json.loads(out)["query"], "from T select *")
        self.assertIn("error", json.loads(out))

    def test_epoch_size_changes_nothing(self):
        app = self.write("app.sql", COUNT)
        lines = []
        for i in range(3000):
            lines.append(event(f"S{i % 7}", i / 4, i))
            if i % 500 == 0:
                lines.append('{"query":"from T"}\n')
            if i % 300 == 0:
                lines.append("bad\n")
        outputs = [self.expect(0, self.weir("run", app, "--playback", "--epoch-size", str(size),
                                            stdin="".join(lines))) for size in (1, 3, 2048)]
        self.assertEqual(outputs[0], outputs[1])
        self.assertEqual(outputs[0], outputs[2])
        self.assertEqual(len(outputs[0][0].splitlines()), 3006)

    def test_numbers(self):
        app = self.write("app.sql", "define stream S (i int, l long, f float, d double, b bool, "
                         "o object);\nfrom S select * insert into Out;\n")
        out, _ = self.expect(0, self.weir("run", app, "--bare", stdin=(
            '{"i":1,"l":-9223372036854775808,"f":0.1,"d":10,"b":true,"o":{"a":[1,null,"x"]}}\n'
            '{"d":1e-7}\n{"d":123456789012345680}\n')))
        self.assertEqual(out.splitlines(), [
            '{"i":1,"l":-9223372036854775808,"f":0.1,"d":10.0,"b":true,'
            '"o":{"a":[1,null,"x"]}}',
            '{"i":null,"l":null,"f":null,"d":1e-07,"b":null,"o":null}',
            '{"i":null,"l":null,"f":null,"d":123456789012345680.0,"b":null,"o":null}'])

    def test_reader_that_leaves(self):
        app = self.write("app.sql", FILTER)
        events = self.write("events", event("A", 6) * 100_000)
        process = self.start("run", app, "--input", events)
        self.assertTrue(process.stdout.readline())
        process.stdout.close()
        self.assertEqual(process.wait(LIMIT), 0)
        self.assertEqual(process.stderr.read(), b"")

    def test_locale_and_zone_change_nothing(self):
        app = self.write("app.sql", FILTER)
        plain = self.weir("run", app, stdin=event("A", 6.25))
        for locale in ("de_DE.UTF-8", "tr_TR.UTF-8"):
            environment = {"LC_ALL": locale, "TZ": "Pacific/Apia"}
            self.assertEqual(self.weir("run", app, stdin=event("A", 6.25),
                                       environment=environment), plain)


class Input(weir_program.Case):
    def test_one_event_is_answered_at_once(self):
        app = self.write("app.sql", FILTER)
        process = self.start("run", app)
        for name in ("A", "B", "C"):
            process.stdin.write(event(name, 6).encode())
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], LIMIT)
            self.assertTrue(ready)
            self.assertIn(f'"sym":"{name}"', process.stdout.readline().decode())
        process.stdin.close()
        self.assertEqual(process.wait(LIMIT), 0)

    def test_timers_fire_while_input_is_idle(self):
        app = self.write("app.sql", SCHEMA + "from S#window.timeBatch(50 millisec) "
                         "select count() as n insert into Out;\n")
        process = self.start("run", app)
        process.stdin.write(b'{"sym":"A","px":1}\n')
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], LIMIT)
        self.assertTrue(ready)
        self.assertIn(b'"n":1', process.stdout.readline())

    def test_idle_playback_advances_the_clock(self):
        app = self.write("app.sql", "@app:playback(idle.time = '20 millisec', "
                         "increment = '1 sec')\n" + SCHEMA + "from S#window.timeBatch(5 sec) "
                         "select count() as n insert into Out;\n")
        process = self.start("run", app)
        process.stdin.write(event("A", 1, 1000).encode())
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], LIMIT)
        self.assertTrue(ready)
        self.assertIn(b'"n":1', process.stdout.readline())

    def test_inputs_are_merged_by_timestamp(self):
        app = self.write("app.sql", TWO)
        lines = {"A": [(1, 10), (2, 10), (3, 40)], "B": [(4, 5), (5, 10), (6, 30), (7, 50)]}
        arguments = []
        for stream, events in lines.items():
            text = "".join(json.dumps({"stream": stream, "timestamp": time, "event": {"n": n}}) +
                           "\n" for n, time in events)
            arguments += ["--input", self.write(stream + ".ndjson", text)]
        out, _ = self.expect(0, self.weir("run", app, "--playback", "--bare", *arguments))
        self.assertEqual([json.loads(line)["n"] for line in out.splitlines()],
                         [4, 1, 2, 5, 6, 3, 7])
        # On the wall clock one file is read after the other.
        out, _ = self.expect(0, self.weir("run", app, "--bare", *arguments))
        self.assertEqual([json.loads(line)["n"] for line in out.splitlines()],
                         [1, 2, 3, 4, 5, 6, 7])

    def test_bare_events_need_a_stream(self):
        app = self.write("app.sql", TWO)
        _, err = self.expect(0, self.weir("run", app, stdin='{"n":1}\n'))
        self.assertIn("-:1: bare event, but the app has several streams that nothing feeds", err)
        out, _ = self.expect(0, self.weir("run", app, "--bare", "--input", "B=-",
                                          stdin='{"n":1}\n'))
        self.assertEqual(out, '{"n":1}\n')
        self.expect(64, self.weir("run", app, "--format", "bare"))

    def test_a_table_is_no_stream_for_bare_events(self):
        app = self.write("app.sql", "define table T (a int);\ndefine stream S (n int);\n"
                         "from S select n insert into Out;\n")
        out, err = self.expect(0, self.weir("run", app, "--bare", stdin='{"n":1}\n'))
        self.assertEqual((out, err), ('{"n":1}\n', ""))

    def test_time_attribute(self):
        app = self.write("app.sql", "define stream S (ts long, n int);\n"
                         "from S#window.timeBatch(1 sec) select count() as c insert into Out;\n")
        out, _ = self.expect(0, self.weir(
            "run", app, "--time", "S=ts", "--bare",
            stdin='{"ts":1000,"n":1}\n{"ts":1500,"n":2}\n{"ts":2500,"n":3}\n'))
        self.assertEqual(out.splitlines()[-1], '{"c":2}')

    def test_clock_lines_on_the_wall_clock(self):
        app = self.write("app.sql", FILTER)
        _, err = self.expect(0, self.weir("run", app, stdin='{"timestamp":5}\n' * 3))
        self.assertEqual(err.count("warning: "), 1)

    def test_one_liner(self):
        events = '{"symbol":"IBM","price":75.6,"n":1}\n{"symbol":"X","price":1,"n":"two"}\n'
        out, err = self.expect(0, self.weir(
            "-q", "from stdin[price > 0] select symbol, price, n insert into Out;", "--bare",
            stdin=events))
        self.assertEqual(out, '{"symbol":"IBM","price":75.6,"n":"1"}\n'
                         '{"symbol":"X","price":1.0,"n":"two"}\n')
        self.assertEqual(err, "")
        out, _ = self.expect(0, self.weir("-q", "from stdin[n > 0] select n insert into O;"))
        self.assertEqual(out, "")
        many = "".join(f'{{"n":{n}}}\n' for n in range(5000))
        out, _ = self.expect(0, self.weir("-q", "from stdin select sum(n) as s insert into Out;",
                                          "--bare", stdin=many))
        self.assertEqual(out.splitlines()[-1], '{"s":12497500}')

    def test_peak_memory_is_flat(self):
        app = self.write("app.sql", FILTER)
        events = event("A", 1) * 1000
        peaks = []
        for repeats in (50, 500):
            path = self.write("events", events * repeats)
            code, out, _, peak = self.measured("run", app, "--input", path)
            self.assertEqual((code, out), (0, ""))
            peaks.append(peak)
        if not self.is_sanitized():
            self.assertLess(peaks[1], peaks[0] + 4096)


class BadRecords(weir_program.Case):
    def run_lines(self, data, *arguments):
        app = self.write("app.sql", COUNT)
        return self.expect(0, self.weir("run", app, "--bare", *arguments, stdin=data))

    def counted(self, out):
        return json.loads(out.splitlines()[-1])["n"] if out else 0

    def test_skipped_and_reported(self):
        good = event("A", 6).encode()
        for bad, reason in [
                (b"nonsense", "not a JSON object"),
                (b'{"sym":"A"', "not valid JSON"),
                (b'{"sym":"A","px":1}{"sym":"B","px":1}', "more than one JSON value"),
                (b'{"sym":"\xff\xfe","px":1}', "not valid UTF-8"),
                (b"\x00\x01\x02\xfe binary", ""),
                (b'{"sym":5,"px":1}', "does not take a number"),
                (b'{"sym":"A","px":1e999}', "number does not fit"),
                (b'{"px":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested deeper than 64"),
                (b'{"stream":"S","data":["A",1,2]}', "more values than attributes")]:
            out, err = self.run_lines(good + bad + b"\n" + good)
            self.assertEqual(self.counted(out), 2)
            self.assertRegex(err, r"^-:2: ")
            self.assertIn(reason, err)

    def test_a_line_of_100_mb(self):
        app = self.write("app.sql", COUNT)
        path = self.path("events")
        with open(path, "wb") as file:
            file.write(event("A", 6).encode() + b'{"sym":"')
            for _ in range(100):
                file.write(b"x" * 1_000_000)
            file.write(b'"}\n' + event("A", 6).encode())
        code, out, err, peak = self.measured("run", app, "--bare", "--input", path)
        self.assertEqual(code, 0)
        self.assertEqual(self.counted(out), 2)
        self.assertIn(f"{path}:2: longer than 1048576 bytes", err)
        if not self.is_sanitized():
            self.assertLess(peak, 60_000)  # the line is never held

    def test_record_length_limit(self):
        line = event("A" * 100, 6)
        out, err = self.run_lines(line * 2, "--max-record-bytes", str(len(line) - 1))
        self.assertEqual((self.counted(out), err), (2, ""))
        out, err = self.run_lines(line * 2, "--max-record-bytes", str(len(line) - 2))
        self.assertEqual(self.counted(out), 0)
        self.assertIn("2 bad records", err)

    def test_written_to_a_file(self):
        out, err = self.run_lines(event("A", 6) + "bad one\n\xe4\n" + event("B", 6) + "bad end",
                                  "--errors", "bad.txt")
        self.assertEqual(self.counted(out), 2)
        self.assertIn("3 bad records", err)
        self.assertEqual(self.read("bad.txt"), "bad one\n\xe4\nbad end\n")

    def test_repeats_are_counted_not_shown(self):
        _, err = self.run_lines("bad\n" * 20_000)
        self.assertLess(len(err.splitlines()), 20)
        self.assertIn("20000 bad records", err)

    def test_strict_fields(self):
        app = self.write("app.sql", FILTER)
        line = '{"sym":"A","px":6,"other":1}\n'
        out, _ = self.expect(0, self.weir("run", app, "--bare", stdin=line))
        self.assertEqual(out, '{"sym":"A","px":6.0}\n')
        out, err = self.expect(0, self.weir("run", app, "--strict-fields", stdin=line))
        self.assertEqual(out, "")
        self.assertIn("-:1: unknown key: 'other'", err)


class Text(weir_program.Case):
    def test_help(self):
        for arguments in [("--help",), ("help",), ("run", "--help"), ("help", "check"),
                          ("help", "explain"), ("help", "sum"), ("help", "timeBatch"),
                          ("help", "coalesce"), ("help", "functions"), ("help", "windows"),
                          ("help", "aggregates"), ("help", "-q")]:
            out, err = self.expect(0, self.weir(*arguments))
            self.assertGreater(len(out), 40, arguments)
            self.assertEqual(err, "")
        out, _ = self.expect(0, self.weir("help"))
        for command in ("snapshot", "replay", "repl"):
            self.assertIn(f"  {command} ", out)

    def test_version(self):
        out, _ = self.expect(0, self.weir("--version"))
        self.assertRegex(out, r"^weir \d+\.\d+\.\d+\n$")

    def test_check_as_json(self):
        app = self.write("app.sql", "define stream S (price int);\n"
                         "from S[pric > 1] select price insert into O;")
        out, err = self.expect(78, self.weir("check", "--format", "json", app))
        self.assertEqual(err, "")
        found = json.loads(out)
        self.assertEqual([(f["file"], f["line"], f["column"], f["severity"]) for f in found],
                         [(app, 2, 8, "error")])
        self.assertIn("price", found[0]["help"])
        good = self.write("good.sql", FILTER)
        out, _ = self.expect(0, self.weir("check", "--format", "json", good))
        self.assertEqual(json.loads(out), [])

    def test_no_colour_without_a_terminal(self):
        app = self.write("app.sql", "from X select a insert into O;")
        _, err = self.expect(78, self.weir("check", app))
        self.assertNotIn("\033", err)


if __name__ == "__main__":
    weir_program.main()
