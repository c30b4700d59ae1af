#include "app/explain_access.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/credentials.h"
#include "app/small_file.h"
#include "base/text.h"
#include "http/authority.h"
#include "rt/loop.h"

namespace gust::app {
namespace {

constexpr std::string_view damaged_token = "explain.token is damaged: remove it, and gustfront up makes a new one";

Result<rt::Endpoint> read_endpoint(std::string_view text) {
  TRY(const http::Authority authority, http::read_authority(text, Side::own));
  return rt::read_address(authority.host, authority.port);
}

Error damaged() { return {Errc::corrupt, Side::own, Retry::never, "running.json is damaged: restart gustfront up"}; }

}  // namespace

std::string running_path(std::string_view folder) { return std::string(folder) + "/running.json"; }
std::string explain_token_path(std::string_view folder) { return std::string(folder) + "/explain.token"; }

Result<std::string> read_explain_token(std::string_view text) { return read_secret_digits(text, damaged_token); }

rt::Task<Result<std::string>> open_explain_token(rt::Loop& loop, std::string folder) {
  std::string path = explain_token_path(folder);
  return open_secret_file(loop, std::move(folder), std::move(path), damaged_token);
}

std::string running_json_of(const Running& running) {
  nlohmann::ordered_json edges = nlohmann::ordered_json::array();
  for (const Running::Edge& edge : running.edges) {
    edges.push_back({{"pop", edge.pop}, {"http", rt::endpoint_text(edge.http)}});
  }
  const nlohmann::ordered_json json{
      {"pid", running.process_id}, {"access_key_id", running.access_key_id}, {"edges", edges}};
  return json.dump(2) + "\n";
}

Result<Running> read_running(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("pid") || !json["pid"].is_number_integer() || !json.contains("edges") ||
      !json["edges"].is_array()) {
    return std::unexpected(damaged());
  }
  Running running;
  running.process_id = json["pid"].get<std::int64_t>();
  if (json.contains("access_key_id") && json["access_key_id"].is_string()) {
    running.access_key_id = json["access_key_id"].get<std::string>();
  }
  for (const auto& edge : json["edges"]) {
    const auto has_text = [&](const char* name) { return edge.contains(name) && edge[name].is_string(); };
    if (!edge.is_object() || !has_text("pop") || !has_text("http")) return std::unexpected(damaged());
    const std::string address = edge["http"].get<std::string>();
    const auto endpoint = read_endpoint(address);
    if (!endpoint) return std::unexpected(damaged());
    running.edges.push_back({edge["pop"].get<std::string>(), *endpoint});
  }
  if (running.edges.empty()) return std::unexpected(damaged());
  return running;
}

}  // namespace gust::app
