#include "config/snapshot.h"

namespace gust::config {

namespace {

std::vector<DistributionRef> refs_of(std::vector<Distribution> distributions) {
  std::vector<DistributionRef> refs;
  refs.reserve(distributions.size());
  for (Distribution& each : distributions) refs.push_back(std::make_shared<const Distribution>(std::move(each)));
  return refs;
}

}  // namespace

bool GeoRestriction::refuses(std::string_view country) const {
  if (kind == Kind::none || country.empty()) return false;
  const bool is_named = std::ranges::find(countries, country) != countries.end();
  return is_named == (kind == Kind::all_but_these);
}

Snapshot::Snapshot(std::uint64_t revision, std::vector<Distribution> distributions)
    : Snapshot(revision, refs_of(std::move(distributions))) {}

Snapshot::Snapshot(std::uint64_t revision, std::vector<DistributionRef> distributions)
    : revision_(revision), distributions_(std::move(distributions)) {
  for (std::size_t i = 0; i < distributions_.size(); ++i) {
    const Distribution& distribution = *distributions_[i];
    by_id_.emplace(distribution.id, i);
    if (distribution.is_staging) {
      if (distribution.enabled) staging_.add(distribution.domain_name, i);
      continue;
    }
    by_name_.add(distribution.domain_name, i);
    for (const std::string& alias : distribution.aliases) {
      if (alias.starts_with("*.")) {
        by_wildcard_.add(std::string_view(alias).substr(1), i);
      } else {
        by_name_.add(alias, i);
      }
    }
  }
}

const Distribution* Snapshot::find_distribution(std::string_view host) const {
  if (const auto found = by_name_.find(host)) return distributions_[*found].get();
  if (by_wildcard_.empty()) return nullptr;
  // The longest tail is the most specific; a wildcard stands for one label or more.
  for (std::size_t dot = host.find('.'); dot != std::string_view::npos; dot = host.find('.', dot + 1)) {
    if (const auto found = by_wildcard_.find(host.substr(dot))) return distributions_[*found].get();
  }
  return nullptr;
}

const Distribution* Snapshot::find_staging(const StagingShare& share) const {
  const auto found = staging_.find(share.domain_name);
  return found ? distributions_[*found].get() : nullptr;
}

const Distribution* Snapshot::find_by_id(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : distributions_[found->second].get();
}

}  // namespace gust::config
