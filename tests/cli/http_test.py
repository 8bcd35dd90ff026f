"""The http source and sink on this machine, with clients and servers of Python's library."""

import http.client
import http.server
import json
import os
import select
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

import weir_program
from weir_program import LIMIT

IN = "define stream In (sym string, px double);\n"
OUT = "define stream Out (sym string, px double);\n"
TABLE = "define table Last (sym string, px double);\n"
PASS = "from In[px > 5] select sym, px insert into Out;\n"
KEEP = "from In select sym, px insert into Last;\n"


class Served(weir_program.ServerCase):
    """An app whose port is told on the standard error output."""

    def serve(self, source, *arguments, rest=OUT + TABLE + PASS + KEEP):
        app = self.write("app.sql", source + IN + rest)
        process = self.start("run", app, *arguments)
        process.port = self.port(process)
        return process

    def connect(self, process):
        return super().connect(process.port)

    def ask(self, process, method, target, body=None, token=None, context=None, **headers):
        """Status and answer of one request."""
        if context is None:
            client = http.client.HTTPConnection("127.0.0.1", process.port, timeout=LIMIT)
        else:
            client = http.client.HTTPSConnection("localhost", process.port, timeout=LIMIT,
                                                 context=context)
            # The certificate is for that name, which need not be in this machine's files.
            client._create_connection = lambda place, *rest: socket.create_connection(
                ("127.0.0.1", place[1]), *rest)
        self.addCleanup(client.close)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["Authorization"] = "Bearer " + token
        client.request(method, target, body, headers)
        answer = client.getresponse()
        return answer.status, json.loads(answer.read())

    def query(self, process, text, **more):
        return self.ask(process, "GET", "/query?q=" + urllib.parse.quote(text), **more)

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(LIMIT), 0)

    @staticmethod
    def is_closed(client):
        client.settimeout(LIMIT)
        try:
            while client.recv(4096):
                pass
            return True
        except ConnectionResetError:
            return True


class Source(Served):
    def test_events_queries_and_health(self):
        process = self.serve("@source(type='http', port='0', path='/in')\n", "--output", "Out")
        post = lambda body, **more: self.ask(process, "POST", "/in", body, **more)
        self.assertEqual(post('{"sym":"A","px":6}'), (200, {"accepted": 1}))
        self.assertIn(b'"A"', process.stdout.readline())
        self.assertEqual(post('{"event":{"sym":"B","px":7}}'), (200, {"accepted": 1}))
        self.assertIn(b'"B"', process.stdout.readline())
        self.assertEqual(post('[{"sym":"C","px":8},\n{"sym":"D","px":9}]'), (200, {"accepted": 1}))
        self.assertIn(b'"C"', process.stdout.readline())
        self.assertIn(b'"D"', process.stdout.readline())
        lines = '{"sym":"E","px":8}\n{"sym":1}\n{"sym":"F","px":9}\n'
        status, answer = post(lines, Content_Type="application/x-ndjson; charset=utf-8")
        self.assertEqual((status, answer["accepted"], answer["bad"]), (200, 2, 1))
        self.assertIn("error", answer)
        self.assertIn(b'"E"', process.stdout.readline())
        self.assertIn(b'"F"', process.stdout.readline())
        status, answer = post("{")
        self.assertEqual((status, answer["accepted"]), (400, 0))
        status, answer = self.query(process, "from Last on px > 8 select sym")
        self.assertEqual((status, answer["rows"]), (200, [{"sym": "D"}, {"sym": "F"}]))
        status, answer = self.ask(process, "POST", "/query", "from Last select count() as n")
        self.assertEqual((status, answer["rows"]), (200, [{"n": 6}]))
        status, answer = self.query(process, "from Nothing select *")
        self.assertEqual(status, 400)
        self.assertIn("error", answer)
        self.assertEqual(self.ask(process, "GET", "/livez"), (200, {"status": "live"}))
        self.assertEqual(self.ask(process, "GET", "/readyz"), (200, {"status": "ready"}))
        _, version, _ = self.weir("--version")
        self.assertEqual(self.ask(process, "GET", "/version")[1]["version"], version.split()[1])
        self.stop(process)

    def test_what_only_reads_cannot_change(self):
        process = self.serve("@source(type='http', port='0')\n")
        status, answer = self.query(process, "delete Last on true")
        self.assertEqual((status, "only reading" in answer["error"]), (400, True))
        status, _ = self.ask(process, "POST", "/query",
                             "select 'Z' as sym, 1.0 as px insert into Last")
        self.assertEqual(status, 200)
        self.assertEqual(self.query(process, "from Last select sym")[1]["rows"], [{"sym": "Z"}])
        self.stop(process)

    def test_headers_as_attributes(self):
        process = self.start("run", self.write("app.sql", """
            @source(type='http', port='0', path='/in', @map(type='json', @attributes(
                sym='s.name', who='trp:X-User', size='trp:content-length', none='trp:X-None')))
            define stream In (sym string, who string, size int, none string);
            from In select * insert into Out;
            """), "--output", "Out")
        process.port = self.port(process)
        body = '[{"s":{"name":"a"}},{"s":{"name":"b"}}]'
        self.assertEqual(self.ask(process, "POST", "/in", body, x_user="Ann"),
                         (200, {"accepted": 1}))
        row = lambda: list(json.loads(process.stdout.readline())["event"].values())
        self.assertEqual(row(), ["a", "Ann", len(body), None])
        self.assertEqual(row(), ["b", "Ann", len(body), None])
        self.assertEqual(self.ask(process, "POST", "/in", '{"s":{"name":"c"}}')[0], 200)
        self.assertEqual(row(), ["c", None, 18, None])
        self.stop(process)

    def test_headers_that_do_not_fit(self):
        source = """@source(type='http', port='0', path='/in', @map(type='csv', @attributes(
            sym='0', px='trp:{}')))\n"""
        process = self.serve(source.format("X-Price"), "--output", "Out")
        status, answer = self.ask(process, "POST", "/in", "y", x_price="many")
        self.assertEqual((status, answer["accepted"]), (400, 0))
        self.assertIn("'px' (double) does not take 'many'", answer["error"])
        self.assertEqual(self.ask(process, "POST", "/in", "x", x_price="12.5")[0], 200)
        self.assertIn(b"12.5", process.stdout.readline())
        self.stop(process)
        app = self.write("secret.sql", source.format("authorization") + IN + OUT + PASS)
        code, _, err = self.weir("check", app)
        self.assertEqual(code, 78)
        self.assertIn("would put a secret among the events", err)

    def test_refusals(self):
        process = self.serve("@source(type='http', port='0', max.body.bytes='100', "
                             "max.header.bytes='1000')\n")
        self.assertEqual(self.ask(process, "GET", "/no")[0], 404)
        self.assertEqual(self.ask(process, "GET", "/In")[0], 405)
        self.assertEqual(self.ask(process, "DELETE", "/query")[0], 405)
        self.assertEqual(self.ask(process, "GET", "/query?q=%4")[0], 400)
        self.assertEqual(self.ask(process, "POST", "/In", "x" * 101)[0], 413)
        self.assertEqual(self.ask(process, "POST", "/In", "x", X="y" * 2000)[0], 431)
        self.assertEqual(self.ask(process, "POST", "/In", "x", Content_Encoding="gzip")[0], 415)
        self.assertEqual(self.ask(process, "POST", "/In", "x", Origin="http://evil.test")[0], 403)
        client = self.connect(process)
        client.sendall(b"not HTTP at all\r\n\r\n")
        self.assertIn(b" 400 ", client.recv(4096))
        self.stop(process)

    def test_requests_in_pieces_and_one_after_the_other(self):
        process = self.serve("@source(type='http', port='0', @map(type='csv'))\n", "--output",
                             "Out")
        client = self.connect(process)
        request = (b"POST /In HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                   b"Transfer-Encoding: chunked\r\n\r\n")
        for i in range(len(request)):
            client.sendall(request[i:i + 1])
        answers = client.makefile("rb")
        self.assertIn(b" 100 ", answers.readline())
        answers.readline()
        client.sendall(b"4\r\nA,6\n\r\n3\r\nB,7\r\n0\r\n\r\n"
                       b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        text = answers.read()
        self.assertEqual(text.count(b"HTTP/1.1 200 OK"), 2, text)
        self.assertIn(b'{"accepted":2}', text)
        self.assertIn(b'{"status":"live"}', text)
        self.assertIn(b'"A"', process.stdout.readline())
        self.stop(process)

    def test_roles(self):
        for role in ("read", "write", "admin"):
            self.write(role, role + " secret\n")
        process = self.serve("@source(type='http', port='0', read.token='read', write.token="
                             "'write', admin.token='admin', @map(type='ndjson'))\n")
        event = '{"sym":"A","px":6}'
        change = "select 'Z' as sym, 1.0 as px insert into Last"
        find = "from Last select sym"

        def all_three(token):
            return (self.ask(process, "POST", "/In", event, token=token)[0],
                    self.query(process, find, token=token)[0],
                    self.ask(process, "POST", "/query", change, token=token)[0])

        self.assertEqual(all_three(None), (401, 401, 401))
        self.assertEqual(all_three("wrong"), (401, 401, 401))
        self.assertEqual(all_three("read secret"), (403, 200, 400))
        self.assertEqual(all_three("write secret"), (200, 403, 403))
        self.assertEqual(all_three("admin secret"), (200, 200, 200))
        self.assertEqual(self.ask(process, "GET", "/livez")[0], 200)
        # Who may only write cannot ask by what is posted.
        status, answer = self.ask(process, "POST", "/In", json.dumps({"query": find}),
                                  token="write secret")
        self.assertEqual((status, answer["accepted"], "rows" in answer), (400, 0, False))
        self.stop(process)

    def test_sources_share_a_port(self):
        free = socket.create_server(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        source = f"@source(type='http', receiver.url='http://localhost:{port}/%s'%s)\n"
        rest = "define stream Two (sym string, px double);\n" + OUT + PASS
        more = "from Two select sym, px insert into Out;\n"
        process = self.serve(source % ("a", ""), "--output", "Out",
                             rest=source % ("b", "") + rest + more)
        self.port(process)
        self.assertEqual(self.ask(process, "POST", "/a", '{"sym":"A","px":6}')[0], 200)
        self.assertIn(b'"A"', process.stdout.readline())
        self.assertEqual(self.ask(process, "POST", "/b", '{"sym":"B","px":6}')[0], 200)
        self.assertIn(b'"B"', process.stdout.readline())
        self.stop(process)
        for second, why in ((("a", ""), "have the path /a"),
                            (("b", ", max.connections='7'"), "must be the same")):
            app = self.write("app.sql", source % ("a", "") + IN + source % second + rest + more)
            self.assertIn(why, self.weir("run", app)[2])

    def test_logged_before_it_is_answered(self):
        source = "@source(type='http', port='0')\n"
        process = self.serve(source, "--state-dir", self.path("state"))
        for i in range(20):
            status, _ = self.ask(process, "POST", "/In", json.dumps({"sym": f"S{i}", "px": 6}))
            self.assertEqual(status, 200)
        process.kill()
        process.wait(LIMIT)
        process = self.serve(source, "--state-dir", self.path("state"))
        _, answer = self.query(process, "from Last select count() as n")
        self.assertEqual(answer["rows"], [{"n": 20}])
        self.stop(process)

    def test_tls_and_certificates_of_clients(self):
        run = lambda *command: subprocess.run(["openssl", *command], cwd=self.folder, check=True,
                                              capture_output=True)
        run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost", "-days", "2")
        process = self.serve("@source(type='http', port='0', tls='true', tls.certificate="
                             "'cert.pem', tls.key='key.pem', tls.ca='cert.pem')\n")
        context = ssl.create_default_context(cafile=self.path("cert.pem"))
        with self.assertRaises((ssl.SSLError, ConnectionError, http.client.BadStatusLine)):
            self.ask(process, "GET", "/livez", context=context)
        context.load_cert_chain(self.path("cert.pem"), self.path("key.pem"))
        self.assertEqual(self.ask(process, "GET", "/livez", context=context)[0], 200)
        garbage = self.connect(process)
        garbage.sendall(b"GET /livez HTTP/1.1\r\n\r\n" * 10)
        self.assertTrue(self.is_closed(garbage))
        self.assertEqual(self.ask(process, "GET", "/livez", context=context)[0], 200)
        self.stop(process)

    def test_what_is_refused_before_it_runs(self):
        for source, why in (
                ("host='0.0.0.0', port='0'", "--insecure"),
                ("path='/a'", "'port' or 'receiver.url' is missing"),
                ("port='1', path='/query'", "the server's own"),
                ("port='1', path='a b'", "begins with /"),
                ("receiver.url='ftp://x/'", "is not of the form"),
                ("receiver.url='https://localhost:1/x'", "needs tls.certificate"),
                ("port='0', write.token='env:NO_SUCH_THING'", "no such variable")):
            app = self.write("app.sql", f"@source(type='http', {source})\n" + IN + OUT + PASS)
            code, _, err = self.weir("run", app)
            self.assertNotEqual(code, 0)
            self.assertIn(why, err)

    def test_slow_clients_are_closed_and_leave_nothing(self):
        process = self.serve("@source(type='http', port='0', first.byte.time='1 sec', "
                             "min.rate='1000', max.connections.per.address='50')\n")
        self.assertEqual(self.ask(process, "GET", "/livez")[0], 200)
        descriptors = lambda: len(os.listdir(f"/proc/{process.pid}/fd"))
        deadline = time.monotonic() + LIMIT
        silent = [self.connect(process) for _ in range(20)]
        slow_head = self.connect(process)
        slow_head.sendall(b"POST /In HTTP/1.1\r\nHost: x\r\nX-")
        slow_body = self.connect(process)
        slow_body.sendall(b"POST /In HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{")
        for client in [*silent, slow_head, slow_body]:
            self.assertTrue(self.is_closed(client))
            client.close()
        many = [self.connect(process) for _ in range(60)]  # ten too many
        for client in many[50:]:
            self.assertTrue(self.is_closed(client))
        for client in many:
            client.close()
        before = 30
        while descriptors() > before and time.monotonic() < deadline:
            select.select([], [], [], 0.01)
        self.assertLessEqual(descriptors(), before)
        self.assertEqual(self.ask(process, "POST", "/In", '{"sym":"A","px":6}')[0], 200)
        self.stop(process)


class Server(http.server.BaseHTTPRequestHandler):
    """Answers as server.answers say, then with 200; keeps what was posted."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.server.got.append((self.path, status, body.decode(), dict(self.headers)))
        if status == 0:  # none at all
            self.close_connection = True
            return
        self.send_response(status)
        if self.server.closes:
            self.send_header("Connection", "close")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


class Sink(Served):
    def listen(self, port=0, answers=(), closes=False):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Server)
        server.answers, server.closes, server.got = list(answers), closes, []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def app(self, port, options):
        return self.write("app.sql", IN + f"@sink(type='http', publisher.url="
                          f"'http://127.0.0.1:{port}/out?a=b'{options}, @map(type='csv'))\n"
                          + OUT + PASS)

    def events(self, count):
        return "".join(json.dumps({"sym": f"S{i}", "px": 6}) + "\n" for i in range(count))

    def bodies(self, server, status=200):
        return [got[2] for got in server.got if got[1] == status]

    def test_posts_one_by_one(self):
        self.write("secret", "open sesame\n")
        for closes in (False, True):
            server = self.listen(closes=closes)
            app = self.app(server.server_port, ", token='secret', content.type='text/csv'")
            self.expect(0, self.weir("run", app, "--output", "none", stdin=self.events(20)))
            self.assertEqual(self.bodies(server), [f"S{i},6.0" for i in range(20)])
            path, _, _, headers = server.got[0]
            self.assertEqual((path, headers["Authorization"], headers["Content-Type"]),
                             ("/out?a=b", "Bearer open sesame", "text/csv"))

    def test_several_records_a_request(self):
        server = self.listen()
        app = self.app(server.server_port, ", batch.records='8'")
        self.expect(0, self.weir("run", app, "--output", "none", stdin=self.events(20)))
        self.assertEqual([len(body.split("\n")) for body in self.bodies(server)], [8, 8, 4])

    def test_waits_for_a_server_that_cannot(self):
        server = self.listen(answers=[503, 0, 429])
        app = self.app(server.server_port, ", on.error='WAIT'")
        _, err = self.expect(0, self.weir("run", app, "--output", "none", stdin=self.events(3)))
        self.assertEqual(self.bodies(server), ["S0,6.0", "S1,6.0", "S2,6.0"])
        self.assertEqual(err, "")

    def test_waits_for_a_server_that_is_not_there(self):
        free = socket.create_server(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        app = self.app(port, ", on.error='WAIT'")
        process = self.start("run", app, "--output", "none")
        process.stdin.write(self.events(3).encode())
        process.stdin.close()
        self.assertIn(b"trying again", process.stderr.readline())
        server = self.listen(port)
        self.assertEqual(process.wait(LIMIT), 0)
        self.assertEqual(self.bodies(server), ["S0,6.0", "S1,6.0", "S2,6.0"])

    def test_tells_what_is_lost(self):
        server = self.listen(answers=[200, 400, 503])
        app = self.app(server.server_port, "")
        _, err = self.expect(0, self.weir("run", app, "--output", "none", stdin=self.events(4)))
        self.assertEqual(self.bodies(server), ["S0,6.0", "S3,6.0"])
        self.assertRegex(err, "(event is|events are|events were) lost")
        server.shutdown()
        server.server_close()
        _, err = self.expect(0, self.weir("run", app, "--output", "none", stdin=self.events(4)))
        self.assertIn("dropped", err)
        for options in (", batch.records='0'", ", method='GET'"):
            self.assertEqual(self.weir("check", self.app(1, options))[0], 78)


class Others(Served):
    def test_generator(self):
        app = self.write("app.sql", "@source(type='timer', count='5000', payload="
                         "'{{n}},{{n}}{{n}}', @map(type='csv'))\n"
                         "define stream N (n long, twice long);\n"
                         "from N[n > 4998] select * insert into Out;\n")
        out, _ = self.expect(0, self.weir("run", app, "--bare"))
        self.assertEqual(out, '{"n":4999,"twice":49994999}\n{"n":5000,"twice":50005000}\n')

    def test_topic_with_two_takers(self):
        take = "@source(type='inMemory', topic='t', @map(type='csv'))\n"
        app = self.write("app.sql", "@source(type='stdin')\n" + IN
                         + take + "define stream A (sym string, px double);\n"
                         + take + "define stream B (sym string, px double);\n"
                         "@sink(type='inMemory', topic='t', @map(type='csv'))\n" + OUT + PASS
                         + "from A select 'a' as via, sym insert into Got;\n"
                         "from B select 'b' as via, sym insert into Got;\n")
        process = self.start("run", app, "--output", "Got", "--bare")
        process.stdin.write(b'{"sym":"X","px":6}\n')
        process.stdin.flush()
        got = sorted(json.loads(process.stdout.readline())["via"] for _ in range(2))
        self.assertEqual(got, ["a", "b"])
        self.stop(process)


if __name__ == "__main__":
    weir_program.main()
