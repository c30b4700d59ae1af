#include "observe/access_log.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

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

void append_date(const UtcParts& utc, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}", static_cast<int>(utc.day.year()),
                 static_cast<unsigned>(utc.day.month()), static_cast<unsigned>(utc.day.day()));
}

// One line in the making: each call adds a field and the tab behind it.
class Line {
 public:
  explicit Line(std::string& out) : out_(out) {}

  void text(ByteView value) {
    append_log_value(value, out_);
    out_ += '\t';
  }
  void number(ByteCount value) {
    const fmt::format_int digits(value);
    out_.append(digits.data(), digits.size());
    out_ += '\t';
  }
  void number(const std::optional<ByteCount>& value) {
    if (value) return number(*value);
    out_ += "-\t";
  }
  void seconds(Duration value) {
    const auto ms = std::chrono::round<std::chrono::milliseconds>(std::max(value, Duration::zero())).count();
    fmt::format_to(std::back_inserter(out_), "{}.{:03}\t", ms / 1000, ms % 1000);
  }
  void status(std::uint16_t value) { fmt::format_to(std::back_inserter(out_), "{:03}\t", value); }
  void date_and_time(WallTime at) {
    const UtcParts utc = utc_of(at);
    append_date(utc, out_);
    fmt::format_to(std::back_inserter(out_), "\t{:02}:{:02}:{:02}\t", utc.time.hours().count(),
                   utc.time.minutes().count(), utc.time.seconds().count());
  }
  void end() { out_.back() = '\n'; }

 private:
  std::string& out_;
};

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
  if (value.empty()) {
    out += '-';
    return;
  }
  constexpr ByteView digits = "0123456789ABCDEF";
  std::size_t plain = 0;  // begin of the run that needs no encoding
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto byte = static_cast<unsigned char>(value[i]);
    if (!encoded_bytes[byte]) continue;
    out.append(value, plain, i - plain);
    plain = i + 1;
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  out.append(value, plain);
}

void append_access_line(const AccessRecord& record, std::string& out) {
  Line line(out);
  line.date_and_time(record.ended);
  line.text(record.edge_location);
  line.number(record.bytes_sent);
  line.text(rt::address_text(record.client));
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
  line.end();
}

std::string access_log_file_name(ByteView distribution_id, WallTime at, ByteView unique) {
  std::string name(distribution_id);
  for (char& c : name) {
    if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_') c = '_';
  }
  if (name.empty()) name = "_";
  const UtcParts utc = utc_of(at);
  name += '.';
  append_date(utc, name);
  fmt::format_to(std::back_inserter(name), "-{:02}.{}.log", utc.time.hours().count(), unique);
  return name;
}

}  // namespace gust::observe
