#include "observe/access_log.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/date.h"
#include "base/text.h"
#include "observe/access_memory.h"

namespace gust::observe {
namespace {

AccessRecord an_ordinary_request() {
  AccessRecord record;
  record.distribution_id = "E2EXAMPLE";
  record.ended = *read_iso8601("2026-03-01T09:08:07.999Z");
  record.edge_location = "BOM50";
  record.bytes_sent = 392;
  record.client = *rt::read_address("192.0.2.100", 11040);
  record.method = "GET";
  record.distribution_domain = "d111111abcdef8.cdn.localhost";
  record.path = "/view/my/file.html";
  record.status = 200;
  record.referer = "https://www.example.com/a b";
  record.user_agent = "Mozilla/5.0 (X11)";
  record.query = "a=1&b=%20";
  record.result = ResultType::hit;
  record.request_id = "SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==";
  record.host_header = "www.example.com:8080";
  record.protocol = "http";
  record.bytes_received = 23;
  record.time_taken = std::chrono::microseconds(1499);
  record.response_result = ResultType::hit;
  record.protocol_version = "HTTP/1.1";
  record.time_to_first_byte = std::chrono::milliseconds(1);
  record.content_type = "text/html";
  record.content_length = 78;
  return record;
}

std::string line_of(const AccessRecord& record) {
  std::string out;
  append_access_line(record, out);
  return out;
}

std::vector<std::string_view> fields_of(std::string_view line) {
  EXPECT_TRUE(line.ends_with('\n'));
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  return split(line.substr(0, line.size() - 1), '\t');
}

// The place of a field by its name in the header, so that header and line cannot disagree.
std::string field(const AccessRecord& record, std::string_view name) {
  const auto second_line = split(access_log_header(), '\n')[1];
  const auto names = split(second_line.substr(std::string_view("#Fields: ").size()), ' ');
  const std::string line = line_of(record);
  const auto at = std::ranges::find(names, name) - names.begin();
  return std::string(fields_of(line).at(static_cast<std::size_t>(at)));
}

TEST(AccessLog, Log1TheHeaderIsTwoLines) {
  EXPECT_TRUE(access_log_header().starts_with("#Version: 1.0\n#Fields: date time x-edge-location "));
  EXPECT_EQ(std::ranges::count(access_log_header(), '\n'), 2);
}

TEST(AccessLog, Log3AnOrdinaryRequestHas33FieldsInOrder) {
  EXPECT_EQ(
      line_of(an_ordinary_request()),
      "2026-03-01\t09:08:07\tBOM50\t392\t192.0.2.100\tGET\td111111abcdef8.cdn.localhost\t/view/my/file.html\t200\t"
      "https://www.example.com/a%20b\tMozilla/5.0%20(X11)\ta=1&b=%2520\t-\tHit\t"
      "SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==\twww.example.com:8080\thttp\t23\t0.001\t-\t-\t-\t"
      "Hit\tHTTP/1.1\t-\t-\t11040\t0.001\tHit\ttext/html\t78\t-\t-\n");
}

TEST(AccessLog, Log3AnEmptyRecordStillHas33Fields) { EXPECT_EQ(fields_of(line_of(AccessRecord{})).size(), 33U); }

TEST(AccessLog, Log4AViewerThatLeftBeforeAnAnswerIs000) {
  AccessRecord record = an_ordinary_request();
  record.status = 0;
  record.result = ResultType::error;
  record.detailed_result = "ClientCommError";
  EXPECT_EQ(field(record, "sc-status"), "000");
  EXPECT_EQ(field(record, "x-edge-result-type"), "Error");
  EXPECT_EQ(field(record, "x-edge-response-result-type"), "Hit");
  EXPECT_EQ(field(record, "x-edge-detailed-result-type"), "ClientCommError");
}

TEST(AccessLog, Log4TimesAreSecondsWithThreeDecimals) {
  AccessRecord record;
  record.time_taken = std::chrono::milliseconds(61'005);
  record.time_to_first_byte = -std::chrono::milliseconds(5);
  EXPECT_EQ(field(record, "time-taken"), "61.005");
  EXPECT_EQ(field(record, "time-to-first-byte"), "0.000");
}

TEST(AccessLog, Log3RangesAndLengthsAreDashesUnlessTheAnswerHasThem) {
  AccessRecord record;
  EXPECT_EQ(field(record, "sc-content-len"), "-");
  record.content_length = 0;
  record.range_start = 0;
  record.range_end = 499;
  EXPECT_EQ(field(record, "sc-content-len"), "0");
  EXPECT_EQ(field(record, "sc-range-start"), "0");
  EXPECT_EQ(field(record, "sc-range-end"), "499");
}

std::string percent_encoded(int byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return {'%', digits[static_cast<std::size_t>(byte) / 16], digits[static_cast<std::size_t>(byte) % 16]};
}

TEST(AccessLog, Log2EncodesEveryByteOfTheRuleAndNoOther) {
  const std::string_view listed = "<>\"#%{}|\\^~[]`' ";
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    std::string out;
    append_log_value(std::string_view(&c, 1), out);
    if (value <= 32 || value >= 127 || listed.contains(c)) {
      EXPECT_EQ(out, percent_encoded(value)) << value;
    } else {
      EXPECT_EQ(out, std::string(1, c)) << value;
    }
  }
}

TEST(AccessLog, Log2AByteIsEncodedAlikeWhereverItStandsInAValue) {
  for (int value = 0; value < 256; ++value) {
    const std::string byte(1, static_cast<char>(value));
    std::string alone;
    append_log_value(byte, alone);
    for (const std::size_t before : {0U, 1U, 15U, 16U, 17U, 40U}) {
      for (const std::size_t behind : {0U, 1U, 15U, 16U, 40U}) {
        const std::string text = std::string(before, 'a') + byte + byte + std::string(behind, 'z');
        std::string out = "kept";
        append_log_value(text, out);
        EXPECT_EQ(out, "kept" + std::string(before, 'a') + alone + alone + std::string(behind, 'z')) << value;
      }
    }
  }
}

TEST(AccessLog, Log3AnIpv6ViewerIsWrittenWithColons) {
  AccessRecord record;
  record.client = *rt::read_address("2001:db8::1", 4711);
  EXPECT_EQ(field(record, "c-ip"), "2001:db8::1");
  EXPECT_EQ(field(record, "c-port"), "4711");
}

TEST(AccessLog, HostileBytesMakeNoSecondFieldOrLine) {
  AccessRecord record;
  constexpr char bytes[] = "x\r\n2026-01-01\t00:00:00\tFAKE\v\f\0\x85\xE2\x80\xA8y";
  const std::string_view hostile(bytes, sizeof bytes - 1);
  for (ByteView AccessRecord::* text :
       {&AccessRecord::edge_location, &AccessRecord::method, &AccessRecord::distribution_domain, &AccessRecord::path,
        &AccessRecord::referer, &AccessRecord::user_agent, &AccessRecord::query, &AccessRecord::cookie,
        &AccessRecord::request_id, &AccessRecord::host_header, &AccessRecord::protocol, &AccessRecord::forwarded_for,
        &AccessRecord::ssl_protocol, &AccessRecord::ssl_cipher, &AccessRecord::protocol_version,
        &AccessRecord::fle_status, &AccessRecord::fle_encrypted_fields, &AccessRecord::detailed_result,
        &AccessRecord::content_type}) {
    record.*text = hostile;
  }
  const std::string line = line_of(record);
  EXPECT_EQ(fields_of(line).size(), 33U);
  for (const char c : line) EXPECT_TRUE((c > ' ' && c < 127) || c == '\t' || c == '\n');
}

TEST(AccessLog, Log1FileNamesHaveTheHourInUtcAndStayInTheirFolder) {
  const WallTime at = *read_iso8601("2026-03-01T23:59:59Z");
  EXPECT_EQ(access_log_file_name("E2EXAMPLE", at, "ab12"), "E2EXAMPLE.2026-03-01-23.ab12.log");
  EXPECT_EQ(access_log_file_name("../../etc/x", at, "1"), "______etc_x.2026-03-01-23.1.log");
  EXPECT_EQ(access_log_file_name("", at, "1"), "_.2026-03-01-23.1.log");
}

TEST(MemoryAccessLog, KeepsTextsOfItsOwnAndCountsByRequestId) {
  MemoryAccessLog log(2);
  {
    std::string id = "first";
    AccessRecord record;
    record.request_id = id;
    log.write(record);
    id = "other";
  }
  EXPECT_EQ(log.count_of("first"), 1U);
  EXPECT_EQ(log.count_of("other"), 0U);
  log.write({});
  log.write({});
  EXPECT_EQ(log.records().size(), 2U);
  EXPECT_EQ(log.count_of("first"), 0U);
  log.clear();
  EXPECT_TRUE(log.records().empty());
}

}  // namespace
}  // namespace gust::observe
