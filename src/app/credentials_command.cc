#include "app/credentials_command.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <cstdio>
#include <expected>
#include <future>

#include "app/core_group.h"
#include "app/credentials.h"
#include "app/explain_access.h"
#include "app/small_file.h"
#include "rt/cores.h"
#include "rt/files.h"
#include "rt/loop.h"
#include "rt/signal.h"

namespace gust::app {
namespace {

constexpr Duration patience = std::chrono::seconds(10);
constexpr Duration between_looks = std::chrono::milliseconds(50);

struct Rotated {
  Credentials pair;
  bool is_running = false;
};
using Outcome = std::expected<Rotated, std::string>;

// What runs on the folder, if its process is there.
rt::Task<std::optional<Running>> find_running(rt::Files& files, std::string data) {
  const auto text = co_await read_small_file(files, running_path(data));
  if (!text) co_return std::nullopt;
  const auto running = read_running(*text);
  if (!running || kill(static_cast<pid_t>(running->process_id), 0) != 0) co_return std::nullopt;
  co_return *running;
}

rt::Task<Outcome> rotate(rt::Loop& loop, std::string data) {
  rt::Files& files = loop.files();
  const std::string path = credentials_path(data);
  if (const auto there = co_await files.status(path); !there) {
    co_return std::unexpected(fmt::format("there is no {}: gustfront up makes the first key pair", path));
  }
  Rotated rotated{.pair = make_credentials(loop)};
  if (const auto written = co_await write_credentials(loop, data, rotated.pair); !written) {
    co_return std::unexpected(fmt::format("cannot write {}: {}", path, written.error().text));
  }
  const Instant deadline = loop.now() + patience;
  while (const auto running = co_await find_running(files, data)) {
    rotated.is_running = true;
    if (running->access_key_id == rotated.pair.access_key_id) co_return rotated;
    if (loop.now() >= deadline) {
      co_return std::unexpected(
          fmt::format("{} has the new pair, but the gustfront that runs (process {}) has not taken it: restart it",
                      path, running->process_id));
    }
    static_cast<void>(co_await rt::sleep_until(loop.now() + between_looks));
  }
  co_return rotated;
}

rt::Task<void> run(rt::Loop& loop, std::string data, std::promise<Outcome>& promise) {
  promise.set_value(co_await rotate(loop, std::move(data)));
}

}  // namespace

int run_credentials_rotate(const std::string& data) {
  umask(077);
  rt::Cores threads(1, 1);
  CoreGroup cores({&threads.loop(0)});
  std::promise<Outcome> promise;
  cores.loop(0).post([&] { cores.scope(0).spawn(run(cores.loop(0), data, promise)); });
  const Outcome outcome = promise.get_future().get();
  cores.wait_for_last_turns();
  if (!outcome) {
    std::fprintf(stderr, "gustfront credentials: %s\n", outcome.error().c_str());
    return 1;
  }
  std::fputs(fmt::format("export AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\n", outcome->pair.access_key_id,
                         outcome->pair.secret_access_key)
                 .c_str(),
             stdout);
  std::fputs(outcome->is_running ? "# In force now: what runs refuses the pair before.\n"
                                 : "# In force from the next start: nothing runs on this data folder now.\n",
             stdout);
  return 0;
}

}  // namespace gust::app
