"""The JavaScript SDK of today (npm), whose requests differ from those of Debian's clients in form and in what they know."""

import json
import os
import subprocess
import unittest

import harness


class JavaScriptSdk(unittest.TestCase):
    def test_walk_from_nothing_to_nothing(self) -> None:
        server = harness.Gustfront().start()
        self.addCleanup(server.close)
        models = subprocess.run([harness.ROOT / "tools/shapes/models/install"], capture_output=True, text=True, check=True)
        walk = subprocess.run(
            ["node", harness.ROOT / "test/e2e/walk.cjs", models.stdout.strip(), server.endpoint, server.ready["region"]],
            capture_output=True, text=True, timeout=120,
            env={**os.environ, "AWS_ACCESS_KEY_ID": server.ready["access_key_id"],
                 "AWS_SECRET_ACCESS_KEY": server.ready["secret_access_key"]})
        steps = {step.pop("step"): step for step in map(json.loads, walk.stdout.splitlines())}
        self.assertNotIn("failed", steps)
        self.assertEqual(steps["object"], {"body": "text"})
        self.assertEqual((steps["created"]["status"], steps["created"]["location"]), (201, True))
        self.assertRegex(steps["created"]["etag"], "^E[A-Z0-9]{12,13}$")
        self.assertEqual(steps["reference"], {"again": "409 DistributionAlreadyExists"})
        self.assertEqual(steps["updated"], {"stale": "412 PreconditionFailed", "equal": True, "comment": "changed"})
        self.assertEqual(steps["newer"], {"newer": "501 NotImplemented"})
        self.assertEqual(steps["deleted"], {"status": 204, "lost": "404 NoSuchDistribution"})
