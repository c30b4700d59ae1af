// The cache by itself: what its index weighs, whether its bound holds for the process, and look-ups on several cores.
//
// Use:    bench_cache memory              bytes for each of a million tiny objects
//         bench_cache churn [SECONDS]     resident memory against the bound while the sizes of objects change
//         bench_cache cores [SECONDS]     look-ups with one and two threads, how often they met, what a shared line
//         costs
// Gives:  lines of Markdown tables. bench/policies.py --cache puts them into docs/cache-policies.md.
#include "cache/cache.h"

#include <fmt/format.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * 4096;
}

int show_memory() {
  constexpr std::size_t objects = 1'000'000;
  const auto each = [](std::size_t bytes) { return static_cast<double>(bytes) / objects; };
  double index_alone = 0;
  {
    const auto ledger = std::make_shared<cache::Ledger>(1_GiB);
    std::vector<std::unique_ptr<cache::SlotTable>> stripes;
    const std::size_t before = malloced();
    for (std::size_t i = 0; i < 32; ++i) stripes.push_back(std::make_unique<cache::SlotTable>(ledger));
    std::mt19937_64 chance(3);
    for (std::size_t i = 0; i < objects; ++i) stripes[i % stripes.size()]->make(chance());
    // The buckets are malloc's, the slots are not.
    ByteCount buckets = 0;
    for (const auto& stripe : stripes) buckets += stripe->bucket_count() * sizeof(std::uint32_t);
    index_alone = each(malloced() - before + ledger->used() - buckets);
  }
  const std::size_t before = malloced();
  Cache cache({.bytes_max = 4_GiB});
  const double fixed = each(malloced() - before);
  const std::size_t resident_empty = resident_bytes();
  for (std::size_t i = 0; i < objects; ++i) store(cache, i, 1, false);
  const cache::Counters counters = cache.counters();
  const double booked = each(counters.bytes_used);
  fmt::print("| a million objects of 1 byte | bytes each |\n| --- | --- |\n");
  fmt::print("| slot and buckets | {:.1f} |\n", index_alone);
  fmt::print("| entry, head, key and body | {:.0f} |\n", booked - index_alone);
  fmt::print("| all, as the ledger has it | {:.0f} |\n", booked);
  fmt::print("| all, resident | {:.0f} |\n", each(resident_bytes() - resident_empty));
  fmt::print("| set aside for sketches and tables, of a cache of 4 GiB | {:.1f} |\n", fixed);
  return counters.entries == objects ? 0 : 1;
}

// --- churn

// The median size of what is stored, at a place between 0 and 1 of a case's time; 0: one of all.
struct Churn {
  std::string_view name;
  double (*median)(double place, std::mt19937_64& chance);
};

constexpr std::array<double, 4> medians{300, 4'000, 60'000, 1'000'000};

double any_median(std::mt19937_64& chance) { return medians[chance() % medians.size()]; }

// `place` from 0 to 1: from 300 B to 1 MB and back, `times` times.
double drifted(double place, double times) {
  const double at = std::fmod(place * times, 1);
  return 300 * std::pow(1e6 / 300, at < 0.5 ? 2 * at : 2 - 2 * at);
}

constexpr std::array churns{
    Churn{"about 300 B", [](double, std::mt19937_64&) { return medians[0]; }},
    Churn{"about 4 KB", [](double, std::mt19937_64&) { return medians[1]; }},
    Churn{"of all sizes", [](double, std::mt19937_64& chance) { return any_median(chance); }},
    Churn{"300 B, then 4 KB, 60 KB, 1 MB and all, twice",
          [](double place, std::mt19937_64& chance) {
            const auto phase = static_cast<std::size_t>(place * 10) % 5;
            return phase < medians.size() ? medians[phase] : any_median(chance);
          }},
    Churn{"from 300 B slowly to 1 MB and back, twice",
          [](double place, std::mt19937_64&) { return drifted(place, 2); }},
    Churn{"from 300 B slowly to 4 KB and back, three times",
          [](double place, std::mt19937_64&) { return std::pow(drifted(place, 3) / 300, 0.32) * 300; }},
};

double cpu_seconds_of_this_thread() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// For every object that is stored one is looked up, mostly a recent one, and one in eight of all more than others: so
// some stay for long, beside others that go soon.
void show_churn_of(const Churn& churn, double duration) {
  const std::size_t before = resident_bytes();
  constexpr ByteCount bound = 256_MiB;
  Cache cache({.bytes_max = bound, .object_bytes_max = bound / 8});
  std::mt19937_64 chance(5);
  std::size_t most = 0, last = 0;
  ByteCount most_booked = 0, most_unused = 0;
  double slowest = 0;
  std::uint64_t number = 0, full_at = 0;
  double full_seconds = 0;
  const Clock::time_point begin = Clock::now();
  for (double place = 0; place < 1; place = seconds_since(begin) / duration) {
    for (std::size_t i = 0; i < 100; ++i) {
      std::lognormal_distribution<double> size(std::log(churn.median(place, chance)), 0.8);
      const auto bytes = static_cast<ByteCount>(size(chance)) + 1;
      const double stored_at = cpu_seconds_of_this_thread();
      store(cache, number++, bytes, true);
      slowest = std::max(slowest, cpu_seconds_of_this_thread() - stored_at);
      const double age = std::pow(static_cast<double>(number), std::generate_canonical<double, 53>(chance));
      std::uint64_t asked = number - static_cast<std::uint64_t>(age);
      if (chance() % 2 == 0) asked = asked / 8 * 8;
      [[maybe_unused]] const auto found = cache.find(NumberedKey(asked, cache.seed()).key, Instant{});
    }
    last = resident_bytes() - before;
    most = std::max(most, last);
    const cache::Counters counters = cache.counters();
    most_booked = std::max(most_booked, counters.bytes_used);
    if (counters.evicted == 0) {
      full_at = number;
      full_seconds = cpu_seconds_of_this_thread();
      continue;
    }
    most_unused = std::max(most_unused, counters.bytes_unused);
  }
  const double each = (cpu_seconds_of_this_thread() - full_seconds) / static_cast<double>(number - full_at);
  const auto share = [](std::size_t bytes) { return static_cast<double>(bytes) / bound; };
  fmt::print("| {} | {} | {:.3f} | {:.3f} | {:.3f} | {:.3f} | {:.1f} | {:.0f} |\n", churn.name, number, share(most),
             share(last), share(most_booked), share(most_unused), each * 1e6, slowest * 1e6);
}

// Each in a process of its own, so that none has the memory of another.
int show_churn(double duration) {
  fmt::print(
      "| objects | stored | most resident, of the bound | at the end | most on the ledger | most unused of that | "
      "us of CPU each | slowest |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (const Churn& churn : churns) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      show_churn_of(churn, duration / churns.size());
      std::fflush(stdout);
      _exit(0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return 1;
  }
  return 0;
}

// --- cores

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
