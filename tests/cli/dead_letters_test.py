"""What becomes of events that cannot be delivered or processed: fault streams and dead letters."""

import http.server
import json
import os
import socket
import struct
import threading

import weir_program
from weir_program import LIMIT

IN = "define stream In (sym string, px double);\n"
PASS = "from In select sym, px insert into Out;\n"


def sink(port, action, more=""):
    return (f"@sink(type='tcp', port='{port}', on.error='{action}', @map(type='csv'){more})\n"
            "define stream Out (sym string, px double);\n")


def event(sym, px):
    return json.dumps({"sym": sym, "px": px}) + "\n"


def unused_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Taker:
    """A server that reads lines from whoever connects."""

    def __init__(self, case, port=0):
        self.server = socket.create_server(("127.0.0.1", port))
        case.addCleanup(self.server.close)
        self.server.settimeout(LIMIT)
        self.port = self.server.getsockname()[1]

    def accept(self):
        connection, _ = self.server.accept()
        connection.settimeout(LIMIT)
        return connection

    def read_all(self):
        """Takes one connection and gives all its lines."""
        with self.accept() as connection, connection.makefile("rb") as lines:
            return lines.read().decode().splitlines()


class Refuser(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400 if b"bad" in body else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class DeadLetters(weir_program.Case):
    def tool(self, *arguments, code=0, place=("--dead-letters", "dead")):
        out, err = self.expect(code, self.weir("deadletters", *arguments, *place))
        return [json.loads(line) for line in out.splitlines()], err

    def run_app(self, app, stdin, *arguments, code=0):
        return self.expect(code, self.weir("run", app, *arguments, stdin=stdin))

    def test_undelivered_events_are_stored_shown_sent_again_and_dropped(self):
        port = unused_port()
        app = self.write("app.sql", IN + sink(port, "STORE") + PASS)
        self.run_app(app, event("A", 1) + event('B "x"', 2.5), "--dead-letters", "dead")
        self.run_app(app, event("C", 3), "--dead-letters", "dead")
        sums, _ = self.tool("ls")
        self.assertEqual([(s["stream"], s["sink"], s["letters"], s["first"], s["last"])
                          for s in sums], [("Out", "tcp", 3, 1, 3)])
        self.assertIn("refused", sums[0]["last_error"])
        letters, _ = self.tool("show", "--from", "2", "--to", "2")
        self.assertEqual(letters[0]["event"], {"sym": 'B "x"', "px": 2.5})
        self.assertEqual(letters[0]["record"], '"B ""x""",2.5')
        events, _ = self.tool("show", "--events", "--stream", "Out")
        self.assertEqual([e["event"]["sym"] for e in events], ["A", 'B "x"', "C"])
        self.assertEqual(self.tool("show", "--stream", "In")[0], [])
        # Nobody is there yet.
        self.tool("replay", "--app", app, code=74)
        self.assertEqual(self.tool("ls")[0][0]["letters"], 3)
        self.assertEqual(self.tool("drop", "--from", "2", "--to", "2")[0], [{"dropped": 1}])
        taker = Taker(self, port)
        got = []
        thread = threading.Thread(target=lambda: got.extend(taker.read_all()))
        thread.start()
        self.assertEqual(self.tool("replay", "--app", app)[0], [{"delivered": 2, "left": 0}])
        thread.join(LIMIT)
        self.assertEqual(got, ["A,1.0", "C,3.0"])
        self.assertEqual(self.tool("ls")[0], [])
        # Numbers are never given again.
        taker.server.close()
        self.run_app(app, event("D", 4), "--dead-letters", "dead")
        self.assertEqual([l["letter"] for l in self.tool("show")[0]], [4])

    def test_events_that_a_query_cannot_process(self):
        app = self.write("app.sql", "@OnError(action='STORE')\n"
                         "define stream S (id int, items object);\n"
                         "@info(name='split') from S#list:tokenize(items) select id, value "
                         "insert into Out;\nfrom S select id insert into All;\n")
        lines = ('{"stream":"S","timestamp":5,"event":{"id":1,"items":[7]}}\n'
                 '{"stream":"S","timestamp":6,"event":{"id":2,"items":"x"}}\n')
        out, err = self.run_app(app, lines, "--dead-letters", "dead", "--playback")
        self.assertNotIn("ERROR", err)
        self.assertEqual(out.count('"All"'), 2)
        letters, _ = self.tool("show")
        self.assertEqual([(l["query"], l["timestamp"], l["event"]) for l in letters],
                         [("split", 6, {"id": 2, "items": "x"})])
        self.assertIn("not a list", letters[0]["error"])
        _, _, err = self.weir("deadletters", "replay", "--app", app, "--dead-letters", "dead")
        self.assertEqual(self.tool("ls")[0][0]["letters"], 1)
        events = self.weir("deadletters", "show", "--events", "--dead-letters", "dead")[1]
        fixed = self.write("fixed.sql", "define stream S (id int, items object);\n"
                           "from S select id, items insert into Out;\n")
        out, _ = self.run_app(fixed, events, "--playback", "--bare")
        self.assertEqual(out, '{"id":2,"items":"x"}\n')

    def test_a_state_directory_has_them_after_a_kill(self):
        app = self.write("app.sql", "@OnError(action='STORE')\n"
                         "define stream S (id int, items object);\n"
                         "from S#list:tokenize(items) select id, value insert into Out;\n")
        place = ("--state-dir", "state")
        line = '{"stream":"S","timestamp":%d,"event":{"id":%d,"items":0}}\n'
        process = self.start("run", app, *place, "--playback", "--snapshot-interval", "0")
        for i in range(1, 4):
            process.stdin.write((line % (i, i)).encode())
            process.stdin.flush()
            self.wait_until(lambda n=i: self.weir("deadletters", "show",
                                                  *place)[1].count("\n") == n)
        process.kill()
        process.wait(LIMIT)
        self.run_app(app, line % (4, 4), *place, "--playback")
        letters, _ = self.tool("show", place=place)
        ids = [l["event"]["id"] for l in letters]
        self.assertEqual(sorted(set(ids)), [1, 2, 3, 4])
        self.assertLessEqual(len(ids), 5)  # the last one before the kill may come again

    def wait_until(self, check):
        done = threading.Event()
        for _ in range(LIMIT * 20):
            if check():
                return
            done.wait(0.05)
        self.fail("it never happened")

    def test_sealed_letters(self):
        self.write("key", os.urandom(32))
        app = self.write("app.sql", IN + sink(unused_port(), "STORE") + PASS)
        place = ("--dead-letters", "dead", "--state-key-file", "key")
        self.run_app(app, event("secret-word", 1), *place)
        for name in os.listdir(self.path("dead")):
            with open(self.path(os.path.join("dead", name)), "rb") as file:
                self.assertNotIn(b"secret-word", file.read())
        self.tool("show", code=64)
        self.assertEqual(self.tool("show", place=place)[0][0]["event"]["sym"], "secret-word")

    def test_a_directory_is_needed(self):
        app = self.write("app.sql", IN + sink(unused_port(), "STORE") + PASS)
        _, err = self.run_app(app, "", code=64)
        self.assertIn("--dead-letters", err)
        self.tool("ls", code=66)
        self.expect(64, self.weir("deadletters", "ls"))

    def test_no_event_is_lost_with_its_connection(self):
        """All are delivered or dead letters, whenever the other side goes."""
        taker = Taker(self)
        app = self.write("app.sql", IN + sink(taker.port, "STORE", "").replace(
            "on.error", "queue.bytes='4096', on.error") + PASS)
        process = self.start("run", app, "--dead-letters", "dead")
        connection = taker.accept()
        taker.server.close()
        count = 30000

        def write():
            for i in range(count):
                process.stdin.write(event(f"s{i}", i).encode())
            process.stdin.close()

        writer = threading.Thread(target=write)
        writer.start()
        got = b""
        while len(got) < 100000:
            got += connection.recv(4096)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        writer.join(LIMIT)
        self.assertEqual(process.wait(LIMIT), 0)
        letters = [l["event"]["sym"] for l in self.tool("show")[0]]
        self.assertEqual(letters, [f"s{i}" for i in range(count - len(letters), count)])
        # What the kernel had taken when the other side went is known to nobody.
        self.assertGreater(len(letters), 0)
        self.assertLess(got.count(b"\n"), count)

    def test_what_a_server_refuses(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuser)
        threading.Thread(target=server.serve_forever).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        app = self.write("app.sql", IN + "@sink(type='http', publisher.url='http://127.0.0.1:"
                         f"{server.server_port}/x', on.error='STORE', @map(type='json'))\n"
                         "define stream Out (sym string, px double);\n" + PASS)
        self.run_app(app, event("good", 1) + event("bad", 2) + event("fine", 3) + event("bad", 4),
                     "--dead-letters", "dead")
        letters, _ = self.tool("show")
        self.assertEqual([l["event"]["px"] for l in letters], [2, 4])
        self.assertIn("status 400", letters[0]["error"])


    def deal(self, strategy, *destinations, kind="tcp', @map(type='csv'), on.error='STORE"):
        places = ", ".join(f"@destination({one})" for one in destinations)
        app = self.write("app.sql", IN + f"@sink(type='{kind}', "
                         f"@distribution(strategy='{strategy}', {places}))\n"
                         "define stream Out (sym string, px double);\n" + PASS)
        self.run_app(app, "".join(event(f"s{i}", i) for i in range(20)), "--dead-letters", "dead")
        return app, [letter["event"]["sym"] for letter in self.tool("show")[0]]

    def test_what_one_of_several_takes_is_delivered(self):
        for strategy in ("roundRobin", "broadcast"):
            taker, got = Taker(self), []
            thread = threading.Thread(target=lambda to=got, by=taker: to.extend(by.read_all()))
            thread.start()
            _, letters = self.deal(strategy, f"port='{unused_port()}'", f"port='{taker.port}'")
            thread.join(LIMIT)
            self.assertEqual(letters, [])
            self.assertEqual(got, [f"s{i},{i}.0" for i in range(20)])

    def test_what_none_of_several_takes_is_stored_and_sent_again(self):
        for strategy in ("roundRobin", "broadcast"):
            ports = [unused_port(), unused_port()]
            app, letters = self.deal(strategy, *(f"port='{port}'" for port in ports))
            self.assertEqual(letters, [f"s{i}" for i in range(20)])
            taker, got = Taker(self, ports[1]), []
            thread = threading.Thread(target=lambda to=got, by=taker: to.extend(by.read_all()))
            thread.start()
            self.assertEqual(self.tool("replay", "--app", app)[0], [{"delivered": 20, "left": 0}])
            thread.join(LIMIT)
            self.assertEqual(got, [f"s{i},{i}.0" for i in range(20)])
            taker.server.close()

    def test_by_key_others_do_not_stand_in(self):
        taker, got = Taker(self), []
        thread = threading.Thread(target=lambda: got.extend(taker.read_all()))
        thread.start()
        app, letters = self.deal("partitioned', partitionKey='sym",
                                 f"port='{unused_port()}'", f"port='{taker.port}'")
        thread.join(LIMIT)
        self.assertTrue(0 < len(letters) < 20)
        self.assertEqual(sorted(letters + [line.split(",")[0] for line in got]),
                         sorted(f"s{i}" for i in range(20)))
        _, err = self.tool("replay", "--app", app, code=78)
        self.assertIn("by key cannot be sent again", err)

    def test_what_several_servers_refuse(self):
        """What is lost is known later than the event was taken, and by each in its own order."""
        class Odd(Refuser):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.server.count += 1
                self.send_response(400 if self.server.count % self.server.every == 0 else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        for strategy, wanted in (("broadcast", [5, 11, 17]), ("roundRobin", [2, 5, 6, 10, 11, 14,
                                                                              17, 18])):
            urls = []
            for every in (2, 3):
                server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Odd)
                server.count, server.every = 0, every
                threading.Thread(target=server.serve_forever).start()
                self.addCleanup(server.server_close)
                self.addCleanup(server.shutdown)
                urls.append(f"publisher.url='http://127.0.0.1:{server.server_port}/x'")
            _, letters = self.deal(strategy, *urls,
                                   kind="http', @map(type='json'), on.error='STORE")
            self.assertEqual(letters, [f"s{i}" for i in wanted])
            self.tool("drop", "--from", "1")

    def test_several_go_on_after_a_kill(self):
        ports = [unused_port(), unused_port()]
        app = self.write("app.sql", IN + "@sink(type='tcp', @map(type='csv'), on.error='STORE', "
                         "@distribution(strategy='roundRobin', "
                         + ", ".join(f"@destination(port='{port}')" for port in ports) + "))\n"
                         "define stream Out (sym string, px double);\n" + PASS)
        place = ("--state-dir", "state")
        process = self.start("run", app, *place)
        process.stdin.write(event("A", 1).encode())
        process.stdin.flush()
        self.wait_until(lambda: self.weir("deadletters", "show", *place)[1].count("\n") == 1)
        process.kill()
        process.wait(LIMIT)
        self.run_app(app, event("B", 2), *place)
        letters = [letter["event"]["sym"] for letter in self.tool("show", place=place)[0]]
        self.assertEqual(letters[0], "A")
        self.assertEqual(letters[-1], "B")
        self.assertLessEqual(len(letters), 3)


class FaultStreams(weir_program.Case):
    APP = (IN + "@OnError(action='STREAM')\n%s" + PASS
           + "from !Out select sym, px, _error['sink'] as failed insert into Lost;\n")

    def test_undelivered_events_come_back(self):
        app = self.write("app.sql", self.APP % sink(unused_port(), "STREAM"))
        out, err = self.expect(0, self.weir("run", app, "--bare", "--output", "Lost",
                                            stdin=event("A", 1) + event("B", 2)))
        self.assertEqual(out, '{"sym":"A","px":1.0,"failed":"tcp"}\n'
                              '{"sym":"B","px":2.0,"failed":"tcp"}\n')
        self.assertNotIn("dropped", err)

    def test_events_of_a_destination_come_back(self):
        taker, got = Taker(self), []
        thread = threading.Thread(target=lambda: got.extend(taker.read_all()))
        thread.start()
        app = self.write("app.sql", self.APP % (
            "@sink(type='tcp', on.error='STREAM', @map(type='csv'), @distribution("
            f"strategy='partitioned', partitionKey='sym', @destination(port='{unused_port()}'), "
            f"@destination(port='{taker.port}')))\ndefine stream Out (sym string, px double);\n"))
        out, _ = self.expect(0, self.weir("run", app, "--bare", "--output", "Lost",
                                          stdin="".join(event(f"s{i}", i) for i in range(20))))
        thread.join(LIMIT)
        lost = [json.loads(line)["sym"] for line in out.splitlines()]
        self.assertTrue(0 < len(lost) < 20)
        self.assertEqual(sorted(lost + [line.split(",")[0] for line in got]),
                         sorted(f"s{i}" for i in range(20)))

    def test_while_the_run_goes_on(self):
        taker = Taker(self)
        app = self.write("app.sql", self.APP % sink(taker.port, "STREAM"))
        process = self.start("run", app, "--bare", "--output", "Lost")
        connection = taker.accept()
        taker.server.close()
        process.stdin.write(event("A", 1).encode())
        process.stdin.flush()
        self.assertEqual(connection.recv(100), b"A,1.0\n")
        connection.close()
        # Until the connection is found closed, an event may be taken for sent.
        found = None
        for i in range(100):
            process.stdin.write(event("B", i).encode())
            process.stdin.flush()
            ready = weir_program.readable(process.stdout, 0.05)
            if ready:
                found = json.loads(process.stdout.readline())
                break
        self.assertEqual((found["sym"], found["failed"]), ("B", "tcp"))
        process.stdin.close()
        self.assertEqual(process.wait(LIMIT), 0)

    def test_they_are_logged_like_any_input(self):
        app = self.write("app.sql", self.APP % sink(unused_port(), "STREAM"))
        lines = "".join('{"stream":"In","timestamp":%d,"event":{"sym":"A","px":%d}}\n' % (i, i)
                        for i in range(1, 50))
        state = ("--state-dir", "state", "--playback", "--output", "Lost")
        out, _ = self.expect(0, self.weir("run", app, *state, "--log-retention", "1G",
                                          stdin=lines))
        self.assertEqual(out.count("\n"), 49)
        again, _ = self.expect(0, self.weir("replay", "--state-dir", "state", "--output", "Lost"))
        self.assertEqual(again, out)
        shown, _ = self.expect(0, self.weir("log", "show", "--state-dir", "state"))
        self.assertEqual(shown.count('"!Out"'), 49)
        # Those came back and do not come again.
        more, _ = self.expect(0, self.weir("run", app, *state, stdin=""))
        self.assertEqual(more, "")

    def test_a_fault_stream_is_needed(self):
        for action in ("", "@OnError(action='STORE')\n"):
            app = self.write("app.sql", IN + action + sink(1, "STREAM") + PASS)
            _, err = self.expect(78, self.weir("check", app))
            self.assertIn("there is no fault stream '!Out'", err)


if __name__ == "__main__":
    weir_program.main()
