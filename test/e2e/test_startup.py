"""Starting, settings, stopping, and coming back."""

import pathlib
import re
import signal
import socket
import tempfile
import threading
import time
import unittest

import harness


class Settings(unittest.TestCase):
    """Wrong settings: exit code 2, one line each with the place, the value and what would be right."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="gustfront-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def refused(self, *flags: str, environment: dict[str, str] | None = None) -> str:
        done = harness.run_gustfront("up", *flags, environment=environment, folder=self.folder)
        self.assertNotIn(done.returncode, (0, 134, 139, -6, -11), done.stderr)
        self.assertTrue(done.stderr.strip())
        self.assertFalse((self.folder / "gustfront-data").exists(), "nothing is made before the settings are right")
        return done.stderr

    def test_flags(self) -> None:
        for flag, value, wanted in (("--edge-memory", "banana", "size"), ("--edges", "bombay", "BOM50"),
                                    ("--api-port", "70000", "65535"), ("--ports", "some", "fixed or auto"),
                                    ("--drain", "soon", "10s"), ("--account-id", "1", "12 digits"),
                                    ("--address", "localhost", "address"), ("--edges", "BOM50,BOM50", "once")):
            with self.subTest(flag=flag, value=value):
                said = self.refused(flag, value)
                for part in (flag, value, wanted):
                    self.assertIn(part, said)

    def test_several_at_once_are_all_named(self) -> None:
        said = self.refused("--edge-memory", "x", "--drain", "y")
        self.assertIn("--edge-memory", said)
        self.assertIn("--drain", said)

    def test_unknown_flag_and_command(self) -> None:
        self.assertIn("--nonsense", self.refused("--nonsense"))
        done = harness.run_gustfront("dance", folder=self.folder)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("dance", done.stderr + done.stdout)

    def test_environment(self) -> None:
        said = self.refused(environment={"GUSTFRONT_EDGE_MEMORY": "banana"})
        self.assertIn("GUSTFRONT_EDGE_MEMORY", said)
        self.assertIn("banana", said)

    def test_file(self) -> None:
        cases = {"edge_memory: banana\n": (":1", "edge_memory", "banana"), "\nedge_memorie: 1MiB\n": (":2", "edge_memorie"),
                 "edges: [BOM50\n": ("gustfront.yaml", "YAML"), "- a\n- b\n": ("gustfront.yaml",),
                 "edges:\n  BOM50: yes\n": ("edges",)}
        for text, wanted in cases.items():
            with self.subTest(text):
                (self.folder / "gustfront.yaml").write_text(text)
                said = self.refused("--config", "gustfront.yaml")
                for part in wanted:
                    self.assertIn(part, said)

    def test_a_file_that_is_not_there(self) -> None:
        self.assertIn("nowhere.yaml", self.refused("--config", "nowhere.yaml"))

    def test_data_folder_that_cannot_be(self) -> None:
        (self.folder / "file").write_text("")
        done = harness.run_gustfront("up", "--ports", "auto", "--data", str(self.folder / "file" / "data"))
        self.assertNotIn(done.returncode, (0, 134, 139, -6, -11))
        self.assertIn(str(self.folder / "file"), done.stderr)

    def test_help_and_version(self) -> None:
        help_text = harness.run_gustfront("--help")
        self.assertEqual(help_text.returncode, 0)
        self.assertIn("up", help_text.stdout)
        self.assertIn("version", help_text.stdout)
        up = harness.run_gustfront("up", "--help")
        self.assertEqual(up.returncode, 0)
        for flag in ("--data", "--ports", "--ready-file", "--edges", "--edge-memory", "--domain-suffix"):
            self.assertIn(flag, up.stdout)
        version = harness.run_gustfront("version")
        self.assertEqual(version.returncode, 0)
        self.assertRegex(version.stdout, r"\d+\.\d+\.\d+")

    def test_the_guide_lists_the_settings_that_there_are(self) -> None:
        page = (harness.ROOT / "docs" / "guide" / "configuration.md").read_text().partition("## Quotas")[0]
        told = {name: default for name, default in re.findall(r"^\| `(\w+)` \|\s*`?([^`|]*?)`?\s*\|", page, re.M)}
        text = " ".join(harness.run_gustfront("up", "--help").stdout.split())
        flags = re.findall(r"(?<= )--([a-z][a-z-]*)", text.partition("Every flag is also")[0])
        self.assertEqual(sorted(told), sorted(flag.replace("-", "_") for flag in flags if flag not in ("help", "config")))
        for name, default in told.items():
            with self.subTest(name):
                own = re.search(rf"--{name.replace('_', '-')} (.*?)(?= --|$)", text).group(1)
                self.assertEqual(f"[{default}]" in own, bool(default), own)

    def test_a_port_in_use_is_one_clear_line(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            done = harness.run_gustfront("up", "--data", str(self.folder / "data"), "--api-port", port,
                                         "--edge-port", "28080", "--edge-https-port", "28443", "--regional-port", "28090",
                                         "--metrics-port", "28180")
        self.assertNotIn(done.returncode, (0, 134, 139, -6, -11))
        said = [line for line in done.stderr.splitlines() if port in line]
        self.assertEqual(len(said), 1, done.stderr)
        self.assertIn("in use", said[0])


class Running(unittest.TestCase):
    def test_ready_file(self) -> None:
        with harness.Gustfront() as server:
            ready = server.ready
            self.assertLessEqual({"endpoint", "access_key_id", "secret_access_key", "region", "domain_suffix", "edges",
                                  "regional", "metrics", "pid"}, set(ready))
            self.assertEqual(ready["pid"], server.process.pid)
            self.assertEqual([edge["pop"] for edge in ready["edges"]], ["BOM50", "IAD50"])
            self.assertEqual(ready["domain_suffix"], "cloudfront.localhost")
            ports = [server.api_port, *(server.edge_port(i) for i in range(2)), harness.port_of(ready["regional"])]
            self.assertEqual(len(set(ports)), 4)
            for port in ports:
                socket.create_connection(("127.0.0.1", port), 5).close()
            self.assertEqual(oct((server.folder / "ready.json").stat().st_mode & 0o077), "0o0",
                             "it holds a secret: for its owner only")

    def test_is_ready_within_a_second(self) -> None:
        with harness.Gustfront() as server:
            server.stop()
            started = time.monotonic()
            server.start()
            self.assertLess(time.monotonic() - started, 1 * harness.PATIENCE)

    def test_topology_by_flag_environment_and_file(self) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write("edges: [FRA50, LHR61-C1, SIN2]\ndomain_suffix: cdn.localhost\nregion: eu-west-1\n")
            file.flush()
            with harness.Gustfront("--config", file.name, environment={"GUSTFRONT_REGION": "ap-south-1"}) as server:
                self.assertEqual([edge["pop"] for edge in server.ready["edges"]], ["FRA50", "LHR61-C1", "SIN2"])
                self.assertEqual((server.ready["domain_suffix"], server.ready["region"]), ("cdn.localhost", "ap-south-1"))

    def test_state_is_kept_over_restarts(self) -> None:
        with harness.Gustfront() as server:
            server.s3.create_bucket(Bucket="kept")
            server.s3.put_object(Bucket="kept", Key="k", Body=b"kept", ACL="public-read", ContentType="text/x")
            identifier, domain = server.make_distribution("kept.s3.amazonaws.com")
            invalidation = server.invalidate(identifier, "/k")
            before = server.cloudfront.get_distribution_config(Id=identifier)
            keys = server.ready["access_key_id"], server.ready["secret_access_key"]
            self.assertEqual(server.stop(), 0)
            server.start()
            self.assertEqual((server.ready["access_key_id"], server.ready["secret_access_key"]), keys)
            after = server.cloudfront.get_distribution_config(Id=identifier)
            self.assertEqual((after["DistributionConfig"], after["ETag"]),
                             (before["DistributionConfig"], before["ETag"]))
            self.assertEqual(server.cloudfront.get_distribution(Id=identifier)["Distribution"]["DomainName"], domain)
            got = server.cloudfront.get_invalidation(DistributionId=identifier, Id=invalidation)
            self.assertEqual(got["Invalidation"]["Status"], "Completed")
            answer = server.get(domain, "/k")
            self.assertEqual((answer.status, answer.body, answer.head["content-type"]), (200, b"kept", "text/x"))

    def test_two_on_one_data_folder(self) -> None:
        with harness.Gustfront() as server:
            done = harness.run_gustfront("up", "--ports", "auto", "--data", str(server.data))
            self.assertNotIn(done.returncode, (0, 134, 139, -6, -11))
            self.assertIn(str(server.data), done.stderr)
            self.assertEqual(harness.fetch(server.api_port, "localhost", "/").status, 403)

    def test_stop_lets_a_download_end(self) -> None:
        for name in ("SIGINT", "SIGTERM"):
            with self.subTest(name):
                self.stop_in_the_middle(getattr(signal, name))

    def stop_in_the_middle(self, with_signal: int) -> None:
        parts = 20

        def answer(handler, asked) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", str(parts * 10_000))
            handler.end_headers()
            for _ in range(parts):
                handler.wfile.write(b"z" * 10_000)
                time.sleep(0.1)

        with harness.Gustfront() as server, harness.origin_that(answer) as origin:
            _, domain = server.make_distribution("localhost", origin.port)
            got: list[harness.Answer] = []
            viewer = threading.Thread(target=lambda: got.append(server.get(domain, "/slow")))
            viewer.start()
            harness.wait_until(lambda: origin.asked, "the download began")
            port = server.edge_port()
            self.assertEqual(server.stop(with_signal), 0, server.output()[-2000:])
            viewer.join(30)
            self.assertEqual([len(answer.body) for answer in got], [parts * 10_000])
            with self.assertRaises(OSError):
                socket.create_connection(("127.0.0.1", port), 2)

    def test_stop_does_not_wait_for_ever(self) -> None:
        gate = threading.Event()
        self.addCleanup(gate.set)

        def answer(handler, asked) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "10")
            handler.end_headers()
            handler.wfile.write(b"x")
            gate.wait(60)

        with harness.Gustfront("--drain", "500ms") as server, harness.origin_that(answer) as origin:
            _, domain = server.make_distribution("localhost", origin.port)
            with socket.create_connection(("127.0.0.1", server.edge_port())) as viewer:
                viewer.sendall(f"GET / HTTP/1.1\r\nHost: {domain}\r\n\r\n".encode())
                harness.wait_until(lambda: origin.asked, "the download began")
                started = time.monotonic()
                server.stop()
                self.assertLess(time.monotonic() - started, 5 * harness.PATIENCE)

    def test_idle_connections_do_not_hold_it_up(self) -> None:
        with harness.Gustfront() as server:
            idle = [socket.create_connection(("127.0.0.1", port)) for port in (server.api_port, server.edge_port())]
            started = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - started, 3 * harness.PATIENCE)
            for connection in idle:
                connection.close()

    def test_secrets_stay_with_their_owner(self) -> None:
        with harness.Gustfront() as server:
            secret = server.ready["secret_access_key"].encode()
            for path in server.data.rglob("*"):
                if path.is_file() and secret in path.read_bytes():
                    self.assertEqual(path.stat().st_mode & 0o077, 0, path)
            for log in (server.data / "logs").rglob("*.log"):
                self.assertNotIn(secret, log.read_bytes())
