#include <fmt/format.h>

#include <algorithm>

#include "rt/sim_trace_internal.h"

namespace gust::rt::sim {

void Trace::fold_text(std::string_view text) {
  for (const char c : text) fold(static_cast<unsigned char>(c));
}

void Trace::record(Instant at, std::string_view host, std::string_view what, std::uint64_t a, std::uint64_t b,
                   std::string_view text) {
  fold(static_cast<std::uint64_t>(at.time_since_epoch().count()));
  fold_text(host);
  fold_text(what);
  fold(a);
  fold(b);
  fold_text(text);
  if (!lines_.empty()) {
    Line& line = lines_[recorded_ % lines_.size()];
    line.at = at;
    line.host = host;
    line.what = what;
    line.a = a;
    line.b = b;
    line.text = text;
  }
  ++recorded_;
}

std::string Trace::text() const {
  std::string out;
  const std::size_t kept = std::min(recorded_, lines_.size());
  for (std::size_t i = recorded_ - kept; i < recorded_; ++i) {
    const Line& line = lines_[i % lines_.size()];
    const auto us = std::chrono::duration<double, std::micro>(line.at.time_since_epoch()).count();
    fmt::format_to(std::back_inserter(out), "{:>16.3f}us {:<10} {}", us, line.host, line.what);
    if (line.a || line.b) fmt::format_to(std::back_inserter(out), " {}", line.a);
    if (line.b) fmt::format_to(std::back_inserter(out), " {}", line.b);
    if (!line.text.empty()) fmt::format_to(std::back_inserter(out), " {}", line.text);
    out += '\n';
  }
  return out;
}

}  // namespace gust::rt::sim
