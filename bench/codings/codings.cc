// Codings: what each level of the content codings costs for 64 KiB, and what it gains.
//
// Use:    bench_codings FILE: a text of some MB, such as all sources in one file. One line a coding and level: the
//         coded size as a part of the plain one, the mean and the longest time of one piece.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>

#include "http/content_coding.h"

namespace {

using gust::http::Coding;
using gust::http::CodingLevels;
using gust::http::Encoder;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t piece_bytes = 64 * 1024;

bool measure(Coding coding, int level, std::string_view text) {
  Encoder encoder(coding, CodingLevels{.gzip = level, .brotli = level, .zstd = level}, text.size());
  std::size_t coded_bytes = 0;
  std::size_t pieces = 0;
  Milliseconds all{};
  Milliseconds longest{};
  for (std::size_t at = 0; at < text.size(); at += piece_bytes, ++pieces) {
    const bool is_last = at + piece_bytes >= text.size();
    const Clock::time_point before = Clock::now();
    const auto coded =
        encoder.encode(text.substr(at, piece_bytes), is_last ? Encoder::Then::finish : Encoder::Then::more);
    const Milliseconds spent = Clock::now() - before;
    if (!coded) return false;
    coded_bytes += coded->size();
    all += spent;
    longest = std::max(longest, spent);
  }
  fmt::print("{:<5}{:>3}  size {:.3f}  mean {:6.2f} ms  longest {:6.2f} ms\n", token_of(coding), level,
             static_cast<double>(coded_bytes) / static_cast<double>(text.size()),
             all.count() / static_cast<double>(pieces), longest.count());
  return true;
}

}  // namespace

int main(int count, char** words) {
  std::ifstream file(count == 2 ? words[1] : "");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  if (text.empty()) {
    fmt::print(stderr, "use: bench_codings FILE\n");
    return 2;
  }
  bool is_good = true;
  for (const int level : {1, 4, 5, 6, 9}) is_good = measure(Coding::gzip, level, text) && is_good;
  for (const int level : {1, 3, 4, 5, 6, 9}) is_good = measure(Coding::brotli, level, text) && is_good;
  for (const int level : {1, 3, 5, 6, 9}) is_good = measure(Coding::zstd, level, text) && is_good;
  return is_good ? 0 : 1;
}
