#include "cache/entry.h"

#include <gtest/gtest.h>

#include <string>

#include "http/message.h"

namespace gust::cache {
namespace {

using http::Name;

constexpr ByteView key_text = "D2:E1P6:/a?b=c";

struct Making {
  std::shared_ptr<Ledger> ledger = std::make_shared<Ledger>(1_MiB);
  http::ResponseHead head;
  EntryDraft draft;

  Making() {
    draft.head = &head;
    draft.storing.verdict = Storing::store;
  }
  EntryRef make(std::uint64_t epoch = 7) {
    return Entry::make(ledger, draft, StorableHead(draft), key_text, key_text.substr(8), epoch,
                       Body::make(ledger, draft.content_bytes));
  }
};

TEST(Entry, TheFieldsAreReadyToBeSent) {
  Making making;
  making.head.fields.add("Content-Length", "5");
  making.head.fields.add("Content-Type", "text/css");
  making.head.fields.add("X-Own", "1");
  making.draft.content_bytes = 5;
  const EntryRef entry = making.make();
  EXPECT_EQ(entry->status(), 200);
  EXPECT_EQ(entry->content_bytes(), 5U);
  EXPECT_EQ(entry->lines(), "Content-Type: text/css\r\nX-Own: 1\r\n");
  ASSERT_EQ(entry->fields().size(), 2U);
  EXPECT_EQ(entry->fields()[0].known, Name::content_type);
  EXPECT_EQ(entry->field("x-own"), "1");
  EXPECT_EQ(entry->field(Name::content_length), std::nullopt);
  EXPECT_EQ(entry->key_text(), key_text);
  EXPECT_EQ(entry->path_and_query(), "/a?b=c");
  EXPECT_EQ(entry->epoch(), 7U);
}

TEST(Entry, PerAnswerFieldsAreHeldBack) {
  Making making;
  making.head.status = 404;
  for (const char* name : {"Age", "Connection", "Keep-Alive", "Transfer-Encoding", "X-Cache", "X-Amz-Cf-Id",
                           "X-Amz-Cf-Pop", "Trailer", "Upgrade", "TE", "Proxy-Connection"}) {
    making.head.fields.add(name, "x");
  }
  making.head.fields.add("Via", "1.1 a");
  making.head.fields.add("Via", "1.0 b");
  const EntryRef entry = making.make();
  EXPECT_EQ(entry->status(), 404);
  EXPECT_EQ(entry->lines(), "");
  EXPECT_EQ(entry->via(), "1.1 a, 1.0 b");
}

TEST(Entry, Ttl14QualifiedFieldsAreNotStored) {
  Making making;
  making.head.fields.add("Set-Cookie", "a=1");
  making.head.fields.add("X-Secret", "1");
  making.head.fields.add("X-Open", "1");
  making.draft.storing.fields_withheld = {"set-cookie, other", "X-Secret"};
  EXPECT_EQ(making.make()->lines(), "X-Open: 1\r\n");
}

TEST(Entry, NothingThatCouldSplitAHeadIsStored) {
  Making making;
  making.head.fields.add("X-Bad", "a\r\nSet-Cookie: b");
  making.head.fields.add("X Bad", "a");
  making.head.fields.add("X-Good", "a");
  EXPECT_EQ(making.make()->lines(), "X-Good: a\r\n");
}

TEST(Entry, ValidatorsAreRead) {
  Making making;
  making.head.fields.add("ETag", "\"v1\"");
  making.head.fields.add("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
  const EntryRef entry = making.make();
  EXPECT_EQ(entry->etag(), "\"v1\"");
  EXPECT_EQ(entry->last_modified_time(), wall_time_of(784'111'777));
  EXPECT_TRUE(entry->has_validator());
  EXPECT_FALSE(Making().make()->has_validator());
}

TEST(Entry, AnUpstreamThatLagsMakesTheEntryOlder) {
  Making making;
  making.draft.upstream_epoch = 3;
  EXPECT_EQ(making.make(7)->epoch(), 3U);
}

TEST(Entry, TheChargeCoversTheHeadAndIsGivenBack) {
  Making making;
  const std::string long_value(1000, 'x');
  making.head.fields.add("X-Long", long_value);
  EntryRef entry = making.make();
  EXPECT_GT(making.ledger->used(), 1000 + sizeof(Entry));
  entry.reset();
  EXPECT_EQ(making.ledger->used(), 0U);
}

TEST(Entry, Cond2A304RefreshesFieldsAndKeepsTheBody) {
  Making making;
  making.draft.content_bytes = 5;
  making.head.fields.add("ETag", "\"v1\"");
  making.head.fields.add("X-Same", "old");
  making.head.fields.add("Cache-Control", "max-age=1");
  making.head.fields.add("Content-Encoding", "gzip");
  making.head.fields.add("Via", "1.1 a");
  const EntryRef old = making.make();

  http::ResponseHead not_modified;
  not_modified.status = 304;
  not_modified.fields.add("cache-control", "max-age=60");
  not_modified.fields.add("Content-Encoding", "br");
  not_modified.fields.add("Content-Length", "0");
  not_modified.fields.add("X-New", "1");
  http::ResponseHead merged;
  merge_head(*old, not_modified, merged);
  EXPECT_EQ(merged.status, 200);

  EntryDraft draft;
  draft.head = &merged;
  draft.storing.freshness.lifetime = std::chrono::seconds(60);
  const EntryRef entry = Entry::make_refreshed(making.ledger, *old, draft, StorableHead(draft), 9, Slabs::Room::bound);
  EXPECT_EQ(entry->status(), 200);
  EXPECT_EQ(entry->content_bytes(), 5U);
  EXPECT_EQ(entry->lines(),
            "ETag: \"v1\"\r\nX-Same: old\r\nContent-Encoding: gzip\r\ncache-control: max-age=60\r\nX-New: 1\r\n");
  EXPECT_EQ(entry->via(), "1.1 a");
  EXPECT_EQ(entry->body(), old->body());
  EXPECT_EQ(entry->key_text(), key_text);
  EXPECT_EQ(entry->epoch(), 9U);
  EXPECT_EQ(entry->freshness().lifetime, std::chrono::seconds(60));
}

}  // namespace
}  // namespace gust::cache
