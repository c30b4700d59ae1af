"""What the end-to-end tests share: the real program in a folder of its own, the AWS CLI, viewers and origins.

Everything runs on loopback with ports the system picks. The CLI is Debian's (/usr/bin/aws), whatever else is in PATH.
Names under .localhost are resolved by curl itself; Python's viewers connect to 127.0.0.1 and send the name as Host.
"""

import contextlib
import dataclasses
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
from typing import Callable, Iterator

import botocore.config
import botocore.session

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("GUSTFRONT") or ROOT / "build" / "release" / "bin" / "gustfront").resolve()
AWS = "/usr/bin/aws"
CURL = "/usr/bin/curl"
START_SECONDS = 30
# A sanitized binary is several times slower; deadlines that are promises of the release build stretch by this.
PATIENCE = float(os.environ.get("GUSTFRONT_PATIENCE") or 1)


def port_of(address: object) -> int:
    """The port of `127.0.0.1:8080`, `http://127.0.0.1:8080/` or 8080."""
    found = re.search(r"(\d+)/?$", str(address))
    if not found:
        raise ValueError(f"no port in {address!r}")
    return int(found.group(1))


def wait_until(is_so: Callable[[], object], what: str, seconds: float = 10) -> object:
    """Asks again until the answer is true; the answer. For states that the program reaches by itself."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        if answer := is_so():
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.02)


def assert_holds(test: unittest.TestCase, sent: object, got: object, at: str = "config") -> None:
    """Every member that was sent is there and equal; what is there beside it are defaults."""
    if isinstance(sent, dict):
        for name, value in sent.items():
            test.assertIn(name, got, at)
            assert_holds(test, value, got[name], f"{at}.{name}")
    elif isinstance(sent, list):
        test.assertEqual(len(sent), len(got), at)
        for i, (one, other) in enumerate(zip(sent, got)):
            assert_holds(test, one, other, f"{at}[{i}]")
    else:
        test.assertEqual(sent, got, at)


@dataclasses.dataclass
class Answer:
    status: int
    head: dict[str, str]  # names in lower case
    body: bytes

    @property
    def cache(self) -> str:
        """The first word of X-Cache: Hit, Miss, RefreshHit, Error, ..."""
        return self.head.get("x-cache", "").removesuffix(" from cloudfront")


def fetch(port: int, host: str, path: str, method: str = "GET", headers: dict[str, str] | None = None,
          body: bytes | None = None, seconds: float = 30) -> Answer:
    """One request of a viewer on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds * PATIENCE)
    with contextlib.closing(connection):
        connection.request(method, path, body=body, headers={"Host": host, **(headers or {})})
        answer = connection.getresponse()
        content = answer.read()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)


def talk(port: int, request: bytes, seconds: float = 5) -> tuple[bytes, bool]:
    """Sends bytes as they are; what came back, and whether the server closed the connection within `seconds`."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds * PATIENCE) as connection:
        try:
            connection.sendall(request)
            while part := connection.recv(65536):
                got += part
        except TimeoutError:
            return got, False
        except (ConnectionResetError, BrokenPipeError):
            pass
    return got, True


def npm_install(source: pathlib.Path, target: pathlib.Path) -> None:
    """npm ci of the package.json and lock file in `source`, into `target`; quick when it is there."""
    target.mkdir(parents=True, exist_ok=True)
    lock = (source / "package-lock.json").read_bytes()
    done = target / "installed-lock.json"
    if done.exists() and done.read_bytes() == lock:
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, target / name)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=target,
                   check=True, timeout=600, stdout=subprocess.DEVNULL)
    done.write_bytes(lock)


class CliError(AssertionError):
    """The AWS CLI ended with an error; `code` is the service's."""

    def __init__(self, words: tuple[str, ...], text: str) -> None:
        super().__init__(f"aws {' '.join(words)}\n{text}")
        found = re.search(r"An error occurred \(([^)]+)\)", text)
        self.code = found.group(1) if found else ""


class Gustfront:
    """One `gustfront up` in a folder of its own. A context manager; may be stopped, killed and started again."""

    def __init__(self, *flags: str, environment: dict[str, str] | None = None, prefix: tuple[str, ...] = ()) -> None:
        self.flags, self.environment, self.prefix = flags, environment or {}, prefix
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gustfront-e2e-"))
        self.data = self.folder / "data"
        self.ready: dict = {}
        self.process: subprocess.Popen | None = None
        self._clients: dict[tuple[str, ...], object] = {}

    def __enter__(self) -> "Gustfront":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    # The process ------------------------------------------------------------------------------------------------

    def start(self) -> "Gustfront":
        ready_file = self.folder / "ready.json"
        ready_file.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, str(BINARY), "up", "--data", str(self.data), "--ports", "auto", "--ready-file",
                 str(ready_file), *self.flags], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder,
                env={**os.environ, **self.environment})
        deadline = time.monotonic() + START_SECONDS * PATIENCE
        while not ready_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"gustfront up did not become ready:\n{self.output()[-4000:]}")
            time.sleep(0.01)
        self.ready = json.loads(ready_file.read_text())
        self._clients.clear()
        return self

    def stop(self, with_signal: int = signal.SIGINT, seconds: float = 20) -> int:
        """Ends it in order; its exit code."""
        self.process.send_signal(with_signal)
        try:
            return self.process.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"still running {seconds:g} s after the signal:\n{self.output()[-2000:]}") from None

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    @property
    def log(self) -> pathlib.Path:
        return self.folder / "output.log"

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    # What it says of itself ---------------------------------------------------------------------------------------

    @property
    def endpoint(self) -> str:
        return self.ready["endpoint"]

    @property
    def api_port(self) -> int:
        return port_of(self.endpoint)

    def edge_port(self, index: int = 0) -> int:
        return port_of(self.ready["edges"][index]["http"])

    def metrics(self) -> dict[str, float]:
        """Every series of /metrics by its whole name, labels included."""
        page = fetch(port_of(self.ready["metrics"].removesuffix("/metrics")), "localhost", "/metrics")
        lines = (line for line in page.body.decode().splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    def metric(self, name: str, **labels: str) -> float:
        """The sum over the series of that name whose labels include those given."""
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return sum(value for series, value in self.metrics().items()
                   if series.partition("{")[0] == name and all(part in series for part in wanted))

    def access_lines(self, node: str | None = None) -> list[list[str]]:
        """The fields of every line in the access logs under DATA/logs, of one node or of all."""
        files = sorted((self.data / "logs").glob(f"{node or '*'}/*.log"))
        lines = (line for file in files for line in file.read_text().splitlines() if not line.startswith("#"))
        return [line.split("\t") for line in lines]

    # Clients ------------------------------------------------------------------------------------------------------

    def cli_environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {**kept, "AWS_ACCESS_KEY_ID": self.ready["access_key_id"],
                "AWS_SECRET_ACCESS_KEY": self.ready["secret_access_key"], "AWS_DEFAULT_REGION": self.ready["region"],
                "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_PAGER": "",
                "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(self.folder)}

    def aws(self, *words: str, environment: dict[str, str] | None = None, seconds: float = 100) -> object:
        """`aws --endpoint-url ... words`: its JSON answer, or the text where it is none. A failure is a CliError."""
        done = subprocess.run([AWS, "--endpoint-url", self.endpoint, "--output", "json", *words], capture_output=True,
                              text=True, timeout=seconds * PATIENCE, cwd=self.folder,
                              env={**self.cli_environment(), **(environment or {})})
        if done.returncode != 0:
            raise CliError(words, done.stderr)
        try:
            return json.loads(done.stdout) if done.stdout.strip() else None
        except json.JSONDecodeError:
            return done.stdout

    def client(self, service: str, access_key: str | None = None, secret: str | None = None):
        """A botocore client; the same calls as the CLI without its start-up time."""
        key = (service, access_key or self.ready["access_key_id"], secret or self.ready["secret_access_key"])
        if key not in self._clients:
            session = botocore.session.Session()
            # Without the version this botocore would presign with the old Signature Version 2.
            version = {"signature_version": "s3v4"} if service == "s3" else {}
            self._clients[key] = session.create_client(
                service, region_name=self.ready["region"], endpoint_url=self.endpoint, aws_access_key_id=key[1],
                aws_secret_access_key=key[2],
                config=botocore.config.Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"},
                                              read_timeout=30 * PATIENCE, max_pool_connections=50, **version))
        return self._clients[key]

    @property
    def s3(self):
        return self.client("s3")

    @property
    def cloudfront(self):
        return self.client("cloudfront")

    def curl(self, *words: str, seconds: float = 60) -> Answer:
        """`curl -sS -D- words`."""
        done = subprocess.run([CURL, "-sS", "-D-", *words], capture_output=True, timeout=seconds * PATIENCE,
                              cwd=self.folder)
        if done.returncode != 0:
            raise AssertionError(f"curl {' '.join(words)}: exit code {done.returncode}\n{done.stderr.decode()}")
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        while re.match(rb"HTTP/1\.1 100 ", head):
            head, _, body = body.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        fields = (line.partition(":") for line in lines)
        return Answer(int(first.split()[1]), {name.lower(): value.strip() for name, _, value in fields}, body)

    def get(self, domain: str, path: str, edge: int = 0, **how: object) -> Answer:
        """A viewer's request at an edge."""
        return fetch(self.edge_port(edge), f"{domain}:{self.edge_port(edge)}", path, **how)

    # Set-up -------------------------------------------------------------------------------------------------------

    def make_distribution(self, origin: str, port: int | None = None, cache: dict | None = None,
                          origin_settings: dict | None = None, **behavior: object) -> tuple[str, str]:
        """A distribution in front of a bucket's name, or with `port` of a custom origin; deployed. Gives id and domain
        name. `cache` replaces the caching part of its behaviour, `behavior` adds to it, `origin_settings` to its origin."""
        settings = {"Id": "o", "DomainName": origin}
        if port is not None:
            settings["CustomOriginConfig"] = {"HTTPPort": port, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
        elif re.fullmatch(r"[^.]+\.s3\.amazonaws\.com", origin):
            settings["S3OriginConfig"] = {"OriginAccessIdentity": ""}
        else:
            settings["CustomOriginConfig"] = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
        settings.update(origin_settings or {})
        caching = cache or {"CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}
        config = {"CallerReference": f"e2e-{time.monotonic_ns()}", "Comment": "", "Enabled": True,
                  "Origins": {"Quantity": 1, "Items": [settings]},
                  "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", **caching,
                                           **behavior}}
        made = self.cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
        self.wait_deployed(made["Id"])
        return made["Id"], made["DomainName"]

    def wait_deployed(self, identifier: str) -> None:
        wait_until(lambda: self.cloudfront.get_distribution(Id=identifier)["Distribution"]["Status"] == "Deployed",
                   f"{identifier} Deployed", 5)

    def invalidate(self, identifier: str, *paths: str) -> str:
        """A completed invalidation; its id."""
        batch = {"CallerReference": f"e2e-{time.monotonic_ns()}", "Paths": {"Quantity": len(paths), "Items": list(paths)}}
        made = self.cloudfront.create_invalidation(DistributionId=identifier, InvalidationBatch=batch)["Invalidation"]
        wait_until(lambda: self.cloudfront.get_invalidation(DistributionId=identifier, Id=made["Id"])
                   ["Invalidation"]["Status"] == "Completed", f"{made['Id']} Completed", 5)
        return made["Id"]


@dataclasses.dataclass
class Asked:
    """One request that an Origin got."""
    method: str
    path: str
    head: dict[str, str]


class Origin:
    """An HTTP/1.1 origin on loopback that counts its requests. `answer(handler, asked)` writes the response. With a
    `tls` context it speaks HTTPS."""

    def __init__(self, answer: Callable[[http.server.BaseHTTPRequestHandler, Asked], None],
                 tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        lock = threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self) -> None:
                asked = Asked(self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
                with lock:
                    origin.asked.append(asked)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    answer(self, asked)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = serve

            def log_message(self, *_: object) -> None:
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 512

            def handle_error(self, *_: object) -> None:
                pass  # connections that break are part of the tests

            def finish_request(self, request: socket.socket, client_address: object) -> None:
                # On the connection's own thread: a handshake that hangs holds no other up.
                within = tls.wrap_socket(request, server_side=True) if tls else request
                super().finish_request(within, client_address)
                if tls:
                    within.close()

        origin = self
        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def count(self, path: str) -> int:
        return sum(asked.path == path for asked in self.asked)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def reply(handler: http.server.BaseHTTPRequestHandler, body: bytes, status: int = 200, **fields: str) -> None:
    """A whole response; `fields` with underscores for hyphens."""
    handler.send_response(status)
    for name, value in {"Content_Length": str(len(body)), **fields}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


def read_body(handler: http.server.BaseHTTPRequestHandler, asked: Asked) -> bytes:
    """The whole request body; a ConnectionError where it breaks off."""
    if asked.head.get("transfer-encoding") != "chunked":
        return handler.rfile.read(int(asked.head.get("content-length", 0)))
    body = b""
    while True:
        line = handler.rfile.readline()
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the body broke off")
        size = int(line.partition(b";")[0], 16)
        part = handler.rfile.read(size + 2)
        if len(part) < size + 2:
            raise ConnectionResetError("the body broke off")
        if size == 0:
            return body
        body += part[:size]


@contextlib.contextmanager
def origin_that(answer: Callable[[http.server.BaseHTTPRequestHandler, Asked], None],
                tls: ssl.SSLContext | None = None) -> Iterator[Origin]:
    origin = Origin(answer, tls)
    try:
        yield origin
    finally:
        origin.close()


def run_gustfront(*words: str, environment: dict[str, str] | None = None, folder: object = None,
                  seconds: float = 20) -> subprocess.CompletedProcess:
    """Runs the program to its end."""
    return subprocess.run([str(BINARY), *words], capture_output=True, text=True, timeout=seconds * PATIENCE, cwd=folder,
                          stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
