#include "control/tags.h"

#include <algorithm>
#include <set>

#include "control/answers_internal.h"
#include "control/ids.h"
#include "control/keys_internal.h"

namespace gust::control {

namespace model = aws::cloudfront;

aws::Answer<void> check_tags(const std::vector<model::Tag>& tags, const Quotas& quotas) {
  if (tags.size() > quotas.tags) return refuse("InvalidTagging", "The resource would have too many tags.");
  std::set<std::string_view> keys;
  for (const model::Tag& tag : tags) {
    if (tag.key.empty() || tag.key.size() > 128 || tag.value.value_or("").size() > 256) {
      return refuse("InvalidTagging", "A tag's key has from 1 to 128 characters, its value at most 256.");
    }
    if (starts_with_fold(tag.key, "aws:")) {
      return refuse("InvalidTagging", "Tag keys that begin with aws: are reserved.");
    }
    if (!keys.insert(tag.key).second) return refuse("InvalidTagging", "A tag key is given twice.");
  }
  return {};
}

std::string write_tags(const std::vector<model::Tag>& tags) { return aws::to_json(model::Tags{tags}); }

Result<std::vector<model::Tag>> read_tags(std::string_view text) {
  TRY(auto tags, aws::from_json<model::Tags>(text));
  return std::move(tags.items);
}

struct Tags::Stored {
  std::string distribution_id;
  std::vector<model::Tag> tags;
  config::Revision revision = config::absent;
};

rt::Task<aws::Answer<Tags::Stored>> Tags::find(std::string arn) {
  const auto id = distribution_in_arn(arn, tools_.settings.account_id);
  if (!id) {
    co_return refuse("InvalidArgument", "The resource is not the ARN of a distribution of this account.");
  }
  Stored found{std::string(*id), {}, config::absent};
  CO_TRY_STORE(const auto distribution, co_await tools_.store.get(distribution_key(*id)));
  if (!distribution) co_return refuse("NoSuchResource", "A resource that was specified is not valid.");
  CO_TRY_STORE(const auto stored, co_await tools_.store.get(tags_key(*id)));
  if (!stored) co_return found;
  CO_TRY_STORE(found.tags, read_tags(stored->value));
  found.revision = stored->revision;
  co_return found;
}

rt::Task<Result<config::Revision>> Tags::keep(const Stored& stored) {
  return tools_.store.put(tags_key(stored.distribution_id), write_tags(stored.tags), stored.revision);
}

rt::Task<aws::Answer<aws::Nothing>> Tags::add(model::TagResourceRequest request) {
  CO_TRY_OK(check_tags(request.tags.items, tools_.settings.quotas));
  while (true) {
    CO_TRY(Stored stored, co_await find(request.resource));
    for (const model::Tag& tag : request.tags.items) {
      const auto same = std::ranges::find(stored.tags, tag.key, &model::Tag::key);
      if (same == stored.tags.end()) {
        stored.tags.push_back(tag);
      } else {
        same->value = tag.value;
      }
    }
    CO_TRY_OK(check_tags(stored.tags, tools_.settings.quotas));
    const auto kept = co_await keep(stored);
    if (kept) co_return aws::Nothing{};
    if (kept.error().code != Errc::conflict) co_return refuse(kept.error());
  }
}

rt::Task<aws::Answer<aws::Nothing>> Tags::remove(model::UntagResourceRequest request) {
  while (true) {
    CO_TRY(Stored stored, co_await find(request.resource));
    std::erase_if(stored.tags, [&](const model::Tag& tag) {
      return std::ranges::find(request.tag_keys.items, tag.key) != request.tag_keys.items.end();
    });
    const auto kept = co_await keep(stored);
    if (kept) co_return aws::Nothing{};
    if (kept.error().code != Errc::conflict) co_return refuse(kept.error());
  }
}

rt::Task<aws::Answer<model::ListTagsForResourceResult>> Tags::list(model::ListTagsForResourceRequest request) {
  CO_TRY(Stored stored, co_await find(request.resource));
  co_return model::ListTagsForResourceResult{{std::move(stored.tags)}};
}

}  // namespace gust::control
