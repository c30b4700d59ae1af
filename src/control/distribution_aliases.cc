// Distributions: whose an alternate name is, and how it goes to another.
//
// Source: DIST-1, DIST-2; the API's AssociateAlias and ListConflictingAliases.
// Laxer:  AssociateAlias looks for no TXT record: there is one account, so both distributions are of one owner.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "aws/shapes.h"
#include "config/alternate_name.h"
#include "control/answers_internal.h"
#include "control/distributions.h"
#include "control/ids.h"
#include "control/keys_internal.h"
#include "control/paging.h"
#include "rt/loop.h"

namespace gust::control {

namespace model = aws::cloudfront;

namespace {

bool has_alias(const config::DistributionDocument& document, const std::string& alias) {
  const auto& aliases = document.config.aliases;
  return aliases && std::ranges::find(aliases->items, alias) != aliases->items.end();
}

// The one of `stored` that has the alias.
Result<std::optional<StoredDistribution>> find_owner(const config::Listing& stored, const std::string& alias) {
  const std::string quoted = "\"" + alias + "\"";  // as JSON has it; spares reading them all
  for (const config::Document& each : stored.documents) {
    if (!each.value.contains(quoted)) continue;
    TRY(auto document, config::read_document(each.value));
    if (has_alias(document, alias)) return StoredDistribution{std::move(document), each.revision};
  }
  return std::nullopt;
}

}  // namespace

// DIST-2. In a turn of one's own.
rt::Task<aws::Answer<void>> Distributions::check_names_are_free(config::DistributionDocument document) {
  const std::vector<std::string> aliases = document.config.aliases.value_or(model::Aliases{}).items;
  if (aliases.empty()) co_return aws::Answer<void>();
  CO_TRY_STORE(const auto stored, co_await tools_.store.list(std::string(config::distribution_prefix)));
  for (const std::string& alias : aliases) {
    if (alias.ends_with("." + tools_.settings.domain_suffix)) {
      co_return refuse("InvalidArgument", fmt::format("The parameter CNAME contains one or more parameters that are "
                                                      "not valid: {} is below {}, where names are given out.",
                                                      alias, tools_.settings.domain_suffix));
    }
    CO_TRY_STORE(const auto owner, find_owner(stored, alias));
    if (owner && owner->document.id != document.id) {
      co_return refuse("CNAMEAlreadyExists",
                       "One or more of the CNAMEs you provided are already associated with a different resource.");
    }
  }
  co_return aws::Answer<void>();
}

// Out of the one and into the other in one commit, so that the name is never without a distribution.
rt::Task<aws::Answer<aws::Nothing>> Distributions::associate_alias(model::AssociateAliasRequest request) {
  const std::string& alias = request.alias;
  CO_TRY_STORE(const auto turn, co_await tools_.turns.take());
  CO_TRY(StoredDistribution target, co_await find_distribution(tools_, request.target_distribution_id));
  if (has_alias(target.document, alias)) co_return aws::Nothing{};
  CO_TRY_STORE(const auto stored, co_await tools_.store.list(std::string(config::distribution_prefix)));
  CO_TRY_STORE(auto source, find_owner(stored, alias));

  const auto changed = [&](StoredDistribution& one) {
    one.document.last_modified = tools_.loop.wall_now();
    auto& names = *one.document.config.aliases;
    names.quantity = static_cast<std::int32_t>(names.items.size());
    return config::Write{distribution_key(one.document.id), config::write_document(one.document), one.revision};
  };
  const model::DistributionConfig before = target.document.config;
  if (!target.document.config.aliases) target.document.config.aliases.emplace();
  target.document.config.aliases->items.push_back(alias);
  std::vector<config::Write> writes{changed(target)};
  if (source) {
    std::erase(source->document.config.aliases->items, alias);
    writes.push_back(changed(*source));
  } else {
    CO_TRY_OK(co_await check_names_are_free(target.document));
  }
  CO_TRY_OK(co_await check(std::move(target.document), before));
  const auto made = co_await tools_.store.commit(std::move(writes));
  if (!made && made.error().code == Errc::conflict) {
    co_return refuse("IllegalUpdate", "One of the distributions was changed by another request meanwhile.");
  }
  if (!made) co_return refuse(made.error());
  co_return aws::Nothing{};
}

// Of the distributions of this account, so nothing of their ids is hidden.
rt::Task<aws::Answer<model::ListConflictingAliasesResult>> Distributions::list_conflicting_aliases(
    model::ListConflictingAliasesRequest request) {
  CO_TRY(const PageRequest page_request, read_page_request(request.marker, request.max_items));
  CO_TRY_OK(co_await find_distribution(tools_, request.distribution_id));
  CO_TRY_STORE(const auto listing, co_await tools_.store.list(std::string(config::distribution_prefix)));
  std::vector<std::string> places;  // in order: ids are all of one length, a distribution's aliases stand sorted
  std::vector<model::ConflictingAlias> found;
  for (const config::Document& stored : listing.documents) {
    CO_TRY_STORE(auto document, config::read_document(stored.value));
    if (document.id == request.distribution_id || !document.config.aliases) continue;
    std::ranges::sort(document.config.aliases->items);
    for (const std::string& alias : document.config.aliases->items) {
      if (!config::overlap(alias, request.alias)) continue;
      places.push_back(document.id + "/" + alias);
      found.push_back({alias, document.id, tools_.settings.account_id});
    }
  }
  const Page page = page_behind(places, page_request);
  model::ConflictingAliasesList list;
  for (std::size_t i = page.first; i < page.end; ++i) list.items.push_back(std::move(found[i]));
  tell_page(page_request, page, list);
  co_return model::ListConflictingAliasesResult{std::move(list)};
}

}  // namespace gust::control
