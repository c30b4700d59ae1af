#include "observe/access_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/text.h"

namespace gust::observe {
namespace {

// LOG-2.
constexpr std::array<bool, 256> encoded_bytes = [] {
  std::array<bool, 256> encoded{};
  for (std::size_t byte = 0; byte < 256; ++byte) encoded[byte] = byte <= 32 || byte >= 127;
  for (const char c : ByteView("<>\"#%{}|\\^~[]`'")) encoded[static_cast<unsigned char>(c)] = true;
  return encoded;
}();

struct UtcParts {
  std::chrono::year_month_day day;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
};

UtcParts utc_of(WallTime at) {
  const std::chrono::seconds since{unix_seconds(at)};
  const auto days = std::chrono::floor<std::chrono::days>(since);
  return {std::chrono::sys_days{days}, std::chrono::hh_mm_ss{since - days}};
}

constexpr ByteView hex_digits = "0123456789ABCDEF";

// Writes into room for three bytes of each that it is given, and these more.
constexpr std::size_t room_beyond = 16;

#if defined(__SSE2__)
// Which of sixteen bytes are of LOG-2, a bit each.
unsigned encoded_of(__m128i bytes) {
  const auto all = [](int byte) { return _mm_set1_epi8(static_cast<char>(byte)); };
  const auto is = [&](__m128i some, int byte) { return _mm_cmpeq_epi8(some, all(byte)); };
  __m128i found = _mm_cmplt_epi8(bytes, all(33));                // and all from 128
  found = _mm_or_si128(found, _mm_cmpgt_epi8(bytes, all('z')));  // {|}~ and DEL
  found = _mm_or_si128(found, is(bytes, '`'));
  found = _mm_or_si128(found, is(_mm_or_si128(bytes, all(1)), '#'));   // "#
  found = _mm_or_si128(found, is(_mm_or_si128(bytes, all(2)), '\''));  // %'
  found = _mm_or_si128(found, is(_mm_or_si128(bytes, all(2)), '>'));   // <>
  const __m128i from_bracket = _mm_sub_epi8(bytes, all('['));          // [\]^
  found = _mm_or_si128(found, _mm_cmpeq_epi8(_mm_min_epu8(from_bracket, all(3)), from_bracket));
  return static_cast<unsigned>(_mm_movemask_epi8(found));
}
#endif

char* put_encoded(char* to, char c) {
  const auto byte = static_cast<unsigned char>(c);
  *to++ = '%';
  *to++ = hex_digits[byte >> 4U];
  *to++ = hex_digits[byte & 15U];
  return to;
}

char* put_log_value(char* to, ByteView value) {
  if (value.empty()) {
    *to++ = '-';
    return to;
  }
  const char* at = value.data();
  const char* end = at + value.size();
#if defined(__SSE2__)
  while (end - at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const unsigned encoded = encoded_of(bytes);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    const int plain = encoded == 0 ? 16 : __builtin_ctz(encoded);
    at += plain;
    to += plain;
    if (encoded != 0) to = put_encoded(to, *at++);
  }
#endif
  for (; at != end; ++at) {
    if (encoded_bytes[static_cast<unsigned char>(*at)]) {
      to = put_encoded(to, *at);
    } else {
      *to++ = *at;
    }
  }
  return to;
}

// `count` digits with zeros in front.
char* put_padded(char* to, std::uint64_t value, std::size_t count) {
  for (std::size_t i = count; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
  return to + count;
}

char* put_date(char* to, const UtcParts& utc) {
  to = put_padded(to, static_cast<std::uint64_t>(std::max(static_cast<int>(utc.day.year()), 0)), 4);
  *to++ = '-';
  to = put_padded(to, static_cast<unsigned>(utc.day.month()), 2);
  *to++ = '-';
  return put_padded(to, static_cast<unsigned>(utc.day.day()), 2);
}

// One line in the making: each call adds a field and the tab behind it, into room that is enough.
class Line {
 public:
  explicit Line(char* to) : at_(to) {}

  void text(ByteView value) {
    at_ = put_log_value(at_, value);
    *at_++ = '\t';
  }
  void number(ByteCount value) {
    at_ = std::to_chars(at_, at_ + 20, value).ptr;
    *at_++ = '\t';
  }
  void number(const std::optional<ByteCount>& value) {
    if (value) return number(*value);
    *at_++ = '-';
    *at_++ = '\t';
  }
  void seconds(Duration value) {
    const auto ms = static_cast<std::uint64_t>(
        std::chrono::round<std::chrono::milliseconds>(std::max(value, Duration::zero())).count());
    at_ = std::to_chars(at_, at_ + 20, ms / 1000).ptr;
    *at_++ = '.';
    at_ = put_padded(at_, ms % 1000, 3);
    *at_++ = '\t';
  }
  void status(std::uint16_t value) {
    at_ = value < 1000 ? put_padded(at_, value, 3) : std::to_chars(at_, at_ + 20, value).ptr;
    *at_++ = '\t';
  }
  void address(const rt::Endpoint& endpoint) {
    if (endpoint.is_v6) return text(rt::address_text(endpoint));
    for (std::size_t i = 0; i < 4; ++i) {
      at_ = std::to_chars(at_, at_ + 3, endpoint.address[i]).ptr;
      *at_++ = i < 3 ? '.' : '\t';
    }
  }
  void date_and_time(WallTime when) {
    const UtcParts utc = utc_of(when);
    at_ = put_date(at_, utc);
    *at_++ = '\t';
    at_ = put_padded(at_, static_cast<std::uint64_t>(utc.time.hours().count()), 2);
    *at_++ = ':';
    at_ = put_padded(at_, static_cast<std::uint64_t>(utc.time.minutes().count()), 2);
    *at_++ = ':';
    at_ = put_padded(at_, static_cast<std::uint64_t>(utc.time.seconds().count()), 2);
    *at_++ = '\t';
  }
  // Gives where the line ends.
  char* end() {
    at_[-1] = '\n';
    return at_;
  }

 private:
  char* at_;
};

// Fields that are numbers or times, words of our own, the tabs.
constexpr std::size_t fixed_bytes_max = 33 * 24;

std::size_t line_bytes_max(const AccessRecord& record) {
  std::size_t bytes = 0;
  for (const ByteView text :
       {record.edge_location, record.method, record.distribution_domain, record.path, record.referer, record.user_agent,
        record.query, record.cookie, record.request_id, record.host_header, record.protocol, record.forwarded_for,
        record.ssl_protocol, record.ssl_cipher, record.protocol_version, record.fle_status, record.fle_encrypted_fields,
        record.detailed_result, record.content_type}) {
    bytes += text.size();
  }
  return fixed_bytes_max + 3 * bytes + room_beyond;
}

char* put_line(char* to, const AccessRecord& record) {
  Line line(to);
  line.date_and_time(record.ended);
  line.text(record.edge_location);
  line.number(record.bytes_sent);
  line.address(record.client);
  line.text(record.method);
  line.text(record.distribution_domain);
  line.text(record.path);
  line.status(record.status);
  line.text(record.referer);
  line.text(record.user_agent);
  line.text(record.query);
  line.text(record.cookie);
  line.text(text_of(record.result));
  line.text(record.request_id);
  line.text(record.host_header);
  line.text(record.protocol);
  line.number(record.bytes_received);
  line.seconds(record.time_taken);
  line.text(record.forwarded_for);
  line.text(record.ssl_protocol);
  line.text(record.ssl_cipher);
  line.text(text_of(record.response_result));
  line.text(record.protocol_version);
  line.text(record.fle_status);
  line.text(record.fle_encrypted_fields);
  line.number(record.client.port);
  line.seconds(record.time_to_first_byte);
  line.text(record.detailed_result.empty() ? text_of(record.result) : record.detailed_result);
  line.text(record.content_type);
  line.number(record.content_length);
  line.number(record.range_start);
  line.number(record.range_end);
  return line.end();
}

}  // namespace

ByteView access_log_header() {
  return "#Version: 1.0\n"
         "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) "
         "cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol "
         "cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version "
         "fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type "
         "sc-content-len sc-range-start sc-range-end\n";
}

void append_log_value(ByteView value, std::string& out) {
  const std::size_t before = out.size();
  out.resize_and_overwrite(before + 3 * value.size() + room_beyond, [&](char* data, std::size_t) {
    return static_cast<std::size_t>(put_log_value(data + before, value) - data);
  });
}

void append_access_line(const AccessRecord& record, std::string& out) {
  const std::size_t before = out.size();
  out.resize_and_overwrite(before + line_bytes_max(record), [&](char* data, std::size_t) {
    return static_cast<std::size_t>(put_line(data + before, record) - data);
  });
}

std::string access_log_file_name(ByteView distribution_id, WallTime at, ByteView unique) {
  std::string name(distribution_id);
  for (char& c : name) {
    if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_') c = '_';
  }
  if (name.empty()) name = "_";
  const UtcParts utc = utc_of(at);
  std::array<char, 16> date;
  name += '.';
  name.append(date.data(), put_date(date.data(), utc));
  fmt::format_to(std::back_inserter(name), "-{:02}.{}.log", utc.time.hours().count(), unique);
  return name;
}

}  // namespace gust::observe
