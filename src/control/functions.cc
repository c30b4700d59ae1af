#include "control/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "aws/shapes.h"
#include "base/text.h"
#include "control/answers_internal.h"
#include "control/distribution_uses.h"
#include "control/ids.h"
#include "control/key_value_keys_internal.h"
#include "control/paging.h"
#include "control/resources.h"
#include "rt/loop.h"

namespace gust::control {

namespace model = aws::cloudfront;

namespace {

constexpr std::string_view prefix = "cloudfront/function/";

std::string key_of(std::string_view name, std::string_view stage) {
  return fmt::format("{}{}/{}", prefix, name, stage);
}
std::string etag_of_stage(const FunctionDocument& function, config::Revision revision) {
  return etag_of(key_of(function.name, function.stage), revision);
}

std::unexpected<aws::ServiceError> no_such_function() {
  return refuse("NoSuchFunctionExists", "The function does not exist.");
}

const std::vector<model::KeyValueStoreAssociation>& stores_of(const model::FunctionConfig& config) {
  static const std::vector<model::KeyValueStoreAssociation> none;
  return config.key_value_store_associations ? config.key_value_store_associations->items : none;
}

// CFF-9, CFF-10.
rt::Task<aws::Answer<void>> check_stores(Tools tools, model::FunctionConfig config) {
  const auto& stores = stores_of(config);
  if (config.key_value_store_associations &&
      std::cmp_not_equal(config.key_value_store_associations->quantity, stores.size())) {
    co_return refuse("InconsistentQuantities", "The value of Quantity and the size of Items don't match.");
  }
  if (stores.empty()) co_return aws::Answer<void>();
  if (config.runtime != "cloudfront-js-2.0") {
    co_return refuse("InvalidArgument", "Key value stores are for functions of the runtime cloudfront-js-2.0.");
  }
  if (stores.size() > 1) co_return refuse("InvalidArgument", "A function has at most one key value store.");
  const std::string& arn = stores.front().key_value_store_arn;
  const std::string id = key_value_store_id_in(tools.settings.account_id, arn);
  std::optional<config::Document> found;
  if (!id.empty()) {
    CO_TRY_STORE(found, co_await tools.store.get(key_value_counts_key(id)));
  }
  if (!found) {
    co_return refuse("EntityNotFound", "The key value store of the function does not exist.");
  }
  co_return aws::Answer<void>();
}

}  // namespace

rt::Task<aws::Answer<std::string>> find_function_with(Tools tools, std::string store_arn) {
  CO_TRY_STORE(const auto listing, co_await tools.store.list(std::string(prefix)));
  for (const config::Document& stored : listing.documents) {
    CO_TRY_STORE(const auto function, read_function(stored.value));
    for (const auto& association : stores_of(function.config)) {
      if (association.key_value_store_arn == store_arn) co_return function.name;
    }
  }
  co_return std::string();
}

struct Functions::Stored {
  FunctionDocument function;
  config::Revision revision = config::absent;
};

rt::Task<aws::Answer<Functions::Stored>> Functions::find(std::string name, std::string stage) {
  // A name that breaks the rule is not asked for: keys of the store have a bound.
  if (!is_name(name)) co_return no_such_function();
  CO_TRY_STORE(const auto stored, co_await tools_.store.get(key_of(name, stage)));
  if (!stored) co_return no_such_function();
  CO_TRY_STORE(auto function, read_function(stored->value));
  co_return Stored{std::move(function), stored->revision};
}

rt::Task<aws::Answer<Functions::Stored>> Functions::find_matching(std::string name, std::string if_match) {
  CO_TRY_OK(check_if_match_form(if_match));
  CO_TRY(Stored stored, co_await find(std::move(name), std::string(development_stage)));
  CO_TRY_OK(check_if_match(if_match, etag_of_stage(stored.function, stored.revision)));
  co_return std::move(stored);
}

aws::Answer<void> Functions::check(const model::FunctionConfig& config, const std::string& code) const {
  if (code.empty()) return refuse("InvalidArgument", "The parameter FunctionCode is empty.");
  if (code.size() > tools_.settings.quotas.function_bytes) {
    return refuse("FunctionSizeLimitExceeded", fmt::format("The function is too large: it has {} bytes, at most {}.",
                                                           code.size(), tools_.settings.quotas.function_bytes));
  }
  if (config.comment.size() > 128) return refuse("InvalidArgument", "The comment has at most 128 characters.");
  return {};
}

// Published: what is LIVE was copied from what DEVELOPMENT is now. No behaviour can name a function yet, so none is
// associated.
model::FunctionSummary Functions::summary_of(const Stored& stored, config::Revision live) const {
  const FunctionDocument& function = stored.function;
  const bool is_published = function.stage == live_stage || live > stored.revision;
  model::FunctionSummary out;
  out.name = function.name;
  out.status = is_published ? "UNASSOCIATED" : "UNPUBLISHED";
  out.function_config = function.config;
  out.function_metadata = {function_arn(tools_.settings.account_id, function.name), function.stage, function.created,
                           function.last_modified};
  return out;
}

rt::Task<aws::Answer<model::FunctionSummary>> Functions::summary_of(Stored stored) {
  CO_TRY_STORE(const auto live, co_await tools_.store.get(key_of(stored.function.name, live_stage)));
  co_return summary_of(stored, live ? live->revision : config::absent);
}

rt::Task<aws::Answer<model::CreateFunctionResult>> Functions::create(model::CreateFunctionRequest request) {
  if (request.tags && !request.tags->items.empty()) {
    co_return aws::refuse("NotImplemented", 501,
                          "The setting Tags is not provided by this release of Gustfront for functions.");
  }
  CO_TRY_OK(check(request.function_config, request.function_code.bytes));
  const WallTime now = tools_.loop.wall_now();
  Stored made{{std::move(request.name), std::string(development_stage), now, now, std::move(request.function_config),
               std::move(request.function_code.bytes)},
              config::absent};
  const std::string& name = made.function.name;
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY_OK(co_await check_stores(tools_, made.function.config));
  CO_TRY_STORE(const auto existing, co_await tools_.store.list(std::string(prefix)));
  std::size_t count = 0;
  for (const config::Document& stored : existing.documents) {
    const Cut of = cut(std::string_view(stored.key).substr(prefix.size()), '/');
    if (of.before == name) {
      co_return refuse("FunctionAlreadyExists",
                       fmt::format("A function with the same name already exists in this AWS account: {}.", name));
    }
    if (of.after == development_stage) ++count;
  }
  if (count >= tools_.settings.quotas.functions) {
    co_return refuse("TooManyFunctions",
                     "You have reached the maximum number of CloudFront functions for this AWS account.");
  }
  CO_TRY_STORE(made.revision, co_await tools_.store.put(key_of(name, development_stage), write_function(made.function),
                                                        config::absent));
  auto summary = summary_of(made, config::absent);
  const std::string location = location_of("function/" + summary.function_metadata.function_arn);
  co_return model::CreateFunctionResult{std::move(summary), location, etag_of_stage(made.function, made.revision)};
}

rt::Task<aws::Answer<model::DescribeFunctionResult>> Functions::describe(model::DescribeFunctionRequest request) {
  CO_TRY(Stored stored, co_await find(std::move(request.name), request.stage.value_or(std::string(development_stage))));
  const std::string etag = etag_of_stage(stored.function, stored.revision);
  CO_TRY(auto summary, co_await summary_of(std::move(stored)));
  co_return model::DescribeFunctionResult{std::move(summary), etag};
}

rt::Task<aws::Answer<model::GetFunctionResult>> Functions::get(model::GetFunctionRequest request) {
  CO_TRY(Stored stored, co_await find(std::move(request.name), request.stage.value_or(std::string(development_stage))));
  const std::string etag = etag_of_stage(stored.function, stored.revision);
  co_return model::GetFunctionResult{aws::Blob{std::move(stored.function.code)}, etag, "application/octet-stream"};
}

rt::Task<aws::Answer<model::UpdateFunctionResult>> Functions::update(model::UpdateFunctionRequest request) {
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(Stored stored, co_await find_matching(std::move(request.name), std::move(request.if_match)));
  CO_TRY_OK(check(request.function_config, request.function_code.bytes));
  CO_TRY_OK(co_await check_stores(tools_, request.function_config));
  FunctionDocument& function = stored.function;
  function.config = std::move(request.function_config);
  function.code = std::move(request.function_code.bytes);
  function.last_modified = tools_.loop.wall_now();
  CO_TRY_STORE(stored.revision, co_await tools_.store.put(key_of(function.name, development_stage),
                                                          write_function(function), stored.revision));
  const std::string etag = etag_of_stage(function, stored.revision);
  CO_TRY(auto summary, co_await summary_of(std::move(stored)));
  co_return model::UpdateFunctionResult{std::move(summary), etag};
}

rt::Task<aws::Answer<model::PublishFunctionResult>> Functions::publish(model::PublishFunctionRequest request) {
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(Stored stored, co_await find_matching(std::move(request.name), std::move(request.if_match)));
  FunctionDocument& function = stored.function;
  const std::string key = key_of(function.name, live_stage);
  CO_TRY_STORE(const auto live, co_await tools_.store.get(key));
  if (live) {
    CO_TRY_STORE(const auto before, read_function(live->value));
    function.created = before.created;
  } else {
    function.created = tools_.loop.wall_now();
  }
  function.stage = live_stage;
  function.last_modified = tools_.loop.wall_now();
  CO_TRY_STORE(stored.revision,
               co_await tools_.store.put(key, write_function(function), live ? live->revision : config::absent));
  co_return model::PublishFunctionResult{summary_of(stored, stored.revision)};
}

rt::Task<aws::Answer<aws::Nothing>> Functions::remove(model::DeleteFunctionRequest request) {
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(const Stored stored, co_await find_matching(std::move(request.name), std::move(request.if_match)));
  const std::string& name = stored.function.name;
  CO_TRY(const auto users, co_await find_distributions(
                               tools_, that_name(Named::function, function_arn(tools_.settings.account_id, name))));
  if (!users.empty()) {
    co_return refuse("FunctionInUse", fmt::format("Cannot delete the function because it is in use by one or more "
                                                  "cache behaviors (of the distribution {}).",
                                                  users.front()));
  }
  CO_TRY_STORE(const auto live, co_await tools_.store.get(key_of(name, live_stage)));
  std::vector<config::Write> writes;
  writes.push_back({key_of(name, development_stage), std::nullopt, stored.revision});
  if (live) writes.push_back({live->key, std::nullopt, live->revision});
  CO_TRY_STORE_OK(co_await tools_.store.commit(std::move(writes)));
  co_return aws::Nothing{};
}

// In order of names, DEVELOPMENT before LIVE. A marker is the place of an item in this order.
rt::Task<aws::Answer<model::ListFunctionsResult>> Functions::list(model::ListFunctionsRequest request) {
  CO_TRY(const PageRequest page_request, read_page_request(request.marker, request.max_items));
  CO_TRY_STORE(const auto listing, co_await tools_.store.list(std::string(prefix)));
  std::vector<std::string> places;
  std::vector<Stored> found;
  for (const config::Document& stored : listing.documents) {
    const std::string place = stored.key.substr(prefix.size());
    if (request.stage && cut(place, '/').after != *request.stage) continue;
    places.push_back(place);
    CO_TRY_STORE(auto function, read_function(stored.value));
    found.push_back({std::move(function), stored.revision});
  }
  const Page page = page_behind(places, page_request);
  model::FunctionList list;
  for (std::size_t i = page.first; i < page.end; ++i) {
    const std::string live = key_of(found[i].function.name, live_stage);
    const auto published = std::ranges::find(listing.documents, live, &config::Document::key);
    list.items.push_back(
        summary_of(found[i], published == listing.documents.end() ? config::absent : published->revision));
  }
  tell_page(page_request, page, list);
  co_return model::ListFunctionsResult{std::move(list)};
}

}  // namespace gust::control
