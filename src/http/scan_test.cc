#include <gtest/gtest.h>

#include <string>

#include "http/scan_internal.h"

namespace gust::http {
namespace {

// Every byte value at every place of texts of every size up to three steps, with readable bytes before and without.
template <typename Stop>
void expect_the_same_one_by_one() {
  for (std::size_t size = 0; size <= 48; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int value = 0; value < 256; ++value) {
        std::string text(size, 'a');
        text[place] = static_cast<char>(value);
        std::size_t expected = 0;
        while (expected < size && !Stop::is_stop(text[expected])) ++expected;
        ASSERT_EQ(span_before<Stop>(text), expected) << size << " " << place << " " << value;
        // What stands before the text is a stop and must not be found.
        const std::string longer = std::string(16, static_cast<char>(value)) + text;
        const char* const at = longer.data() + 16;
        const char* const end = longer.data() + longer.size();
        ASSERT_EQ(find_stop<Stop>(at, end, longer.data()) - at, static_cast<std::ptrdiff_t>(expected));
      }
    }
  }
}

TEST(Scan, FindsControlBytesSixteenAtATimeAsOneByOne) { expect_the_same_one_by_one<ControlStop>(); }
TEST(Scan, FindsOneByteSixteenAtATimeAsOneByOne) { expect_the_same_one_by_one<ByteStop<':'>>(); }
TEST(Scan, FindsTheEndOfAPathSixteenAtATimeAsOneByOne) { expect_the_same_one_by_one<PathStop>(); }
TEST(Scan, FindsTheEndOfAQuerySixteenAtATimeAsOneByOne) { expect_the_same_one_by_one<QueryStop>(); }
TEST(Scan, FindsTheEndOfAHostSixteenAtATimeAsOneByOne) { expect_the_same_one_by_one<HostStop>(); }

TEST(Scan, AByteOfAHostIsAByteOfAToken) {
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    if (is_of(host_byte, c)) EXPECT_TRUE(is_of(token_byte, c)) << value;
  }
}

}  // namespace
}  // namespace gust::http
