// The cache by itself: what its index weighs, whether its bound holds for the process, and look-ups on several cores.
//
// Use:    bench_cache memory              bytes by malloc's own account for each of a million tiny objects
//         bench_cache churn [SECONDS]     resident memory against the bound while the sizes of objects change all over
//         bench_cache cores [SECONDS]     look-ups with one and two threads, how often they met, what a shared line
//         costs
// Gives:  lines of Markdown tables. bench/policies.py --cache puts them into docs/cache-policies.md.
#include "cache/cache.h"

#include <fmt/format.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "cache/slot_table.h"
#include "http/message.h"

namespace gust::bench {
namespace {

using Clock = std::chrono::steady_clock;
using cache::Cache;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// A key of the form that make_key gives, in memory of its own.
struct NumberedKey {
  char text[64] = "D2:E1P9:";
  cache::Key key;

  NumberedKey(std::uint64_t number, const HashSeed& seed) {
    constexpr std::size_t path_at = 8;
    text[path_at] = '/';
    char* const end = std::to_chars(text + path_at + 1, text + sizeof text, number).ptr;
    key.text = {text, static_cast<std::size_t>(end - text)};
    key.distribution = key.text.substr(3, 2);
    key.path_and_query = key.text.substr(path_at);
    key.hash = hash128(key.text, seed);
  }
  NumberedKey(const NumberedKey&) = delete;
  NumberedKey& operator=(const NumberedKey&) = delete;
};

// As after a copy: every page of the body is written.
void write_pages(const cache::EntryRef& entry) {
  cache::BodyCursor cursor(entry->body());
  std::array<Slice, 16> slices;
  while (const std::size_t count = cursor.peek(slices)) {
    for (std::size_t i = 0; i < count; ++i) {
      std::memset(const_cast<char*>(slices[i].view().data()), 'x', slices[i].size());
      cursor.advance(slices[i].size());
    }
  }
}

void store(Cache& cache, std::uint64_t number, ByteCount bytes, bool is_written) {
  const NumberedKey key(number, cache.seed());
  cache::Lookup found = cache.find_or_begin(key.key, Instant{});
  if (!found.ticket) return;
  http::ResponseHead head;
  head.fields.add("Content-Type", "text/plain");
  cache::EntryDraft draft;
  draft.head = &head;
  draft.storing.verdict = cache::Storing::store;
  draft.storing.freshness.lifetime = cache::seconds(1'000'000);
  draft.content_bytes = bytes;
  const auto entry = found.ticket.store(draft);
  if (!entry) return;
  if (bytes > 0 && !found.ticket.append_uncopied(bytes)) {
    return found.ticket.fail({Errc::would_exceed_limit, Side::own, Retry::never, "no memory"});
  }
  if (is_written) write_pages(*entry);
  [[maybe_unused]] const auto whole = found.ticket.finish();
}

// --- memory

std::size_t malloced() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

int show_memory() {
  constexpr std::size_t objects = 1'000'000;
  const auto each = [](std::size_t bytes) { return static_cast<double>(bytes) / objects; };
  std::size_t before = malloced();
  double index_alone = 0;
  {
    const auto ledger = std::make_shared<cache::Ledger>(1_GiB);
    std::vector<std::unique_ptr<cache::SlotTable>> stripes;
    for (std::size_t i = 0; i < 32; ++i) stripes.push_back(std::make_unique<cache::SlotTable>(ledger));
    std::mt19937_64 chance(3);
    for (std::size_t i = 0; i < objects; ++i) stripes[i % stripes.size()]->make(chance());
    index_alone = each(malloced() - before);
  }
  before = malloced();
  Cache cache({.bytes_max = 4_GiB});
  const double fixed = each(malloced() - before);
  for (std::size_t i = 0; i < objects; ++i) store(cache, i, 1, false);
  const double all = each(malloced() - before) - fixed;
  const cache::Counters counters = cache.counters();
  const double booked = static_cast<double>(counters.bytes_used) / static_cast<double>(counters.entries);
  fmt::print("| a million objects of 1 byte | bytes each |\n| --- | --- |\n");
  fmt::print("| slot and buckets, by malloc's account | {:.1f} |\n", index_alone);
  fmt::print("| entry, head, key and body | {:.0f} |\n", all - index_alone);
  fmt::print("| all, by malloc's account | {:.0f} |\n", all);
  fmt::print("| all, as the ledger has it | {:.0f} |\n", booked);
  fmt::print("| set aside for sketches and tables, of a cache of 4 GiB | {:.1f} |\n", fixed);
  return 0;
}

// --- churn

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * 4096;
}

int show_churn(double duration) {
  const std::size_t before = resident_bytes();
  constexpr ByteCount bound = 256_MiB;
  Cache cache({.bytes_max = bound, .object_bytes_max = bound / 8});
  std::mt19937_64 chance(5);
  // Medians of the phases: tiny, small, medium, large, and all of them mixed.
  constexpr std::array<double, 5> medians{300, 4'000, 60'000, 1'000'000, 0};
  std::array<std::size_t, medians.size()> most{};
  std::array<std::size_t, medians.size()> most_booked{};
  std::uint64_t number = 0;
  const Clock::time_point begin = Clock::now();
  for (std::size_t phase = 0; seconds_since(begin) < duration; ++phase) {
    const std::size_t which = phase % medians.size();
    const Clock::time_point phase_begin = Clock::now();
    while (seconds_since(phase_begin) < duration / 15) {
      for (std::size_t i = 0; i < 200; ++i) {
        const double median = medians[which] > 0 ? medians[which] : medians[chance() % 4];
        std::lognormal_distribution<double> size(std::log(median), 1.2);
        store(cache, number++, static_cast<ByteCount>(size(chance)) + 1, true);
      }
      most[which] = std::max(most[which], resident_bytes() - before);
      most_booked[which] = std::max(most_booked[which], static_cast<std::size_t>(cache.counters().bytes_used));
    }
  }
  fmt::print("| sizes | most resident, of the bound | most on the ledger, of the bound |\n| --- | --- | --- |\n");
  constexpr std::array names{"about 300 B", "about 4 KB", "about 60 KB", "about 1 MB", "all of these mixed"};
  for (std::size_t i = 0; i < most.size(); ++i) {
    fmt::print("| {} | {:.3f} | {:.3f} |\n", names[i], static_cast<double>(most[i]) / bound,
               static_cast<double>(most_booked[i]) / bound);
  }
  return 0;
}

// --- cores

double cpu_seconds_of_this_thread() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Runs `act(thread, i)` on each of so many threads, with a core of its own where there are enough, for `duration`.
// Gives the nanoseconds that one took. By the CPU time of each, so that what else the machine does does not count.
template <typename Act>
double nanoseconds_each(std::size_t threads, double duration, const Act& act) {
  std::atomic<bool> is_over = false;
  std::atomic<double> spent = 0;
  std::atomic<double> done = 0;
  std::atomic<std::size_t> ready = 0;
  std::vector<std::thread> running;
  for (std::size_t thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      cpu_set_t core;
      CPU_ZERO(&core);
      CPU_SET(thread % std::max(std::thread::hardware_concurrency(), 1U), &core);
      pthread_setaffinity_np(pthread_self(), sizeof core, &core);
      ++ready;
      while (ready < threads) std::this_thread::yield();
      const double begin = cpu_seconds_of_this_thread();
      std::uint64_t mine = 0;
      while (!is_over.load(std::memory_order_relaxed)) {
        for (std::size_t i = 0; i < 256; ++i, ++mine) act(thread, mine);
      }
      spent += cpu_seconds_of_this_thread() - begin;
      done += static_cast<double>(mine);
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(duration));
  is_over = true;
  for (std::thread& thread : running) thread.join();
  return spent / done * 1e9;
}

// What it costs to write to one cache line from two cores, alone and by what the cache has of such lines.
void show_lines(Cache& cache, const std::vector<std::unique_ptr<NumberedKey>>& keys, double duration) {
  struct alignas(128) Line {
    std::atomic<std::uint64_t> count = 0;
  };
  std::array<Line, 2> lines;
  std::array<cache::EntryRef, 2> entries;
  for (std::size_t i = 0; i < 2; ++i) entries[i] = cache.find(keys[i]->key, Instant{}).entry;
  fmt::print(
      "| written to | one thread, ns | two, each its own, ns | two, both the same, ns |\n| --- | --- | --- | --- |\n");
  const auto show = [&](std::string_view name, const auto& act) {
    const double alone = nanoseconds_each(1, duration, [&](std::size_t, std::uint64_t) { act(0); });
    const double apart = nanoseconds_each(2, duration, [&](std::size_t thread, std::uint64_t) { act(thread); });
    const double shared = nanoseconds_each(2, duration, [&](std::size_t, std::uint64_t) { act(0); });
    fmt::print("| {} | {:.1f} | {:.1f} | {:.1f} |\n", name, alone, apart, shared);
  };
  show("a count, raised", [&](std::size_t which) { lines[which].count.fetch_add(1, std::memory_order_relaxed); });
  show("an entry's share count, raised and lowered", [&](std::size_t which) {
    const cache::EntryRef share = entries[which];
    asm volatile("" : : "r"(share.get()) : "memory");
  });
  // By turns: each write waits for the other core's. A core keeps a line for several writes where it need not give it
  // away.
  std::atomic<std::uint64_t>& turn = lines[0].count;
  turn = 0;
  const double both = nanoseconds_each(2, duration, [&](std::size_t thread, std::uint64_t) {
    constexpr int patience = 100'000;  // the other may be over
    for (int i = 0; i < patience && turn.load(std::memory_order_relaxed) % 2 != thread; ++i) {
    }
    turn.fetch_add(1, std::memory_order_relaxed);
  });
  fmt::print("| a count, raised by turns | - | - | {:.1f} |\n", both / 2);
}

int show_cores(double duration) {
  Cache cache({.bytes_max = 1_GiB});
  constexpr std::size_t objects = 20'000;
  for (std::size_t i = 0; i < objects; ++i) store(cache, i, 1000, false);
  std::vector<std::unique_ptr<NumberedKey>> keys;
  for (std::size_t i = 0; i < objects; ++i) keys.push_back(std::make_unique<NumberedKey>(i, cache.seed()));
  std::mt19937_64 chance(9);
  std::vector<std::uint32_t> zipf(100'000);
  for (std::uint32_t& pick : zipf) {
    const double uniform = std::generate_canonical<double, 53>(chance);
    pick = static_cast<std::uint32_t>(std::min(std::pow(static_cast<double>(objects), uniform), objects - 1.0));
  }
  fmt::print("| look-ups | threads | million a second | of one thread | ns each | waits for a lock, of 1000 |\n");
  fmt::print("| --- | --- | --- | --- | --- | --- |\n");
  const auto show = [&](std::string_view name, const auto& pick) {
    double one = 0;
    for (const std::size_t threads : {std::size_t{1}, std::size_t{2}}) {
      const cache::Counters before = cache.counters();
      const double each = nanoseconds_each(threads, duration, [&](std::size_t thread, std::uint64_t i) {
        if (cache.find(keys[pick(thread, i)]->key, Instant{}).found != cache::Found::fresh) std::abort();
      });
      const cache::Counters after = cache.counters();
      const double rate = static_cast<double>(threads) * 1e9 / each;
      if (threads == 1) one = rate;
      const double waits = static_cast<double>(after.lock_waits - before.lock_waits) * 1000 /
                           static_cast<double>(after.hits - before.hits);
      fmt::print("| {} | {} | {:.2f} | {:.2f} | {:.0f} | {:.2f} |\n", name, threads, rate / 1e6, rate / one, each,
                 waits);
    }
  };
  show("one hot key", [](std::size_t, std::uint64_t) { return std::size_t{7}; });
  show("a hot key of each thread's own",
       [](std::size_t thread, std::uint64_t) { return 7 * (1 + thread); });  // of two stripes
  show("Zipf 1 over 20,000 keys",
       [&](std::size_t thread, std::uint64_t i) { return zipf[(i + thread * zipf.size() / 2) % zipf.size()]; });
  fmt::print("\n");
  show_lines(cache, keys, duration);
  return 0;
}

int run(int count, char** words) {
  const std::string_view what = count > 1 ? words[1] : "";
  const double duration = count > 2 ? std::strtod(words[2], nullptr) : 0;
  if (what == "memory") return show_memory();
  if (what == "churn") return show_churn(duration > 0 ? duration : 60);
  if (what == "cores") return show_cores(duration > 0 ? duration : 2);
  fmt::print(stderr, "bench_cache memory | churn [SECONDS] | cores [SECONDS]\n");
  return 1;
}

}  // namespace
}  // namespace gust::bench

int main(int count, char** words) { return gust::bench::run(count, words); }
