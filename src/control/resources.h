// Resources: the six operations that all configurations with an id and an ETag share (create, get, get the
// configuration, list, update, delete), and which distributions use one.
//
// Source: AWS.md sections 2 and 3; CLOUDFRONT.md section 26. A Family names the types, words and rules in which one
// kind
//         differs from the others (policy_families.h); PlainFamily says what most of them have nothing of.
// Shape:  one document a resource, the model's own shape as JSON, under the family's prefix and the resource's id. Its
//         ETag is made of its revision, so If-Match is the store's compare-and-set. What several documents must agree
//         on (names, references, quotas, uses) is judged in a turn of one's own (rt/turns.h). A resource that stands
//         below config::config_prefix is for config::read_documents to know; a change of it is published like one of a
//         distribution.
// Errors: the service's, as answers.
// Code:   bodies are in resources_internal.h; each family is instantiated in one .cc (`template class Resources<F>;`)
//         and declared `extern template` beside its family.
//
// A Family hides what it needs of PlainFamily and has
//   Config, List   of the model; List is what ListAll answers
//   Create, Get, GetConfig, ListAll, Update, Delete   operations of the model (aws::cloudfront::op)
//   prefix         of its keys in the store; ends in `/`
//   location       what its URIs begin with behind the version, as in "cache-policy"
//   errors         ResourceErrors
//   quota          the member of Quotas that bounds how many there are
//   config_of, config_of_create, config_of_update   where the configuration is in Resource and in the two requests
//   begin          (Resource&, rt::Loop&): gives a new resource its id and what else stays for good
//   summary_of     (const Resource&) -> an item of the list
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/gen/cloudfront.h"
#include "control/distributions.h"

namespace gust::control {

struct Refusal {
  std::string_view code, message;
};

struct ResourceErrors {
  Refusal missing, exists, too_many, in_use;
};

// What becomes of a create with a CallerReference that was used before.
enum class ReuseRule : std::uint8_t {
  refused,     // ResourceErrors::exists
  same_again,  // the same configuration gives the first answer again; another one is refused
};

// An operation that a family does not have.
struct NoOperation {
  using Input = aws::Nothing;
  using Output = aws::Nothing;
};

template <typename ResourceType>
struct PlainFamily {
  using Resource = ResourceType;

  // Lists the distributions that use a resource; with it goes id_of_list_users, where its request has the id.
  using ListUsers = NoOperation;

  static void fill_defaults(const auto& /*config*/) {}
  // Notes the time of a change.
  static void touch(const Resource& /*resource*/, WallTime /*now*/) {}

  // What must stand once in the family. Empty: nothing.
  static std::string name_of(const auto& /*config*/) { return {}; }
  // The CallerReference, which an update may not change. Empty: the family has none.
  static std::string reference_of(const auto& /*config*/) { return {}; }
  static constexpr ReuseRule reuse_rule = ReuseRule::refused;

  // Whether a configuration is right by itself.
  static aws::Answer<void> check_config(const auto& /*config*/, const Quotas& /*quotas*/) { return {}; }
  static aws::Answer<void> check_update(const auto& /*before*/, const auto& /*after*/) { return {}; }
  // Whether what the candidate names is there, and what names the candidate stays right.
  static rt::Task<aws::Answer<void>> check_in_store(Tools /*tools*/, Resource /*candidate*/) {
    co_return aws::Answer<void>();
  }

  static bool is_used_by(const aws::cloudfront::DistributionConfig& /*config*/, const std::string& /*id*/) {
    return false;
  }
  // What else uses it, as in "the key group 1234"; empty: nothing.
  static rt::Task<aws::Answer<std::string>> find_other_user(Tools /*tools*/, std::string /*id*/) {
    co_return std::string();
  }

  // What is there without anybody having made it. Nobody changes or deletes it, and lists begin with it.
  static std::optional<Resource> find_managed(std::string_view /*id*/) { return std::nullopt; }
  static std::vector<Resource> all_managed() { return {}; }
};

template <typename Family>
class Resources {
 public:
  using Resource = typename Family::Resource;
  template <typename Op>
  using Task = rt::Task<aws::Answer<typename Op::Output>>;

  explicit Resources(const Tools& tools) : tools_(tools) {}

  Task<typename Family::Create> create(typename Family::Create::Input request);
  Task<typename Family::Get> get(typename Family::Get::Input request);
  Task<typename Family::GetConfig> get_config(typename Family::GetConfig::Input request);
  Task<typename Family::ListAll> list(typename Family::ListAll::Input request);
  Task<typename Family::Update> update(typename Family::Update::Input request);
  Task<typename Family::Delete> remove(typename Family::Delete::Input request);
  Task<typename Family::ListUsers> list_users(typename Family::ListUsers::Input request);

 private:
  struct Stored;
  rt::Task<aws::Answer<Stored>> find(std::string id);
  rt::Task<aws::Answer<Stored>> find_matching(std::string id, std::optional<std::string> if_match);
  rt::Task<aws::Answer<std::vector<Resource>>> read_all();
  // Whether `candidate`, which is among `all` or is new, may be stored. In a turn of one's own.
  rt::Task<aws::Answer<void>> check(Resource candidate, std::vector<Resource> all);

  Tools tools_;
};

// The steps that need no Family.

// API-2: the form of If-Match; it is judged before whether the resource is there.
//   fails  InvalidIfMatchVersion
aws::Answer<void> check_if_match_form(const std::optional<std::string>& if_match);
//   fails  PreconditionFailed
aws::Answer<void> check_if_match(const std::string& if_match, std::string_view etag);

// Whether a distribution is among those that are meant.
using IsMeant = std::function<bool(const aws::cloudfront::DistributionConfig&)>;

// The ids of the distributions that are meant, in order. `is_meant` is called outside of the loop's thread.
rt::Task<aws::Answer<std::vector<std::string>>> find_distributions(Tools tools, IsMeant is_meant);
// The page of a list of ids that a request asks for.
//   fails  InvalidArgument
aws::Answer<aws::cloudfront::DistributionIdList> id_list_of(const std::vector<std::string>& ids,
                                                            const std::optional<std::string>& marker,
                                                            const std::optional<std::string>& max_items);

std::string random_bytes(rt::Loop& loop, std::size_t count);
std::string new_uuid(rt::Loop& loop);
// `first` and 13 of A-Z0-9.
std::string new_id(rt::Loop& loop, char first);

}  // namespace gust::control
