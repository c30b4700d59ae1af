"""Requests that no honest client sends, over raw sockets: rows of the attacks that each door must refuse."""

import random
import socket
import threading
import time
import unittest

import harness

# What follows a refused request must never be answered: it is how smuggling shows.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: {host}\r\n\r\n"

# Name, request, statuses that may answer it. {host} is a name that is served there.
FRAMING = [
    ("Content-Length and Transfer-Encoding", b"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    ("Transfer-Encoding and Content-Length", b"POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", {400}),
    ("two equal Content-Lengths", b"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", {400}),
    ("two different Content-Lengths", b"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", {400}),
    ("a list of Content-Lengths", b"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1, 1\r\n\r\nx", {400}),
    ("signed Content-Length", b"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: +1\r\n\r\nx", {400}),
    ("hexadecimal Content-Length", b"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0x1\r\n\r\nx", {400}),
    ("overflowing Content-Length", b"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 99999999999999999999\r\n\r\nx", {400, 413}),
    ("negative Content-Length", b"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\nx", {400}),
    ("unknown coding", b"POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", {400, 501}),
    ("chunked not last", b"POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", {400, 501}),
    ("chunked twice", b"POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400, 501}),
    ("vertical tab before chunked", b"POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", {400, 501}),
    ("Transfer-Encoding in HTTP/1.0", b"POST / HTTP/1.0\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400, 501}),
]
HEAD = [
    ("space before the colon", b"GET / HTTP/1.1\r\nHost : {host}\r\n\r\n", {400}),
    ("folded line", b"GET / HTTP/1.1\r\nHost: {host}\r\nX: a\r\n b\r\n\r\n", {400}),
    ("bare LF", b"GET / HTTP/1.1\nHost: {host}\n\n", {400}),
    ("bare LF in the middle", b"GET / HTTP/1.1\r\nHost: {host}\nX: y\r\n\r\n", {400}),
    ("bare CR in a value", b"GET / HTTP/1.1\r\nHost: {host}\r\nX: a\rb\r\n\r\n", {400}),
    ("NUL in a value", b"GET / HTTP/1.1\r\nHost: {host}\r\nX: a\x00b\r\n\r\n", {400}),
    ("empty field name", b"GET / HTTP/1.1\r\nHost: {host}\r\n: a\r\n\r\n", {400}),
    ("field name with a slash", b"GET / HTTP/1.1\r\nHost: {host}\r\nX/Y: a\r\n\r\n", {400}),
    ("no Host", b"GET / HTTP/1.1\r\nX: a\r\n\r\n", {400}),
    ("two Hosts", b"GET / HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n", {400}),
    ("user in Host", b"GET / HTTP/1.1\r\nHost: user@{host}\r\n\r\n", {400}),
    ("path in Host", b"GET / HTTP/1.1\r\nHost: {host}/x\r\n\r\n", {400}),
    ("port games in Host", b"GET / HTTP/1.1\r\nHost: localhost:99999\r\n\r\n", {400}),
    ("raw space in the target", b"GET /a b HTTP/1.1\r\nHost: {host}\r\n\r\n", {400}),
    ("fragment in the target", b"GET /a#b HTTP/1.1\r\nHost: {host}\r\n\r\n", {400}),
    ("byte above 127 in the target", b"GET /\xff HTTP/1.1\r\nHost: {host}\r\n\r\n", {400}),
    ("absolute form that disagrees with Host", b"GET http://other.example/ HTTP/1.1\r\nHost: {host}\r\n\r\n", {400}),
    ("asterisk with GET", b"GET * HTTP/1.1\r\nHost: {host}\r\n\r\n", {400}),
    ("CONNECT", b"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}\r\n\r\n", {400, 403, 405, 501}),
    ("no version", b"GET /\r\n\r\n", {400}),
    ("unknown version", b"GET / HTTP/3.7\r\nHost: {host}\r\n\r\n", {400, 505}),
    ("version in lower case", b"GET / http/1.1\r\nHost: {host}\r\n\r\n", {400}),
    ("no token as method", b"G@T / HTTP/1.1\r\nHost: {host}\r\n\r\n", {400}),
    ("TLS to a plain port", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + b"\x00" * 64 + b"\r\n\r\n", {400}),
]
CHUNKS = [
    ("minus in a chunk size", b"-1\r\nx\r\n0\r\n\r\n"),
    ("overflowing chunk size", b"ffffffffffffffffff\r\nx\r\n0\r\n\r\n"),
    ("space before a chunk size", b" 1\r\nx\r\n0\r\n\r\n"),
    ("bare LF after a chunk size", b"1\nx\r\n0\r\n\r\n"),
    ("no line end after the data", b"1\r\nxy\r\n0\r\n\r\n"),
    ("hexadecimal prefix", b"0x1\r\nx\r\n0\r\n\r\n"),
    ("line feed in an extension", b"1;a=\nb\r\nx\r\n0\r\n\r\n"),
    ("a trailer that frames", b"1\r\nx\r\n0\r\nContent-Length: 5\r\n\r\n"),
]


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.origin = harness.Origin(lambda handler, asked: harness.reply(
            handler, harness.read_body(handler, asked)))
        cls.addClassCleanup(cls.origin.close)
        cls.methods = {"Quantity": 7, "Items": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
                       "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]}}
        _, cls.domain = cls.server.make_distribution("localhost", cls.origin.port, AllowedMethods=cls.methods)

    def doors(self) -> list[tuple[str, int, str]]:
        return [("edge", self.server.edge_port(), self.domain), ("api", self.server.api_port, "localhost")]

    def refused(self, port: int, host: str, request: bytes, statuses: set[int]) -> None:
        whole = (request + SMUGGLED).replace(b"{host}", host.encode())
        got, closed = harness.talk(port, whole)
        self.assertTrue(closed, f"left open after {got[:200]!r}")
        self.assertRegex(got[:12].decode("latin-1"), r"^HTTP/1\.1 \d{3}$")
        self.assertIn(int(got[9:12]), statuses, got[:300])
        self.assertEqual(got.count(b"HTTP/1.1 "), 1, got[:600])

    def check_rows(self, rows: list[tuple[str, bytes, set[int]]]) -> None:
        for door, port, host in self.doors():
            for name, request, statuses in rows:
                with self.subTest(f"{door}: {name}"):
                    self.refused(port, host, request, statuses)
        self.assertNotIn("/smuggled", [asked.path for asked in self.origin.asked])
        self.assertEqual(self.server.get(self.domain, "/still-here").status, 200)

    def test_framing_that_can_be_read_two_ways(self) -> None:
        self.check_rows(FRAMING)

    def test_heads_outside_the_grammar(self) -> None:
        self.check_rows(HEAD)

    def test_a_request_of_http11_behind_the_preface_of_http2(self) -> None:
        preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        self.refused(self.server.api_port, "localhost", preface, {400, 505})
        got, closed = harness.talk(self.server.edge_port(), preface + SMUGGLED.replace(b"{host}", self.domain.encode()))
        self.assertTrue(closed, f"left open after {got[:200]!r}")
        self.assertNotIn(b"HTTP/1.1", got)
        self.assertNotIn("/smuggled", [asked.path for asked in self.origin.asked])

    def test_broken_chunks(self) -> None:
        before = b"POST /chunks HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n"
        port, host = self.server.edge_port(), self.domain
        for name, body in CHUNKS:
            with self.subTest(name):
                self.refused(port, host, before + body, {400, 502})

    def test_limits_of_the_head(self) -> None:
        port, host = self.server.edge_port(), self.domain.encode()
        long_url = b"GET /" + b"u" * 8192 + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
        long_head = (b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n" +
                     b"".join(b"X-%d: %s\r\n" % (i, b"v" * 500) for i in range(45)) + b"\r\n")
        for name, request in (("URL beyond 8,192 bytes", long_url), ("head beyond 20,480 bytes", long_head)):
            with self.subTest(name):
                self.refused(port, self.domain, request, {413})
        fits = b"GET /" + b"u" * 8000 + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n"
        self.assertEqual(harness.talk(port, fits)[0][9:12], b"200")

    def test_get_with_a_body_is_refused(self) -> None:
        # The body is framed, so what follows it may be answered or the connection closed; either way it is no request.
        answer = self.server.get(self.domain, "/with-body", body=b"GET /smuggled HTTP/1.1\r\n\r\n")
        self.assertEqual(answer.status, 403)
        self.assertEqual([asked.path for asked in self.origin.asked if asked.path in ("/with-body", "/smuggled")], [])

    def test_slow_heads_do_not_hold_up_others(self) -> None:
        connections = [socket.create_connection(("127.0.0.1", self.server.edge_port())) for _ in range(300)]
        try:
            for connection in connections:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
            started = time.monotonic()
            self.assertEqual(self.server.get(self.domain, "/bystander").status, 200)
            self.assertLess(time.monotonic() - started, 1 * harness.PATIENCE)
            # Cut within 36 s by the goals; here the head's deadline of 10 s shows.
            connections[0].settimeout(36 * harness.PATIENCE)
            while connections[0].recv(4096):
                pass
        finally:
            for connection in connections:
                connection.close()

    def test_noise_by_many_does_not_end_it(self) -> None:
        def shout(seed: int) -> None:
            noise = random.Random(seed)
            for _ in range(20):
                request = bytearray(b"POST /noise?a=b HTTP/1.1\r\nHost: " + self.domain.encode() +
                                    b"\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
                for _ in range(noise.randint(1, 4)):
                    request[noise.randrange(len(request))] = noise.randrange(256)
                for port in (self.server.edge_port(), self.server.api_port):
                    try:
                        with socket.create_connection(("127.0.0.1", port), 2) as connection:
                            connection.sendall(request)
                            connection.shutdown(socket.SHUT_WR)
                            connection.recv(65536)
                    except OSError:
                        pass

        threads = [threading.Thread(target=shout, args=(seed,)) for seed in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.server.get(self.domain, "/after-noise").status, 200)
        self.assertIsNone(self.server.process.poll())
