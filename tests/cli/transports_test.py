"""Sources and sinks of the app: files, the standard streams, sockets on this machine."""

import json
import os
import select
import signal
import socket
import struct
import threading
import time

import weir_program
from weir_program import LIMIT

IN = "define stream In (sym string, px double);\n"
OUT = "define stream Out (sym string, px double);\n"
PASS = "from In[px > 5] select sym, px insert into Out;\n"


def event(sym, px):
    return (json.dumps({"sym": sym, "px": px}) + "\n").encode()


class Files(weir_program.Case):
    def test_stdin_to_stdout_in_other_codecs(self):
        app = self.write("app.sql", "@source(type='stdin', @map(type='csv', header='true'))\n" + IN
                         + "@sink(type='stdout', @map(type='csv', header='true'))\n" + OUT + PASS)
        out, _ = self.expect(0, self.weir("run", app, stdin='px,sym\n6,"a,b"\n1,c\n7.5,d\n'))
        self.assertEqual(out, 'sym,px\n"a,b",6.0\nd,7.5\n')

    def test_files_by_pattern_to_a_file(self):
        for name, row in (("b.csv", "B,6\n"), ("a.csv", "A,7"), ("c.txt", "C,8\n")):
            self.write(name, row)
        app = self.write("app.sql", "@source(type='file', file.uri='*.csv', tailing='false', "
                         "@map(type='csv'))\n" + IN
                         + "@sink(type='file', file.uri='out.txt', @map(type='csv'))\n" + OUT
                         + PASS)
        self.expect(0, self.weir("run", app))
        self.assertEqual(self.read("out.txt"), "A,7.0\nB,6.0\n")
        self.expect(0, self.weir("run", app))
        self.assertEqual(self.read("out.txt"), "A,7.0\nB,6.0\n" * 2)

    def test_path_of_the_file_as_an_attribute(self):
        self.write("a.csv", "7\n8\n")
        self.write("b.csv", "6\n")
        app = self.write("app.sql", "@source(type='file', file.uri='*.csv', tailing='false', "
                         "@map(type='csv', @attributes(px='0', sym='trp:file.path')))\n" + IN
                         + "@sink(type='file', file.uri='out.txt', @map(type='csv'))\n" + OUT
                         + PASS)
        self.expect(0, self.weir("run", app))
        self.assertEqual(self.read("out.txt"), "a.csv,7.0\na.csv,8.0\nb.csv,6.0\n")
        app = self.write("app.sql", "@source(type='file', file.uri='a.csv', tailing='false', "
                         "@map(type='csv', @attributes(n='0', a='trp:file.path', "
                         "b='trp:file.path')))\ndefine stream S (a string, n int, b string);\n"
                         "@sink(type='file', file.uri='two.txt', @map(type='csv'))\n"
                         "define stream O (a string, n int, b string);\n"
                         "from S select * insert into O;\n")
        self.expect(0, self.weir("run", app))
        self.assertEqual(self.read("two.txt"), "a.csv,7,a.csv\na.csv,8,a.csv\n")
        app = self.write("app.sql", "@source(type='file', file.uri='*.csv', tailing='false', "
                         "@map(type='csv', @attributes(px='0', sym='trp:eof')))\n" + IN + OUT
                         + PASS)
        code, _, err = self.weir("check", app)
        self.assertEqual(code, 78)
        self.assertIn("it has: file.path", err)

    def test_file_sink_rotates_and_names_at_the_end(self):
        app = self.write("app.sql", "@source(type='stdin', @map(type='csv'))\n" + IN
                         + "@sink(type='file', file.uri='out.csv', append='false', atomic='true', "
                         "rotate.bytes='20', @map(type='csv', header='true'))\n" + OUT + PASS)
        self.expect(0, self.weir("run", app, stdin="A,6\nB,7\nC,8\nD,9\n"))
        self.assertEqual(self.read("out.csv.1"), "sym,px\nA,6.0\nB,7.0\n")
        self.assertEqual(self.read("out.csv"), "sym,px\nC,8.0\nD,9.0\n")
        self.assertFalse(os.path.exists(self.path("out.csv.part")))

    def test_missing_file(self):
        app = self.write("app.sql", "@source(type='file', file.uri='no', tailing='false')\n" + IN
                         + PASS)
        self.expect(66, self.weir("run", app))

    def test_follows_a_file_through_a_rotation(self):
        self.write("in.ndjson", event("A", 6))
        app = self.write("app.sql", "@source(type='file', file.uri='in.ndjson')\n" + IN + PASS)
        process = self.start("run", app, "--bare")
        read = lambda: json.loads(process.stdout.readline())["sym"]
        self.assertEqual(read(), "A")
        with open(self.path("in.ndjson"), "ab") as file:
            file.write(event("B", 6))
        self.assertEqual(read(), "B")
        os.rename(self.path("in.ndjson"), self.path("in.ndjson.1"))
        with open(self.path("in.ndjson.1"), "ab") as file:
            file.write(event("C", 6))
        self.assertEqual(read(), "C")
        self.write("in.ndjson", event("D", 6))
        self.assertEqual(read(), "D")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(LIMIT), 0)


class Sockets(weir_program.ServerCase):
    """A server in the app; the port is told on the standard error output."""

    def serve(self, source, sink="", query=PASS, *arguments):
        app = self.write("app.sql", source + IN + sink + OUT + query)
        return self.start("run", app, *arguments)

    @staticmethod
    def is_closed(client):
        client.settimeout(LIMIT)
        try:
            return client.recv(1) == b""
        except ConnectionResetError:
            return True

    def test_lines_from_several_clients(self):
        process = self.serve("@source(type='tcp', port='0')\n")
        port = self.port(process)
        first, second = self.connect(port), self.connect(port)
        first.sendall(event("A", 6) + event("B", 7)[:5])
        self.assertIn(b'"A"', process.stdout.readline())
        second.sendall(event("C", 8))
        self.assertIn(b'"C"', process.stdout.readline())
        first.sendall(event("B", 7)[5:])
        self.assertIn(b'"B"', process.stdout.readline())
        self.stop(process)

    def test_frames(self):
        process = self.serve("@source(type='tcp', port='0', framing='length', "
                             "@map(type='json'))\n")
        client = self.connect(self.port(process))
        body = b'[{"sym":"A","px":6},\n {"sym":"B","px":7}]'
        client.sendall(struct.pack(">I", len(body)) + body)
        self.assertIn(b'"A"', process.stdout.readline())
        self.assertIn(b'"B"', process.stdout.readline())
        client.sendall(struct.pack(">I", 1 << 31))
        self.assertTrue(self.is_closed(client))
        self.stop(process)

    def test_socket_in_the_file_system(self):
        process = self.serve("@source(type='unix', path='in.sock')\n")
        while "listens" not in process.stderr.readline().decode():
            pass
        client = socket.socket(socket.AF_UNIX)
        self.addCleanup(client.close)
        client.connect(self.path("in.sock"))
        client.sendall(event("A", 6))
        self.assertIn(b'"A"', process.stdout.readline())
        self.stop(process)
        self.assertFalse(os.path.exists(self.path("in.sock")))

    def test_token(self):
        self.write("secret", "open sesame\n")
        process = self.serve("@source(type='tcp', port='0', token='secret')\n")
        port = self.port(process)
        wrong = self.connect(port)
        wrong.sendall(b"Bearer open\n" + event("W", 6))
        self.assertTrue(self.is_closed(wrong))
        right = self.connect(port)
        right.sendall(b"Bearer open sesame\r\n" + event("A", 6))
        self.assertIn(b'"A"', process.stdout.readline())
        self.stop(process)

    def test_acknowledgements(self):
        """A client hears how many of its lines are safe, and goes on behind them after a crash."""
        state = ("--state-dir", self.path("state"), "--sync", "epoch", "--output", "Out")
        source = "@source(type='tcp', port='0', acknowledge='true')\n"
        process = self.serve(source, "", PASS, *state)
        client = self.connect(self.port(process))
        lines = client.makefile("rb")

        def acknowledged(count):
            told = 0
            while told < count:
                before, told = told, json.loads(lines.readline())["ack"]
                self.assertGreater(told, before)
            return told

        client.sendall(event("A", 6) + b"bad\n" + event("B", 1) + event("C", 7)[:9])
        self.assertEqual(acknowledged(3), 3)
        client.sendall(event("C", 7)[9:] + b'{"query":"from In select *"}\n' + event("D", 8))
        self.assertEqual(acknowledged(6), 6)
        process.kill()
        process.wait(LIMIT)
        shown, _ = self.expect(0, self.weir("log", "show", "--state-dir", "state"))
        self.assertEqual([json.loads(line)["event"]["sym"] for line in shown.splitlines()
                          if '"event"' in line], ["A", "B", "C", "D"])

    def test_who_sends_again_behind_the_last_acknowledgement_loses_nothing(self):
        state = ("--state-dir", self.path("state"), "--output", "none")
        source = "@source(type='tcp', port='0', acknowledge='true')\n"
        done, count = 0, 4000
        for heard in (1, 40, 700, 1500, None):
            process = self.serve(source, "", PASS, *state, "--log-retention", "1G")
            client = self.connect(self.port(process))
            lines = client.makefile("rb")
            sent = done
            sender = threading.Thread(target=self.send_lines, args=(client, range(sent, count)))
            sender.start()
            told = 0
            while done < (count if heard is None else heard):
                told = json.loads(lines.readline())["ack"]
                done = sent + told
            process.kill()
            process.wait(LIMIT)
            sender.join(LIMIT)
            lines.close()
            client.close()
        shown, _ = self.expect(0, self.weir("log", "show", "--state-dir", "state"))
        numbers = [int(json.loads(line)["event"]["px"]) for line in shown.splitlines()
                   if '"event"' in line]
        self.assertEqual(sorted(set(numbers)), list(range(count)))
        again = [at for before, at in zip(numbers, numbers[1:]) if at != before + 1]
        self.assertLessEqual(len(again), 4)  # one for each kill

    @staticmethod
    def send_lines(client, numbers):
        try:
            for number in numbers:
                client.sendall(event("A", number))
        except OSError:
            pass  # it was killed

    def test_a_client_that_does_not_hear_acknowledgements(self):
        process = self.serve("@source(type='tcp', port='0', acknowledge='true')\n", "", PASS,
                             "--output", "none")
        client = self.connect(self.port(process))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(2000):
            client.sendall(event("A", 6))
        client.sendall(event("A", 6) * 20000)
        last = 0
        with client.makefile("rb") as lines:
            while last < 22000:
                last = json.loads(lines.readline())["ack"]
        self.assertEqual(last, 22000)
        self.stop(process)

    def test_sink_to_subscribers_and_to_a_server(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        port = server.getsockname()[1]
        process = self.serve("@source(type='stdin')\n",
                             f"@sink(type='tcp', port='{port}', @map(type='csv'))\n"
                             "@sink(type='tcp', port='0', mode='server', @map(type='csv'))\n")
        server.settimeout(LIMIT)
        taker, _ = server.accept()
        self.addCleanup(taker.close)
        subscriber = self.connect(self.port(process))
        lines = taker.makefile("rb")
        heard = subscriber.makefile("rb")
        first = None
        while first is None:  # until the subscriber is known
            process.stdin.write(event("A", 6))
            process.stdin.flush()
            self.assertEqual(lines.readline(), b"A,6.0\n")
            if select.select([subscriber], [], [], 0.05)[0]:
                first = heard.readline()
        self.assertEqual(first, b"A,6.0\n")
        process.stdin.close()
        self.assertEqual(process.wait(LIMIT), 0)

    def test_a_slow_taker_slows_the_source(self):
        process = self.serve("@source(type='tcp', port='0', queue.bytes='4096')\n",
                             "@sink(type='tcp', port='0', mode='server', queue.bytes='4096', "
                             "stall.time='1 min')\n")
        out_port = self.port(process)
        in_port = self.port(process)
        taker = self.connect(out_port)
        client = self.connect(in_port)
        client.settimeout(2)
        line = event("A" * 1000, 6)
        sent = 0
        try:
            while sent < 64 << 20:
                sent += client.send(line)
        except TimeoutError:
            pass
        self.assertLess(sent, 64 << 20)
        done = threading.Event()

        def drain():
            while not done.is_set():
                taker.recv(1 << 20)

        thread = threading.Thread(target=drain)
        thread.start()
        client.settimeout(LIMIT)
        client.sendall(line)
        done.set()
        client.sendall(line)
        thread.join(LIMIT)
        self.stop(process)

    def test_plain_text_elsewhere_is_refused(self):
        app = self.write("app.sql", "@source(type='tcp', host='0.0.0.0', port='0')\n" + IN + PASS)
        _, err = self.expect(64, self.weir("run", app))
        self.assertIn("--insecure", err)

    def test_bad_clients_do_not_hurt_a_good_one(self):
        process = self.serve("@source(type='tcp', port='0', first.byte.time='1 sec', "
                             "min.rate='1000', max.connections.per.address='50')\n",
                             "", PASS, "--max-record-bytes", "100000")
        port = self.port(process)
        good = self.connect(port)
        good.sendall(event("A", 6))
        self.assertIn(b'"A"', process.stdout.readline())
        descriptors = lambda: len(os.listdir(f"/proc/{process.pid}/fd"))
        before = descriptors()
        silent = [self.connect(port) for _ in range(40)]
        slow = self.connect(port)
        slow.sendall(b'{"sym":')
        huge = self.connect(port)
        huge.sendall(b"x" * 300000 + b"\n" + event("H", 6))
        self.assertIn(b'"H"', process.stdout.readline())
        cut = self.connect(port)
        cut.sendall(b'{"sym":"cut"')
        cut.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        cut.close()
        good.sendall(event("B", 7))
        self.assertIn(b'"B"', process.stdout.readline())
        for client in [*silent, slow]:
            self.assertTrue(self.is_closed(client))
        huge.close()
        deadline = time.monotonic() + LIMIT
        while descriptors() > before and time.monotonic() < deadline:
            select.select([], [], [], 0.01)
        self.assertLessEqual(descriptors(), before)
        good.sendall(event("C", 8))
        self.assertIn(b'"C"', process.stdout.readline())
        self.stop(process)

    def test_idle_takes_no_processor(self):
        process = self.serve("@source(type='tcp', port='0')\n")
        port = self.port(process)
        clients = [self.connect(port) for _ in range(50)]
        clients[0].sendall(event("A", 6))
        self.assertIn(b'"A"', process.stdout.readline())

        def ticks():
            with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            return int(fields[11]) + int(fields[12])

        before = ticks()
        select.select([], [], [], 1.0)
        self.assertLessEqual(ticks() - before, 2)
        self.stop(process)


if __name__ == "__main__":
    weir_program.main()
