#include "config/compile.h"

#include <algorithm>
#include <map>
#include <memory>

#include "aws/shapes.h"
#include "base/text.h"
#include "config/compile_internal.h"
#include "config/settings_table.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;

void compile_root_object(const std::string& name, const Place& place, Distribution& out) {
  place.expect(!name.starts_with('/') && is_visible_ascii(name, 255) && name.find_first_of("?#") == std::string::npos,
               "The default root object file name is too big or contains an invalid character.",
               "InvalidDefaultRootObject");  // URL-2
  out.default_root_object = name;
}

void compile_cache_tags(const model::CacheTagConfig& tags, const Place& place, Distribution& out) {
  place.in("HeaderName")
      .expect(is_token(tags.header_name) && tags.header_name.size() <= 256,
              "The name of the cache tag header is not a token of "
              "at most 256 characters.");  // TAG-1
  out.cache_tag_header = to_lower(tags.header_name);
}

Distribution compile_distribution(const DistributionDocument& document, const PolicySet& policies, const Place& place) {
  const model::DistributionConfig& config = document.config;
  Distribution out;
  out.id = document.id;
  out.domain_name = document.domain_name;
  out.enabled = config.enabled;
  compile_root_object(config.default_root_object.value_or(""), place.in("DefaultRootObject"), out);
  out.origins = compile_origins(config.origins, policies, place.in("Origins"));
  std::vector<OriginGroup> groups;
  if (config.origin_groups)
    groups = compile_origin_groups(*config.origin_groups, out.origins, place.in("OriginGroups"));
  out.behaviors = compile_behaviors(config, out.origins, groups, policies, place);
  compile_viewer(config, policies, place, out);
  if (config.custom_error_responses) {
    compile_errors(*config.custom_error_responses, place.in("CustomErrorResponses"), out);
  }
  if (config.logging) compile_logging(*config.logging, place.in("Logging"), out);
  if (config.restrictions) {
    compile_restrictions(config.restrictions->geo_restriction, place.in("Restrictions").in("GeoRestriction"), out);
  }
  compile_staging(config, policies, place, out);
  if (config.cache_tag_config) compile_cache_tags(*config.cache_tag_config, place.in("CacheTagConfig"), out);
  const auto comment_characters =
      std::ranges::count_if(config.comment, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  place.in("Comment").expect(comment_characters <= 128 && is_utf8(config.comment),
                             "A comment has at most 128 characters.");
  return out;
}

Distribution compile_one(const DistributionDocument& document, const PolicySet& policies, const std::string& path,
                         Findings& found) {
  Findings settings = check_settings(aws::shape_for<model::DistributionConfig>(), &document.config, path);
  found.insert(found.end(), settings.begin(), settings.end());
  return compile_distribution(document, policies, Place(found, path));
}

}  // namespace

void check_names(const std::vector<DistributionRef>& distributions, Findings& found) {
  std::map<std::string, std::string_view> owners;
  const auto take = [&](const Distribution& distribution, const std::string& name) {
    const auto [owner, is_free] = owners.emplace(to_lower(name), distribution.id);
    if (is_free) return;
    found.push_back({distribution.id + ".DistributionConfig.Aliases",
                     fmt::format("The name {} is in use by the distribution {}.", name, owner->second),
                     "CNAMEAlreadyExists"});
  };
  for (const DistributionRef& distribution : distributions) {
    take(*distribution, distribution->domain_name);
    for (const std::string& alias : distribution->aliases) take(*distribution, alias);
  }
}

DistributionRef compile_stored(const DistributionDocument& document, const PolicySet& policies, Findings& found) {
  return std::make_shared<const Distribution>(
      compile_one(document, policies, document.id + ".DistributionConfig", found));
}

bool is_visible_ascii(std::string_view text, std::size_t most) {
  return text.size() <= most && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

bool is_token(std::string_view name) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return is_alpha(c) || is_digit(c) || marks.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); }) && trim(value) == value;
}

std::expected<SnapshotRef, Findings> compile(Revision revision, std::span<const DistributionDocument> documents,
                                             const PolicyDocuments& policies) {
  Findings found;
  const PolicySet set(policies, found);
  std::vector<DistributionRef> distributions;
  for (const DistributionDocument& document : documents) {
    distributions.push_back(compile_stored(document, set, found));
  }
  check_names(distributions, found);
  if (!found.empty()) return std::unexpected(std::move(found));
  return std::make_shared<const Snapshot>(revision, std::move(distributions));
}

Findings check_distribution(const DistributionDocument& document, const PolicyDocuments& policies) {
  const auto misfit = find_misfit(std::span(&document, 1), policies);
  return misfit ? misfit->found : Findings{};
}

std::optional<Misfit> find_misfit(std::span<const DistributionDocument> documents, const PolicyDocuments& policies) {
  Findings of_policies;  // they are not the documents'
  const PolicySet set(policies, of_policies);
  for (const DistributionDocument& document : documents) {
    Findings found;
    static_cast<void>(compile_one(document, set, "DistributionConfig", found));
    if (!found.empty()) return Misfit{document.id, std::move(found)};
  }
  return std::nullopt;
}

}  // namespace gust::config
