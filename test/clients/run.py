"""Clients of npm against a running Gustfront: AWS's SDK for JavaScript (v3) and a template of the CDK.

    /usr/bin/python3 test/clients/run.py [--report FILE] [--only NAME]

The packages of package.json are installed below build/. Each script sdk_*.mjs walks through a part of the API and prints
`ok NAME` or `not ok NAME: why` for each of its steps; the CDK's template is synthesized, deployed by the AWS CLI as it is
and looked at by a viewer. $GUSTFRONT names another program than build/release/bin/gustfront. Ends with
`N passed, N failed`.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
sys.path.insert(0, str(ROOT / "test" / "e2e"))

import harness  # noqa: E402

INSTALLED = ROOT / "build" / "clients"
SCRIPT_SECONDS = 120
STEP = re.compile(r"^(ok|not ok) (.*)$", re.M)


def install() -> pathlib.Path:
    """npm ci of package.json below build/; that folder."""
    harness.npm_install(FOLDER, INSTALLED)
    # Modules are looked for beside the script.
    for script in FOLDER.glob("*.mjs"):
        shutil.copy(script, INSTALLED / script.name)
    return INSTALLED


def run_script(server: harness.Gustfront, name: str) -> list[tuple[str, str]]:
    """Runs a script beside the installed packages; what it says of each step: a name, and why not or nothing."""
    done = subprocess.run(["node", "--no-warnings", name, str(server.edge_port())], cwd=INSTALLED, capture_output=True,
                          text=True, timeout=SCRIPT_SECONDS * harness.PATIENCE,
                          env={**server.cli_environment(), "AWS_ENDPOINT_URL": server.endpoint})
    steps = []
    for verdict, text in STEP.findall(done.stdout):
        step, _, why = text.partition(": ")
        steps.append((step, "" if verdict == "ok" else why or "not ok"))
    if done.returncode != 0 or not steps:
        steps.append((f"{name} ends in order", (done.stderr or done.stdout)[-2000:]))
    return steps


def deploy_cdk(server: harness.Gustfront) -> list[tuple[str, str]]:
    """The template as `cdk synth` writes it, deployed twice, looked at and deleted."""
    steps = []

    def step(name: str, work) -> object:
        try:
            result = work()
            steps.append((name, ""))
            return result
        except (AssertionError, subprocess.SubprocessError, KeyError, IndexError) as error:
            steps.append((name, str(error)[-600:] or type(error).__name__))
            return None

    def deploy(*flags: str) -> None:
        try:
            server.aws("cloudformation", "deploy", "--template-file", str(template), "--stack-name", "Site", *flags)
        except harness.CliError as error:
            told = server.aws("cloudformation", "describe-stack-events", "--stack-name", "Site")["StackEvents"]
            reasons = [event["ResourceStatusReason"] for event in told if event["ResourceStatus"].endswith("FAILED")]
            raise AssertionError(f"{error} {reasons}") from None

    def check(is_so: bool, what: str) -> None:
        if not is_so:
            raise AssertionError(what)

    out = server.folder / "cdk.out"
    subprocess.run(["node", "--no-warnings", "cdk_site.mjs", str(out)], cwd=INSTALLED, check=True, capture_output=True,
                   text=True, timeout=SCRIPT_SECONDS * harness.PATIENCE)
    template = out / "Site.template.json"
    step("a template of the CDK deploys as it is", deploy)

    def outputs() -> dict[str, str]:
        told = server.aws("cloudformation", "describe-stacks", "--stack-name", "Site")["Stacks"][0]
        check(told["StackStatus"] == "CREATE_COMPLETE", told["StackStatus"])
        return {output["OutputKey"]: output["OutputValue"] for output in told["Outputs"]}

    found = step("its outputs are told", outputs) or {}
    (server.folder / "index.html").write_text("<h1>made by the CDK</h1>")

    def put_page() -> None:
        server.aws("s3", "cp", "index.html", f"s3://{found['Bucket']}/index.html")

    def look() -> None:
        answer = harness.fetch(server.edge_port(), found["Domain"], "/")
        check(answer.status == 200 and b"made by the CDK" in answer.body, f"{answer.status} {answer.body[:200]!r}")

    def look_directly() -> None:
        answer = harness.fetch(server.api_port, f"127.0.0.1:{server.api_port}", f"/{found['Bucket']}/index.html")
        check(answer.status == 403, f"{answer.status}")

    def delete() -> None:
        server.aws("s3", "rm", f"s3://{found['Bucket']}/index.html")
        server.aws("cloudformation", "delete-stack", "--stack-name", "Site")
        server.aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", "Site")
        told = server.aws("cloudfront", "list-distributions") or {}
        left = told.get("DistributionList", {}).get("Items", [])
        check(not left, f"still there: {left}")

    step("its bucket takes a page", put_page)
    step("a viewer gets the page through the distribution", look)
    step("nobody gets it from the bucket without a signature", look_directly)
    step("deploying it again changes nothing", lambda: deploy("--no-fail-on-empty-changeset"))
    step("deleting the stack removes all of it", delete)
    return steps


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--report", type=pathlib.Path, help="write {passed, failed} there")
    arguments.add_argument("--only", default="", help="a part of a script's name, or cdk")
    chosen = arguments.parse_args()
    install()
    steps = []
    parts = [(path.name, lambda server, name=path.name: run_script(server, name))
             for path in sorted(FOLDER.glob("sdk_*.mjs"))]
    for name, part in [*parts, ("cdk", deploy_cdk)]:
        if chosen.only not in name:
            continue
        with harness.Gustfront() as server:
            for step, why in part(server):
                print(f"{'not ok' if why else 'ok'} {name}: {step}{f': {why}' if why else ''}", flush=True)
                steps.append(why)
    failed = sum(1 for why in steps if why)
    if chosen.report:
        chosen.report.write_text(json.dumps({"passed": len(steps) - failed, "failed": failed}))
    print(f"{len(steps) - failed} passed, {failed} failed")
    return 1 if failed or not steps else 0


if __name__ == "__main__":
    sys.exit(main())
