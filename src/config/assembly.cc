#include "config/assembly.h"

#include <algorithm>
#include <utility>

#include "config/compile_internal.h"
#include "config/document.h"
#include "config/policy_uses.h"

namespace gust::config {
namespace {

bool is_distribution(std::string_view key) { return key.starts_with(distribution_prefix); }

Revision revision_in(const std::map<std::string, Revision>& revisions, const std::string& id) {
  const auto found = revisions.find(id);
  return found == revisions.end() ? absent : found->second;
}

}  // namespace

Assembly::Assembly() = default;
Assembly::~Assembly() = default;

Findings Assembly::load(const Listing& listing) {
  Listing others;
  std::map<std::string, Revision> revisions;
  for (const Document& stored : listing.documents) {
    if (is_distribution(stored.key)) continue;
    revisions[stored.key.substr(stored.key.rfind('/') + 1)] = stored.revision;
    others.documents.push_back(stored);
  }
  const auto is_changed = [&](const std::string& id) {
    return revision_in(revisions, id) != revision_in(policy_revisions_, id);
  };

  Findings found;
  policies_ = std::make_unique<const PolicySet>(read_documents(others, found).policies, found);
  std::map<std::string, Part> known = std::exchange(parts_, {});
  for (const Document& stored : listing.documents) {
    if (!is_distribution(stored.key)) continue;
    const auto part = known.find(stored.key);
    if (part != known.end() && part->second.revision == stored.revision &&
        std::ranges::none_of(part->second.policies, is_changed)) {
      parts_.insert(known.extract(part));
    } else {
      take(stored, found);
    }
  }
  policy_revisions_ = std::move(revisions);
  check_names(refs(), found);
  is_whole_ = found.empty();
  return found;
}

bool Assembly::apply(const Changes& changes) {
  const bool was_whole = std::exchange(is_whole_, false);
  if (!was_whole || !std::ranges::all_of(changes.changes, is_distribution, &Change::key)) return false;
  Findings found;
  for (const Change& change : changes.changes) {
    parts_.erase(change.key);
    if (change.value) take({change.key, *change.value, change.revision}, found);
  }
  check_names(refs(), found);
  is_whole_ = found.empty();
  return is_whole_;
}

// Nothing is kept of what does not compile, so that the next load() tells it again.
void Assembly::take(const Document& stored, Findings& found) {
  const std::size_t before = found.size();
  const Documents read = read_documents({{stored}, stored.revision}, found);
  for (const DistributionDocument& document : read.distributions) {
    DistributionRef compiled = compile_stored(document, *policies_, found);
    if (found.size() != before) continue;
    parts_[stored.key] = {stored.revision, policies_of(document.config), std::move(compiled)};
  }
}

SnapshotRef Assembly::snapshot(Revision revision) const { return std::make_shared<const Snapshot>(revision, refs()); }

std::vector<DistributionRef> Assembly::refs() const {
  std::vector<DistributionRef> all;
  all.reserve(parts_.size());
  for (const auto& [key, part] : parts_) all.push_back(part.compiled);
  return all;
}

}  // namespace gust::config
