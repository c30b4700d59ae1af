#include "config/snapshot.h"

#include "base/text.h"

namespace gust::config {

Snapshot::Snapshot(std::uint64_t revision, std::vector<Distribution> distributions)
    : revision_(revision), distributions_(std::move(distributions)) {
  for (std::size_t i = 0; i < distributions_.size(); ++i) {
    by_name_.emplace(to_lower(distributions_[i].domain_name), i);
    for (const std::string& alias : distributions_[i].aliases) {
      if (alias.starts_with("*.")) {
        by_wildcard_.emplace(to_lower(alias.substr(1)), i);
      } else {
        by_name_.emplace(to_lower(alias), i);
      }
    }
  }
}

const Distribution* Snapshot::find_distribution(std::string_view host) const {
  const std::string name = to_lower(host);
  if (const auto found = by_name_.find(name); found != by_name_.end()) return &distributions_[found->second];
  if (by_wildcard_.empty()) return nullptr;
  // The longest tail is the most specific; a wildcard stands for one label or more.
  for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
    const auto found = by_wildcard_.find(name.substr(dot));
    if (found != by_wildcard_.end()) return &distributions_[found->second];
  }
  return nullptr;
}

const Distribution* Snapshot::find_by_id(std::string_view id) const {
  for (const Distribution& distribution : distributions_) {
    if (distribution.id == id) return &distribution;
  }
  return nullptr;
}

}  // namespace gust::config
