"""Newest service models: what an @aws-sdk client of npm knows, in the form of botocore's service-2.json.

A client ships its model as compact schemas (dist-es/schemas/schemas_0.js; their meaning stands in @smithy/core,
submodules/schema): names, members in order with the required ones first, bindings, element names, statuses. They do not
say which values an enumeration has, how large a number is, or which pattern a text keeps; enumerations are read out of
dist-es/models/enums.js, and which member has which out of the type declarations beside it. Numbers count as integers
unless services.json says otherwise; ranges and patterns come from botocore, where that knows the shape.
"""

import json
import re

TOKEN = re.compile(r"""\s+|(?P<arrow>\(\)\s*=>)|(?P<text>"(?:[^"\\]|\\.)*"|`[^`\\$]*`)|(?P<number>-?\d+)|(?P<name>[A-Za-z_$][\w$]*)
                       |(?P<mark>[\[\]{}:,|])""", re.X)
# Bits of a number in the place of traits, lowest first.
TRAIT_BITS = ("httpLabel", "idempotent", "idempotencyToken", "sensitive", "httpPayload", "httpResponseCode", "httpQueryParams")
SIMPLE = {0: "string", 1: "integer", 2: "boolean", 21: "blob", 42: "blob", 4: "timestamp", 5: "timestamp", 6: "timestamp",
          7: "timestamp"}
TIMESTAMP_FORMATS = {5: "iso8601", 6: "rfc822", 7: "unixTimestamp"}
LIST, MAP, STRUCTURE, UNION, OPERATION, ERROR = 1, 2, 3, 4, 9, -3


class SchemaReader:
    """One schema, a JavaScript array literal; references to others become their names."""

    def __init__(self, text, position, constants):
        self.text, self.position, self.constants = text, position, constants

    def token(self):
        while True:
            found = TOKEN.match(self.text, self.position)
            if not found:
                raise SyntaxError(f"not a schema: {self.text[self.position:self.position + 60]!r}")
            self.position = found.end()
            if found.lastgroup:
                return found.lastgroup, found.group(found.lastgroup)

    def value(self, token=None):
        kind, word = token or self.token()
        if kind == "arrow":
            return self.value()
        if kind == "text":
            return word[1:-1] if word[0] == "`" else json.loads(word)
        if kind == "number":
            return int(word)
        if kind == "name":
            return self.constants.get(word, word)  # __Unit is no shape
        return self.array() if word == "[" else self.object()

    def array(self):
        values = []
        while (token := self.token()) != ("mark", "]"):
            if token == ("mark", "|"):
                values[-1] |= self.value()
            elif token != ("mark", ","):
                values.append(self.value(token))
        return values

    def object(self):
        values = {}
        while (token := self.token()) != ("mark", "}"):
            if token == ("mark", ","):
                continue
            name = token[1]
            if token == ("mark", "["):
                name = self.value()
                self.token()  # the bracket's end
            self.token()  # the colon
            values[name] = self.value()
        return values


def read_schemas(text):
    constants = {m[1]: json.loads(m[2]) for m in re.finditer(r'^const (\w+) = ("(?:[^"\\]|\\.)*");', text, re.M)}
    # A schema is mostly held by a variable of its own name.
    held = re.finditer(r"^(?:export )?(?:var|const) ([\w$]+) = \[-?\d+, \w+, (\w+),", text, re.M)
    constants.update({m[1]: constants[m[2]] for m in held if m[2] in constants and m[1] not in constants})
    schemas = {}
    for found in re.finditer(r"^(?:export )?(?:var|const) [\w$]+ = (?=\[-?\d)", text, re.M):
        schema = SchemaReader(text, found.end(), constants).value()
        # The base class of errors belongs to no service.
        if len(schema) >= 4 and not schema[1].startswith("smithy."):
            schemas[schema[2]] = schema
    return schemas


def read_enumerations(text):
    found = re.finditer(r"^export const (\w+) = \{(.*?)^\};", text, re.M | re.S)
    return {m[1]: [json.loads(v) for v in re.findall(r':\s*("(?:[^"\\]|\\.)*")', m[2])] for m in found}


def read_member_types(texts):
    """(interface, member) to the name of its type, as declared."""
    types = {}
    for text in texts:
        text = re.sub(r"/\*\*.*?\*/", "", text, flags=re.S)
        for interface in re.finditer(r"^export interface (\w+)[^{]*\{(.*?)^\}", text, re.M | re.S):
            for member in re.finditer(r"^\s*(\w+)\??:\s*([^;]+);", interface[2], re.M):
                types[interface[1], member[1]] = member[2].replace("| undefined", "").strip()
    return types


def traits_of(value):
    if isinstance(value, dict):
        return value
    return {name: 1 for bit, name in enumerate(TRAIT_BITS) if value >> bit & 1}


class NpmModel:
    def __init__(self, folder):
        self.schemas = read_schemas((folder / "dist-es/schemas/schemas_0.js").read_text(encoding="utf-8"))
        enumerations = folder / "dist-es/models/enums.js"
        self.enumerations = read_enumerations(enumerations.read_text(encoding="utf-8")) if enumerations.exists() else {}
        declared = sorted((folder / "dist-types/models").glob("models_*.d.ts"))
        self.member_types = read_member_types([path.read_text(encoding="utf-8") for path in declared])
        self.shapes = {name: {"type": "string", "enum": values} for name, values in self.enumerations.items()}
        for name, schema in self.schemas.items():
            if schema[0] != OPERATION:
                self.shapes[name] = self.shape(schema)
        self.operations = {name: self.operation(schema) for name, schema in self.schemas.items() if schema[0] == OPERATION}

    def split(self, reference):
        """A reference to a schema and its traits."""
        return reference if isinstance(reference, list) else (reference, 0)

    def target(self, schema):
        """The name of the shape that a schema stands for; those of simple kinds are made when met."""
        if isinstance(schema, str):
            return schema
        if schema >= 64:
            kind, element = ("map", schema - 128) if schema >= 128 else ("list", schema - 64)
            name = f"{kind}Of{self.target(element)[0].upper()}{self.target(element)[1:]}"
            item = {"shape": self.target(element)}
            self.shapes[name] = ({"type": "map", "key": {"shape": self.target(0)}, "value": item} if kind == "map"
                                 else {"type": "list", "member": item})
            return name
        name = SIMPLE[schema] + ("Stream" if schema == 42 else "")
        self.shapes.setdefault(name, {"type": SIMPLE[schema], **({"streaming": True} if schema == 42 else {}),
                                      **({"timestampFormat": TIMESTAMP_FORMATS[schema]} if schema in TIMESTAMP_FORMATS else {})})
        return name

    def reference(self, owner, member, value):
        schema, traits = self.split(value)
        traits = traits_of(traits)
        result = {"shape": self.target(schema)}
        declared = self.member_types.get((owner, member))
        if schema == 0 and declared in self.enumerations:
            result["shape"] = declared
        payload = "httpPayload" in traits
        for trait, location in (("httpHeader", "header"), ("httpQuery", "querystring"), ("httpPrefixHeaders", "headers")):
            if trait in traits:
                result.update(location=location, locationName=traits[trait])
        if "httpLabel" in traits:
            result.update(location="uri", locationName=member)
        if "httpResponseCode" in traits:
            result["location"] = "statusCode"
        if "xmlName" in traits:
            result["locationName"] = traits["xmlName"]
        elif payload and isinstance(schema, str):
            result["locationName"] = self.name_in_xml(schema)
        if "xmlAttribute" in traits:
            result["xmlAttribute"] = True
        return result, payload, "xmlFlattened" in traits

    def name_in_xml(self, name):
        return traits_of(self.schemas[name][3]).get("xmlName", name)

    def shape(self, schema):
        kind, _, name, traits = schema[:4]
        if kind == LIST:
            item, item_traits = self.split(schema[4])
            item_traits = traits_of(item_traits)
            member = {"shape": self.target(item), **({"locationName": item_traits["xmlName"]} if "xmlName" in item_traits else {})}
            return {"type": "list", "member": member}
        if kind == MAP:
            return {"type": "map", "key": {"shape": "string"}, "value": {"shape": "string"}}
        if kind not in (STRUCTURE, UNION, ERROR):
            return {"type": SIMPLE[schema[4]], **({"streaming": True} if schema[4] == 42 else {})}
        result = {"type": "structure", "members": {}, "required": schema[4][:schema[6] if len(schema) > 6 else 0]}
        for member, value in zip(schema[4], schema[5]):
            result["members"][member], payload, _ = self.reference(name, member, value)
            if payload:
                result["payload"] = member
        if kind == ERROR:
            result.update(exception=True, error={"httpStatusCode": traits_of(traits).get("httpError", 400)})
        return result

    def operation(self, schema):
        # Protocols that know no paths say none.
        method, uri, status = traits_of(schema[3]).get("http", ["POST", "/", 200])
        result = {"name": schema[2], "http": {"method": method, "requestUri": uri, "responseCode": status}}
        if schema[4] in self.schemas:
            result["input"] = {"shape": schema[4]}
            if "payload" not in self.shapes[schema[4]]:
                result["input"]["locationName"] = self.name_in_xml(schema[4])
        if schema[5] in self.schemas:
            result["output"] = {"shape": schema[5]}
        return result


def merge(model, newest):
    """Adds to botocore's model what `newest` knows beside it: shapes, members, values of enumerations, operations and
    errors. What both know stays as botocore says, which is the order of members too."""
    shapes = model["shapes"]
    for name, shape in newest.shapes.items():
        known = shapes.setdefault(name, shape)
        if "enum" in known and "enum" in shape:
            known["enum"] = list(dict.fromkeys(known["enum"] + shape["enum"]))
        for member, reference in shape.get("members", {}).items():
            known.get("members", {}).setdefault(member, reference)
    for name, operation in newest.operations.items():
        model["operations"].setdefault(name, operation)
    model["errors"] = sorted(name for name, shape in newest.shapes.items() if shape.get("exception"))
    return model
