// Client: requests of the rest-xml protocol from the client's side, by the same shapes: an operation's input as JSON to
// what is sent, and an answer to its output as JSON. For parts of the program that use its own API.
//
// Source: the service models; AWS.md section 4.
// Shape:  members by their model names; blobs and streamed bodies are base64 (a streamed body is the member Body).
// Texts,
//         numbers and truth values are written as they come: what is wrong in them is the service's to say.
// Errors: what the service answers, as it says it; InternalFailure 500 for an answer that cannot be read,
// ValidationError
//         400 for an input with members that the operation does not have.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/service_error.h"
#include "aws/shape.h"

namespace gust::aws {

struct ClientRequest {
  std::string_view method;
  std::string path, query;  // percent-coded; path style for S3
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct ClientAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

Answer<ClientRequest> write_client_request(const Service& service, const Operation& operation,
                                           const nlohmann::json& input);
Answer<nlohmann::json> read_client_answer(const Operation& operation, const ClientAnswer& answer);

}  // namespace gust::aws
