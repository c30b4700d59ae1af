#include "control/invalidation_document.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "base/date.h"

namespace gust::control {
namespace {

using nlohmann::json;

std::string text_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

// A member of the kind asked for; empty where it is missing or of another.
std::optional<std::string> text_in(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::vector<std::string>> texts_in(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_array()) return std::nullopt;
  std::vector<std::string> texts;
  for (const json& item : *found) {
    if (!item.is_string()) return std::nullopt;
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::optional<WallTime> time_in(const json& object, const char* name) {
  const auto text = text_in(object, name);
  return text ? read_iso8601(*text) : std::nullopt;
}

// Whether the completion, where there is one, is whole.
bool read_completion(const json& in, InvalidationDocument& document) {
  const auto receipt = in.find("Receipt");
  if (receipt == in.end()) return true;
  const auto epoch = in.find("Epoch");
  if (!receipt->is_array() || epoch == in.end() || !epoch->is_number_unsigned()) return false;
  document.is_completed = true;
  document.epoch = epoch->get<std::uint64_t>();
  for (const json& item : *receipt) {
    const auto node = text_in(item, "Node");
    const auto at = time_in(item, "At");
    if (!node || !at) return false;
    document.receipt.push_back({*node, *at});
  }
  return true;
}

}  // namespace

std::string write_invalidation(const InvalidationDocument& document) {
  json out;
  out["Id"] = document.id;
  out["CallerReference"] = document.caller_reference;
  out["CreateTime"] = iso8601_exact_of(document.created);
  out["Paths"] = document.paths;
  if (document.is_completed) {
    out["Epoch"] = document.epoch;
    json receipt = json::array();
    for (const Confirmation& node : document.receipt) {
      receipt.push_back({{"Node", node.node}, {"At", iso8601_exact_of(node.at)}});
    }
    out["Receipt"] = std::move(receipt);
  }
  return text_of(out);
}

Result<InvalidationDocument> read_invalidation(std::string_view text) {
  const json in = json::parse(text, nullptr, false);
  if (!in.is_object()) return fail(Errc::bad_syntax, "an invalidation's document is not a JSON object");
  const auto id = text_in(in, "Id");
  const auto reference = text_in(in, "CallerReference");
  const auto created = time_in(in, "CreateTime");
  const auto paths = texts_in(in, "Paths");
  InvalidationDocument document;
  if (!id || !reference || !created || !paths || !read_completion(in, document)) {
    return fail(Errc::bad_value, "an invalidation's document has not the members it should have");
  }
  document.id = *id;
  document.caller_reference = *reference;
  document.created = *created;
  document.paths = *paths;
  return document;
}

std::string write_purge(const PurgeDocument& document) {
  json out;
  out["DistributionId"] = document.distribution_id;
  out["InvalidationId"] = document.invalidation_id;
  out["Paths"] = document.paths;
  return text_of(out);
}

Result<PurgeDocument> read_purge(std::string_view text) {
  const json in = json::parse(text, nullptr, false);
  if (!in.is_object()) return fail(Errc::bad_syntax, "a purge's document is not a JSON object");
  const auto distribution = text_in(in, "DistributionId");
  const auto invalidation = text_in(in, "InvalidationId");
  const auto paths = texts_in(in, "Paths");
  if (!distribution || !invalidation || !paths) {
    return fail(Errc::bad_value, "a purge's document has not the members it should have");
  }
  return PurgeDocument{*distribution, *invalidation, *paths};
}

}  // namespace gust::control
