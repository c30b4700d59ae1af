// Policies: the trace of bench/traces/generate.py through the real cache, one policy and size after the other.
//
// Use:    bench_policies TRACE RUN...        each RUN is policy/bytes/stripes, as lsg:0.5/1042911945/32
//         bench_policies --cost POLICY...    nanoseconds of the policy alone for a hit and for an insert with its
//         eviction
// Gives:  one JSON object a line.
// Bodies: go through Ticket::append_uncopied: each takes its segments from the allocator and stands on the ledger as in
//         the server, and no byte of them is copied. Heads, keys and the index are real, and count.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "cache/cache.h"
#include "http/message.h"
#include "rivals.h"

namespace gust::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Request {
  std::uint32_t object;
  std::uint64_t bytes;
};

std::vector<Request> read_trace(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<Request> requests;
  std::size_t at = text.find('\n') + 1;  // the title
  while (at != 0 && at < text.size()) {
    Request request{};
    const char* const object = text.data() + text.find(',', at) + 1;
    const auto after = std::from_chars(object, text.data() + text.size(), request.object);
    std::from_chars(after.ptr + 1, text.data() + text.size(), request.bytes);
    requests.push_back(request);
    at = text.find('\n', at) + 1;
  }
  return requests;
}

cache::MakeEvictionPolicy policy_of(std::string_view name) {
  if (name == "lru") return make_lru;
  if (name == "gdsf") return make_gdsf;
  if (name == "s3-fifo") return make_s3_fifo;
  if (name == "w-tinylfu") return make_w_tinylfu;
  if (name == "w-tinylfu-av") return make_w_tinylfu_av;
  if (name == "sieve") return cache::make_sieve;
  if (!name.starts_with("lsg:")) return nullptr;
  return cache::lsg(std::strtod(std::string(name.substr(4)).c_str(), nullptr));
}

double nanoseconds_each(Clock::duration spent, std::size_t count) {
  return std::chrono::duration<double, std::nano>(spent).count() / static_cast<double>(std::max<std::size_t>(count, 1));
}

struct Outcome {
  std::uint64_t misses = 0, bytes_missed = 0, bytes_asked = 0;
};

void store(cache::Ticket& ticket, const cache::EntryDraft& draft) {
  if (!ticket.store(draft)) return;
  if (!ticket.append_uncopied(*draft.content_bytes))
    return ticket.fail({Errc::would_exceed_limit, Side::own, Retry::never, "too long"});
  [[maybe_unused]] const auto whole = ticket.finish();
}

// `admission` is null where the policy stores all that comes.
Outcome replay(cache::Cache& cache, const std::vector<Request>& requests, Admission* admission) {
  http::ResponseHead head;
  head.fields.add("Content-Type", "text/plain");
  cache::EntryDraft draft;
  draft.head = &head;
  draft.storing.verdict = cache::Storing::store;
  draft.storing.freshness.lifetime = cache::seconds(1'000'000);
  Outcome outcome;
  char text[64] = "D2:E1P9:";
  constexpr std::size_t path_at = 8;
  for (const Request& request : requests) {
    char* const end = std::to_chars(text + path_at + 1, text + sizeof text, request.object).ptr;
    text[path_at] = '/';
    cache::Key key;
    key.text = {text, static_cast<std::size_t>(end - text)};
    key.distribution = key.text.substr(3, 2);
    key.path_and_query = key.text.substr(path_at);
    key.hash = hash128(key.text, cache.seed());
    outcome.bytes_asked += request.bytes;
    cache::Lookup found = cache.find_or_begin(key, Instant{});
    if (found.found == cache::Found::fresh) continue;
    ++outcome.misses;
    outcome.bytes_missed += request.bytes;
    draft.content_bytes = request.bytes;
    if (!found.ticket) continue;
    if (admission != nullptr && !admission->admits(key.hash.low, request.bytes)) {
      found.ticket.fail({Errc::would_exceed_limit, Side::own, Retry::never, "not admitted"});
      continue;
    }
    store(found.ticket, draft);
  }
  return outcome;
}

bool run(const std::vector<Request>& requests, std::string_view what) {
  const std::vector<std::string_view> parts = split(what, '/');
  const auto policy = parts.size() == 3 ? policy_of(parts[0]) : nullptr;
  const auto bytes = policy ? parse_decimal<ByteCount>(parts[1]) : std::nullopt;
  const auto stripes = policy ? parse_decimal<std::size_t>(parts[2]) : std::nullopt;
  if (!bytes || !stripes) return false;
  // The largest object of the trace may be stored, as in other simulators, where it fits.
  Admission* admission = nullptr;  // policies that have it run in one stripe
  cache::Cache cache({.bytes_max = *bytes, .object_bytes_max = *bytes, .stripes = *stripes}, {},
                     [&](const cache::EvictionPlace& place) {
                       auto made = policy(place);
                       admission = dynamic_cast<Admission*>(made.get());
                       return made;
                     });
  const Clock::time_point begin = Clock::now();
  const Outcome outcome = replay(cache, requests, admission);
  const Clock::duration spent = Clock::now() - begin;
  const auto ratio = [](std::uint64_t part, std::uint64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
  };
  fmt::print(R"({{"policy":"{}","bytes":{},"stripes":{},"omr":{:.4f},"bmr":{:.4f},"entries":{},"ns":{:.0f}}})"
             "\n",
             parts[0], *bytes, *stripes, ratio(outcome.misses, requests.size()),
             ratio(outcome.bytes_missed, outcome.bytes_asked), cache.counters().entries,
             nanoseconds_each(spent, requests.size()));
  std::fflush(stdout);
  return true;
}

// The policy alone, with `count` nodes of mixed sizes: hits, and inserts that each evict one.
bool cost(std::string_view name) {
  const auto make = policy_of(name);
  if (!make) return false;
  constexpr std::size_t count = 32'768;
  constexpr std::size_t rounds = 2'000'000;
  cache::EvictionClock clock;
  const auto policy = make({clock, 1, ByteCount{count} * 100'000});
  std::vector<cache::EvictionNode> nodes(count);
  std::mt19937_64 chance(7);
  std::lognormal_distribution<double> size(10, 1.5);
  std::vector<std::uint32_t> picks(rounds);
  for (std::uint32_t& pick : picks) {
    const double uniform = std::generate_canonical<double, 53>(chance);
    pick = static_cast<std::uint32_t>(std::min(std::pow(static_cast<double>(count), uniform), count - 1.0));  // Zipf 1
  }
  std::vector<ByteCount> sizes(rounds);
  for (ByteCount& bytes : sizes) bytes = static_cast<ByteCount>(size(chance)) + 1000;
  const auto enter = [&](cache::EvictionNode& node, std::size_t i) {
    node.set_bytes(sizes[i]);
    node.key_hash = hash128({reinterpret_cast<const char*>(&i), sizeof i}, {}).low;
    policy->add(node);
  };
  for (std::size_t i = 0; i < count; ++i) enter(nodes[i], i);
  const Clock::time_point begin = Clock::now();
  for (const std::uint32_t pick : picks) policy->touch(nodes[pick]);
  const Clock::time_point between = Clock::now();
  for (std::size_t i = 0; i < rounds; ++i) {
    policy->touch(nodes[picks[i]]);  // an insert pays for the hits before it: what they left to be done
    cache::EvictionNode* const victim = policy->victim();
    clock.advance(policy->least_value());
    policy->remove(*victim);
    enter(*victim, i);
  }
  const Clock::time_point end = Clock::now();
  fmt::print(R"({{"policy":"{}","hit_ns":{:.1f},"insert_ns":{:.1f}}})"
             "\n",
             name, nanoseconds_each(between - begin, rounds), nanoseconds_each(end - between, rounds));
  return true;
}

int main(int count, char** words) {
  const bool is_cost = count > 2 && std::strcmp(words[1], "--cost") == 0;
  std::vector<Request> requests;
  if (!is_cost && count > 2) requests = read_trace(words[1]);
  bool is_understood = is_cost || !requests.empty();
  for (int i = 2; i < count && is_understood; ++i) is_understood = is_cost ? cost(words[i]) : run(requests, words[i]);
  if (!is_understood) fmt::print(stderr, "bench_policies TRACE policy/bytes/stripes... | --cost policy...\n");
  return is_understood ? 0 : 1;
}

}  // namespace
}  // namespace gust::bench

int main(int count, char** words) { return gust::bench::main(count, words); }
