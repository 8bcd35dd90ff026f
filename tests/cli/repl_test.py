"""`weir repl`: from a pipe, and on a terminal under tmux."""

import os
import shlex
import subprocess
import time

import weir_program

STREAM = "define stream S (sym string, px double);\n"
QUERY = "@info(name = 'q') from S[px > 5] select sym, px insert into Out;\n"


class Piped(weir_program.Case):
    def repl(self, script, *arguments, code=0):
        return self.expect(code, self.weir("repl", *arguments, stdin=script))

    def test_rows_come_as_they_are_sent(self):
        out, err = self.repl(STREAM + QUERY +
                             '.send S @1000 {"sym":"A","px":6.5}\n.send S ["B", 1.0]\n')
        self.assertEqual(
            out, '{"stream":"Out","timestamp":1000,"event":{"sym":"A","px":6.5}}\n')
        self.assertEqual(err, "")

    def test_a_semicolon_in_a_text_or_comment_ends_nothing(self):
        out, err = self.repl(STREAM + "from S[sym == 'a;b'] -- no; end\n/* ; */\n"
                             "select sym\ninsert into Out;\n.send S [\"a;b\", 1.0]\n")
        self.assertIn('"event":{"sym":"a;b"}', out)
        self.assertEqual(err, "")

    def test_partitions_are_one_statement(self):
        out, _ = self.repl(STREAM + "partition with (sym of S) begin\n"
                           "from S select sym, count() as n insert into Out;\nend;\n"
                           '.send S ["A", 1.0]\n.send S ["B", 1.0]\n.send S ["A", 1.0]\n')
        self.assertEqual([line.split('"n":')[1][0] for line in out.splitlines()], ["1", "1", "2"])

    def test_state_is_kept_when_the_app_changes(self):
        out, _ = self.repl(
            STREAM + "from S#window.length(10) select sum(px) as total insert into Totals;\n"
            '.send S ["A", 1.0]\n'
            "from S select sym insert into Names;\n"
            '.send S ["A", 2.0]\n.drop query_2\n.send S ["A", 4.0]\n')
        self.assertEqual([line for line in out.splitlines() if "Totals" in line],
                         ['{"stream":"Totals","timestamp":0,"event":{"total":%s}}' % total
                          for total in ("1.0", "3.0", "7.0")])
        self.assertEqual(out.count("Names"), 1)

    def test_questions(self):
        out, _ = self.repl(STREAM + "define table T (sym string, px double);\n"
                           "from S select sym, px insert into T;\n"
                           '.send S ["A", 1.0]\nfrom T select *;\n.query from T select px\n')
        self.assertEqual([line.split('"rows":')[1] for line in out.splitlines()],
                         ['[{"sym":"A","px":1.0}]}', '[{"px":1.0}]}'])

    def test_modes(self):
        send = '.send S @1 ["A", 6.0]\n.send S @2 ["B\\"", 7.5]\n'
        out, _ = self.repl(STREAM + QUERY + send, "--mode", "csv")
        self.assertEqual(out, 'stream,timestamp,sym,px\nOut,1,"A",6.0\nOut,2,"B""",7.5\n')
        out, _ = self.repl(STREAM + QUERY + ".mode table\n" + '.send S @1 ["A", 6.0]\n')
        self.assertEqual(out, "Out\n timestamp | sym |  px\n"
                              "-----------+-----+-----\n"
                              "         1 | A   | 6.0\n")

    def test_errors_have_their_place_and_the_rest_goes_on(self):
        out, err = self.repl(STREAM + "from S[pxx > 1]\nselect sym insert into O;\n" + QUERY +
                             '.send S ["A", 6.0]\n.sned S [1]\n.send T [1]\n', code=1)
        self.assertIn('"stream":"Out"', out)
        self.assertIn("stdin:2:8: error: ", err)
        self.assertIn("did you mean 'px'?", err)
        self.assertIn("unknown command '.sned'; did you mean '.send'?", err)
        self.assertIn("no such stream: 'T'", err)

    def test_wrong_questions_have_their_place(self):
        script = (STREAM + "define table T (sym string, px double);\n"
                  "from S select sym, px insert into T;\n\n"
                  "from T on pxx == 1.0\n  select *;\n"            # line 5
                  "  from T select\n\tsymm;\n"                      # line 7
                  ".query  from T on b == 1 select *\n"             # line 9
                  ".query from T select sym\n"
                  "from T select sym; from T selec")                # line 11
        out, err = self.repl(script, code=1)
        self.assertEqual(out.count('"rows":[]'), 2)
        self.assertEqual([line for line in err.splitlines() if line.startswith("stdin:")], [
            "stdin:5:11: error: unknown attribute 'pxx' in stream 'T'",
            "stdin:8:2: error: unknown attribute 'symm' in stream 'T'",
            "stdin:9:19: error: unknown attribute 'b' in stream 'T'",
            "stdin:11:27: error: unexpected 'selec', expected 'select', 'as', 'on' or 'within'"])
        self.assertIn("did you mean 'px'?", err)
        self.assertIn("from T on pxx == 1.0\n          ^", err)

    def test_what_has_no_end_has_its_place(self):
        for end, place in (("define stream T (a int", "stdin:2:"), ("from S[px > ", "stdin:2:"),
                           ("\n  from T on a == 'x select *", "stdin:3:"),
                           ("partition with (sym of S) begin\nfrom S select", "stdin:3:")):
            _, err = self.repl(STREAM + end, code=1)
            self.assertTrue(err.startswith(place), err)
            self.assertIn(": error: ", err)
        self.write("script", "\n.query from T select *\n")
        _, err = self.repl(".clock\n.read script\n", code=1)
        self.assertTrue(err.startswith("script:2:13: error: "), err)

    def test_bail_stops_at_the_first_error(self):
        out, err = self.repl(".bail on\n.nonsense\n.clock\n", code=1)
        self.assertEqual(out, "")
        self.assertEqual(len(err.splitlines()), 1)

    def test_timers_fire_when_the_clock_moves(self):
        out, err = self.repl(STREAM + "from S#window.timeBatch(10) select count() as n "
                             'insert into O;\n.send S @1000 ["A", 1.0]\n.clock +10\n.clock\n'
                             ".clock 5\n", code=1)
        self.assertEqual(out, '{"stream":"O","timestamp":1000,"event":{"n":1}}\n1010\n')
        self.assertIn("cannot go back", err)

    def test_a_step_goes_to_the_next_timer(self):
        out, err = self.repl(STREAM + "from S#window.timeBatch(10) select count() as n "
                             'insert into O;\n.step\n.send S @1000 ["A", 1.0]\n.step\n.clock\n',
                             code=1)
        self.assertEqual(out, '{"stream":"O","timestamp":1000,"event":{"n":1}}\n1010\n')
        self.assertEqual(err, "error: no timer is armed\n")

    def test_the_state_of_a_query(self):
        out, err = self.repl(STREAM + "@info(name = 'w') from S#window.length(5) select sym "
                             "insert into O;\n@info(name = 'f') from S select sym insert into P;\n"
                             '.send S ["A", 1.0]\n.send S ["B", 1.0]\n.output none\n'
                             ".output\n.state\n.state w\n.state x\n", code=1)
        self.assertRegex(out, r"(?m)^query 'w': [1-9]\d* records, [1-9]\d* bytes$")
        self.assertEqual(out.count("query 'f': "), 1)
        self.assertEqual(out.count("query 'w': "), 2)
        self.assertIn("length", out[out.rindex("query 'w'"):])
        self.assertIn("named 'x'", err)

    def test_files(self):
        app = self.write("app.sql", STREAM + QUERY)
        self.write("events", '{"sym":"A","px":6.0}\n{"sym":"B","px":7.0}\n')
        self.write("script", ".feed S=events\n")
        out, _ = self.repl(".read script\n.output rows\n.read script\n", app)
        self.assertEqual(out.count('"Out"'), 2)
        self.assertEqual(self.read("rows"), out)
        self.repl(".feed missing\n", app, code=1)
        self.assertEqual(self.weir("repl", "missing.sql")[0], 66)
        self.assertEqual(self.weir("repl", self.write("bad.sql", "from from"))[0], 78)

    def test_snapshot_and_restore(self):
        app = self.write("app.sql", STREAM + "from S#window.length(9) select sum(px) as t "
                         "insert into O;")
        out, _ = self.repl('.send S ["A", 1.0]\n.snapshot saved\n.send S ["A", 2.0]\n'
                           '.restore saved\n.send S ["A", 4.0]\n', app)
        self.assertEqual([line.split('"t":')[1] for line in out.splitlines()],
                         ["1.0}}", "3.0}}", "5.0}}"])
        self.write("damaged", "no state")
        _, err = self.repl(".restore damaged\n", app, code=1)
        self.assertIn("it is no saved state", err)

    def test_what_is_there_is_shown(self):
        out, _ = self.repl(".streams\n.queries\n.schema q\n.plan\n.explain q\n",
                           self.write("app.sql", STREAM + QUERY))
        self.assertTrue(out.startswith("S (sym string, px double)\nOut (sym string, px double)\n"
                                       "q\n" + QUERY), out)
        self.assertIn("filter", out)

    def test_drop_refuses_what_others_need(self):
        _, err = self.repl(STREAM + QUERY + ".drop S\n.drop x\n", code=1)
        self.assertIn("error: ", err)
        self.assertIn("nothing is named 'x'", err)


class Terminal(weir_program.Case):
    """Keys go in and the screen is read, with a deadline for what must appear."""

    def setUp(self):
        super().setUp()
        self.terminal()
        self.socket = self.path("tmux")
        state = self.path("state")
        command = (f"XDG_STATE_HOME={shlex.quote(state)} XDG_CONFIG_HOME={shlex.quote(state)} "
                   f"{shlex.quote(weir_program.WEIR)} repl; echo left $?; cat")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", command)
        self.addCleanup(self.tmux, "kill-server")
        self.see("weir>")

    def tmux(self, *arguments):
        done = subprocess.run(["tmux", "-S", self.socket, *arguments], capture_output=True,
                              timeout=weir_program.LIMIT, check=False)
        return done.stdout.decode()

    def type(self, *keys):
        self.tmux("send-keys", *keys)

    def line(self, text):
        # At the end of an argument tmux takes a semicolon for its own.
        self.tmux("send-keys", "-l", text[:-1] + "\\;" if text.endswith(";") else text)
        self.type("Enter")

    def see(self, text):
        deadline = time.monotonic() + weir_program.LIMIT
        while True:
            screen = self.tmux("capture-pane", "-p")
            if text in screen:
                return screen
            self.assertLess(time.monotonic(), deadline, f"no '{text}' in\n{screen}")

    def test_several_lines_and_a_table(self):
        self.line("define stream S (sym string, px double);")
        self.line("from S[px > 5]")
        self.see("\n  ...")
        self.line("select sym, px insert into Out;")
        self.line('.send S @1000 ["IBM", 7.5]')
        self.see("      1000 | IBM | 7.5")

    def test_completion_and_history(self):
        self.line("define stream Shipments (weight double);")
        self.tmux("send-keys", "-l", ".sen")
        self.type("Tab")
        self.tmux("send-keys", "-l", "Ship")
        self.type("Tab")
        self.line("[2.5]")
        self.see("weir> .send Shipments [2.5]")
        self.line(".clock")
        self.see("\n0\n")
        self.type("C-r")
        self.tmux("send-keys", "-l", "Ship")
        self.see("search 'Ship': .send Shipments [2.5]")
        self.type("C-g")
        self.line(".quit")
        self.see("left 0")
        self.assertIn(".send Shipments [2.5]\n", self.read("state/weir/history"))
        self.assertEqual(os.stat(self.path("state/weir/history")).st_mode & 0o777, 0o600)

    def test_ctrl_c_cancels_and_ctrl_d_leaves(self):
        self.tmux("send-keys", "-l", "from nothing")
        self.see("weir> from nothing")
        self.type("C-c")
        self.see("weir> from nothing\nweir>")
        self.type("C-d")
        self.see("left 0")

    def test_an_error_has_a_caret(self):
        self.line("define stream S (px double);")
        self.line("from S[pxx > 5] select px insert into O;")
        self.see("typed:1:8: error: ")
        self.see("did you mean 'px'?")


if __name__ == "__main__":
    weir_program.main()
