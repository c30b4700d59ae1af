#include "app/up.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <optional>
#include <thread>

#include "app/banner.h"
#include "app/core_group.h"
#include "app/credentials.h"
#include "app/deployment.h"
#include "app/explain_access.h"
#include "app/heap_keeper.h"
#include "app/io_choice.h"
#include "app/small_file.h"
#include "observe/log.h"
#include "rt/cores.h"
#include "rt/files.h"
#include "rt/loop.h"

namespace gust::app {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

void wait_for_stop_signal() {
  const sigset_t set = stop_signals();
  int received = 0;
  while (sigwait(&set, &received) != 0) {
  }
}

// Which file lies at a path: another one after a rename over it.
struct FileMark {
  ino_t inode = 0;
  timespec modified{};

  static FileMark of(const std::string& path) {
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) return {};
    return {.inode = status.st_ino, .modified = status.st_mtim};
  }
  bool operator==(const FileMark& other) const {
    return inode == other.inode && modified.tv_sec == other.modified.tv_sec &&
           modified.tv_nsec == other.modified.tv_nsec;
  }
};

// On the thread that has nothing else to do. A loop that wants memory of a heap that is being looked through waits.
//   mark       of what is known of `watched`
//   on_change  called when another file lies there
void keep_heap_until_stop_signal(HeapKeeper& heap, const std::string& watched, FileMark mark,
                                 const std::function<void()>& on_change) {
  const sigset_t set = stop_signals();
  constexpr timespec between_looks{.tv_sec = 0, .tv_nsec = 250'000'000};
  while (sigtimedwait(&set, nullptr, &between_looks) < 0) {
    heap.look();
    const FileMark now = FileMark::of(watched);
    if (now == mark || now.inode == 0) continue;
    mark = now;
    on_change();
  }
}

ByteCount bytes_of_all_caches(const Settings& settings) {
  return settings.edges.size() * settings.edge_memory + (settings.regional.empty() ? 0 : settings.regional_memory);
}

using Outcome = std::expected<void, StartFailure>;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

rt::Task<Outcome> write_file(rt::Loop& loop, const std::string& path, const std::string& text) {
  auto written = co_await write_small_file(loop.files(), folder_of(path), path, text);
  if (!written) co_return std::unexpected(fmt::format("cannot write {}: {}", path, written.error().text));
  co_return Outcome{};
}

Running running_of(const Deployment& deployment) {
  Running running;
  running.process_id = getpid();
  running.access_key_id = deployment.credentials().access_key_id;
  for (const Addresses::Edge& edge : deployment.addresses().edges) running.edges.push_back({edge.pop, edge.http});
  return running;
}

int say_failure(const StartFailure& why) {
  std::fprintf(stderr, "gustfront: %s\n", why.c_str());
  return 1;
}

struct RunningCores {
  std::unique_ptr<rt::Cores> cores;
  std::string note;  // of IoChoice
};

std::expected<RunningCores, StartFailure> start_cores(IoWish wish, std::size_t count) {
  Result<void> tried;
  if (wish != IoWish::epoll) tried = rt::try_io_uring();
  while (true) {
    auto io = choose_io(wish, tried);
    if (!io) return std::unexpected(std::move(io.error()));
    auto made = rt::Cores::make(count, io->backend);
    if (made) return RunningCores{.cores = std::move(*made), .note = std::move(io->note)};
    tried = std::unexpected(made.error());  // one ring could be had and not all; epoll does not fail
  }
}

rt::Task<void> start(Deployment& deployment, const Settings& settings, const std::string& note, rt::Loop& loop,
                     std::promise<Outcome>& told) {
  if (!note.empty()) {
    observe::StderrSink sink;
    observe::Log(sink, loop, "gustfront").info("{}", note);
  }
  Outcome outcome = co_await deployment.start();
  if (outcome) {
    outcome = co_await write_file(loop, running_path(settings.data), running_json_of(running_of(deployment)));
  }
  if (outcome && !settings.ready_file.empty()) {
    const std::string text =
        ready_json_of(settings, deployment.addresses(), deployment.credentials(), static_cast<int>(getpid()));
    outcome = co_await write_file(loop, settings.ready_file, text);
  }
  told.set_value(std::move(outcome));
}

// The file of root's key pair has changed: what is in it holds from now on, and running.json tells so.
rt::Task<void> take_new_credentials(Deployment& deployment, const Settings& settings, rt::Loop& loop) {
  const auto changed = co_await deployment.reload_credentials();
  if (!changed || !*changed) co_return;
  const auto told = co_await write_file(loop, running_path(settings.data), running_json_of(running_of(deployment)));
  if (!told) say_failure(told.error());
}

// `has_started`: the running file is this process's own.
rt::Task<void> stop(Deployment& deployment, const Settings& settings, rt::Loop& loop, bool has_started,
                    std::promise<void>& told) {
  if (has_started) [[maybe_unused]]
    const auto removed = co_await loop.files().remove(running_path(settings.data));
  co_await deployment.stop();
  told.set_value();
}

}  // namespace

void hold_stop_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

int run_up(const Settings& settings) {
  umask(077);  // the data folder holds keys and what origins are told in confidence
  const std::size_t count = settings.cores != 0 ? settings.cores : std::max(1U, std::thread::hardware_concurrency());
  auto io = start_cores(settings.io, count);
  if (!io) return say_failure(io.error());
  const rt::Cores& threads = *io->cores;
  std::vector<rt::Loop*> loops;
  for (std::size_t i = 0; i < count; ++i) loops.push_back(&threads.loop(i));
  CoreGroup cores(std::move(loops));
  Deployment deployment(cores, settings);
  rt::Loop& first = cores.loop(0);

  // Before the pair is read: one that takes its place while all starts is taken up too.
  const FileMark mark = FileMark::of(credentials_path(settings.data));
  std::promise<Outcome> started;
  first.post([&] { cores.scope(0).spawn(start(deployment, settings, io->note, first, started)); });
  const Outcome outcome = started.get_future().get();
  if (outcome) {
    std::fputs(banner_of(settings, deployment.addresses(), deployment.credentials()).c_str(), stdout);
    std::fflush(stdout);
    HeapKeeper heap(Heap::of_process(), bytes_of_all_caches(settings));
    keep_heap_until_stop_signal(heap, credentials_path(settings.data), mark, [&] {
      first.post([&] { cores.scope(0).spawn(take_new_credentials(deployment, settings, first)); });
    });
    std::fputs("Stopping: requests in flight are finished first. Once more Ctrl-C to stop at once.\n", stdout);
    std::fflush(stdout);
    std::thread([] {
      wait_for_stop_signal();
      std::_Exit(130);
    }).detach();
  } else {
    say_failure(outcome.error());
  }
  std::promise<void> stopped;
  first.post([&] { cores.scope(0).spawn(stop(deployment, settings, first, outcome.has_value(), stopped)); });
  stopped.get_future().get();
  cores.wait_for_last_turns();
  if (outcome) std::fputs("Stopped.\n", stdout);
  return outcome ? 0 : 1;
}

}  // namespace gust::app
