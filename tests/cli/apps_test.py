"""Several apps in one process."""

import contextlib
import json
import os
import re
import signal
import subprocess
import threading
import unittest

import weir_program
from weir_program import LIMIT

FILTER = """
define stream Trades (symbol string, price double, volume int);
@sink(type='inMemory', topic='dear', @map(type='json'))
define stream Dear (symbol string, price double);
@info(name = 'dear') from Trades[price > 10] select symbol, price insert into Dear;
"""
COUNT = """
@source(type='inMemory', topic='dear', @map(type='json'))
define stream Dear (symbol string, price double);
@info(name = 'count') from Dear select symbol, count() as n group by symbol insert into Counts;
"""
SUM = """
define stream Trades (symbol string, volume int);
define table Seen (symbol string);
from Trades select sum(volume) as volume insert into Sums;
from Trades select symbol insert into Seen;
"""


def trades(count, first=0):
    lines = [{"symbol": "S%d" % (n % 3), "price": n % 20 + 0.5, "volume": n}
             for n in range(first, first + count)]
    return "".join(json.dumps(line) + "\n" for line in lines)


class Progress(weir_program.Case):
    """A line on the terminal while events come for more than two seconds."""

    def follow(self, *arguments):
        """Sends events until the line has come three times; gives the numbers of events in it."""
        near, far = self.terminal()
        process = self.start("run", *arguments, stdout=subprocess.DEVNULL, stderr=far)
        done = threading.Event()

        def pour():
            lines = trades(2000).encode()
            with contextlib.suppress(BrokenPipeError):
                while not done.is_set():
                    process.stdin.write(lines)
                    process.stdin.flush()
                process.stdin.close()

        pouring = threading.Thread(target=pour)
        pouring.start()
        shown = b""
        while (process.poll() is None and shown.count(b" events/s") < 3 and
               weir_program.readable(near, LIMIT)):
            shown += os.read(near, 10000)
        done.set()
        pouring.join(LIMIT)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(LIMIT), 0, shown)
        while weir_program.readable(near, 0):
            shown += os.read(near, 10000)
        self.assertTrue(shown.endswith(b"\r\033[K"), shown)  # nothing of it is left
        line = re.compile(rb"([\d,]+) events, ([\d,]+) MiB, ([\d,]+) events/s")
        return [int(found[1].replace(b",", b"")) for found in line.finditer(shown)]

    def test_one_app(self):
        app = self.write("sum.sql", SUM)
        events = self.follow(app)
        self.assertGreaterEqual(len(events), 3)
        self.assertEqual(events, sorted(events))

    def test_several_apps_have_one_line(self):
        # Numbers of one or the other would not only grow.
        made = self.write("made.sql", """
            @source(type='timer', payload=\"\"\"{"n":{{n}}}\"\"\", @map(type='json'))
            define stream Made (n long);
            from Made select sum(n) as n insert into Sums;
            """)
        events = self.follow(self.write("sum.sql", SUM), made)
        self.assertGreaterEqual(len(events), 3)
        self.assertEqual(events, sorted(events))


class Apps(weir_program.Case):
    def setUp(self):
        super().setUp()
        self.filter = self.write("filter.sql", FILTER)
        self.count = self.write("count.sql", COUNT)
        self.sum = self.write("sum.sql", SUM)

    @staticmethod
    def rows(out, app, *keys):
        lines = [json.loads(line) for line in out.splitlines()]
        return [tuple(line["event"][key] for key in keys) for line in lines if line["app"] == app]

    def test_topic_is_shared(self):
        # Nothing is lost between the two, and the second ends once the first has.
        for order in ((self.filter, self.count), (self.count, self.filter)):
            out, err = self.expect(0, self.weir("run", *order, stdin=trades(5000)))
            self.assertEqual(err, "")
            counts = self.rows(out, "count", "symbol", "n")
            self.assertEqual(len(counts), 2500)
            self.assertEqual(sum(max(n for symbol, n in counts if symbol == name)
                                 for name in ("S0", "S1", "S2")), 2500)
            self.assertTrue(out.startswith('{"app":"count","stream":"Counts","timestamp":'))

    MAKER = """
    @sink(type='inMemory', topic='all', @map(type='passThrough'))
    define stream Made (name string, last double, n long, f float, ok bool, parts object);
    @sink(type='inMemory', topic='all')
    define stream Short (name string);
    define stream In (name string, n long);
    @info(name = 'make')
    from In select ifThenElse(n == 1L, name, 'long enough to be elsewhere') as name, 0.1 as last, n,
      convert(0.1, 'float') as f, n > 1L as ok, list:create(n, 2.5, name) as parts
      insert into Made;
    from In[n == 3L] select name insert into Short;
    """

    def take(self, source, attributes, query, *options):
        app = self.write("taker.sql", f"@source(type='inMemory', topic='all'{source})\n"
                         f"define stream Taken ({attributes});\n{query} insert into Out;\n")
        events = "".join('{"stream":"In","timestamp":%d,"event":{"name":"%s","n":%d}}\n' % event
                         for event in ((7, "a", 1), (5, "b", 2), (9, "c", 3)))
        return self.expect(0, self.weir("run", self.write("maker.sql", self.MAKER), app,
                                        "--output", "taker.Out", *options, stdin=events))

    def test_events_pass_through(self):
        every = "symbol string, last double, n long, f float, ok bool, parts object"
        query = ("from Taken select symbol, last, n, f, ok, parts, list:size(parts) as size, "
                 "instanceOfLong(list:get(parts, 0)) as whole, eventTimestamp() as t")
        for source in ("", ", @map(type='passThrough')"):
            out, err = self.take(source, every, query, "--playback")
            self.assertEqual([json.loads(line)["event"] for line in out.splitlines()], [
                {"symbol": name, "last": 0.1, "n": n, "f": 0.1, "ok": n > 1,
                 "parts": [n, 2.5, short], "size": 3, "whole": True, "t": time}
                for name, short, n, time in (("a", "a", 1, 7), ("long enough to be elsewhere",
                                                                "b", 2, 5),
                                             ("long enough to be elsewhere", "c", 3, 9))])
            self.assertIn("the number of the event's attributes is not that of the stream's: 1",
                          err)

    def test_events_pass_through_by_name(self):
        source = ", @map(type='passThrough', @attributes(price='last', symbol='name'))"
        out, err = self.take(source, "symbol string, extra int, price double",
                             "from Taken select *")
        self.assertEqual(json.loads(out.splitlines()[0])["event"],
                         {"symbol": "a", "extra": None, "price": 0.1})
        self.assertEqual(len(out.splitlines()), 3)
        self.assertIn("the event has no attribute 'last'", err)

    def test_what_does_not_pass_through(self):
        source = ", @map(type='passThrough', @attributes('n'))"
        out, err = self.take(source, "n int", "from Taken select *")
        self.assertEqual(out, "")
        self.assertIn("attribute 'n' (int) does not take a long", err)
        out, err = self.take(", @map(type='json')", "n int", "from Taken select *")
        self.assertEqual(out, "")
        self.assertIn("taker: 4 bad records", err)
        self.write("filter.sql", FILTER)
        app = self.write("other.sql", "@source(type='inMemory', topic='dear')\n"
                         "define stream Dear (symbol string, price double);\n"
                         "from Dear select * insert into Out;\n")
        _, err = self.expect(0, self.weir("run", self.filter, app, stdin=trades(20)))
        self.assertIn("not an event of @map(type='passThrough') but bytes of another codec", err)

    def test_options_of_one(self):
        one, two = self.write("one.ndjson", trades(10)), self.write("two.ndjson", trades(20))
        out, err = self.expect(0, self.weir(
            "run", self.sum, self.filter, "--input", "sum.Trades=" + one,
            "--input", "filter=" + two, "--output", "filter.Dear=" + self.path("dear"),
            "--output", "sum.query:query_1", "--seq"))
        self.assertIn("dropped", err)  # nobody takes from the topic
        self.assertTrue(err.startswith("filter: "), err)
        self.assertEqual(self.rows(out, "sum", "volume")[-1], (45,))
        self.assertTrue(out.startswith('{"app":"sum","query":"query_1",'), out)
        dear = self.read("dear").splitlines()
        self.assertEqual(len(dear), 10)
        self.assertEqual(json.loads(dear[-1])["seq"], 10)
        self.assertEqual(json.loads(dear[-1])["app"], "filter")

    def test_lines_are_whole(self):
        copy = self.write("copy.sql", SUM)
        many = self.write("many", trades(20000))
        out, _ = self.expect(0, self.weir("run", self.sum, copy, "--input", "sum=" + many,
                                          "--input", "copy=" + many))
        for app in ("sum", "copy"):
            self.assertEqual([volume for volume, in self.rows(out, app, "volume")],
                             [n * (n + 1) // 2 for n in range(20000)])

    def test_answer_tells_its_app(self):
        other = self.write("other.ndjson", trades(1))
        query = '{"query":"from Seen select symbol"}\n'
        out, _ = self.expect(0, self.weir("run", self.sum, self.filter, "--input",
                                          "filter=" + other, "--output", "none",
                                          stdin=trades(2) + query))
        self.assertEqual(out, '{"app":"sum","query":"from Seen select symbol",'
                              '"rows":[{"symbol":"S0"},{"symbol":"S1"}]}\n')

    def test_usage(self):
        def refused(text, *options):
            _, err = self.expect(64, self.weir("run", *options, stdin=""))
            self.assertIn(text, err)
        refused("both read standard input", self.sum, self.filter)
        refused("is for none of the apps sum, filter", self.sum, self.filter, "--input", "in")
        refused("is for none of the apps", self.sum, self.filter, "--output", "Sums")
        refused("is for none of the apps", self.sum, self.filter, "--time", "count.Dear=price")
        refused("is for none of the apps", self.sum, self.filter, "--resume-from", "7")
        refused("--bare", self.sum, self.filter, "--bare")
        refused("--errors FILE", self.sum, self.filter, "--errors", "bad")
        refused("would both write x", self.sum, self.filter, "--output", "sum.Sums=x",
                "--output", "filter.Dear=x")
        os.mkdir(self.path("more"))
        same = self.write("more/sum.sql", SUM)
        refused("cannot be told apart", self.sum, same)
        refused("cannot be told apart", self.sum, self.write("sum.v2.sql", SUM))

    def test_refused_app(self):
        bad = self.write("bad.sql", "from Nowhere select a insert into B;\n")
        out, err = self.expect(78, self.weir("run", self.sum, bad, stdin=trades(3)))
        self.assertEqual(out, "")
        self.assertIn("bad.sql:1:6: error", err)

    def test_failure_stops_all(self):
        # The first app waits for a topic for ever.
        code, _, err = self.weir("run", self.count, self.sum, "--errors", "stop",
                                 stdin=trades(3) + "bad\n")
        self.assertEqual(code, 65)
        self.assertIn("sum: -:4: ", err)
        self.assertIn("weir: sum: stopped at a bad record\n", err)
        code, _, err = self.weir("run", self.count, self.sum, "--input", "sum=nowhere")
        self.assertEqual(code, 66)
        self.assertIn("weir: sum: nowhere: ", err)

    def test_stop(self):
        with self.start("run", self.count, self.sum) as process:
            process.stdin.write(trades(3).encode())
            process.stdin.flush()
            for _ in range(3):
                self.assertIn(b'"app":"sum"', process.stdout.readline())
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(LIMIT), 0)

    def test_state(self):
        copy = self.write("copy.sql", SUM)
        state = self.path("state")
        run = ["run", self.sum, copy, "--state-dir", state, "--stats", "--input", "copy=" +
               self.write("in", trades(100))]
        out, err = self.expect(0, self.weir(*run, stdin=trades(10)))
        self.assertEqual(self.rows(out, "sum", "volume")[-1], (45,))
        self.assertEqual(sorted(os.listdir(state)), ["copy", "sum"])
        for app in ("copy", "sum"):
            self.assertTrue(any(line.startswith(app + ": ") for line in err.splitlines()), err)
            self.expect(0, self.weir("log", "verify", "--state-dir", state + "/" + app))
        # Files go on where they were, sums too; output on a file is not cut by one of the two.
        with open(self.path("out"), "wb") as file:
            process = self.start(*run, stdout=file)
            process.communicate(trades(10, 10).encode(), LIMIT)
            self.assertEqual(process.returncode, 0)
        out = self.read("out")
        self.assertEqual(self.rows(out, "sum", "volume")[-1], (190,))
        self.assertEqual(self.rows(out, "copy", "volume"), [])
        _, err = self.expect(73, self.weir("run", self.sum, copy, "--state-dir", state + "/sum",
                                           "--input", "copy=in"))
        self.assertIn("the state of an app that runs alone", err)

    def test_dead_letters(self):
        app = ("define stream S (a int);\n@sink(type='inMemory', topic='%s', on.error='STORE', "
               "@map(type='json'))\ndefine stream Out (a int);\nfrom S select a insert into Out;\n")
        one, two = self.write("one.sql", app % "x"), self.write("two.sql", app % "y")
        self.write("in", '{"a":1}\n')
        self.expect(0, self.weir("run", one, two, "--dead-letters", "dead", "--input", "one=in",
                                 "--input", "two=in"))
        self.assertEqual(sorted(os.listdir(self.path("dead"))), ["one", "two"])
        for name in ("one", "two"):
            out, _ = self.expect(0, self.weir("deadletters", "ls", "--dead-letters",
                                              "dead/" + name))
            self.assertEqual(len(out.splitlines()), 1, out)

    def test_reload(self):
        with self.start("run", self.count, self.sum) as process:
            process.stdin.write(trades(3).encode())
            process.stdin.flush()
            for _ in range(3):
                process.stdout.readline()
            self.write("sum.sql", SUM.replace("sum(volume)", "max(volume)"))
            self.write("count.sql", "from nothing;\n")
            process.send_signal(signal.SIGHUP)
            told = b""
            while b"sum: reloaded" not in told or b"count: not reloaded" not in told:
                line = process.stderr.readline()
                self.assertNotEqual(line, b"", told)
                told += line
            process.stdin.write(trades(1, 2).encode())
            process.stdin.flush()
            self.assertIn(b'"volume":2}', process.stdout.readline())
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(LIMIT), 0)


if __name__ == "__main__":
    weir_program.main()
