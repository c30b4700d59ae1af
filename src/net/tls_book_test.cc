#include "net/tls_book.h"

#include <gtest/gtest.h>

namespace gust::net {
namespace {

TEST(TlsBook, ANameWithoutASiteIsRefusedAlsoBelowAWildcard) {
  TlsBook book;
  book.add("*.example.org", std::make_shared<const TlsSite>());
  book.add("closed.example.org", nullptr);
  EXPECT_EQ(book.find("closed.example.org"), nullptr);
  EXPECT_NE(book.find("open.example.org"), nullptr);
}

}  // namespace
}  // namespace gust::net
