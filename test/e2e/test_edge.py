"""Edges in front of a custom origin: what is asked of it, what is stored, what viewers see, logs and metrics."""

import socket
import threading
import time
import unittest
from collections.abc import Callable

import harness

NO_CACHING = {"CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}
ALL_METHODS = {"Quantity": 7, "Items": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
               "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]}}


def answer(handler, asked: harness.Asked) -> None:
    """The origin's pages, by path."""
    path = asked.path.partition("?")[0]
    if path.startswith("/slow"):
        time.sleep(1.0)
        harness.reply(handler, b"slow" * 1000, Cache_Control="max-age=60")
    elif path.startswith("/error/"):
        harness.reply(handler, b"trouble", status=int(path.rpartition("/")[2]))
    elif path == "/short":
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"only this")
        handler.close_connection = True
    elif path == "/chunked":
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for part in (b"one ", b"two ", b"three"):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        handler.wfile.write(b"0\r\n\r\n")
    elif path == "/echo":
        harness.reply(handler, asked.method.encode() + b" " + harness.read_body(handler, asked))
    elif path == "/socket":
        handler.send_response(101)
        handler.send_header("Connection", "Upgrade")
        handler.send_header("Upgrade", asked.head.get("upgrade", "none"))
        handler.end_headers()
        while piece := handler.rfile.readline():
            handler.wfile.write(piece.upper())
        handler.close_connection = True
    elif path == "/conversation":  # answers each chunk of the request before the next one comes
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while size := int(handler.rfile.readline(), 16):
            piece = handler.rfile.read(size + 2)[:size].upper()
            handler.wfile.write(b"%x\r\n%s\r\n" % (size, piece))
        handler.wfile.write(b"0\r\n\r\n")
    elif path == "/validated":
        if asked.head.get("if-none-match") == '"v1"':
            harness.reply(handler, b"", status=304, ETag='"v1"', Cache_Control="max-age=1")
        else:
            harness.reply(handler, b"validated", ETag='"v1"', Cache_Control="max-age=1")
    else:
        harness.reply(handler, b"body of " + path.encode(), Cache_Control="max-age=300", ETag='"e"',
                      Content_Type="text/plain", X_Origin="yes")


class Edge(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)
        cls.origin = harness.Origin(answer)
        cls.addClassCleanup(cls.origin.close)
        cls.identifier, cls.domain = cls.server.make_distribution("localhost", cls.origin.port)
        cls.uncached, cls.uncached_domain = cls.server.make_distribution(
            "localhost", cls.origin.port, cache=NO_CACHING, AllowedMethods=ALL_METHODS)

    def get(self, path: str, edge: int = 0, **how: object) -> harness.Answer:
        return self.server.get(self.domain, path, edge=edge, **how)

    def test_miss_then_hit_then_regional_hit(self) -> None:
        self.assertEqual(self.get("/tiers").cache, "Miss")
        hit = self.get("/tiers")
        self.assertEqual((hit.cache, hit.body, hit.head["x-origin"]), ("Hit", b"body of /tiers", "yes"))
        self.assertIn("age", hit.head)
        second = self.get("/tiers", edge=1)
        self.assertEqual(second.body, b"body of /tiers")
        self.assertIn("age", second.head)
        self.assertEqual(self.get("/tiers", edge=1).cache, "Hit")
        self.assertEqual(self.origin.count("/tiers"), 1)

    def test_age_grows(self) -> None:
        self.get("/age")
        first = int(self.get("/age").head["age"])
        harness.wait_until(lambda: int(self.get("/age").head["age"]) > first, "Age grows", 3)

    def test_two_hundred_viewers_of_one_cold_object_ask_the_origin_once(self) -> None:
        self.crowd("/slow/one-edge", [0] * 200)

    def test_viewers_at_both_edges_ask_the_origin_once(self) -> None:
        self.crowd("/slow/two-edges", [0, 1] * 100)

    def crowd(self, path: str, edges: list[int]) -> None:
        gate = threading.Barrier(len(edges))
        answers: list[harness.Answer | Exception] = []

        def view(edge: int) -> None:
            gate.wait(30)
            try:
                answers.append(self.get(path, edge=edge))
            except OSError as trouble:
                answers.append(trouble)

        threads = [threading.Thread(target=view, args=(edge,)) for edge in edges]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([a for a in answers if isinstance(a, Exception)], [])
        self.assertEqual({(a.status, a.body) for a in answers}, {(200, b"slow" * 1000)})
        self.assertEqual(len(answers), len(edges))
        self.assertEqual(self.origin.count(path), 1)

    def test_head_of_a_stored_object(self) -> None:
        self.get("/head")
        head = self.get("/head", method="HEAD")
        self.assertEqual((head.status, head.cache, head.body), (200, "Hit", b""))
        self.assertEqual(head.head["content-length"], str(len("body of /head")))
        self.assertEqual(self.origin.count("/head"), 1)

    def test_ranges_and_conditions_from_the_cache(self) -> None:
        self.get("/part")
        part = self.get("/part", headers={"Range": "bytes=5-6"})
        self.assertEqual((part.status, part.body, part.head["content-range"]), (206, b"of", "bytes 5-6/13"))
        beyond = self.get("/part", headers={"Range": "bytes=99-"})
        self.assertEqual((beyond.status, beyond.head["content-range"]), (416, "bytes */13"))
        unchanged = self.get("/part", headers={"If-None-Match": '"e"'})
        self.assertEqual((unchanged.status, unchanged.body), (304, b""))
        self.assertEqual(self.origin.count("/part"), 1)

    def test_chunked_bodies_come_whole_and_are_stored(self) -> None:
        self.assertEqual(self.get("/chunked").body, b"one two three")
        again = self.get("/chunked")
        self.assertEqual((again.cache, again.body), ("Hit", b"one two three"))

    def test_short_body_is_not_stored(self) -> None:
        for _ in range(2):
            with self.assertRaises((ConnectionError, harness.http.client.IncompleteRead)):
                self.get("/short")
        self.assertEqual(self.origin.count("/short"), 2)

    def test_errors_are_cached_for_a_while(self) -> None:
        self.assertEqual(self.get("/error/404").status, 404)
        self.assertEqual(self.get("/error/404").cache, "Error")
        self.assertEqual(self.origin.count("/error/404"), 1)
        self.assertEqual(self.get("/error/403").status, 403)
        self.assertEqual(self.get("/error/403").status, 403)
        self.assertEqual(self.origin.count("/error/403"), 2)

    def test_revalidation(self) -> None:
        self.assertEqual(self.get("/validated").cache, "Miss")
        refreshed = harness.wait_until(lambda: (a := self.get("/validated")).cache == "RefreshHit" and a, "RefreshHit", 5)
        self.assertEqual((refreshed.status, refreshed.body), (200, b"validated"))

    def test_invalidation_reaches_all_tiers(self) -> None:
        for path in ("/inv/a", "/inv/b", "/inx"):
            for edge in (0, 1):
                self.get(path, edge=edge)
        self.server.invalidate(self.identifier, "/inv/*")
        for path, asked in (("/inv/a", 2), ("/inv/b", 2), ("/inx", 1)):
            for edge in (0, 1):
                self.get(path, edge=edge)
            self.assertEqual(self.origin.count(path), asked, path)

    def test_query_is_not_in_the_default_key(self) -> None:
        self.get("/query?a=1")
        self.assertEqual(self.get("/query?a=2").cache, "Hit")

    def test_bodies_pass_where_methods_allow(self) -> None:
        body = b"x" * 200_000
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            got = self.server.get(self.uncached_domain, "/echo", method=method, body=body)
            self.assertEqual((got.status, got.body), (200, method.encode() + b" " + body))
        chunked = (f"POST /echo HTTP/1.1\r\nHost: {self.uncached_domain}\r\nTransfer-Encoding: chunked\r\n"
                   "Connection: close\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
        self.assertTrue(harness.talk(self.server.edge_port(), chunked.encode())[0].endswith(b"POST abcde"))
        self.assertEqual(self.get("/echo", method="POST", body=b"x").status, 403)

    def test_both_bodies_of_a_post_stream_at_once(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.edge_port()), timeout=20) as viewer:
            viewer.sendall(f"POST /conversation HTTP/1.1\r\nHost: {self.uncached_domain}\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n".encode())
            lines = viewer.makefile("rb")
            self.assertEqual(lines.readline(), b"HTTP/1.1 200 OK\r\n")
            while lines.readline() != b"\r\n":
                pass
            for word in (b"one", b"two"):
                viewer.sendall(b"3\r\n" + word + b"\r\n")
                self.assertEqual((lines.readline(), lines.read(5)), (b"3\r\n", word.upper() + b"\r\n"))
            viewer.sendall(b"0\r\n\r\n")
            self.assertEqual(lines.readline(), b"0\r\n")

    def test_orig_10_a_websocket_is_a_pipe_between_viewer_and_origin(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.edge_port()), timeout=20) as viewer:
            viewer.sendall(f"GET /socket HTTP/1.1\r\nHost: {self.domain}\r\nConnection: Upgrade\r\n"
                           "Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n".encode())
            lines = viewer.makefile("rb")
            self.assertEqual(lines.readline(), b"HTTP/1.1 101 Switching Protocols\r\n")
            while lines.readline() != b"\r\n":
                pass
            for word in (b"one\n", b"two\n"):
                viewer.sendall(word)
                self.assertEqual(lines.readline(), word.upper())
            viewer.shutdown(socket.SHUT_WR)
            self.assertEqual(lines.read(), b"")

    def test_caching_disabled_asks_each_time(self) -> None:
        for _ in range(3):
            self.assertEqual(self.server.get(self.uncached_domain, "/plain").cache, "Miss")
        self.assertEqual(self.origin.count("/plain"), 3)

    def test_what_the_origin_is_asked(self) -> None:
        self.get("/asked", headers={"Cookie": "a=b", "Authorization": "Basic x", "X-Custom": "1", "User-Agent": "me",
                                    "X-Forwarded-Host": "evil"})
        asked = next(asked for asked in self.origin.asked if asked.path == "/asked")
        for name in ("cookie", "authorization", "x-custom", "x-forwarded-host"):
            self.assertNotIn(name, asked.head)
        self.assertEqual(asked.head["user-agent"], "Amazon CloudFront")
        self.assertEqual(asked.head["host"].partition(":")[0], "localhost")
        self.assertIn("x-amz-cf-id", asked.head)
        self.assertRegex(asked.head["via"], r"cloudfront\.net \(CloudFront\)")

    def test_an_unknown_host_is_nobodys(self) -> None:
        answer = harness.fetch(self.server.edge_port(), "dnobodynobody.cloudfront.localhost", "/")
        self.assertIn(answer.status, (403, 404, 421))
        self.assertEqual(answer.cache, "Error")

    def test_a_dead_origin_is_502_or_504_and_not_our_end(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            dead = taken.getsockname()[1]
        _, domain = self.server.make_distribution("localhost", dead)
        self.assertIn(self.server.get(domain, "/").status, (502, 503, 504))
        self.assertEqual(self.get("/alive").status, 200)

    def test_ten_requests_on_one_connection_and_pipelined(self) -> None:
        self.get("/pipe")
        host = f"{self.domain}:{self.server.edge_port()}"
        one = f"GET /pipe HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        last = f"GET /pipe HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        got, closed = harness.talk(self.server.edge_port(), one * 9 + last)
        self.assertTrue(closed)
        self.assertEqual(got.count(b"HTTP/1.1 200 "), 10)
        self.assertEqual(got.count(b"body of /pipe"), 10)

    def test_metrics_count_what_happened(self) -> None:
        pops = [edge["pop"] for edge in self.server.ready["edges"]]

        def count(tier: str, result: str, node: str = "") -> float:
            return self.server.metric("gustfront_requests_total", tier=tier, result=result, **({"node": node} if node else {}))

        def reaches(now: Callable[[], float], expected: float, what: str) -> None:
            # A request is counted when its last byte has been handed over, which may be after the viewer has read it.
            harness.wait_until(lambda: now() >= expected, what)
            self.assertEqual(now(), expected, what)

        hits, regional_hits = count("edge", "Hit", pops[0]), count("regional", "Hit")
        misses, regional_misses = count("edge", "Miss", pops[0]), count("regional", "Miss")
        self.get("/counted")
        reaches(lambda: count("edge", "Miss", pops[0]), misses + 1, "the first request is a miss of the edge")
        reaches(lambda: count("regional", "Miss"), regional_misses + 1, "and of the regional cache")
        asked = self.server.metric("gustfront_upstream_requests_total", upstream="origin")
        for _ in range(5):
            self.get("/counted")
        self.get("/counted", edge=1)
        reaches(lambda: count("edge", "Hit", pops[0]), hits + 5, "five hits at the first edge")
        reaches(lambda: count("regional", "Hit"), regional_hits + 1, "the second edge's first request")
        self.assertEqual(self.server.metric("gustfront_upstream_requests_total", upstream="origin"), asked)
        self.assertTrue(all(name.startswith("gustfront_") for name in self.server.metrics()))
        health = harness.fetch(harness.port_of(self.server.ready["metrics"].removesuffix("/metrics")), "h", "/healthz")
        self.assertEqual(health.status, 200)


class AccessLog(unittest.TestCase):
    def test_one_line_a_request(self) -> None:
        with harness.Gustfront() as server, harness.origin_that(answer) as origin:
            _, domain = server.make_distribution("localhost", origin.port)
            sent = [server.get(domain, "/log/a"), server.get(domain, "/log/a"), server.get(domain, "/log/a?q=a%20b"),
                    server.get(domain, "/error/404"), server.get(domain, "/log/a", method="HEAD"),
                    server.get(domain, "/log/a", method="DELETE"),
                    server.get(domain, "/log/a", headers={"User-Agent": "tab\there \"quoted\"", "Referer": "http://r/"})]
            self.assertEqual(server.stop(), 0)
            pop = server.ready["edges"][0]["pop"]
            lines = server.access_lines(pop) or [line for line in server.access_lines() if line[2].startswith(pop)]
            self.assertEqual({len(line) for line in lines}, {33})
            by_id = {line[14]: line for line in lines}
            self.assertEqual(len(lines), len(sent))
            self.assertEqual(set(by_id), {answer.head["x-amz-cf-id"] for answer in sent})
            of = [by_id[answer.head["x-amz-cf-id"]] for answer in sent]
            self.assertEqual([line[8] for line in of], ["200", "200", "200", "404", "200", "403", "200"])
            self.assertEqual([line[13] for line in of], ["Miss", "Hit", "Hit", "Error", "Hit", "Error", "Hit"])
            self.assertEqual([line[5] for line in of], ["GET"] * 4 + ["HEAD", "DELETE", "GET"])
            self.assertEqual((of[2][7], of[2][11]), ("/log/a", "q=a%2520b"))  # LOG-2: the percent sign is encoded too
            self.assertIn("%09", of[6][10])
            self.assertIn("%22", of[6][10])
            self.assertEqual(of[6][9], "http://r/")
            self.assertEqual(of[0][6], domain)
