#include "origin/resolver.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "rt/loop.h"
#include "rt/network.h"

namespace gust::origin {

struct Resolver::Answer {
  std::string host;
  bool is_known = false;
  Instant good_until{};
  Result<std::vector<rt::Endpoint>> endpoints;  // their ports are 0
  rt::Signal known;
};

Resolver::Resolver(rt::Loop& loop, const ResolverLimits& limits) : loop_(loop), limits_(limits), look_ups_(loop) {}

Resolver::~Resolver() = default;

rt::Task<void> Resolver::close() {
  look_ups_.cancel();
  co_await look_ups_.join();
}

rt::Task<Result<std::vector<rt::Endpoint>>> Resolver::resolve(std::string host, std::uint16_t port, Instant deadline) {
  host = to_lower(host);
  std::shared_ptr<Answer> answer;
  if (const auto found = answers_.find(host); found != answers_.end()) answer = found->second;
  if (!answer || (answer->is_known && answer->good_until <= loop_.now())) {
    if (!answer && !make_room()) {
      co_return fail(Errc::would_exceed_limit, Side::own, "too many host names are being looked up");
    }
    answer = std::make_shared<Answer>();
    answer->host = host;
    answers_[host] = answer;
    look_ups_.spawn(look_up(answer));
  }
  while (!answer->is_known) {
    if (const auto told = co_await answer->known.wait(deadline); !told) {
      co_return fail(told.error().code, Side::origin, "the origin's name was not resolved in time");
    }
  }
  if (!answer->endpoints) co_return std::unexpected(answer->endpoints.error());
  std::vector<rt::Endpoint> endpoints = *answer->endpoints;
  for (rt::Endpoint& endpoint : endpoints) endpoint.port = port;
  co_return endpoints;
}

rt::Task<void> Resolver::look_up(std::shared_ptr<Answer> answer) {
  auto found = co_await loop_.network().resolve(answer->host, 0);
  if (found && !found->empty()) {
    std::vector<rt::Endpoint>& all = *found;
    for (auto at = all.begin(); at != all.end();) at = std::find(all.begin(), at, *at) == at ? at + 1 : all.erase(at);
    answer->endpoints = std::move(all);
    answer->good_until = loop_.now() + limits_.keep;
  } else {
    const Errc code = found ? Errc::name_not_found : found.error().code;
    answer->endpoints = fail(code, Side::origin, "the origin's name does not resolve");
    answer->good_until = loop_.now() + limits_.keep_failure;
  }
  answer->is_known = true;
  answer->known.notify_all();
}

// False when every answer that is kept is still being looked up.
bool Resolver::make_room() {
  if (answers_.size() < limits_.names_max) return true;
  auto first_to_end = answers_.end();
  for (auto at = answers_.begin(); at != answers_.end(); ++at) {
    if (!at->second->is_known) continue;
    if (first_to_end == answers_.end() || at->second->good_until < first_to_end->second->good_until) first_to_end = at;
  }
  if (first_to_end == answers_.end()) return false;
  answers_.erase(first_to_end);
  return true;
}

}  // namespace gust::origin
