#include "config/trust_store_document.h"

#include "config/json_members.h"

namespace gust::config {

std::string key_of(const TrustStoreDocument& document) { return std::string(trust_store_prefix) + document.id; }

std::string write_document(const TrustStoreDocument& document) {
  const nlohmann::json out{
      {"Id", document.id},
      {"Name", document.name},
      {"Authorities", document.authorities},
      {"AuthoritiesCount", document.authorities_count},
      {"LastModified", iso8601_exact_of(document.last_modified)},
  };
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<TrustStoreDocument> read_trust_store_document(std::string_view text) {
  const nlohmann::json in = nlohmann::json::parse(text, nullptr, false);
  JsonMembers members(in);
  TrustStoreDocument out;
  out.id = members.text("Id");
  out.name = members.text("Name");
  out.authorities = members.text("Authorities");
  out.authorities_count = members.number("AuthoritiesCount");
  out.last_modified = members.time("LastModified");
  if (!members.is_whole()) return fail(Errc::corrupt, "the document of a trust store cannot be read");
  return out;
}

}  // namespace gust::config
