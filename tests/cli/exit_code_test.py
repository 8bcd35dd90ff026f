"""One test for each exit code that `weir help exit-codes` lists, and for signals."""

import os
import signal
import subprocess
import unittest

import weir_program
from weir_program import FILTER, LIMIT

EVENT = '{"sym":"A","px":6.5}\n'
# On the wall clock a row has a timestamp that changes; with its own it has not.
STAMPED = '{"stream":"S","timestamp":7,"event":{"sym":"A","px":6.5}}\n'
OUT = '{"stream":"Out","timestamp":7,"event":{"sym":"A","px":6.5}}\n'


class ExitCodes(weir_program.Case):
    def test_0_ok(self):
        app = self.write("app.sql", FILTER)
        out, err = self.expect(0, self.weir("run", app, stdin=STAMPED))
        self.assertEqual((out, err), (OUT, ""))

    def test_the_table_names_every_code(self):
        out, _ = self.expect(0, self.weir("help", "exit-codes"))
        codes = [int(line.split()[0]) for line in out.splitlines()
                 if line.strip() and line.split()[0].isdigit()]
        self.assertEqual(codes, [0, 1, 64, 65, 66, 70, 73, 74, 75, 78])

    def test_1_warnings_denied(self):
        app = self.write("app.sql", "@async(buffer.size = '2')\n" + FILTER)
        _, err = self.expect(0, self.weir("check", app))
        self.assertIn("warning: ", err)
        self.expect(1, self.weir("check", "--deny-warnings", app))

    def test_only_check_warns_of_endless_state(self):
        app = self.write("endless.sql", "define stream S (a int);\n"
                         "from every e1=S[a == 1] -> e2=S[a == 2] select e1.a as x insert into O;")
        _, err = self.expect(0, self.weir("check", app))
        self.assertIn("warning: query 'query_1': every match of this waits", err)
        self.expect(1, self.weir("check", "--deny-warnings", app))
        _, err = self.expect(0, self.weir("run", app, stdin=""))
        self.assertEqual(err, "")

    def test_64_usage(self):
        app = self.write("app.sql", FILTER)
        for arguments, reason in [
                ((), "a command is missing"),
                (("rum", app), "unknown command 'rum'; did you mean 'run'?"),
                (("run",), "APP is required"),
                (("run", app, "--inputs", "x"), "did you mean '--input'?"),
                (("run", app, "--epoch-size", "0"), "--epoch-size"),
                (("run", app, "--epoch-size", "4097"), "--epoch-size"),
                (("run", app, "--format", "xml"), "--format"),
                (("run", app, "--output", "Outt"), "did you mean 'Out'?"),
                (("run", app, "--output", "query:p"), "no query named 'p'"),
                (("run", app, "--output", "none", "--output", "Out"), "none"),
                (("run", app, "--input", "X=-"), "no stream named 'X'"),
                (("run", app, "--input", "-", "--input", "-"), "once only"),
                (("run", app, "--time", "S=px"), "not a long"),
                (("run", app, "--time", "S"), "STREAM=ATTR"),
                (("run", app, "--bare", "--seq"), "exclude"),
                (("run", app, "--at-eof", "flush"), "not supported yet: --at-eof flush"),
                (("help", "timebatch"), "no help on 'timebatch'"),
                (("explain", app, "--format", "svg"), "--format")]:
            out, err = self.expect(64, self.weir(*arguments))
            self.assertEqual(out, "")
            self.assertIn(reason, err)

    def test_65_bad_record(self):
        app = self.write("app.sql", FILTER)
        out, err = self.expect(65, self.weir("run", app, "--errors", "stop",
                                             stdin=STAMPED + "oops\n" + STAMPED))
        self.assertEqual(out, OUT)
        self.assertIn("-:2: not a JSON object\n", err)

    def test_66_no_input(self):
        app = self.write("app.sql", FILTER)
        for arguments in [("run", "missing.sql"), ("run", self.folder), ("check", "missing.sql"),
                          ("explain", "missing.sql"), ("run", app, "--input", "missing.ndjson"),
                          ("run", app, "--input", self.folder),
                          ("-q", "from stdin select *", "--input", "missing.ndjson")]:
            out, err = self.expect(66, self.weir(*arguments))
            self.assertEqual(out, "")
            self.assertRegex(err, "No such file or directory|Is a directory")
        directory = os.open(self.folder, os.O_RDONLY)
        process = self.start("run", app, stdin=directory)
        os.close(directory)
        self.assertEqual(process.wait(LIMIT), 66)

    def test_73_cannot_create(self):
        app = self.write("app.sql", FILTER)
        for arguments in [("--output", "Out=" + self.path("no/such/folder/out")),
                          ("--output", "Out=" + self.folder),
                          ("--errors", self.path("no/such/folder/bad"))]:
            out, err = self.expect(73, self.weir("run", app, *arguments, stdin=EVENT))
            self.assertEqual(out, "")
            self.assertIn("weir: ", err)

    def test_74_io_error(self):
        app = self.write("app.sql", FILTER)
        _, err = self.expect(74, self.weir("run", app, "--output", "Out=/dev/full", stdin=EVENT))
        self.assertIn("No space left on device", err)
        with open("/dev/full", "wb") as full:
            process = self.start("run", app, stdin=subprocess.PIPE, stdout=full)
            _, err = process.communicate(EVENT.encode() * 10000, LIMIT)
            self.assertEqual(process.returncode, 74)
            self.assertIn(b"No space left on device", err)
        self.expect(74, self.weir("run", app, "--errors", "/dev/full", stdin="bad\n"))

    def test_78_refused(self):
        app = self.write("app.sql",
                         "define stream S (a int);\nfrom S[b > 1] select a insert into O;")
        for command in ("run", "check", "explain"):
            out, err = self.expect(78, self.weir(command, app))
            self.assertEqual(out, "")
            self.assertIn(app + ":2:8: error: ", err)
        self.expect(78, self.weir("check", self.write("broken.sql", "from from from")))
        self.expect(78, self.weir("-q", "from stdin[", stdin=EVENT))


class Signals(weir_program.Case):
    def test_first_signal_drains(self):
        app = self.write("app.sql", FILTER)
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start("run", app)
            process.stdin.write(STAMPED.encode())
            process.stdin.flush()
            self.assertEqual(process.stdout.readline().decode(), OUT)
            process.send_signal(number)
            self.assertEqual(process.wait(LIMIT), 0)
            self.assertEqual(process.stdout.read(), b"")
            self.assertEqual(process.stderr.read(), b"")

    def test_what_was_read_is_answered(self):
        app = self.write("app.sql", FILTER)
        process = self.start("run", app)
        process.stdin.write((STAMPED * 500).encode())
        process.stdin.flush()
        first = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        self.assertEqual(process.wait(LIMIT), 0)
        lines = (first + rest).decode().splitlines(keepends=True)
        self.assertEqual(set(lines), {OUT})

    def test_second_signal_ends_at_once(self):
        app = self.write("app.sql", FILTER)
        # More output than a pipe holds and nobody who reads it: the run cannot drain.
        events = self.write("events", STAMPED * 200_000)
        process = self.start("run", app, "--input", events)
        self.assertTrue(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        while process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
        self.assertEqual(process.returncode, -signal.SIGTERM)


if __name__ == "__main__":
    weir_program.main()
