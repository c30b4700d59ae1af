#include "cache/entry.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/date.h"
#include "base/text.h"
#include "cache/slab_allocator.h"
#include "http/field_values.h"
#include "http/message.h"

namespace gust::cache {
namespace {

using http::Field;
using http::Name;

constexpr ByteView line_between = ": ";
constexpr ByteView line_end = "\r\n";

bool is_held_back(Name name) {
  switch (name) {
    case Name::age:
    case Name::connection:
    case Name::content_length:
    case Name::keep_alive:
    case Name::proxy_connection:
    case Name::te:
    case Name::trailer:
    case Name::transfer_encoding:
    case Name::upgrade:
    case Name::via:
    case Name::x_amz_cf_id:
    case Name::x_amz_cf_pop:
    case Name::x_cache:
      return true;
    default:
      return false;
  }
}

// What tells of the stored body and so stays when a 304 brings new fields.
bool belongs_to_body(Name name) { return name == Name::content_encoding || name == Name::content_range; }

bool is_storable(const Field& field, std::span<const ByteView> withheld) {
  const auto names_it = [&](ByteView list) { return !list.empty() && http::list_has(list, field.name); };
  // A known name is spelt with token bytes by how it was recognised.
  return !is_held_back(field.known) && (field.known != Name::other || http::is_token(field.name)) &&
         http::is_field_value(field.value) && std::ranges::none_of(withheld, names_it);
}

bool equal_names(const Field& a, const Field& b) {
  return a.known == b.known && (a.known != Name::other || equal_fold(a.name, b.name));
}

// Writes one after the other into memory of exactly the size that was measured.
class Packer {
 public:
  explicit Packer(char* to) : at_(to) {}
  ByteView put(ByteView bytes) {
    const char* first = at_;
    if (!bytes.empty()) std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
    return {first, bytes.size()};
  }
  const char* at() const { return at_; }

 private:
  char* at_;
};

ByteView from_to(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

std::size_t bytes_of_lines(std::span<const Field> fields) {
  std::size_t bytes = 0;
  for (const Field& field : fields) {
    bytes += field.name.size() + line_between.size() + field.value.size() + line_end.size();
  }
  return bytes;
}

std::size_t bytes_of_via(std::span<const ByteView> values) {
  std::size_t bytes = 0;
  for (ByteView value : values) bytes += value.size() + 2;
  return bytes;
}

}  // namespace

StorableHead::StorableHead(const EntryDraft& draft) {
  const http::Fields& all = draft.head->fields;
  fields.reserve(all.size());
  for (const Field& field : all) {
    if (is_storable(field, draft.storing.fields_withheld)) fields.push_back(field);
  }
  for (const Field* at = all.find(Name::via); at != nullptr; at = all.find(Name::via, at)) {
    if (http::is_field_value(at->value)) via.push_back(at->value);
  }
}

struct Entry::Content {
  std::uint16_t status;
  std::uint8_t origin_member;
  std::span<const Field> fields;
  std::span<const ByteView> via;
  std::optional<ByteCount> content_bytes;
  Freshness freshness;
  WallTime received;
  ByteView key_text;
  ByteView path_and_query;  // in key_text
  std::uint64_t epoch;
  std::span<const Tag> tags;
  BodyRef body;
  OwnFailure own_failure{};

  EntryRef make(const LedgerRef& ledger, Slabs::Room room) const {
    const std::size_t tail_bytes =
        fields.size_bytes() + tags.size_bytes() + key_text.size() + bytes_of_lines(fields) + bytes_of_via(via);
    return make_in_slab<Entry>(ledger, tail_bytes, Slabs::Kind::movable, room, MadeHere(), *this,
                               Slabs::block_bytes(bytes_in_slab<Entry> + tail_bytes));
  }
};

namespace {

std::span<const Tag> tags_in(const EntryDraft& draft, std::span<const Tag> otherwise) {
  return draft.tags ? std::span<const Tag>(*draft.tags) : otherwise;
}

}  // namespace

Entry::Entry(char* tail, MadeHere, const Content& content, ByteCount bytes_taken)
    : freshness_(content.freshness),
      status_(content.status),
      origin_member_(content.origin_member),
      content_bytes_(content.content_bytes),
      received_(content.received),
      epoch_(content.epoch),
      own_failure_(content.own_failure),
      body_(content.body),
      tail_(tail),
      bytes_taken_(bytes_taken) {
  static_assert(alignof(Field) <= 16 && std::is_trivially_destructible_v<Field> && sizeof(Field) % alignof(Tag) == 0);
  auto* const field_list = reinterpret_cast<Field*>(tail);
  fields_ = {field_list, content.fields.size()};
  auto* const tag_list = reinterpret_cast<Tag*>(tail + content.fields.size_bytes());
  std::ranges::uninitialized_copy(content.tags, std::span(tag_list, content.tags.size()));
  tags_ = {tag_list, content.tags.size()};
  Packer pack(tail + content.fields.size_bytes() + content.tags.size_bytes());
  key_text_ = pack.put(content.key_text);
  const auto path_at = static_cast<std::size_t>(content.path_and_query.data() - content.key_text.data());
  path_and_query_ = key_text_.substr(path_at, content.path_and_query.size());

  const char* lines_begin = pack.at();
  for (std::size_t i = 0; i < content.fields.size(); ++i) {
    Field& field = *std::construct_at(field_list + i);
    field.known = content.fields[i].known;
    field.name = pack.put(content.fields[i].name);
    pack.put(line_between);
    field.value = pack.put(content.fields[i].value);
    pack.put(line_end);
  }
  lines_ = from_to(lines_begin, pack.at());

  const char* via_begin = pack.at();
  for (std::size_t i = 0; i < content.via.size(); ++i) {
    if (i > 0) pack.put(", ");
    pack.put(content.via[i]);
  }
  via_ = from_to(via_begin, pack.at());

  etag_ = field(Name::etag).value_or(ByteView());
  last_modified_ = field(Name::last_modified).value_or(ByteView());
  last_modified_time_ = read_http_date(last_modified_);
  date_ = read_http_date(field(Name::date).value_or(ByteView()));
}

std::optional<ByteView> Entry::field(http::NameRef name) const {
  for (const Field& field : fields_) {
    if (field.known != name.known) continue;
    if (name.known != Name::other || equal_fold(field.name, name.text)) return field.value;
  }
  return std::nullopt;
}

EntryRef Entry::make(const LedgerRef& ledger, const EntryDraft& draft, const StorableHead& stored, ByteView key_text,
                     ByteView path_and_query, std::uint64_t epoch, BodyRef body) {
  const Content content{draft.head->status,  draft.origin_member,
                        stored.fields,       stored.via,
                        draft.content_bytes, draft.storing.freshness,
                        draft.received,      key_text,
                        path_and_query,      std::min(epoch, draft.upstream_epoch),
                        tags_in(draft, {}),  std::move(body),
                        draft.own_failure};
  return content.make(ledger, Slabs::Room::bound);
}

EntryRef Entry::make_refreshed(const LedgerRef& ledger, const Entry& old, const EntryDraft& draft,
                               const StorableHead& stored, std::uint64_t epoch, Slabs::Room room) {
  const Content content{old.status_,
                        draft.origin_member,
                        stored.fields,
                        stored.via,
                        old.content_bytes_,
                        draft.storing.freshness,
                        draft.received,
                        old.key_text_,
                        old.path_and_query_,
                        std::min(epoch, draft.upstream_epoch),
                        tags_in(draft, old.tags_),
                        old.body_};
  return content.make(ledger, room);
}

void Entry::set_owner(Slabs::Owner owner) const {
  Slabs::set_owner(block_of<Entry>(tail_), owner);
  body_->set_owner(owner);
}

bool Entry::move_out(const LedgerRef& ledger, EntryRef& entry, const Slabs::Found& block) {
  if (block.holds(entry.get())) {
    const std::span<const ByteView> via{&entry->via_, entry->via_.empty() ? 0U : 1U};
    const Content content{entry->status_,         entry->origin_member_, entry->fields_,   via,
                          entry->content_bytes_,  entry->freshness_,     entry->received_, entry->key_text_,
                          entry->path_and_query_, entry->epoch_,         entry->tags_,     entry->body_,
                          entry->own_failure_};
    EntryRef moved = content.make(ledger, Slabs::Room::holes);
    if (!moved) return false;
    entry = std::move(moved);
    return true;
  }
  if (!entry->body_->lies_in(block)) return false;
  BodyRef moved = entry->body_->copy(ledger);
  if (!moved) return false;
  // Entries are made as what can change, and nobody else sees this one.
  std::const_pointer_cast<Entry>(entry)->body_ = std::move(moved);
  return true;
}

void merge_head(const Entry& old, const http::ResponseHead& not_modified, http::ResponseHead& into) {
  into.clear();
  into.status = old.status();
  into.version = not_modified.version;
  const http::Fields& fresh = not_modified.fields;
  for (const Field& field : old.fields()) {
    const auto replaces = [&](const Field& other) { return equal_names(field, other); };
    if (belongs_to_body(field.known) || std::ranges::none_of(fresh, replaces)) into.fields.add(field);
  }
  if (!fresh.has(Name::via) && !old.via().empty()) into.fields.add(Name::via, old.via());
  for (const Field& field : fresh) {
    if (!belongs_to_body(field.known) && field.known != Name::content_length) into.fields.add(field);
  }
}

}  // namespace gust::cache
