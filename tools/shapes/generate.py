#!/usr/bin/env python3
"""Writes the C++ shapes of one service: NAME.h with structs, NAME.cc with the tables of src/aws/shape.h.

usage: generate.py --service NAME --services services.json --out FOLDER [--models FOLDER] [--npm FOLDER]

Reads the official service model out of Debian's python3-botocore, or of awscli where that bundles one, and adds what the
service's npm client knows beside it, where services.json names one (npm_model.py; models/install brings it). Only shapes that
the listed operations reach are written; operations that are not listed are known by their route alone, so that a
request for one is refused by name. Needs nothing but the standard library.
"""

import argparse
import gzip
import json
import pathlib
import re
import subprocess
import sys

import npm_model

KINDS = {
    "structure": "structure", "list": "list", "map": "map", "string": "string", "character": "string", "blob": "blob",
    "boolean": "boolean", "integer": "integer", "long": "long_integer", "float": "real", "double": "real",
    "timestamp": "timestamp",
}
PLAIN_TYPES = {
    "string": "std::string", "blob": "Blob", "boolean": "bool", "integer": "std::int32_t",
    "long_integer": "std::int64_t", "real": "double", "timestamp": "WallTime",
    "map": "std::map<std::string, std::string>",
}
START_VALUES = {"boolean": " = false", "integer": " = 0", "long_integer": " = 0", "real": " = 0", "timestamp": "{}"}
LOCATIONS = {
    None: "body", "uri": "uri", "querystring": "query", "header": "header", "headers": "header_prefix",
    "statusCode": "status_code",
}
TIME_FORMS = {"iso8601": "iso8601", "rfc822": "http_date", "unixTimestamp": "epoch_seconds"}
# By the model's protocol: its name in shape.h, the form of errors, the content type of answers.
PROTOCOLS = {
    "rest-xml": ("rest_xml", "error_response", "application/xml"),
    "query": ("query", "error_response", "text/xml"),
    "json": ("json", "json", "application/x-amz-json-"),
    "rest-json": ("rest_json", "json", "application/json"),
}
KEYWORDS = {"and", "default", "delete", "namespace", "operator", "public", "private", "class", "template", "new", "union",
            "export"}
INT64_MIN, INT64_MAX = "std::numeric_limits<std::int64_t>::min()", "std::numeric_limits<std::int64_t>::max()"


def model_folders(given):
    """Where service models may lie, best first."""
    if given:
        yield pathlib.Path(given)
    packages = pathlib.Path("/usr/lib/python3/dist-packages")
    yield packages / "botocore/data"
    yield packages / "awscli/botocore/data"
    ask = "import botocore, os; print(os.path.join(os.path.dirname(botocore.__file__), 'data'))"
    for python in ("/usr/bin/python3", sys.executable):
        answer = subprocess.run([python, "-c", ask], capture_output=True, text=True)
        if answer.returncode == 0:
            yield pathlib.Path(answer.stdout.strip())


def read_model(settings, given, npm):
    """The one place that reads a model: the dictionary of a service-2.json, with what npm knows beside it."""
    if "model" in settings:
        model = read_botocore(settings, given)
    else:
        model = {"metadata": settings["metadata"], "shapes": {}, "operations": {}}
    if "npm" in settings:
        folder = pathlib.Path(npm or ".") / "node_modules" / settings["npm"]
        if not folder.is_dir():
            sys.exit(f"generate.py: no npm package {settings['npm']} in {npm}: run tools/shapes/models/install, and give "
                     "the folder that it prints as --npm")
        model = npm_model.merge(model, npm_model.NpmModel(folder))
    adjust(model["shapes"], settings)
    return model


def adjust(shapes, settings):
    """What services.json says against or beyond the models."""
    shapes.update({name: {"type": "string"} for name in settings.get("as_string", [])})
    shapes.update({name: {"type": "long"} for name in settings.get("as_long", [])})
    shapes.update(settings.get("more_shapes", {}))
    for name, members in settings.get("more_members", {}).items():
        shapes[name]["members"].update(members)
    # A list may be flattened by the member that holds it alone.
    for shape in list(shapes.values()):
        for member, reference in shape.get("members", {}).items():
            target = reference["shape"]
            if reference.get("flattened") and not shapes[target].get("flattened"):
                shapes[f"Flattened{target}"] = {**shapes[target], "flattened": True}
                shape["members"][member] = {**reference, "shape": f"Flattened{target}"}
    # npm's schemas do not tell sizes of numbers.
    shapes.update({"longInteger": {"type": "long"}} if "long_members" in settings else {})
    for shape in shapes.values():
        for member in set(shape.get("members", {})) & set(settings.get("long_members", [])):
            shape["members"][member] = {**shape["members"][member], "shape": "longInteger"}
    # A list may be flattened as this member alone (S3's LifecycleRuleAndOperator.Tags).
    for shape in list(shapes.values()):
        for member, reference in shape.get("members", {}).items():
            target = shapes[reference["shape"]]
            if reference.get("flattened") and target["type"] == "list" and not target.get("flattened"):
                flat = reference["shape"] + "Flattened"
                shapes[flat] = {**target, "flattened": True}
                shape["members"][member] = {**reference, "shape": flat}


def read_botocore(settings, given):
    for folder in model_folders(given):
        for name in ("service-2.json", "service-2.json.gz"):
            path = folder / settings["model"] / name
            if path.exists():
                opener = gzip.open if path.suffix == ".gz" else open
                with opener(path, "rt", encoding="utf-8") as file:
                    return json.load(file)
    sys.exit(f"generate.py: no service model {settings['model']}: install python3-botocore")


def text(value):
    """A C++ string literal."""
    return json.dumps(value)


def snake(name):
    """MinTTL -> min_ttl, HTTPSPort -> https_port, ETag -> etag."""
    name = name.replace("ETag", "Etag").replace("SSEKMS", "SseKms").replace("IPv6", "Ipv6").replace("IPV6", "Ipv6")
    name = name.replace("ARN", "Arn").replace("CRC32C", "Crc32c")
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    name = name.replace("-", "_").lower()
    return name + "_" if name in KEYWORDS else name


class Writer:
    def __init__(self, name, settings, model):
        self.name, self.settings, self.model = name, settings, model
        self.shapes = model["shapes"]
        metadata = model["metadata"]
        self.protocol, self.error_form, self.content_type = PROTOCOLS[metadata["protocol"]]
        self.error_form = settings.get("error_form", self.error_form)
        if self.protocol == "json":
            self.content_type += metadata["jsonVersion"]
        self.time_form = "unixTimestamp" if self.protocol in ("json", "rest_json") else "iso8601"
        self.listed_in_order = list(model["operations"]) if settings["operations"] == "all" else settings["operations"]
        self.listed = set(self.listed_in_order)
        missing = self.listed - set(model["operations"])
        if missing:
            sys.exit(f"generate.py: the model of {name} has no {', '.join(sorted(missing))}")
        self.order = []  # shapes, each behind those it holds
        for operation in self.listed_in_order:
            for side in ("input", "output"):
                if side in model["operations"][operation]:
                    self.visit(model["operations"][operation][side]["shape"], ())
        self.index = {shape: i for i, shape in enumerate(self.order)}

    def visit(self, name, path):
        if name in self.order:
            return
        if name in path:
            sys.exit(f"generate.py: {name} holds itself, which plain structs cannot")
        shape = self.shapes[name]
        for member in self.members(name):
            self.visit(shape["members"][member]["shape"], path + (name,))
        if shape["type"] == "list":
            self.visit(shape["member"]["shape"], path + (name,))
        self.order.append(name)

    def kind(self, name):
        return KINDS[self.shapes[name]["type"]]

    def cpp_type(self, name):
        kind = self.kind(name)
        if kind == "structure":
            return name
        if kind == "list":
            return f"std::vector<{self.cpp_type(self.shapes[name]['member']['shape'])}>"
        return PLAIN_TYPES[kind]

    def members(self, name):
        """Names of the members that become fields: all but streaming bodies."""
        shape = self.shapes[name]
        for member, reference in shape.get("members", {}).items():
            streams = reference.get("streaming") or self.shapes[reference["shape"]].get("streaming")
            if not (streams and shape.get("payload") == member):
                yield member

    def is_optional(self, name, member):
        kind = self.kind(self.shapes[name]["members"][member]["shape"])
        return kind not in ("list", "map") and member not in self.shapes[name].get("required", [])

    def streams(self, operation, side):
        if side not in operation:
            return False
        shape = self.shapes[operation[side]["shape"]]
        return "payload" in shape and shape["payload"] not in list(self.members(operation[side]["shape"]))

    def header(self):
        out = [
            f"// The shapes of {self.name}, written by tools/shapes/generate.py from the official service model.",
            "#pragma once", "", "#include <cstdint>", "#include <map>", "#include <optional>", "#include <string>",
            "#include <vector>", "", '#include "aws/shape.h"', '#include "base/time.h"', "",
            f"namespace gust::aws::{self.name} {{", "", "const Service& service();", "",
        ]
        for name in self.order:
            if self.kind(name) != "structure":
                continue
            out.append(f"struct {name} {{")
            for member in self.members(name):
                target = self.shapes[name]["members"][member]["shape"]
                plain = self.cpp_type(target)
                if self.is_optional(name, member):
                    out.append(f"  std::optional<{plain}> {snake(member)} = {{}};")
                else:
                    start = START_VALUES.get(self.kind(target), " = {}")
                    out.append(f"  {plain} {snake(member)}{start};")
            out += ["};", f"const Shape& shape_of(const {name}*);", ""]
        out += ["// The operations, to name in read_input, write_output and Dispatcher.", "namespace op {"]
        for name in self.listed_in_order:
            operation = self.model["operations"][name]
            sides = [operation[s]["shape"] if s in operation else "Nothing" for s in ("input", "output")]
            spelled = [f"{self.name}::{s}" if s != "Nothing" else s for s in sides]
            out += [f"struct {name} {{", f"  using Input = {spelled[0]};", f"  using Output = {spelled[1]};",
                    "  static const Operation& operation();", "};"]
        out += ["}  // namespace op", "",
                "// Calls visit.operator()<Op>() for each, for tests and tables that are about all of them.",
                "template <typename Visit>", "void for_each_operation(Visit&& visit) {"]
        out += [f"  visit.template operator()<op::{name}>();" for name in self.listed_in_order]
        out += ["}", "", f"}}  // namespace gust::aws::{self.name}", ""]
        return "\n".join(out)

    def member_row(self, name, member):
        reference = self.shapes[name]["members"][member]
        target = reference["shape"]
        location = LOCATIONS[reference.get("location")]
        form = reference.get("timestampFormat") or self.shapes[target].get("timestampFormat")
        time_form = TIME_FORMS[form or ("rfc822" if location == "header" else self.time_form if location == "body"
                                        else "iso8601")]
        optional = f"&OptionalOf<{self.cpp_type(target)}>::access" if self.is_optional(name, member) else "nullptr"
        required = member in self.shapes[name].get("required", [])
        wire = reference.get("locationName", "" if location == "header_prefix" else member)
        return (f"    {{{text(member)}, {text(wire)}, &shapes[{self.index[target]}], {optional}, "
                f"offsetof({name}, {snake(member)}), Location::{location}, "
                f"TimeForm::{time_form}, {str(required).lower()}, "
                f"{str(bool(reference.get('xmlAttribute'))).lower()}}},")

    def shape_row(self, name):
        shape, index = self.shapes[name], self.index[name]
        members = list(self.members(name))
        payload = shape.get("payload")
        payload_index = members.index(payload) if payload in members else -1
        namespace = shape.get("xmlNamespace", {})
        element, access, element_wire = "nullptr", "nullptr", ""
        flattened = bool(shape.get("flattened"))
        if shape["type"] == "list":
            item = shape["member"]
            element = f"&shapes[{self.index[item['shape']]}]"
            access = f"&ListOf<{self.cpp_type(item['shape'])}>::access"
            element_wire = item.get("locationName", "" if flattened else "member")
        least = str(int(shape["min"])) if "min" in shape else INT64_MIN
        most = str(int(shape["max"])) if "max" in shape else INT64_MAX
        pattern = "" if name in self.settings.get("without_pattern", []) else shape.get("pattern", "")
        pattern = self.settings.get("patterns", {}).get(name, pattern)
        return (f"    {{{text(name)}, Kind::{self.kind(name)}, {f'members_{index}' if members else '{}'}, "
                f"{payload_index}, {text(namespace.get('prefix', ''))}, "
                f"{text(namespace['uri'] if 'prefix' in namespace else '')}, {element}, {access}, "
                f"{text(element_wire)}, {str(flattened).lower()}, {least}, {most}, {text(pattern)}, "
                f"{f'allowed_{index}' if 'enum' in shape else '{}'}}},")

    def error_rows(self, operation):
        for reference in operation.get("errors", []):
            name = reference["shape"]
            error = self.shapes[name].get("error", {})
            status = self.settings.get("error_statuses", {}).get(name, error.get("httpStatusCode", 400))
            yield error.get("code", name), status

    def route(self, operation):
        """Path, fixed query keys, and the names that tell this operation from others of its method and path."""
        path, _, query = operation["http"]["requestUri"].partition("?")
        fixed = []
        for item in filter(None, query.split("&")):
            key, equals, value = item.partition("=")
            if key != "x-id":
                fixed.append((key, value, bool(equals)))
        return path, fixed

    def needed(self, name, location):
        """Required members of that location, where another operation shares method and path."""
        operation = self.model["operations"][name]
        here = (operation["http"]["method"], self.route(operation)[0])
        twins = [o for o in self.model["operations"].values() if (o["http"]["method"], self.route(o)[0]) == here]
        if "input" not in operation or len(twins) < 2:
            return []
        shape = self.shapes[operation["input"]["shape"]]
        references = [shape["members"][m] for m in shape.get("required", [])]
        return [r["locationName"] for r in references if r.get("location") == location]

    def operation_row(self, index, name):
        operation = self.model["operations"][name]
        listed = name in self.listed
        path, fixed = self.route(operation)
        shape = {s: f"&shapes[{self.index[operation[s]['shape']]}]" if listed and s in operation else "nullptr"
                 for s in ("input", "output")}
        input_root = operation.get("input", {}).get("locationName", "")
        output = operation.get("output", {})
        output_root = self.settings.get("output_roots", {}).get(name, output.get("resultWrapper", output.get("shape", "")))
        flags = [self.streams(operation, "input"), self.streams(operation, "output"),
                 name in self.settings.get("unwrapped_outputs", []), listed]
        tables, row = [], []
        for kind, array, values in (
                ("QueryKey", "fixed", [f"{{{text(k)}, {text(v)}, {str(e).lower()}}}" for k, v, e in fixed]),
                ("std::string_view", "queries", [text(n) for n in self.needed(name, "querystring")]),
                ("std::string_view", "headers", [text(n) for n in self.needed(name, "header")]),
                ("ErrorShape", "errors", [f"{{{text(c)}, {s}}}" for c, s in self.error_rows(operation)] if listed else [])):
            row.append(f"{array}_{index}" if values else "{}")
            if values:
                tables.append(f"constexpr {kind} {array}_{index}[] = {{{', '.join(values)}}};")
        return tables, (
            f"    {{{text(name)}, {text(operation['http']['method'])}, {text(path)}, {row[0]}, {row[1]}, {row[2]}, "
            f"{shape['input']}, {shape['output']}, {text(input_root)}, {text(output_root)}, "
            f"{operation['http'].get('responseCode', 200)}, {', '.join(str(f).lower() for f in flags)}, {row[3]}}},")

    def source(self):
        out = [
            f"// The tables of {self.name}, written by tools/shapes/generate.py.", "#include <cstddef>",
            "#include <limits>", "", f'#include "aws/gen/{self.name}.h"', '#include "aws/shape_access_internal.h"', "",
            "// Every standard library here allows it; the structs are plain but for their members.",
            '#pragma clang diagnostic ignored "-Winvalid-offsetof"', "", f"namespace gust::aws::{self.name} {{",
            "namespace {", "", f"extern const Shape shapes[{len(self.order)}];", "",
        ]
        for name in self.order:
            members = list(self.members(name))
            if members:
                out.append(f"const Member members_{self.index[name]}[] = {{")
                out += [self.member_row(name, member) for member in members] + ["};"]
            if "enum" in self.shapes[name]:
                values = self.shapes[name]["enum"] + self.settings.get("more_enum_values", {}).get(name, [])
                without = self.settings.get("without_enum_values", {}).get(name, [])
                listed = ", ".join(text(v) for v in dict.fromkeys(values) if v not in without)
                out.append(f"constexpr std::string_view allowed_{self.index[name]}[] = {{{listed}}};")
        out += ["", f"const Shape shapes[{len(self.order)}] = {{"] + [self.shape_row(n) for n in self.order] + ["};", ""]
        rows, places = [], {}
        for index, name in enumerate(self.model["operations"]):
            tables, row = self.operation_row(index, name)
            places[name] = index
            out += tables
            rows.append(row)
        told = [self.model["operations"][n] for n in self.listed]
        told.append({"errors": [{"shape": name} for name in self.model.get("errors", [])]})
        errors = sorted({e for operation in told for e in self.error_rows(operation)})
        out += ["", "const Operation operations[] = {"] + rows + ["};", "",
                "constexpr ErrorShape errors[] = {"] + [f"    {{{text(c)}, {s}}}," for c, s in errors] + ["};", ""]
        metadata = self.model["metadata"]
        out += [f"const Service the_service = {{{text(metadata.get('signingName', metadata['endpointPrefix']))}, "
                f"{text(self.settings.get('xml_namespace', metadata.get('xmlNamespace', '')))}, "
                f"Protocol::{self.protocol}, ErrorForm::{self.error_form}, {text(metadata['apiVersion'])}, "
                f"{text(metadata.get('targetPrefix', ''))}, {text(self.content_type)}, operations, errors}};",
                "", "}  // namespace", "",
                "const Service& service() { return the_service; }", ""]
        out += [f"const Shape& shape_of(const {n}*) {{ return shapes[{self.index[n]}]; }}"
                for n in self.order if self.kind(n) == "structure"]
        out += [""] + [f"const Operation& op::{n}::operation() {{ return operations[{places[n]}]; }}"
                       for n in self.listed_in_order]
        return "\n".join(out + ["", f"}}  // namespace gust::aws::{self.name}", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--service", required=True)
    parser.add_argument("--services", required=True, help="the list of services and operations (JSON)")
    parser.add_argument("--out", required=True, help="the folder to write NAME.h and NAME.cc into")
    parser.add_argument("--models", help="a folder of service models to look into first")
    parser.add_argument("--npm", help="the folder that models/install prints")
    options = parser.parse_args()
    with open(options.services, encoding="utf-8") as file:
        settings = json.load(file)[options.service]
    writer = Writer(options.service, settings, read_model(settings, options.models, options.npm))
    folder = pathlib.Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{options.service}.h").write_text(writer.header(), encoding="utf-8")
    (folder / f"{options.service}.cc").write_text(writer.source(), encoding="utf-8")


if __name__ == "__main__":
    main()
