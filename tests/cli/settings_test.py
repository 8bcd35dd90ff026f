"""Settings from defaults, file, environment and command line, and what is made from their table."""

import os
import re
import shutil
import subprocess
import tomllib

import weir_program
from weir_program import FILTER

BAD = '{"stream":"S","timestamp":7,"event":{"sym":"A","px":6.5}}\noops\n'


class SettingsTest(weir_program.Case):
    def setUp(self):
        super().setUp()
        os.makedirs(self.path("home/weir"))
        self.environment = {"XDG_CONFIG_HOME": self.path("home")}

    def call(self, *arguments, code=0, stdin="", **environment):
        return self.expect(code, self.weir(*arguments, stdin=stdin,
                                           environment={**self.environment, **environment}))

    def origin(self, *arguments, **environment):
        """{key: (value, origin)} as `weir config show --origin` tells it."""
        out, _ = self.call("config", "show", "--origin", *arguments, **environment)
        return {key: (value, place) for key, value, place
                in re.findall(r"^(\S+) = (.*?)  # (.*)$", out, re.MULTILINE)}

    def test_of_two_origins_the_stronger_holds(self):
        app = self.write("app.sql", FILTER)
        self.call("run", app, stdin=BAD)
        self.write("home/weir/config", 'run.errors = "stop"\n')
        self.call("run", app, stdin=BAD, code=65)
        self.call("run", app, stdin=BAD, WEIR_RUN_ERRORS="skip")
        self.call("run", app, "--errors", "stop", stdin=BAD, code=65, WEIR_RUN_ERRORS="skip")
        self.write("other", "[run]\n")
        self.call("run", app, "--config", "other", stdin=BAD)

    def test_origins_are_told(self):
        self.write("home/weir/config", "[run]\nseq = true\nepoch-size = 7\n")
        found = self.origin(WEIR_RUN_EPOCH_SIZE="9")
        self.assertEqual(found["run.seq"], ("true", self.path("home/weir/config") + ":2"))
        self.assertEqual(found["run.epoch-size"], ("9", "WEIR_RUN_EPOCH_SIZE"))
        self.assertEqual(found["run.errors"], ('"skip"', "default"))

    def test_what_is_shown_is_a_configuration(self):
        self.write("home/weir/config", 'run.output = ["A", "B=\\"x\\\\y"]\n')
        out, _ = self.call("config", "show")
        self.assertEqual(tomllib.loads(out)["run"]["output"], ["A", 'B="x\\y'])
        self.write("again", out)
        again, _ = self.call("config", "show", "--config", "again")
        self.assertEqual(again, out)

    def test_passwords_are_not_shown(self):
        out, _ = self.call("config", "show", WEIR_RUN_OUTPUT="Out=tcp://me:canary@host:99/x")
        self.assertIn("tcp://me:REDACTED@host:99/x", out)
        self.assertNotIn("canary", out)

    def test_the_current_folder_is_never_read(self):
        self.write("config", "nonsense = 1\n")
        os.mkdir(self.path("weir"))
        self.write("weir/config", "nonsense = 1\n")
        self.call("config", "show", XDG_CONFIG_HOME=".", HOME=self.path("home"))

    def test_faults_have_their_place(self):
        for text, reason in [
                ('[run]\nerors = "stop"\n', ":2: unknown setting 'run.erors'; did you mean "
                                            "'run.errors'?"),
                ("run.epoch-size = 0\n", ":1: run.epoch-size: expected a number from 1 to 4096"),
                ('run.format = "xml"\n', ":1: run.format: expected any, bare or envelope, not"),
                ("run.seq = 1\n", ":1: run.seq: expected true or false, not '1'"),
                ("run.seq = 1.5\n", ":1: run.seq: a value of a kind"),
                ("\nrun.seq = \n", ":2: ")]:
            path = self.write("home/weir/config", text)
            out, err = self.call("config", "show", code=64)
            self.assertIn(path + reason, err)
        self.write("home/weir/config", "")
        _, err = self.call("config", "show", code=64, WEIR_RUN_EPOCH_SIZE="x")
        self.assertIn("WEIR_RUN_EPOCH_SIZE: expected a number", err)
        _, err = self.call("config", "show", "--config", "missing", code=64)
        self.assertIn("missing: No such file", err)

    def test_a_flag_can_be_taken_back(self):
        app = self.write("app.sql", FILTER)
        out, _ = self.call("run", app, "--seq=false", stdin=BAD, WEIR_RUN_SEQ="true")
        self.assertNotIn("seq", out)


class Generated(weir_program.Case):
    """Help, completion, manual page and reference all have every option."""

    def options(self):
        out, _ = self.expect(0, self.weir("help", "options"))
        commands = {}
        for part in out.split("\n## weir ")[1:]:
            name, _, body = part.partition("\n")
            commands[name] = re.findall(r"^\| `(?:-\w, )?--([a-z-]+)", body, re.MULTILINE)
        return commands

    def test_every_option_is_everywhere(self):
        commands = self.options()
        self.assertIn("epoch-size", commands["run"])
        scripts = {shell: self.expect(0, self.weir("completion", shell))[0]
                   for shell in ("bash", "zsh", "fish")}
        manual, _ = self.expect(0, self.weir("help", "man"))
        for command, options in commands.items():
            text, _ = self.expect(0, self.weir("help", command))
            for option in options:
                self.assertIn("--" + option, text)
                self.assertIn("--" + option, scripts["bash"])
                self.assertIn("--" + option, scripts["zsh"])
                self.assertIn(" -l " + option, scripts["fish"])
                self.assertIn("\\-\\-" + option.replace("-", "\\-"), manual)

    def complete(self, *words):
        """What bash offers for the last word."""
        script, _ = self.expect(0, self.weir("completion", "bash"))
        self.write("weir.bash", script)
        done = subprocess.run(
            ["bash", "-c", 'source ./weir.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _weir; '
             'printf "%s\\n" "${COMPREPLY[@]}"', "bash", "weir", *words],
            capture_output=True, timeout=weir_program.LIMIT, cwd=self.folder, check=True)
        self.assertEqual(done.stderr, b"")
        return done.stdout.decode().split()

    def test_bash(self):
        self.write("events.ndjson", "")
        self.assertEqual(self.complete("ru"), ["run"])
        self.assertEqual(self.complete("run", "--epo"), ["--epoch-size"])
        self.assertEqual(self.complete("run", "--format", "b"), ["bare"])
        self.assertEqual(self.complete("run", "--format", "=", "env"), ["envelope"])
        self.assertEqual(self.complete("run", "--input", "S", "=", "ev"), ["events.ndjson"])
        self.assertEqual(self.complete("run", "ev"), ["events.ndjson"])
        self.assertEqual(self.complete("-q", "x", "--str"), ["--strict-fields"])
        self.assertEqual(self.complete("completion", "f"), ["fish"])
        self.assertEqual(self.complete("help", "timeB"), ["timeBatch"])

    def test_other_shells_accept_their_script(self):
        for shell in ("zsh", "fish"):
            script, _ = self.expect(0, self.weir("completion", shell))
            path = self.write("script", script)
            self.assertGreater(len(script), 1000)
            if shutil.which(shell) is not None:
                subprocess.run([shell, "-n", path], check=True, timeout=weir_program.LIMIT)
        self.assertEqual(self.weir("completion", "csh")[0], 64)

    def test_the_manual_page_is_sound(self):
        page, _ = self.expect(0, self.weir("help", "man"))
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page.encode(),
                              capture_output=True, timeout=weir_program.LIMIT, check=True)
        self.assertEqual(done.stderr, b"")
        self.assertIn("EXIT STATUS", re.sub(r".\x08|\x1b\[\d*m", "", done.stdout.decode()))


if __name__ == "__main__":
    weir_program.main()
