#include "cache/entry.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/date.h"
#include "base/text.h"
#include "http/field_values.h"
#include "http/message.h"

namespace gust::cache {
namespace {

using http::Field;
using http::Name;

// The parts of an allocation that its size does not show: shared_ptr's counts and the allocator's own.
constexpr ByteCount overhead_bytes = 128;
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

ByteCount bytes_of(std::span<const Field> fields, ByteView key_text, std::size_t via_bytes, std::size_t tags) {
  return tags * sizeof(Tag) + sizeof(Entry) + sizeof(Body) + 2 * overhead_bytes + fields.size_bytes() +
         key_text.size() + bytes_of_lines(fields) + via_bytes;
}

std::size_t bytes_of_via(const std::vector<ByteView>& values) {
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
  std::vector<ByteView> via;
  std::optional<ByteCount> content_bytes;
  Freshness freshness;
  WallTime received;
  ByteView key_text;
  ByteView path_and_query;  // in key_text
  std::uint64_t epoch;
  std::span<const Tag> tags;
  BodyRef body;
  OwnFailure own_failure{};
};

namespace {

std::span<const Tag> tags_in(const EntryDraft& draft, std::span<const Tag> otherwise) {
  return draft.tags ? std::span<const Tag>(*draft.tags) : otherwise;
}

}  // namespace

Entry::Entry(MadeHere, const Content& content, Charge charge)
    : freshness_(content.freshness),
      status_(content.status),
      origin_member_(content.origin_member),
      content_bytes_(content.content_bytes),
      received_(content.received),
      epoch_(content.epoch),
      tags_(content.tags.begin(), content.tags.end()),
      own_failure_(content.own_failure),
      body_(content.body),
      charge_(std::move(charge)) {
  block_ = BlockRef::make(content.fields.size_bytes() + content.key_text.size() + bytes_of_lines(content.fields) +
                          bytes_of_via(content.via));
  static_assert(alignof(Field) <= alignof(Block) && std::is_trivially_destructible_v<Field>);
  auto* const field_list = reinterpret_cast<Field*>(block_->data());
  fields_ = {field_list, content.fields.size()};
  Packer pack(block_->data() + content.fields.size_bytes());
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

EntryRef Entry::make(const EntryDraft& draft, StorableHead stored, ByteView key_text, ByteView path_and_query,
                     std::uint64_t epoch, BodyRef body, Charge charge) {
  const Content content{draft.head->status,  draft.origin_member,
                        stored.fields,       std::move(stored.via),
                        draft.content_bytes, draft.storing.freshness,
                        draft.received,      key_text,
                        path_and_query,      std::min(epoch, draft.upstream_epoch),
                        tags_in(draft, {}),  std::move(body),
                        draft.own_failure};
  return std::make_shared<const Entry>(MadeHere(), content, std::move(charge));
}

ByteCount Entry::bytes_of_head(const EntryDraft& draft, const StorableHead& stored, ByteView key_text,
                               const Entry* refreshed) {
  const std::size_t tags = tags_in(draft, refreshed ? refreshed->tags() : std::span<const Tag>()).size();
  return bytes_of(stored.fields, key_text, bytes_of_via(stored.via), tags);
}

EntryRef Entry::make_refreshed(const Entry& old, const EntryDraft& draft, StorableHead stored, std::uint64_t epoch,
                               Charge charge) {
  const Content content{old.status_,
                        draft.origin_member,
                        stored.fields,
                        std::move(stored.via),
                        old.content_bytes_,
                        draft.storing.freshness,
                        draft.received,
                        old.key_text_,
                        old.path_and_query_,
                        std::min(epoch, draft.upstream_epoch),
                        tags_in(draft, old.tags_),
                        old.body_};
  return std::make_shared<const Entry>(MadeHere(), content, std::move(charge));
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
