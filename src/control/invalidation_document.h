// InvalidationDocument: what the store keeps of an invalidation, and of the purge that it asks for while it is not
// done.
//
// Shape:  two documents. The invalidation stays for clients to look at; the purge is there until every live node has
//         confirmed it, and the revision at which it was written is its epoch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "control/delivery.h"

namespace gust::control {

struct InvalidationDocument {
  std::string id;
  std::string caller_reference;
  WallTime created{};
  std::vector<std::string> paths;
  bool is_completed = false;
  std::uint64_t epoch = 0;            // 0 until completed
  std::vector<Confirmation> receipt;  // who confirmed and when; empty until completed
};

std::string write_invalidation(const InvalidationDocument& document);
//   fails  bad_syntax, bad_value
Result<InvalidationDocument> read_invalidation(std::string_view text);

// The document under purge_key.
struct PurgeDocument {
  std::string distribution_id, invalidation_id;
  std::vector<std::string> paths;
};

std::string write_purge(const PurgeDocument& document);
//   fails  bad_syntax, bad_value
Result<PurgeDocument> read_purge(std::string_view text);

}  // namespace gust::control
