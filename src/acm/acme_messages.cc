#include "acm/acme_messages.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace gust::acm {
namespace {

using Json = nlohmann::json;

constexpr std::size_t json_bytes_max = 262'144;
constexpr std::size_t url_bytes_max = 2048;
constexpr std::size_t token_bytes_max = 256;
constexpr std::size_t authorizations_max = 100;  // as many as a certificate has names
constexpr std::size_t detail_bytes_max = 300;

Result<Json> read_object(std::string_view text) {
  const auto wrong = [] { return fail(Errc::bad_syntax, Side::origin, "an ACME server answers no JSON object"); };
  if (text.size() > json_bytes_max) return wrong();
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return wrong();
  return json;
}

std::unexpected<Error> wrong_member() {
  return fail(Errc::bad_value, Side::origin, "an ACME server's answer lacks a member or has a wrong one");
}

std::string text_in(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
}

bool is_url(std::string_view text) {
  return text.starts_with("https://") && text.size() <= url_bytes_max &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= token_bytes_max &&
         std::ranges::all_of(text, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
}

AcmeProblem problem_in(const Json& json) {
  constexpr std::string_view prefix = "urn:ietf:params:acme:error:";
  AcmeProblem problem;
  if (!json.is_object()) return problem;
  std::string type = text_in(json, "type");
  if (type.starts_with(prefix)) problem.type = type.substr(prefix.size());
  problem.detail = text_in(json, "detail").substr(0, detail_bytes_max);
  for (char& c : problem.detail) {
    if (c < ' ' || c > '~') c = '?';
  }
  return problem;
}

AcmeProblem problem_of(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member == json.end() ? AcmeProblem{} : problem_in(*member);
}

}  // namespace

Result<AcmeDirectory> read_acme_directory(std::string_view text) {
  TRY(const Json json, read_object(text));
  AcmeDirectory directory{.new_nonce = text_in(json, "newNonce"),
                          .new_account = text_in(json, "newAccount"),
                          .new_order = text_in(json, "newOrder")};
  for (const std::string* url : {&directory.new_nonce, &directory.new_account, &directory.new_order}) {
    if (!is_url(*url)) return wrong_member();
  }
  const auto meta = json.find("meta");
  if (meta != json.end() && meta->is_object()) {
    const auto needs = meta->find("externalAccountRequired");
    directory.needs_binding = needs != meta->end() && needs->is_boolean() && needs->get<bool>();
  }
  return directory;
}

AcmeProblem read_acme_problem(std::string_view text) {
  const auto json = read_object(text);
  return json ? problem_in(*json) : AcmeProblem{};
}

Result<AcmeOrder> read_acme_order(std::string_view text) {
  TRY(const Json json, read_object(text));
  AcmeOrder order{.status = text_in(json, "status"),
                  .authorizations = {},
                  .finalize = text_in(json, "finalize"),
                  .certificate = text_in(json, "certificate"),
                  .problem = problem_of(json, "error")};
  static constexpr std::array<std::string_view, 5> statuses = {"pending", "ready", "processing", "valid", "invalid"};
  if (std::ranges::find(statuses, order.status) == statuses.end() || !is_url(order.finalize)) return wrong_member();
  if (!order.certificate.empty() && !is_url(order.certificate)) return wrong_member();
  const auto list = json.find("authorizations");
  if (list == json.end() || !list->is_array() || list->size() > authorizations_max) return wrong_member();
  for (const Json& url : *list) {
    if (!url.is_string() || !is_url(url.get_ref<const std::string&>())) return wrong_member();
    order.authorizations.push_back(url.get<std::string>());
  }
  return order;
}

Result<AcmeAuthorization> read_acme_authorization(std::string_view text) {
  TRY(const Json json, read_object(text));
  AcmeAuthorization out;
  out.status = text_in(json, "status");
  const auto identifier = json.find("identifier");
  if (out.status.empty() || identifier == json.end() || !identifier->is_object()) return wrong_member();
  out.name = to_lower(text_in(*identifier, "value"));
  if (out.name.empty()) return wrong_member();
  const auto list = json.find("challenges");
  if (list == json.end() || !list->is_array()) return wrong_member();
  for (const Json& challenge : *list) {
    if (!challenge.is_object() || text_in(challenge, "type") != "http-01") continue;
    out.challenge_url = text_in(challenge, "url");
    out.token = text_in(challenge, "token");
    out.problem = problem_of(challenge, "error");
    if (!is_url(out.challenge_url) || !is_token(out.token)) return wrong_member();
  }
  return out;
}

Duration pause_of(std::string_view retry_after) {
  const auto seconds = parse_decimal<std::uint32_t>(retry_after);
  if (!seconds) return std::chrono::seconds(2);
  return std::chrono::seconds(std::clamp<std::uint32_t>(*seconds, 1, 30));
}

}  // namespace gust::acm
