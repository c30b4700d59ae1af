"""Certificates as ACM keeps them, with the real CLI, and the local authority that signs those that are asked for."""

import pathlib
import stat
import subprocess
import unittest

import harness


def run(*words: object, **options: object) -> str:
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, **options).stdout


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = harness.Gustfront().start()
        cls.addClassCleanup(cls.server.close)

    def acm(self, *words: object) -> dict:
        return self.server.aws("acm", *(str(word) for word in words))

    def request(self, name: str, *more: str) -> str:
        return self.acm("request-certificate", "--domain-name", name, "--validation-method", "DNS", *more)["CertificateArn"]

    def refused(self, code: str, *words: object) -> str:
        with self.assertRaises(harness.CliError) as caught:
            self.acm(*words)
        self.assertEqual(caught.exception.code, code, caught.exception)
        return str(caught.exception)

    def describe(self, arn: str) -> dict:
        return self.acm("describe-certificate", "--certificate-arn", arn)["Certificate"]

    def test_a_certificate_from_request_to_its_end(self) -> None:
        arn = self.request("www.example.test", "--subject-alternative-names", "example.test", "*.example.test",
                           "--tags", "Key=team,Value=web", "--idempotency-token", "once")
        self.acm("wait", "certificate-validated", "--certificate-arn", arn)
        detail = self.describe(arn)
        self.assertEqual(detail["Status"], "ISSUED")
        self.assertEqual(detail["SubjectAlternativeNames"], ["www.example.test", "example.test", "*.example.test"])
        self.assertEqual({option["ValidationStatus"] for option in detail["DomainValidationOptions"]}, {"SUCCESS"})
        self.assertFalse(detail.get("InUseBy"))
        self.assertIn(arn, [each["CertificateArn"] for each in self.acm("list-certificates")["CertificateSummaryList"]])
        tags = ("list-tags-for-certificate", "--certificate-arn", arn)
        self.assertEqual(self.acm(*tags)["Tags"], [{"Key": "team", "Value": "web"}])
        self.acm("add-tags-to-certificate", "--certificate-arn", arn, "--tags", "Key=stage,Value=test")
        self.acm("remove-tags-from-certificate", "--certificate-arn", arn, "--tags", "Key=team")
        self.assertEqual(self.acm(*tags)["Tags"], [{"Key": "stage", "Value": "test"}])

        # OpenSSL believes it by the root that `gustfront trust --print` gives, and by that alone.
        folder = pathlib.Path(self.server.data)
        got = self.acm("get-certificate", "--certificate-arn", arn)
        leaf, root = folder / "leaf.pem", folder / "trusted.pem"
        leaf.write_text(got["Certificate"])
        root.write_text(run(harness.BINARY, "trust", "--print", "--data", folder))
        self.assertEqual(root.read_text(), got["CertificateChain"])
        run("openssl", "verify", "-purpose", "sslserver", "-verify_hostname", "a.example.test", "-CAfile", root, leaf)
        key = folder / "authority" / "root.key"
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)

        before = detail["Serial"]
        self.acm("renew-certificate", "--certificate-arn", arn)
        detail = self.describe(arn)
        self.assertNotEqual(detail["Serial"], before)
        self.assertEqual(detail["RenewalSummary"]["RenewalStatus"], "SUCCESS")
        self.refused("ValidationException", "export-certificate", "--certificate-arn", arn, "--passphrase",
                     "fileb:///etc/hostname")
        self.acm("delete-certificate", "--certificate-arn", arn)
        self.refused("ResourceNotFoundException", "describe-certificate", "--certificate-arn", arn)

    def test_an_import_keeps_its_arn_and_its_key_to_itself(self) -> None:
        folder = pathlib.Path(self.server.data)
        key, leaf = folder / "k.pem", folder / "c.pem"

        def make(name: str) -> None:
            run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-keyout", key, "-out", leaf,
                "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}")

        make("imported.test")
        words = ("import-certificate", "--certificate", f"fileb://{leaf}", "--private-key", f"fileb://{key}")
        arn = self.acm(*words, "--tags", "Key=a,Value=b")["CertificateArn"]
        detail = self.describe(arn)
        self.assertEqual((detail["Type"], detail["Status"], detail["KeyAlgorithm"]), ("IMPORTED", "ISSUED", "RSA_2048"))
        self.assertEqual(detail["DomainName"], "imported.test")
        secret = key.read_text().splitlines()[3]
        make("again.test")
        self.assertEqual(self.acm(*words, "--certificate-arn", arn)["CertificateArn"], arn)
        self.assertEqual(self.describe(arn)["DomainName"], "again.test")
        run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key)
        self.assertIn("does not match", self.refused("ValidationException", *words))
        for path in (folder / "config.db", folder / "config.db-wal"):
            if path.exists():
                self.assertNotIn(secret.encode(), path.read_bytes(), "the key stands plain in the store")

    def test_what_is_not_possible_is_refused_by_name(self) -> None:
        self.assertIn("e-mail", self.refused("ValidationException", "request-certificate", "--domain-name", "a.test"))
        self.refused("NotImplemented", "request-certificate", "--domain-name", "a.test", "--certificate-authority-arn",
                     "arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/a")

    def test_there_is_no_root_to_trust_before_a_first_start(self) -> None:
        done = subprocess.run([harness.BINARY, "trust", "--data", "/nonexistent"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("gustfront up makes it", done.stderr)


if __name__ == "__main__":
    unittest.main()
