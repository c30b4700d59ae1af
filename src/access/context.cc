#include "access/context.h"

#include <algorithm>

#include "base/date.h"
#include "base/text.h"

namespace gust::access {
namespace {

void add_account_keys(Context& context, const std::string& account, std::string arn, std::string type,
                      std::string user_id) {
  context.add("aws:PrincipalAccount", account);
  context.add("aws:PrincipalArn", std::move(arn));
  context.add("aws:PrincipalType", std::move(type));
  context.add("aws:userid", std::move(user_id));
}

void add_caller_keys(Context& context, const CallerIdentity& caller) {
  bool is_service = false;
  if (const auto* root = std::get_if<RootUser>(&caller)) {
    add_account_keys(context, root->account_id, arn_of(caller), "Account", root->account_id);
  } else if (const auto* user = std::get_if<User>(&caller)) {
    add_account_keys(context, user->account_id, arn_of(caller), "User", user->id);
    context.add("aws:username", user->name);
  } else if (const auto* service = std::get_if<ServicePrincipal>(&caller)) {
    is_service = true;
    context.add("aws:PrincipalServiceName", service->name);
    if (!service->source_arn.empty()) context.add("aws:SourceArn", service->source_arn);
    if (!service->source_account.empty()) context.add("aws:SourceAccount", service->source_account);
  } else if (std::holds_alternative<OriginAccessIdentity>(caller)) {
    context.add("aws:PrincipalArn", arn_of(caller));
    context.add("aws:PrincipalType", "User");
  } else {
    context.add("aws:PrincipalType", "Anonymous");
    context.add("aws:userid", "anonymous");
  }
  context.add("aws:PrincipalIsAWSService", is_service ? "true" : "false");
  context.add("aws:ViaAWSService", "false");
}

}  // namespace

Context& Context::add(std::string_view key, std::string value) {
  std::string name = to_lower(key);
  const auto found =
      std::ranges::find(keys_, name, [](const auto& entry) -> const std::string& { return entry.first; });
  if (found == keys_.end()) {
    keys_.emplace_back(std::move(name), Values{std::move(value)});
  } else {
    found->second.push_back(std::move(value));
  }
  return *this;
}

const Context::Values* Context::find(std::string_view lower_case_key) const {
  const auto found =
      std::ranges::find(keys_, lower_case_key, [](const auto& entry) -> std::string_view { return entry.first; });
  return found == keys_.end() ? nullptr : &found->second;
}

Context make_caller_context(const CallerIdentity& caller) {
  Context context;
  add_caller_keys(context, caller);
  return context;
}

Context make_context(const CallerIdentity& caller, const RequestFacts& facts) {
  Context context = make_caller_context(caller);
  if (!facts.source_ip.empty()) context.add("aws:SourceIp", std::string(facts.source_ip));
  context.add("aws:SecureTransport", facts.is_secure ? "true" : "false");
  context.add("aws:CurrentTime", iso8601_of(facts.now));
  context.add("aws:EpochTime", std::to_string(unix_seconds(facts.now)));
  if (!facts.user_agent.empty()) context.add("aws:UserAgent", std::string(facts.user_agent));
  if (!facts.referer.empty()) context.add("aws:Referer", std::string(facts.referer));
  if (!facts.region.empty()) context.add("aws:RequestedRegion", std::string(facts.region));
  return context;
}

}  // namespace gust::access
