#include "observe/cache_status.h"

#include <fmt/format.h>

#include <iterator>

#include "observe/decision.h"

namespace gust::observe {
namespace {

constexpr std::size_t key_bytes_max = 512;

// Section 2.2; empty where the request was not sent on for want of a stored response.
ByteView forward_reason(Lookup lookup) {
  switch (lookup) {
    case Lookup::none:
    case Lookup::hit:
      return "";
    case Lookup::purged:
      return "miss";
    default:
      return name_of(lookup);
  }
}

// The status of the first answer from a tier beyond this one.
std::uint16_t forward_status(const Decision& decision) {
  for (const TierVisit& visit : decision.tiers.items()) {
    if (visit.name != decision.node && visit.status != 0) return visit.status;
  }
  return 0;
}

// A string of RFC 8941 section 3.3.3: visible ASCII; other bytes percent-encoded.
void append_quoted(ByteView text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  out += '"';
}

bool is_served_without_asking(const Decision& decision) {
  const bool asked = decision.collapsed || !decision.tiers.items().empty();
  return decision.lookup == Lookup::hit || (decision.lookup == Lookup::stale && !asked);
}

}  // namespace

std::string cache_status_of(const Decision& decision, ByteView key) {
  std::string out;
  append_quoted(decision.node, out);
  if (is_served_without_asking(decision)) {
    out += "; hit";
  } else if (const ByteView reason = forward_reason(decision.lookup); !reason.empty()) {
    out.append("; fwd=").append(reason);
    if (const std::uint16_t status = forward_status(decision); status != 0) {
      fmt::format_to(std::back_inserter(out), "; fwd-status={}", status);
    }
    if (decision.stored == true) out += "; stored";
    if (decision.collapsed) out += "; collapsed";
  }
  if (decision.ttl) {
    const Duration left = *decision.ttl - decision.age.value_or(Duration::zero());
    fmt::format_to(std::back_inserter(out), "; ttl={}", std::chrono::floor<std::chrono::seconds>(left).count());
  }
  if (!key.empty()) {
    out += "; key=";
    append_quoted(key.substr(0, key_bytes_max), out);
  }
  const ByteView detail = decision.lookup == Lookup::none ? decision.step : decision.ttl_rule;
  if (!detail.empty()) {
    out += "; detail=";
    append_quoted(detail, out);
  }
  return out;
}

}  // namespace gust::observe
