#include "config/document.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "aws/shapes.h"
#include "base/date.h"

namespace gust::config {

using nlohmann::json;

std::string write_document(const DistributionDocument& document) {
  json out;
  out["Id"] = document.id;
  out["DomainName"] = document.domain_name;
  out["LastModifiedTime"] = iso8601_exact_of(document.last_modified);
  out["DistributionConfig"] = json::parse(aws::to_json(document.config), nullptr, false);
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<DistributionDocument> read_document(std::string_view text) {
  const json in = json::parse(text, nullptr, false);
  if (!in.is_object()) return fail(Errc::bad_syntax, "a distribution's document is not a JSON object");
  const auto text_of = [&](const char* name) -> const std::string* {
    const auto found = in.find(name);
    return found == in.end() ? nullptr : found->get_ptr<const std::string*>();
  };
  const std::string* id = text_of("Id");
  const std::string* domain_name = text_of("DomainName");
  const std::string* modified = text_of("LastModifiedTime");
  const auto config = in.find("DistributionConfig");
  if (!id || !domain_name || !modified || config == in.end() || in.size() != 4) {
    return fail(Errc::bad_value, "a distribution's document has not the members it should have");
  }
  const auto last_modified = read_iso8601(*modified);
  if (!last_modified) return fail(Errc::bad_value, "a distribution's document has a time that cannot be read");
  TRY(auto typed, aws::from_json<aws::cloudfront::DistributionConfig>(config->dump()));
  return DistributionDocument{*id, *domain_name, *last_modified, std::move(typed)};
}

}  // namespace gust::config
