#include "app/origin_keys_file.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "app/small_file.h"
#include "base/text.h"
#include "config/origin_name.h"
#include "rt/loop.h"

namespace gust::app {
namespace {

using Store = proxy::OriginKeys::Store;

bool is_host(std::string_view host) {
  if (host.starts_with("*.")) host.remove_prefix(2);
  return config::is_origin_name(host);
}

// What of one entry is wrong, or "".
std::string fill(const YAML::Node& entry, Store& store) {
  if (!entry.IsMap()) return "expected a map with host, access_key_id and secret_access_key";
  for (const auto& line : entry) {
    const std::string name = line.first.IsScalar() ? line.first.Scalar() : "?";
    if (!line.second.IsScalar()) return fmt::format("{}: expected one value", name);
    const std::string value = line.second.Scalar();
    if (name == "host") {
      store.host = to_lower(value);
    } else if (name == "access_key_id") {
      store.access_key_id = value;
    } else if (name == "secret_access_key") {
      store.secret = value;
    } else if (name == "region") {
      store.region = value;
    } else {
      return fmt::format("{}: not one of host, access_key_id, secret_access_key and region", name);
    }
  }
  // They stand in the credential scope, between slashes.
  const auto is_plain = [](std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '/' && c != ','; });
  };
  if (!is_host(store.host)) return "host: expected a name without port, such as minio.example.com or *.example.com";
  if (store.access_key_id.empty() || !is_plain(store.access_key_id)) return "access_key_id: expected a key's id";
  if (store.secret.empty()) return "secret_access_key: expected a key's secret";
  if (!is_plain(store.region)) return "region: expected a region such as eu-central-1";
  return "";
}

}  // namespace

std::expected<StoreKeys, std::string> read_origin_keys(std::string_view text, std::string_view title) {
  StoreKeys keys;
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    if (root.IsNull()) return keys;
    if (!root.IsSequence()) return std::unexpected(fmt::format("{}: expected a list of keys", title));
    for (const auto& entry : root) {
      Store store;
      const std::string complaint = fill(entry, store);
      if (!complaint.empty()) {
        return std::unexpected(fmt::format("{}:{}: {}", title, entry.Mark().line + 1, complaint));
      }
      keys.push_back(std::move(store));
    }
  } catch (const YAML::Exception& exception) {
    return std::unexpected(fmt::format("{}:{}: not YAML: {}", title, exception.mark.line + 1, exception.msg));
  }
  return keys;
}

rt::Task<std::expected<StoreKeys, std::string>> open_origin_keys(rt::Loop& loop, std::string path) {
  if (path.empty()) co_return StoreKeys{};
  const auto text = co_await read_small_file(loop.files(), path);
  if (!text) co_return std::unexpected(fmt::format("cannot read the keys in {}: {}", path, text.error().text));
  co_return read_origin_keys(*text, path);
}

}  // namespace gust::app
