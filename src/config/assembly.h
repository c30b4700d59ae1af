// Assembly: the Snapshot of a store from change to change, of which only what has changed is read and compiled again.
//
// Source: DESIGN.md decision 9.
// Shape:  keeps each distribution as compiled; Snapshots share them. All or nothing, as compile(): while something does
//         not compile there is no Snapshot.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/finding.h"
#include "config/snapshot.h"
#include "config/store.h"

namespace gust::config {

class PolicySet;

class Assembly {
 public:
  Assembly();
  ~Assembly();
  Assembly(const Assembly&) = delete;
  Assembly& operator=(const Assembly&) = delete;

  // Takes all that the store has under `config_prefix`. A distribution is compiled if it is not at the revision that is
  // known, or a policy that it names is not.
  //   gives  what does not compile: there is no Snapshot then
  Findings load(const Listing& listing);

  // Takes what has become of single distributions since. False: load() anew. That is so when something else has
  // changed; when something does not compile, which load() then tells; and as long as load() told something.
  bool apply(const Changes& changes);

  // As of `revision`, to which the last load() or apply() brought it.
  SnapshotRef snapshot(Revision revision) const;

 private:
  struct Part {
    Revision revision = absent;
    std::set<std::string> policies;  // ids of those that it names
    DistributionRef compiled;
  };
  void take(const Document& stored, Findings& found);
  std::vector<DistributionRef> refs() const;

  bool is_whole_ = false;
  std::unique_ptr<const PolicySet> policies_;
  std::map<std::string, Revision> policy_revisions_;  // by id
  std::map<std::string, Part> parts_;                 // by key; those that compile
};

}  // namespace gust::config
