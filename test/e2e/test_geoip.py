"""Locations of viewers: databases in MMDB form, and the headers that are made from them."""

import pathlib
import struct
import tempfile
import unittest

import harness

ALL_AND_CLOUDFRONT_HEADERS = {"CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
                              "OriginRequestPolicyId": "33f36d7e-f396-46d9-90e0-52428a34d9dc"}


class Sized(int):
    """A number with the type that the form asks for: 5 of two bytes, 6 of four, 9 of eight."""

    def __new__(cls, number: int, kind: int) -> "Sized":
        made = super().__new__(cls, number)
        made.kind = kind
        return made


def value(it: object) -> bytes:
    """The MaxMind DB format 2.0, section "Data Section"; sizes up to 28."""
    def head(kind: int, size: int) -> bytes:
        return bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])
    if isinstance(it, dict):
        return head(7, len(it)) + b"".join(value(name) + value(each) for name, each in it.items())
    if isinstance(it, list):
        return head(11, len(it)) + b"".join(map(value, it))
    if isinstance(it, float):
        return head(3, 8) + struct.pack(">d", it)
    if isinstance(it, Sized):
        size = {5: 2, 6: 4, 9: 8}[it.kind]
        return head(it.kind, size) + int(it).to_bytes(size, "big")
    text = str(it).encode()
    return head(2, len(text)) + text


def database(kind: str, record: dict) -> bytes:
    """Every address has `record`: a tree of one node, whose two sides lead to the only data."""
    tree = (1 + 16).to_bytes(3, "big") * 2
    metadata = {"binary_format_major_version": Sized(2, 5), "binary_format_minor_version": Sized(0, 5),
                "build_epoch": Sized(1, 9), "database_type": kind, "description": {}, "ip_version": Sized(4, 5),
                "languages": [], "node_count": Sized(1, 6), "record_size": Sized(24, 5)}
    return tree + bytes(16) + value(record) + b"\xab\xcd\xefMaxMind.com" + value(metadata)


SWISS = {"country": {"iso_code": "CH", "names": {"en": "Switzerland"}}, "city": {"names": {"en": "Z\u00fcrich"}},
         "location": {"latitude": 47.3667, "time_zone": "Europe/Zurich"}}


class Locations(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="gustfront-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.cities, self.networks = self.folder / "cities.mmdb", self.folder / "networks.mmdb"
        self.cities.write_bytes(database("Test-City", SWISS))
        self.networks.write_bytes(database("Test-ASN", {"autonomous_system_number": Sized(64496, 6)}))

    def asked_of_origin(self, *flags: str) -> tuple[dict[str, str], str]:
        """What the origin is told of a viewer on a telephone, and what the program's log says."""
        with harness.Gustfront(*flags) as server, harness.origin_that(lambda h, _: harness.reply(h, b"x")) as origin:
            _, domain = server.make_distribution("localhost", origin.port, cache=ALL_AND_CLOUDFRONT_HEADERS)
            agent = {"User-Agent": "Mozilla/5.0 (iPhone) Mobile/1", "CloudFront-Viewer-City": "mine"}
            self.assertEqual(server.get(domain, "/a", headers=agent).status, 200)
            return origin.asked[-1].head, server.output()

    def test_the_origin_is_told_where_the_viewer_is(self) -> None:
        head, log = self.asked_of_origin("--geoip-city", str(self.cities), "--geoip-asn", str(self.networks))
        told = {name.removeprefix("cloudfront-"): each for name, each in head.items() if name.startswith("cloudfront-")}
        self.assertEqual(told["viewer-country"], "CH")
        self.assertEqual(told["viewer-country-name"], "Switzerland")
        self.assertEqual(told["viewer-city"], "Z%C3%BCrich")
        self.assertEqual(told["viewer-latitude"], "47.36670")
        self.assertEqual(told["viewer-time-zone"], "Europe/Zurich")
        self.assertEqual(told["viewer-asn"], "64496")
        self.assertEqual(told["is-ios-viewer"], "true")
        self.assertEqual(told["forwarded-proto"], "http")
        self.assertRegex(told["viewer-address"], r"^127\.0\.0\.1:\d+$")
        self.assertNotIn("viewer-tls", told)
        self.assertNotIn("there is no database", log)

    @staticmethod
    def restrict(server: harness.Gustfront, identifier: str, kind: str, country: str) -> None:
        read = server.cloudfront.get_distribution_config(Id=identifier)
        config = read["DistributionConfig"]
        config["Restrictions"] = {"GeoRestriction": {"RestrictionType": kind, "Quantity": 1, "Items": [country]}}
        server.cloudfront.update_distribution(Id=identifier, IfMatch=read["ETag"], DistributionConfig=config)
        server.wait_deployed(identifier)

    def test_geo_1_a_restriction_by_country_is_enforced_and_needs_a_database(self) -> None:
        with harness.origin_that(lambda h, _: harness.reply(h, b"x")) as origin:
            with harness.Gustfront("--geoip-city", str(self.cities)) as server:
                identifier, domain = server.make_distribution("localhost", origin.port)
                self.restrict(server, identifier, "whitelist", "CH")
                self.assertEqual(server.get(domain, "/a").status, 200)
                self.restrict(server, identifier, "blacklist", "CH")
                blocked = server.get(domain, "/a")
                self.assertEqual((blocked.status, blocked.cache), (403, "Error"))
                self.assertIn(b"block access from your country", blocked.body)
            with harness.Gustfront() as server:
                identifier, _ = server.make_distribution("localhost", origin.port)
                with self.assertRaisesRegex(Exception, "InvalidGeoRestrictionParameter.*--geoip-city"):
                    self.restrict(server, identifier, "whitelist", "CH")

    def test_without_databases_locations_are_left_out_and_the_log_says_so(self) -> None:
        head, log = self.asked_of_origin()
        self.assertNotIn("cloudfront-viewer-country", head)
        self.assertNotIn("cloudfront-viewer-city", head)
        self.assertEqual(head["cloudfront-is-mobile-viewer"], "true")
        self.assertIn("there is no database for them", log)

    def test_a_wrong_file_is_refused_by_name(self) -> None:
        wrong = self.folder / "wrong.mmdb"
        wrong.write_text("not a database")
        for flag, file, said in (("--geoip-city", wrong, "wrong.mmdb"), ("--geoip-city", self.networks, "Test-ASN"),
                                 ("--geoip-asn", self.cities, "Test-City"),
                                 ("--geoip-asn", self.folder / "none.mmdb", "none.mmdb")):
            with self.subTest(flag=flag, file=file.name):
                done = harness.run_gustfront("up", "--ports", "auto", flag, str(file), folder=self.folder)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(said, done.stderr)
