#include "config/trust_store_document.h"

#include <gtest/gtest.h>

#include "config/document.h"
#include "config/store.h"

namespace gust::config {
namespace {

TrustStoreDocument sample() {
  return {.id = "T1",
          .name = "clients",
          .authorities = "-----BEGIN",
          .authorities_count = 2,
          .last_modified = wall_time_of(1'790'000'000)};
}

TEST(TrustStoreDocument, IsReadAsItWasWritten) {
  const auto read = read_trust_store_document(write_document(sample()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, "T1");
  EXPECT_EQ(read->name, "clients");
  EXPECT_EQ(read->authorities, "-----BEGIN");
  EXPECT_EQ(read->authorities_count, 2);
  EXPECT_EQ(read->last_modified, sample().last_modified);
}

TEST(TrustStoreDocument, WhatIsNotWholeIsCorrupt) {
  for (const std::string_view text : {"", "{}", "[]", R"({"Id":1,"Name":"a","Authorities":"","AuthoritiesCount":0})"}) {
    EXPECT_EQ(read_trust_store_document(text).error().code, Errc::corrupt) << text;
  }
}

TEST(TrustStoreDocument, IsListedBesideThePolicies) {
  Findings found;
  const Documents documents = read_documents({{{key_of(sample()), write_document(sample()), 1}}, 1}, found);
  EXPECT_EQ(found, Findings{});
  ASSERT_EQ(documents.policies.trust_stores.size(), 1U);
}

}  // namespace
}  // namespace gust::config
