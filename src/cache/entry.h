// Entry: a stored response: an immutable head, ready to be sent, the facts about it, and a Body.
//
// Source: DESIGN.md decisions 3 and 5; RFC 9111 sections 3.1 and 3.2.
// Shape:  the list of fields, tags, key text and field lines lie behind it in its block of a slab. Held back are the
//         fields that each answer
//         says anew: Age, Connection, Keep-Alive, Proxy-Connection, Transfer-Encoding, TE,
//         Trailer, Upgrade, Via (see via()), X-Cache, X-Amz-Cf-Id, X-Amz-Cf-Pop; the fields that a qualified no-cache
//         or private names; Content-Length; and any that could not stand on a line.
// Core:   any; shared by count (EntryRef). An Entry may outlive its Cache.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "cache/body.h"
#include "cache/freshness.h"
#include "cache/ledger.h"
#include "cache/tag_set.h"
#include "cache/variant.h"
#include "http/fields.h"

namespace gust::http {
struct ResponseHead;
}

namespace gust::cache {

class Entry;
using EntryRef = std::shared_ptr<const Entry>;

// A failure of an origin that is remembered like an answer (ERR-6): what the page of each answer is made of, since it
// tells the request's own id. Static text; an empty reason: none.
struct OwnFailure {
  ByteView reason;
  ByteView log_detail;
};

// What a response that is to be stored brings with it. Borrowed until the call returns.
struct EntryDraft {
  // As it is to be stored: hop-by-hop fields, Set-Cookie without forwarded cookies and the like are gone already, and
  // there is a Date.
  const http::ResponseHead* head = nullptr;
  Storing storing;                         // verdict is not `pass`
  WallTime received{};                     // for logs; ages go by storing.freshness
  std::optional<ByteCount> content_bytes;  // Content-Length; absent: chunked or to the end of the connection
  // The newest purge that the tier which gave the response had held it against (Lookup::epoch, Joined::epoch, or the
  // epoch() of an entry that it had just stored), where it said so: the entry then counts as no younger than that.
  std::uint64_t upstream_epoch = ~std::uint64_t{0};
  // The response is this variant of the ticket's key, told apart by `vary` (RFC 9111 section 4.1). Null: it is none, or
  // the ticket's key is that of the variant already.
  const Key* variant = nullptr;
  VaryRef vary;
  // TAG-1. Of a 304 without tags: absent, and the stored ones stay (TAG-4).
  std::optional<TagSet> tags;
  OwnFailure own_failure{};        // the response has no content then
  std::uint8_t origin_member = 0;  // which of the origins that may answer for the key did
};

// What of a draft's head is stored, found once for the Entry: views into the head.
struct StorableHead {
  explicit StorableHead(const EntryDraft& draft);
  std::vector<http::Field> fields;
  std::vector<ByteView> via;
};

class Entry {
  struct MadeHere {};
  using LedgerRef = std::shared_ptr<Ledger>;

 public:
  // Used by the Cache and by tests. Null where there is no memory.
  //   needs   `stored` is the draft's; `path_and_query` is part of `key_text`
  static EntryRef make(const LedgerRef& ledger, const EntryDraft& draft, const StorableHead& stored, ByteView key_text,
                       ByteView path_and_query, std::uint64_t epoch, BodyRef body);

  // `old`, confirmed by a 304: `draft.head` is what merge_head() made of both; status, length and body stay.
  static EntryRef make_refreshed(const LedgerRef& ledger, const Entry& old, const EntryDraft& draft,
                                 const StorableHead& stored, std::uint64_t epoch, Slabs::Room room);

  std::uint16_t status() const { return status_; }
  // The fields without those held back and without Content-Length, in the order of the origin.
  std::span<const http::Field> fields() const { return fields_; }
  std::optional<ByteView> field(http::NameRef name) const;
  // `Name: value CR LF` for each of fields().
  ByteView lines() const { return lines_; }
  ByteView via() const { return via_; }  // the origin's own Via, combined; empty: none

  std::optional<ByteCount> content_bytes() const { return content_bytes_; }
  ByteView etag() const { return etag_; }  // as sent; empty: none
  ByteView last_modified() const { return last_modified_; }
  std::optional<WallTime> last_modified_time() const { return last_modified_time_; }
  std::optional<WallTime> date() const { return date_; }
  bool has_validator() const { return !etag_.empty() || last_modified_time_.has_value(); }

  const Freshness& freshness() const { return freshness_; }
  // True for a failure that is remembered: its answer is a page of our own.
  bool is_own_failure() const { return !own_failure_.reason.empty(); }
  const OwnFailure& own_failure() const { return own_failure_; }
  // As the draft said. Its validators mean something to that origin alone.
  std::uint8_t origin_member() const { return origin_member_; }
  WallTime received() const { return received_; }
  std::uint64_t epoch() const { return epoch_; }  // the newest purge applied when its fill began
  std::span<const Tag> tags() const { return tags_; }
  ByteView key_text() const { return key_text_; }
  ByteView path_and_query() const { return path_and_query_; }

  // Never null; complete and empty for a status that has no content.
  const BodyRef& body() const { return body_; }
  // What it takes of the ledger without its body: its share of a slab.
  ByteCount bytes_taken() const { return bytes_taken_; }

  // --- Moves (cache/slabs.h)

  // Says to whom the blocks of head and body belong.
  void set_owner(Slabs::Owner owner) const;
  // Moves what of `entry` lies in `block` to another one.
  //   needs   the entry's body is complete, and nobody else has a share of `entry` or can get one
  //   fails   as false: nothing of it can be moved, or there is no hole for it
  static bool move_out(const LedgerRef& ledger, EntryRef& entry, const Slabs::Found& block);

  struct Content;
  Entry(char* tail, MadeHere, const Content& content, ByteCount bytes_taken);
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

 private:
  // What a lookup looks at comes first, beside the share count.
  ByteView key_text_;
  Freshness freshness_;
  std::uint16_t status_ = 200;
  std::uint8_t origin_member_ = 0;
  ByteView lines_, path_and_query_, via_, etag_, last_modified_;
  std::span<const http::Field> fields_;
  std::optional<ByteCount> content_bytes_;
  std::optional<WallTime> last_modified_time_, date_;
  WallTime received_{};
  std::uint64_t epoch_ = 0;
  std::span<const Tag> tags_;
  OwnFailure own_failure_;
  BodyRef body_;
  char* const tail_;
  const ByteCount bytes_taken_;
};

// The head that `old` has once `not_modified`, a 304, has confirmed it (RFC 9111 section 3.2): the new fields take the
// place of the old ones of their names, but for those that tell of the body as it is stored (Content-Length,
// Content-Encoding, Content-Range). By it judge_storing() tells for how long.
//   keeps   views into both
void merge_head(const Entry& old, const http::ResponseHead& not_modified, http::ResponseHead& into);

}  // namespace gust::cache
