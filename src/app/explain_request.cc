#include "app/explain_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "http/authority.h"

namespace gust::app {
namespace {

bool is_token(std::string_view text) {
  const auto is_allowed = [](char c) {
    return is_digit(c) || is_alpha(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
  };
  return !text.empty() && std::ranges::all_of(text, is_allowed);
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= ' ' && c != 127) || c == '\t' || c < 0; });
}

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
}

std::optional<std::string> trouble_with_header(std::string_view line) {
  const Cut parts = cut(line, ':');
  if (!parts.found || !is_token(parts.before) || !is_printable(parts.after)) {
    return fmt::format("-H takes \"Name: value\", not \"{}\"", line);
  }
  for (const char* own : {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Gust-Explain"}) {
    if (equal_fold(parts.before, own)) return fmt::format("-H {}: this header is made from the other arguments", own);
  }
  return std::nullopt;
}

}  // namespace

std::expected<ExplainRequest, std::string> read_explain_request(const ExplainOptions& options) {
  const auto complain = [&](std::string_view what) {
    return std::unexpected(
        fmt::format("{}; give a URL such as http://d111111abcdef8.cloudfront.localhost/a.css", what));
  };
  if (starts_with_fold(options.url, "https://")) {
    return std::unexpected<std::string>("edges answer over http in this release: explain the http:// URL");
  }
  std::string_view rest = options.url;
  if (starts_with_fold(rest, "http://")) rest.remove_prefix(7);
  const std::size_t end = rest.find_first_of("/?#");
  const auto authority = http::read_authority(rest.substr(0, end));
  if (!authority || authority->host.empty()) return complain(fmt::format("\"{}\" has no host name", options.url));
  ExplainRequest request;
  request.authority = authority->text;
  request.host = authority->host;
  if (authority->port != 0) request.port = authority->port;
  std::string_view target = end == std::string_view::npos ? "" : rest.substr(end);
  target = target.substr(0, target.find('#'));
  request.target = target.starts_with('/') ? target : fmt::format("/{}", target);
  if (!is_visible(request.target)) return complain("a URL has no spaces or bytes beyond ASCII: percent-encode them");
  if (!is_token(options.method)) return std::unexpected(fmt::format("\"{}\" is no method", options.method));
  for (const std::string& line : options.headers) {
    if (auto trouble = trouble_with_header(line)) return std::unexpected(std::move(*trouble));
    const Cut parts = cut(line, ':');
    request.headers.emplace_back(parts.before, trim(parts.after));
  }
  return request;
}

std::expected<Running::Edge, std::string> choose_edge(const Running& running, const ExplainOptions& options,
                                                      const ExplainRequest& request) {
  if (options.edge.empty()) {
    const auto by_port =
        std::ranges::find_if(running.edges, [&](const auto& edge) { return edge.http.port == request.port; });
    return by_port == running.edges.end() ? running.edges.front() : *by_port;
  }
  const auto by_name =
      std::ranges::find_if(running.edges, [&](const auto& edge) { return equal_fold(edge.pop, options.edge); });
  if (by_name != running.edges.end()) return *by_name;
  std::vector<std::string> names;
  for (const Running::Edge& edge : running.edges) names.push_back(edge.pop);
  return std::unexpected(fmt::format("there is no edge {}; these run: {}", options.edge, join(names, ", ")));
}

}  // namespace gust::app
