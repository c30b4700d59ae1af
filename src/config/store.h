// Store: the documents that say what the network is to do, under keys such as `cloudfront/distribution/E123`, and the
// one counter that orders all that happens to them.
//
// Source: DESIGN.md decisions 7 and 11; the operations are those that etcd's v3 API has too.
// Shape:  a document is text under a key. Every commit takes the next revision of the store, and the documents it
// writes
//         carry it; a revision is never given twice, also not after a crash. So a revision orders changes and purges.
// Engines: sqlite_store.h (one machine, durable) and memory_store.h (the simulator and tests).
// Core:   any; a call runs on the loop of the task that awaits it. A store outlives all calls on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "rt/task.h"

namespace gust::config {

using Revision = std::uint64_t;

// What a Write expects of a key that must not exist yet. The first commit of a store takes revision 1.
inline constexpr Revision absent = 0;

struct Document {
  std::string key, value;
  Revision revision = absent;  // of the commit that wrote it

  friend bool operator==(const Document&, const Document&) = default;
};

// One part of a commit: put or delete `key` if it is still at revision `expected`.
struct Write {
  std::string key;
  std::optional<std::string> value;  // empty: delete, and then `expected` is not `absent`
  Revision expected = absent;
};

// The documents under a prefix in order of their keys, all as of one moment.
struct Listing {
  std::vector<Document> documents;
  Revision revision = absent;  // of the store at that moment
};

// What became of a key: its newest document, or that it was deleted.
struct Change {
  std::string key;
  std::optional<std::string> value;  // empty: deleted
  Revision revision = absent;

  friend bool operator==(const Change&, const Change&) = default;
};

struct Changes {
  std::vector<Change> changes;  // in order of revision, then key; a key that changed twice shows once
  Revision revision = absent;   // all changes up to here are told; the next watch goes on after it
};

struct StoreLimits {
  std::size_t key_bytes_max = 1024;
  std::size_t value_bytes_max = 1024 * 1024;
  std::size_t writes_max = 128;         // of one commit
  std::size_t deletions_kept = 10'000;  // how many deletions a watch can look back on
};

// Errors of all calls: io_failed, no_space, corrupt (the engine's), would_exceed_limit (StoreLimits), cancelled.
class Store {
 public:
  virtual ~Store() = default;

  // The document under `key`, if there is one.
  virtual rt::Task<Result<std::optional<Document>>> get(std::string key) = 0;

  // All documents whose key begins with `prefix`.
  virtual rt::Task<Result<Listing>> list(std::string prefix) = 0;

  // How many those are.
  virtual rt::Task<Result<std::size_t>> count(std::string prefix) = 0;

  // Makes all of the writes, or none.
  //   gives  the revision that they took; they are on stable storage then, as far as the engine has one
  //   needs  every key at most once, at least one write
  //   fails  conflict: a key is not at the revision that its write expects
  virtual rt::Task<Result<Revision>> commit(std::vector<Write> writes) = 0;

  // Waits for changes under `prefix` after revision `after`; returns at once when there are some already.
  //   fails  timed_out at the deadline; not_found when deletions after `after` are no longer known: list, and watch on
  //          from the listing's revision
  virtual rt::Task<Result<Changes>> watch(std::string prefix, Revision after, Instant deadline) = 0;

  // commit() of one write.
  rt::Task<Result<Revision>> put(std::string key, std::string value, Revision expected);
  rt::Task<Result<Revision>> remove(std::string key, Revision expected);
};

}  // namespace gust::config
