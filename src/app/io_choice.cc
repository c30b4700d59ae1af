#include "app/io_choice.h"

#include <fmt/format.h>

namespace gust::app {

std::expected<IoChoice, std::string> choose_io(IoWish wish, const Result<void>& tried) {
  if (wish == IoWish::epoll) return IoChoice{.backend = rt::IoBackend::epoll, .note = {}};
  if (tried) return IoChoice{.backend = rt::IoBackend::io_uring, .note = {}};
  if (wish == IoWish::automatic) {
    return IoChoice{.backend = rt::IoBackend::epoll,
                    .note = fmt::format("events come by epoll, as {}", tried.error().text)};
  }
  return std::unexpected(fmt::format("io: {}; allow it, or start with --io auto or --io epoll", tried.error().text));
}

}  // namespace gust::app
