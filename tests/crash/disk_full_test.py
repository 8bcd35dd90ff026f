"""A disk that is really full: reading stops, nothing is lost, and work goes on once there is space.

The disk is a small file system in memory, mounted in a name space of its own, which only root (or
who may be root in a user name space) can make.
"""

import os
import subprocess
import sys
import threading

import crash_case


class DiskFullTest(crash_case.Case):
    def test_small_disk(self):
        self.check("state", crash_case.events(3, 60000))

    def test_small_disk_under_a_table(self):
        self.use_disk_tables()
        self.check("table", crash_case.events(3, 150000))

    def check(self, kind, lines):
        inner = [sys.executable, "-B", os.path.abspath(__file__), crash_case.WEIR, kind,
                 self.folder]
        unshare = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
        if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no name space to mount a file system in")
        clean = self.clean_run(lines)
        done = subprocess.run([*unshare, *inner], capture_output=True, text=True, check=False,
                              timeout=crash_case.LIMIT)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("waiting for space", done.stdout)
        self.assertIn("there is space again", done.stdout)
        self.expect_same(clean, self.outputs("out"), "after the disk was full")


def fill(path):
    with open(path, "wb", buffering=0) as file:
        for piece in (1 << 20, 4096):
            try:
                while True:
                    file.write(bytes(piece))
            except OSError:
                pass


def feed(pipe, lines):
    pipe.write("".join(lines).encode())
    pipe.close()


def inside(kind, folder):
    case = crash_case.Case()
    case.folder, case.app = folder, os.path.join(folder, "app.sql")
    environment = dict(os.environ)
    disk = case.path("disk")
    os.makedirs(disk, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], check=True)
    if kind == "table":  # nothing but the tables is on that disk
        case.use_disk_tables()
        environment["TMPDIR"] = disk
        command = case.command("out", "--input", "Trades=-")
    else:
        command = case.command("out", "--input", "Trades=-", "--state-dir",
                               os.path.join(disk, "state"), "--snapshot-interval", "0")
    lines = case.read("events.ndjson").splitlines(keepends=True)
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=environment)
    process.stdin.write("".join(lines[:1000]).encode())
    process.stdin.write(b'{"query":"from Last select symbol"}\n')
    process.stdin.flush()
    process.stdout.readline()  # the answer: all that is running by now
    ballast = os.path.join(disk, "ballast")
    fill(ballast)
    writer = threading.Thread(target=feed, args=(process.stdin, lines[1000:]), daemon=True)
    writer.start()
    full = False
    for line in process.stderr:
        print(line.decode(errors="replace"), end="")
        if b"waiting for space" in line and not full:
            full = True
            os.remove(ballast)
    code = process.wait(timeout=crash_case.LIMIT)
    print(f"exit code {code}, waited {full}")
    return 0 if code == 0 and full else 1


if __name__ == "__main__":
    if sys.argv[2:3] in (["state"], ["table"]):
        crash_case.WEIR = sys.argv[1]
        sys.exit(inside(*sys.argv[2:]))
    crash_case.main()
