#include "load/targets.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/text.h"

namespace gust::bench {

namespace {

std::optional<TraceRequest> read_line(ByteView line) {
  const auto words = split(line, ',');
  if (words.size() != 2 && words.size() != 3) return std::nullopt;
  const auto id = parse_decimal(words[words.size() - 2]);
  const auto size = parse_decimal(words.back());
  if (!id || !size || (words.size() == 3 && !parse_decimal(words[0]))) return std::nullopt;
  return TraceRequest{.id = *id, .size = *size};
}

}  // namespace

Result<std::vector<TraceRequest>> read_trace(ByteView text, std::size_t requests_max) {
  std::vector<TraceRequest> trace;
  bool is_first = true;
  while (!text.empty() && trace.size() < requests_max) {
    const auto [line, rest, found] = cut(text, '\n');
    text = rest;
    const bool names_columns = is_first && !line.empty() && !is_digit(line.front());
    is_first = false;
    if (names_columns) continue;
    const auto request = read_line(line);
    if (!request) return fail(Errc::bad_syntax, "a line of the trace is not `time,id,size` or `id,size`");
    trace.push_back(*request);
  }
  return trace;
}

Targets::Targets(std::string path, std::uint64_t first, std::uint64_t cycle) : first_(first), cycle_(cycle) {
  for (const auto part : split(path, '#')) parts_.emplace_back(part);
}

Targets::Targets(std::vector<TraceRequest> trace) : trace_(std::move(trace)) {}

bool Targets::next(std::string& into) {
  if (trace_) {
    if (made_ == trace_->size()) return false;
    const auto& request = (*trace_)[made_++];
    fmt::format_to(std::back_inserter(into), "/o/{}-{}", request.id, request.size);
    return true;
  }
  const auto number = first_ + (cycle_ == 0 ? made_ : made_ % cycle_);
  ++made_;
  into += parts_[0];
  for (std::size_t i = 1; i < parts_.size(); ++i) fmt::format_to(std::back_inserter(into), "{}{}", number, parts_[i]);
  return true;
}

}  // namespace gust::bench
