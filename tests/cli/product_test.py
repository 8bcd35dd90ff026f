"""Every source with every codec, and every sink with every codec: what goes in comes out."""

import http.client
import http.server
import json
import os
import re
import select
import signal
import socket
import threading
import time

import weir_program
from weir_program import LIMIT

SCHEMA = "(sym string, px double)"
CODECS = ("csv", "json", "keyvalue", "ndjson", "text")
WITHIN = ("passThrough",)  # which only inMemory takes
SOURCES = ("file", "http", "inMemory", "stdin", "tcp", "timer", "unix")
SINKS = ("file", "http", "inMemory", "log", "stdout", "tcp", "unix")


class Taker(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.got += self.rfile.read(int(self.headers["Content-Length"])) + b"\n"
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Product(weir_program.Case):
    @staticmethod
    def form(codec):
        """Lines that name their stream would go back to it from a topic."""
        return f"@map(type='{codec}'" + (", format='bare')" if codec == "ndjson" else ")")

    def record(self, codec, sym):
        """The bytes of an event in this codec, as the program itself writes them."""
        app = self.write("record.sql", f"define stream S {SCHEMA};\n@sink(type='stdout', "
                         f"{self.form(codec)})\ndefine stream In {SCHEMA};\n"
                         "from S select * insert into In;\n")
        out, _ = self.expect(0, self.weir("run", app, "--output", "none",
                                          stdin=json.dumps({"sym": sym, "px": 6.5})))
        self.assertIn(sym, out)
        return out.rstrip("\n")

    def gather(self, name, server):
        """Collects what comes from a listening socket."""
        self.got[name] = b""
        server.settimeout(LIMIT)
        self.addCleanup(server.close)

        def take():
            client, _ = server.accept()
            with client:
                while piece := client.recv(4096):
                    self.got[name] += piece

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        self.threads.append(thread)

    def app(self, codec):
        """Sources of all types feed In, whose rows go to sinks of all types. Topics are between:
        Seed is the source of one, and Back takes what the sink of another gave."""
        form = self.form(codec)
        sources = {
            "file": "file.uri='in.txt', tailing='false'",
            "http": "port='0', path='/in'",
            "inMemory": "topic='in'",
            "stdin": "",
            "tcp": "port='0'",
            "timer": "count='1', interval='10 millisec', payload=\"\"\""
                     + self.record(codec, "timer") + '"""',
            "unix": "path='in.sock'",
        }
        sinks = {
            "file": "file.uri='out.txt'",
            "http": f"publisher.url='http://127.0.0.1:{self.http.server_port}/out'",
            "inMemory": "topic='out'",
            "log": "prefix='logged'",
            "stdout": "",
            "tcp": f"port='{self.tcp.getsockname()[1]}'",
            "unix": "path='out.sock'",
        }
        self.assertEqual((set(sources), set(sinks)), (set(SOURCES), set(SINKS)))
        join = lambda kind, all_of: "".join(
            f"@{kind}(type='{name}', {options + ', ' if options else ''}{form})\n"
            for name, options in all_of.items())
        return (join("source", sources) + join("sink", sinks) + f"define stream In {SCHEMA};\n"
                "@source(type='file', file.uri='seed.txt', tailing='false')\n"
                f"@sink(type='inMemory', topic='in', {form})\n"
                f"define stream Seed {SCHEMA};\n"
                f"@source(type='inMemory', topic='out', {form})\n"
                "@sink(type='file', file.uri='back.txt', @map(type='csv'))\n"
                f"define stream Back {SCHEMA};\n")

    def walk(self, codec):
        self.got = {}
        self.threads = []
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taker)
        self.http.got = b""
        self.addCleanup(self.http.server_close)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.addCleanup(self.http.shutdown)
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.gather("tcp", self.tcp)
        taker = socket.socket(socket.AF_UNIX)
        taker.bind(self.path("out.sock"))
        taker.listen()
        self.gather("unix", taker)
        self.write("in.txt", self.record(codec, "file") + "\n")
        self.write("seed.txt", '{"sym":"inMemory","px":6.5}\n')
        app = self.write("app.sql", self.app(codec))
        with open(self.path("errors"), "wb") as errors:
            process = self.start("run", app, "--output", "none", stderr=errors)
        found = lambda: re.findall(r"stream 'In' (\w+) .*127.*:(\d+)$", self.read("errors"),
                                   re.MULTILINE)
        ports = dict(self.wait(lambda: found() if len(found()) == 2 else None))
        process.stdin.write((self.record(codec, "stdin") + "\n").encode())
        process.stdin.close()
        client = http.client.HTTPConnection("127.0.0.1", int(ports["takes"]), timeout=LIMIT)
        client.request("POST", "/in", self.record(codec, "http"))
        self.assertEqual(client.getresponse().status, 200)
        client.close()
        for name, kind, address in (("tcp", socket.AF_INET, ("127.0.0.1", int(ports["listens"]))),
                                    ("unix", socket.AF_UNIX, self.path("in.sock"))):
            with socket.socket(kind) as sender:
                sender.connect(address)
                sender.sendall((self.record(codec, name) + "\n").encode())
        whole = lambda: (len(self.read("back.txt").splitlines()) == len(SOURCES)
                         if os.path.exists(self.path("back.txt")) else False)
        self.wait(whole)
        process.send_signal(signal.SIGTERM)
        out = process.stdout.read().decode()
        self.assertEqual(process.wait(LIMIT), 0, self.read("errors"))
        for thread in self.threads:
            thread.join(LIMIT)
        self.assertEqual(sorted(line.split(",")[0] for line in
                                self.read("back.txt").splitlines()), sorted(SOURCES))
        taken = {"file": self.read("out.txt"), "http": self.http.got.decode(), "stdout": out,
                 "log": self.read("errors"), "tcp": self.got["tcp"].decode(),
                 "unix": self.got["unix"].decode(), "inMemory": None}
        for sink in SINKS:
            for source in SOURCES:
                if sink != "inMemory":
                    wanted = self.record(codec, source)
                    self.assertEqual(taken[sink].count(wanted), 1,
                                     f"{source} -> {codec} -> {sink}: {taken[sink]}")

    def wait(self, call):
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            if found := call():
                return found
            select.select([], [], [], 0.02)
        self.fail("nothing came in time: " + self.read("errors"))
        return None

    def test_all_types_are_walked(self):
        for kind, names in (("sources", SOURCES), ("sinks", SINKS), ("codecs", CODECS + WITHIN)):
            _, out, _ = self.weir("help", kind)
            self.assertEqual(set(re.findall(r"^  (\S+) ", out, re.MULTILINE)), set(names))


def test_of(codec):
    return lambda self: self.walk(codec)


for one in CODECS:
    setattr(Product, "test_" + one, test_of(one))

if __name__ == "__main__":
    weir_program.main()
