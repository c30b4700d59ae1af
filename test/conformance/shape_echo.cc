// shape_echo: reads requests and writes answers of every operation for test/conformance/shapes.py, which holds them
// against botocore's own serializer and parser.
//
// Shape:  one JSON object a line on standard input, one on standard output:
//           {"service", "method", "path", "query", "headers": [[n, v]], "bucket", "key", "body": base64}
//             gives {"operation", "input"} with the input as the document store has it, or {"code", "status",
//             "message"}
//           {"service", "operation", "output": document}
//             gives {"status", "headers", "body": base64}
#include <functional>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "aws/gen/cloudformation.h"
#include "aws/gen/cloudfront.h"
#include "aws/gen/cloudfront_keyvaluestore.h"
#include "aws/gen/iam.h"
#include "aws/gen/s3.h"
#include "aws/gen/sts.h"
#include "aws/shapes.h"
#include "base/text.h"

namespace gust::aws {
namespace {

using nlohmann::json;

json told(const ServiceError& error) {
  return {{"code", error.code}, {"status", error.status}, {"message", error.message}};
}

struct Row {
  std::function<json(const Service&, const Route&, const OperationRequest&)> read;
  std::function<json(const Service&, const std::string& document)> write;
};

template <typename Op>
Row row_of() {
  return {[](const Service& service, const Route& route, const OperationRequest& request) -> json {
            const auto input = read_input<Op>(service, route, request);
            if (!input) return told(input.error());
            return {{"operation", Op::operation().name}, {"input", json::parse(to_json(*input))}};
          },
          [](const Service& service, const std::string& document) -> json {
            const auto output = from_json<typename Op::Output>(document);
            if (!output) return {{"code", "bad document"}, {"message", output.error().text}};
            const WireAnswer answer = write_output<Op>(service, *output, {"id-1", "id-2"});
            return {{"status", answer.status}, {"headers", answer.headers}, {"body", base64_of(answer.body)}};
          }};
}

struct Known {
  const Service* service;
  std::map<std::string_view, Row> rows;

  template <typename Op>
  void operator()() {
    rows.emplace(Op::operation().name, row_of<Op>());
  }
};

json read(const Known& known, const json& line) {
  const auto query = read_query(line["query"].get<std::string>());
  const auto body = bytes_of_base64(line["body"].get<std::string>());
  if (!query || !body) return {{"code", "bad line"}};
  const auto fields = line["headers"].get<std::vector<std::pair<std::string, std::string>>>();
  std::vector<HeaderView> headers;
  for (const auto& [name, value] : fields) headers.push_back({name, value});
  const std::string method = line["method"], path = line["path"], bucket = line["bucket"], key = line["key"];
  const OperationRequest request{
      .method = method, .path = path, .query = *query, .headers = headers, .bucket = bucket, .key = key, .body = *body};
  const auto route = find_operation(*known.service, request);
  if (!route) return told(route.error());
  return known.rows.at(route->operation->name).read(*known.service, *route, request);
}

int run() {
  std::map<std::string, Known> services;
  const auto add = [&](const std::string& name, const Service& service) -> Known& {
    return services.emplace(name, Known{&service, {}}).first->second;
  };
  cloudfront::for_each_operation(add("cloudfront", cloudfront::service()));
  cloudfront_keyvaluestore::for_each_operation(add("cloudfront_keyvaluestore", cloudfront_keyvaluestore::service()));
  s3::for_each_operation(add("s3", s3::service()));
  iam::for_each_operation(add("iam", iam::service()));
  sts::for_each_operation(add("sts", sts::service()));
  cloudformation::for_each_operation(add("cloudformation", cloudformation::service()));
  for (std::string text; std::getline(std::cin, text);) {
    const json line = json::parse(text);
    const Known& known = services.at(line["service"].get<std::string>());
    const json answer =
        line.contains("operation")
            ? known.rows.at(line["operation"].get<std::string>()).write(*known.service, line["output"].dump())
            : read(known, line);
    std::cout << answer.dump() << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace gust::aws

int main() { return gust::aws::run(); }
