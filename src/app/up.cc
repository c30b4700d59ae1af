#include "app/up.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <optional>
#include <thread>

#include "app/banner.h"
#include "app/core_group.h"
#include "app/deployment.h"
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

// Written beside its place and renamed, so that who waits for the file never reads half of it.
rt::Task<Result<void>> write_ready_file(rt::Files& files, const std::string& path, const std::string& text) {
  const std::string beside = path + ".new";
  {
    CO_TRY(const auto file, co_await files.open(beside, rt::OpenMode::write_replace));
    CO_TRY_OK(co_await file->write_at(0, text));
  }
  co_return co_await files.rename(beside, path);
}

using Outcome = std::expected<void, StartFailure>;

rt::Task<void> start(Deployment& deployment, const Settings& settings, rt::Loop& loop, std::promise<Outcome>& told) {
  Outcome outcome = co_await deployment.start();
  if (outcome && !settings.ready_file.empty()) {
    const std::string text =
        ready_json_of(settings, deployment.addresses(), deployment.credentials(), static_cast<int>(getpid()));
    if (auto written = co_await write_ready_file(loop.files(), settings.ready_file, text); !written) {
      outcome =
          std::unexpected(fmt::format("cannot write the ready file {}: {}", settings.ready_file, written.error().text));
    }
  }
  told.set_value(std::move(outcome));
}

rt::Task<void> stop(Deployment& deployment, std::promise<void>& told) {
  co_await deployment.stop();
  told.set_value();
}

// Who tells that it is over does so from inside a task, whose end still touches its scope. Behind this, all such tasks
// have ended and the scopes may go.
void wait_for_last_turns(const CoreGroup& cores) {
  for (std::size_t core = 0; core < cores.count(); ++core) {
    std::promise<void> turned;
    cores.loop(core).post([&turned] { turned.set_value(); });
    turned.get_future().get();
  }
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
  rt::Cores threads(count);
  std::vector<rt::Loop*> loops;
  for (std::size_t i = 0; i < count; ++i) loops.push_back(&threads.loop(i));
  CoreGroup cores(std::move(loops));
  Deployment deployment(cores, settings);
  rt::Loop& first = cores.loop(0);

  std::promise<Outcome> started;
  first.post([&] { cores.scope(0).spawn(start(deployment, settings, first, started)); });
  const Outcome outcome = started.get_future().get();
  if (outcome) {
    std::fputs(banner_of(settings, deployment.addresses(), deployment.credentials()).c_str(), stdout);
    std::fflush(stdout);
    wait_for_stop_signal();
    std::fputs("Stopping: requests in flight are finished first. Once more Ctrl-C to stop at once.\n", stdout);
    std::fflush(stdout);
    std::thread([] {
      wait_for_stop_signal();
      std::_Exit(130);
    }).detach();
  } else {
    std::fprintf(stderr, "gustfront: %s\n", outcome.error().c_str());
  }
  std::promise<void> stopped;
  first.post([&] { cores.scope(0).spawn(stop(deployment, stopped)); });
  stopped.get_future().get();
  wait_for_last_turns(cores);
  if (outcome) std::fputs("Stopped.\n", stdout);
  return outcome ? 0 : 1;
}

}  // namespace gust::app
