#!/usr/bin/python3
"""Every operation of the models, by botocore's own serializer and parser: what a client writes is read with every member,
what the service writes is read back by the client, and what breaks a rule is refused.

    test/conformance/shapes.py [--echo build/debug/bin/shape_echo] [--npm FOLDER] [--service NAME] [--report FILE]

Values are generated for every member of every shape; the models' own examples are sent besides. The program shape_echo
is asked, which holds the same code as the API. The last line is `N passed, N failed`.
"""

import argparse
import base64
import copy
import datetime
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse

import botocore.awsrequest
import botocore.model
import botocore.parsers
import botocore.serialize
import botocore.utils

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "shapes"))
import generate  # noqa: E402  (the models are read as the generator reads them)

CANDIDATES = ("a", "Ab1", "1", "12", "/", "/a/", "a1", "abcdefghijklmnopqrst", "arn:aws:iam::123456789012:user/ann", "123456789012",
              "AKIAAAAAAAAAAAAAAAAA", "v1", "b/a", "E1234567890ABC", "arn:aws:cloudfront::123456789012:key-value-store/"
              "11111111-2222-3333-4444-555555555555", "arn:aws:cloudformation:us-east-1:123456789012:type/a", "a.example",
              "arn:aws:s3:::b", "arn:aws:cloudfront::123456789012:function/f", "https://a.example/b", "00000000", "us-east-1")
TIME = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


class Echo:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"shapes.py: shape_echo ended at {json.dumps(line)[:2000]}")
        return json.loads(answer)


def python_pattern(pattern):
    for java, ours in ((r"\p{L}", "A-Za-z"), (r"\p{Z}", " "), (r"\p{N}", "0-9"), (r"\p{M}", ""), (r"\p{S}", ""),
                       (r"\p{P}", "!-/")):
        pattern = pattern.replace(java, ours)
    return pattern


def text_for(shape, patterns):
    pattern = patterns.get(shape.name, shape.metadata.get("pattern"))
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 10**9)
    for candidate in CANDIDATES:
        text = candidate if len(candidate) >= least else candidate * -(-least // len(candidate))
        if len(text) <= most and (not pattern or re.fullmatch(python_pattern(pattern), text)):
            return text
    raise ValueError(f"no text for {shape.name}: {pattern}")


class Maker:
    """A value of a shape with every member set."""

    def __init__(self, settings):
        self.patterns = dict(settings.get("patterns", {}))
        self.patterns.update({name: None for name in settings.get("without_pattern", [])})
        self.without = settings.get("without_enum_values", {})

    def make(self, shape):
        if shape.type_name == "structure":
            return {name: self.make(member) for name, member in shape.members.items()}
        if shape.type_name == "list":
            return [self.make(shape.member) for _ in range(max(1, min(2, shape.metadata.get("max", 2)), shape.metadata.get("min", 1)))]
        if shape.type_name == "map":
            return {"k1": self.make(shape.value), "k2": self.make(shape.value)}
        if shape.type_name == "string":
            values = [v for v in getattr(shape, "enum", []) if v not in self.without.get(shape.name, [])]
            return values[0] if values else text_for(shape, self.patterns)
        if shape.type_name == "timestamp":
            return TIME
        if shape.type_name == "blob":
            return "bytes \0 \u00e9".encode()  # UTF-8, as the parser makes text of those that are a whole body
        if shape.type_name == "boolean":
            return True
        number = max(1, int(shape.metadata.get("min", 1)))
        return float(number) if shape.type_name in ("float", "double") else number


def document_of(shape, value):
    """The value as the document store has it (json_of in src/aws/shapes.h)."""
    if shape.type_name == "structure":
        return {name: document_of(shape.members[name], inside) for name, inside in value.items()
                if inside not in ([], {}) or name in shape.required_members or shape.members[name].type_name == "structure"}
    if shape.type_name == "list":
        return [document_of(shape.member, item) for item in value]
    if shape.type_name == "map":
        return [[name, str(text)] for name, text in sorted(value.items())]
    if shape.type_name == "blob":
        return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()
    if shape.type_name in ("integer", "long"):
        return int(value)
    if shape.type_name == "timestamp":
        if not isinstance(value, datetime.datetime):
            value = botocore.utils.parse_timestamp(value)
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def walk(shape, value, path=()):
    """Every member below a structure: (path to its owner, name, shape of the owner, shape)."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                yield path, name, shape, member
                yield from walk(member, value[name], path + (name,))
    elif shape.type_name == "list" and value:
        yield from walk(shape.member, value[0], path + (0,))


def at(value, path):
    for step in path:
        value = value[step]
    return value


class Service:
    def __init__(self, name, settings, model, echo, count):
        self.name, self.settings, self.echo, self.count = name, settings, echo, count
        self.model = botocore.model.ServiceModel(model, name)
        protocol = model["metadata"]["protocol"]
        self.protocol = protocol
        self.serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
        self.parser = botocore.parsers.create_parser(protocol)
        self.maker = Maker(settings)
        listed = settings["operations"]
        self.operations = list(model["operations"]) if listed == "all" else listed

    def request(self, operation, parameters, spoil=None):
        request = self.serializer.serialize_to_request(copy.deepcopy(parameters), operation)
        body, query = request["body"], request["query_string"] or {}
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body)
        body = body.encode() if isinstance(body, str) else body
        if spoil:
            body = spoil(body)
        path, _, fixed = request["url_path"].partition("?")
        items = urllib.parse.urlencode(query, doseq=True)
        line = {"service": self.name, "method": request["method"], "path": path, "query": "&".join(filter(None, (fixed, items))),
                "headers": [[k, str(v)] for k, v in request["headers"].items()], "bucket": "", "key": "",
                "body": base64.b64encode(body).decode()}
        if self.name == "s3":
            line.update(bucket=parameters.get("Bucket", ""), key=parameters.get("Key", ""))
        return self.echo.ask(line)

    def is_streaming(self, shape, name):
        member = shape.members[name]
        return shape.serialization.get("payload") == name and (
            member.serialization.get("streaming") or member.metadata.get("streaming") or member.type_name == "blob" and
            name in ("Body",))

    def reads(self, operation, parameters, what):
        shape = operation.input_shape
        wanted = {k: v for k, v in parameters.items() if not self.is_streaming(shape, k)}
        answer = self.request(operation, parameters)
        expected = {"operation": operation.name, "input": document_of(shape, wanted)}
        self.count(answer == expected, f"{self.name} {operation.name} {what}", answer, expected)

    def refuses(self, operation, parameters, what, spoil=None):
        answer = self.request(operation, parameters, spoil)
        good = answer.get("status") in (400, 404, 405, 501) and bool(answer.get("message"))
        # Without what tells it from its twin on the same path it is the twin.
        good = good or answer.get("operation", operation.name) != operation.name
        self.count(good, f"{self.name} {operation.name} refuses {what}", answer, "a refusal")

    def check_input(self, operation):
        shape = operation.input_shape
        full = self.maker.make(shape)
        self.reads(operation, full, "every member")
        least = {name: full[name] for name in shape.required_members}
        for path, name, owner, member in list(walk(shape, full)):
            top = path[0] if path else name
            if self.is_streaming(shape, top):
                continue
            place = shape.members[top].serialization.get("location")
            changed = copy.deepcopy(full)
            label = ".".join(map(str, path + (name,)))
            if name in owner.required_members and place != "uri":
                del at(changed, path)[name]
                # Two operations may share a path, told apart by what one of them requires.
                self.refuses(operation, changed, f"{label} missing")
            values = self.wrong_values(member)
            for wrong, why in values:
                changed = copy.deepcopy(full)
                at(changed, path)[name] = wrong
                self.refuses(operation, changed, f"{label} {why}")
        if self.protocol == "query":
            self.refuses(operation, full, "an unknown parameter", lambda body: body + b"&Nonsense=1")
        else:
            has_body = any("location" not in m.serialization for m in shape.members.values())
            if has_body and not any(self.is_streaming(shape, name) for name in shape.members):
                payload = shape.serialization.get("payload")
                if payload is None or shape.members[payload].type_name == "structure":
                    self.refuses(operation, full, "an unknown member", self.with_nonsense)
        return least

    def with_nonsense(self, body):
        if self.protocol == "rest-json":
            return b'{"Nonsense": 1, ' + body[1:]
        end = body.rindex(b"</")
        return body[:end] + b"<Nonsense/>" + body[end:]

    def wrong_values(self, member):
        rules = member.metadata
        if member.type_name == "string" and getattr(member, "enum", []):
            yield "NoSuchValue", "of an unknown value"
        elif member.type_name == "string" and member.name not in self.maker.patterns:
            if "pattern" in rules and not re.fullmatch(python_pattern(rules["pattern"]), "\u4e00 <>"):
                yield "\u4e00 <>", "against its pattern"
            if 0 < rules.get("max", 0) < 5000:
                yield "a" * (rules["max"] + 1), "too long"
        elif member.type_name in ("integer", "long"):
            if self.protocol != "rest-json":
                yield "many", "of a wrong type"
            if "min" in rules:
                yield int(rules["min"]) - 1, "too small"
            if "max" in rules:
                yield int(rules["max"]) + 1, "too large"

    def check_output(self, operation):
        shape = operation.output_shape
        full = {k: v for k, v in self.maker.make(shape).items()
                if not self.is_streaming(shape, k) and shape.members[k].serialization.get("location") != "statusCode"}
        line = {"service": self.name, "operation": operation.name, "output": document_of(shape, full)}
        answer = self.echo.ask(line)
        if "headers" not in answer:
            return self.count(False, f"{self.name} {operation.name} answers", answer, line)
        headers = {name.lower(): value for name, value in answer["headers"]}
        parsed = self.parser.parse({"status_code": answer["status"], "headers": botocore.awsrequest.HeadersDict(headers),
                                    "body": base64.b64decode(answer["body"])}, shape)
        parsed.pop("ResponseMetadata", None)
        if operation.http["method"] == "HEAD" or any(self.is_streaming(shape, name) for name in shape.members):
            places = {n: m.serialization.get("location") for n, m in shape.members.items()}
            full = {n: v for n, v in full.items() if places[n]}
            parsed = {n: v for n, v in parsed.items() if places.get(n)}
        got, wanted = document_of(shape, parsed), document_of(shape, full)
        self.count(got == wanted, f"{self.name} {operation.name} answers every member", got, wanted)

    def run(self, examples):
        for name in self.operations:
            operation = self.model.operation_model(name)
            if operation.input_shape is not None:
                self.check_input(operation)
                for example in examples.get(name, []):
                    # Some show nothing but their names.
                    if "" not in example.get("input", {}).values():
                        self.reads(operation, example.get("input", {}), "the model's example")
            # A root element that is the value itself is read by a handler of the client beside its parser.
            if operation.output_shape is not None and name not in self.settings.get("unwrapped_outputs", []):
                self.check_output(operation)


class Count:
    def __init__(self, verbose):
        self.passed = self.failed = 0
        self.verbose = verbose

    def __call__(self, good, what, got, wanted):
        self.passed += good
        self.failed += not good
        if not good:
            print(f"FAILED: {what}\n  got    {json.dumps(got, default=str)[:1500]}\n  wanted {json.dumps(wanted, default=str)[:1500]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--echo", default=str(ROOT / "build/debug/bin/shape_echo"))
    parser.add_argument("--npm", help="the folder that tools/shapes/models/install prints")
    parser.add_argument("--service", action="append")
    parser.add_argument("--report")
    options = parser.parse_args()
    npm = options.npm or subprocess.run([ROOT / "tools/shapes/models/install"], capture_output=True, text=True,
                                        check=True).stdout.strip()
    all_settings = json.loads((ROOT / "tools/shapes/services.json").read_text())
    echo, count = Echo(options.echo), Count(False)
    for name in options.service or ("cloudfront", "cloudfront_keyvaluestore", "s3", "iam", "sts", "cloudformation"):
        settings = all_settings[name]
        model = generate.read_model(settings, None, npm)
        examples = {}
        if "model" in settings:
            path = pathlib.Path("/usr/lib/python3/dist-packages/botocore/data") / settings["model"] / "examples-1.json"
            examples = json.loads(path.read_text())["examples"] if path.exists() else {}
        before = count.passed, count.failed
        Service(name, settings, model, echo, count).run(examples)
        print(f"{name}: {count.passed - before[0]} passed, {count.failed - before[1]} failed")
    if options.report:
        pathlib.Path(options.report).write_text(json.dumps({"passed": count.passed, "failed": count.failed}))
    print(f"{count.passed} passed, {count.failed} failed")
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
