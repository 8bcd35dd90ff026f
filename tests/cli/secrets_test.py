"""Secrets are in files or in the environment: nothing that weir writes shows them."""

import os
import unittest

import weir_program
from weir_program import LIMIT

TOKEN = "canary-of-a-token"
KEY = "canary" * 6
APP = """
@app:name('Guarded')
@source(type='http', port='0', path='/in', write.token='env:TOKEN', admin.token='token',
  @map(type='json'))
define stream S (a int);
@sink(type='http', publisher.url='http://127.0.0.1:1/x', token='env:TOKEN', on.error='LOG',
  @map(type='json'))
define stream Out (a int);
from S select a insert into Out;
"""


class Secrets(weir_program.Case):
    def setUp(self):
        super().setUp()
        self.write("token", TOKEN + "\n")
        self.app = self.write("app.sql", APP)
        self.environment = {"TOKEN": TOKEN, "STATE_KEY": KEY}

    def check_hidden(self, *texts):
        for text in texts:
            self.assertNotIn("canary", text)

    def test_nothing_shows_them(self):
        for command in (("check",), ("explain",), ("explain", "--format", "json"),
                        ("explain", "--format", "dot"), ("explain", "--format", "mermaid")):
            got = self.weir(command[0], self.app, *command[1:], environment=self.environment)
            self.check_hidden(*self.expect(0, got))
        got = self.weir("config", "show", "--origin", environment={
            "WEIR_RUN_STATE_KEY_ENV": "STATE_KEY", **self.environment})
        self.check_hidden(*self.expect(0, got))

    def test_a_run_does_not_show_them(self):
        run = self.start("run", self.app, "--stats", env={**os.environ, **self.environment})
        told = ""
        while "listens on" not in told:
            line = run.stderr.readline().decode()
            self.assertNotEqual(line, "", told)
            told += line
        with open(f"/proc/{run.pid}/cmdline", "rb") as file:
            self.check_hidden(file.read().decode())
        run.terminate()
        out, err = run.communicate(timeout=LIMIT)
        self.check_hidden(told, out.decode(), err.decode())

    def test_the_state_directory_has_none(self):
        app = self.write("plain.sql", "define stream S (a int);\nfrom S select a insert into O;\n")
        self.expect(0, self.weir("run", app, "--state-dir", "state", stdin='{"a":1}\n',
                                 environment=self.environment))
        for folder, _, names in os.walk(self.path("state")):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(b"canary", file.read(), name)

    def test_a_secret_in_its_place_is_refused_without_being_shown(self):
        # What is not there is not named: it may be the secret itself.
        for option in ("write.token", "read.token", "admin.token"):
            app = self.write("wrong.sql", "@source(type='http', port='0', %s='%s', "
                             "@map(type='json')) define stream S (a int);\n"
                             "from S select a insert into O;\n" % (option, TOKEN))
            out, err = self.expect(66, self.weir("run", app))
            self.assertIn("a secret is in a file", err)
            self.check_hidden(out, err)
        for options in ("publisher.url='http://me:%s@localhost/x'", "publisher.url='http://x@y'"):
            app = self.write("url.sql", "define stream S (a int);\n@sink(type='http', "
                             + options.replace("%s", "secret") +
                             ", @map(type='json'))\ndefine stream O (a int);\n"
                             "from S select a insert into O;\n")
            _, err = self.expect(78, self.weir("check", app))
            message = err.splitlines()[0]
            self.assertIn("a URL with a user or password is not taken", message)
            self.assertNotIn("secret@", message)

    def test_a_key_is_not_shown(self):
        key = self.write("key", KEY + "\n")
        code, out, err = self.weir("run", self.app, "--state-dir", "state", "--state-key-file", key,
                                   environment=self.environment)
        self.assertNotEqual(code, 0)  # it is no key
        self.check_hidden(out, err)
        code, out, err = self.weir("run", self.app, "--state-dir", "state", "--state-key-env",
                                   "STATE_KEY", environment=self.environment)
        self.assertNotEqual(code, 0)
        self.check_hidden(out, err)


if __name__ == "__main__":
    weir_program.main()
