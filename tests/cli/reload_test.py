"""SIGHUP: a run goes on as what its file says now, and keeps the state of what stayed."""

import signal

import weir_program

STREAM = "define stream S (sym string, px double);\n"
SUM = "@info(name = 'sum') from S#window.length(9) select sum(px) as t insert into Sums;\n"
# In front of a stream, so that it has another number.
TABLE = "define table T (a int);\n"
NAMES = "@info(name = 'names') from S select sym insert into Names;\n"


class Reload(weir_program.ServerCase):
    def begin(self, text, *options):
        self.write("app.sql", text)
        return self.start("run", "app.sql", "--playback", *options)

    def send(self, process, *lines):
        process.stdin.write("".join(line + "\n" for line in lines).encode())
        process.stdin.flush()

    def reload(self, process, text):
        """Gives what the run says about it; its last line ends it."""
        self.write("app.sql", text)
        process.send_signal(signal.SIGHUP)
        said = []
        while not said or "reloaded" not in said[-1]:
            line = process.stderr.readline().decode()
            self.assertTrue(line, said)
            said.append(line)
        return "".join(said)

    def finish(self, process):
        out, err = process.communicate(timeout=weir_program.LIMIT)
        self.assertEqual(process.returncode, 0, err)
        return out.decode()

    def check_state_is_kept(self, *options):
        run = self.begin(STREAM + SUM, *options)
        self.send(run, '{"sym":"A","px":1.0}')
        self.assertIn(b'"t":1.0', run.stdout.readline())
        said = self.reload(run, TABLE + STREAM + NAMES + SUM)
        self.assertIn("reloaded: ", said)
        self.send(run, '{"sym":"B","px":2.0}')
        out = self.finish(run)
        self.assertIn('"event":{"t":3.0}', out)
        self.assertIn('"stream":"Names","timestamp":0,"event":{"sym":"B"}', out)

    def test_queries_keep_their_state(self):
        self.check_state_is_kept()

    def test_queries_keep_their_state_with_a_state_directory(self):
        self.check_state_is_kept("--state-dir", "state")
        # The directory is that of the new app now.
        self.assertIn('"t":7.0', self.expect(0, self.weir(
            "run", "app.sql", "--playback", "--state-dir", "state",
            stdin='{"sym":"C","px":4.0}\n'))[0])

    def test_sinks_go_on_with_a_state_directory(self):
        sinks = ("@sink(type='file', file.uri='sums')\n"
                 "@sink(type='tcp', port='0', mode='server')\n"
                 "define stream Sums (t double);\n")
        options = ("--state-dir", "state", "--snapshot-interval", "1h", "--output", "none")
        run = self.begin(STREAM + sinks + SUM, *options)
        rows = self.connect(self.port(run)).makefile("rb")
        expected = []

        def send(amount, total):
            self.send(run, '{"sym":"A","px":%.1f}' % amount)
            expected.append(b'{"stream":"Sums","timestamp":0,"event":{"t":%.1f}}\n' % total)
            self.assertEqual(rows.readline(), expected[-1])

        send(1, 1)
        send(2, 3)
        self.reload(run, TABLE + STREAM + sinks + NAMES + SUM)
        send(4, 7)
        self.reload(run, STREAM + sinks + SUM)
        send(8, 15)
        run.kill()
        run.wait(weir_program.LIMIT)
        self.assertEqual(rows.read(), b"")
        run = self.start("run", "app.sql", "--playback", *options)
        rows = self.connect(self.port(run)).makefile("rb")
        self.send(run, '{"sym":"A","px":16.0}')
        expected.append(expected[-1].replace(b"15", b"31"))
        # What was sent just before may come again.
        received = rows.readline()
        if received == expected[-2]:
            received = rows.readline()
        self.assertEqual(received, expected[-1], run.stderr.read() if not received else b"")
        self.finish(run)
        self.assertEqual(rows.read(), b"")
        self.assertEqual(self.read("sums").encode(), b"".join(expected))

    def test_a_query_that_is_gone_is_told(self):
        run = self.begin(STREAM + NAMES + SUM)
        self.send(run, '{"sym":"A","px":1.0}')
        run.stdout.readline()
        said = self.reload(run, STREAM + NAMES)
        self.assertIn("warning: ", said)
        self.assertIn("'sum'", said)
        self.send(run, '{"sym":"B","px":1.0}')
        self.assertNotIn("Sums\",\"timestamp\":0,\"event\":{\"t\":2", self.finish(run))

    def refused(self, text, why):
        run = self.begin(STREAM + SUM)
        self.send(run, '{"sym":"A","px":1.0}')
        run.stdout.readline()
        self.assertIn(why, self.reload(run, text))
        self.send(run, '{"sym":"B","px":2.0}')
        self.assertIn('"t":3.0', self.finish(run))

    def test_a_wrong_file_leaves_the_old_app_running(self):
        self.refused(STREAM + "from S[pxx > 1] select sym insert into O;\n",
                     "did you mean 'px'?")

    def test_streams_that_are_fed_stay_as_they_are(self):
        self.refused(STREAM.replace("double", "long") + SUM, "stream 'S' has other attributes")
        self.refused(STREAM + "define stream U (a int);\n" + SUM,
                     "stream 'U' is new and fed by inputs")
        self.refused("define stream U (a int);\nfrom U select a insert into V;\n", "stream 'U'")

    def test_several_inputs_in_event_time(self):
        app = STREAM + SUM
        self.write("events", '{"stream":"S","timestamp":1,"event":{"sym":"A","px":1.0}}\n')
        run = self.begin(app, "--input", "events", "--input", "-")
        self.send(run, '{"stream":"S","timestamp":2,"event":{"sym":"A","px":2.0}}',
                  '{"stream":"S","timestamp":3,"event":{"sym":"A","px":4.0}}')
        self.assertIn(b'"t":1.0', run.stdout.readline())
        self.reload(run, TABLE + app)
        self.send(run, '{"stream":"S","timestamp":4,"event":{"sym":"A","px":8.0}}')
        self.assertIn('"t":15.0', self.finish(run))


if __name__ == "__main__":
    weir_program.main()
