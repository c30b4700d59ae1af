// The request of `gustfront explain`: what its arguments ask for, checked before anything is sent.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/explain_access.h"

namespace gust::app {

// As given on the command line.
struct ExplainOptions {
  std::string data;                  // data folder of what runs
  std::string url;                   // `http://host[:port]/path?query` or without `http://`
  std::vector<std::string> headers;  // `Name: value`
  std::string edge;                  // location of the edge to ask, such as BOM50; empty: the URL's port, or the first
  std::string method = "GET";
  bool is_json = false;
  bool is_dry = false;
};

struct ExplainRequest {
  std::string authority;  // for Host, as in the URL
  std::string host;
  std::optional<std::uint16_t> port;
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers;
};

//   fails   one sentence that says what to write instead
std::expected<ExplainRequest, std::string> read_explain_request(const ExplainOptions& options);

// The edge to ask: the one that is named, else the one that listens on the URL's port, else the first.
std::expected<Running::Edge, std::string> choose_edge(const Running& running, const ExplainOptions& options,
                                                      const ExplainRequest& request);

}  // namespace gust::app
