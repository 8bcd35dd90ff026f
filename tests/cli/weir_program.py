"""Runs the program under test; shared by the tests of the command line."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

WEIR = None

FILTER = ("define stream S (sym string, px double);\n"
          "@info(name = 'q') from S[px > 5] select sym, px insert into Out;\n")
LIMIT = 60  # seconds until a run counts as hanging

# The peak memory of a child counts from its parent's, so a small process stands between.
MEASURE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
open(sys.argv[1], "w").write(str(usage.ru_maxrss))
os._exit(os.waitstatus_to_exitcode(status))
"""


def readable(stream, seconds):
    """Whether something can be read of an unbuffered stream within so long."""
    return bool(select.select([stream], [], [], seconds)[0])


class Case(unittest.TestCase):
    """Each test has an empty folder of its own and helpers to run the program in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="weir-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def terminal(self):
        """Two ends of a terminal, if there are any."""
        try:
            ends = os.openpty()
        except OSError as error:
            self.skipTest(f"no terminals can be made here: {error}")
        for end in ends:
            self.addCleanup(os.close, end)
        return ends

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def weir(self, *arguments, stdin="", environment=None):
        """Runs to the end; gives exit code, stdout and stderr."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run([WEIR, *arguments], input=data, capture_output=True, timeout=LIMIT,
                              cwd=self.folder, env={**os.environ, **(environment or {})},
                              check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")

    def start(self, *arguments, **pipes):
        """Starts it with pipes, or what is given, as standard streams."""
        for stream in ("stdin", "stdout", "stderr"):
            pipes.setdefault(stream, subprocess.PIPE)
        process = subprocess.Popen([WEIR, *arguments], cwd=self.folder, **pipes)
        self.addCleanup(self.end, process)
        return process

    def measured(self, *arguments):
        """Runs to the end; gives exit code, stdout, stderr and the peak memory in KiB."""
        note = self.path("peak")
        done = subprocess.run([sys.executable, "-c", MEASURE, note, WEIR, *arguments],
                              capture_output=True, timeout=LIMIT, cwd=self.folder, check=False)
        return (done.returncode, done.stdout.decode(), done.stderr.decode(), int(self.read(note)))

    @staticmethod
    def is_sanitized():
        """Sanitizers keep freed memory, so that it cannot be measured."""
        with open(WEIR, "rb") as program:
            return b"__asan_init" in program.read()

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.wait(LIMIT)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None and not stream.closed:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass

    def expect(self, code, got):
        """Checks the exit code; gives stdout and stderr."""
        self.assertEqual(got[0], code, f"\nstdout: {got[1][:2000]}\nstderr: {got[2][:2000]}")
        return got[1], got[2]


class ServerCase(Case):
    """Apps with a server, whose port is told on the standard error output."""

    def port(self, process):
        errors = []
        while True:
            line = process.stderr.readline().decode()
            errors.append(line)
            found = re.search(r"listens on \S*?:(\d+)$", line.strip())
            if found:
                return int(found.group(1))
            self.assertTrue(line, errors)

    def connect(self, port):
        client = socket.create_connection(("127.0.0.1", port), LIMIT)
        self.addCleanup(client.close)
        return client

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(LIMIT), 0)


def main():
    global WEIR
    WEIR = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=1)
