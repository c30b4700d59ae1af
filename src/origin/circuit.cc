#include "origin/circuit.h"

#include <algorithm>

#include "origin/fetch.h"

namespace gust::origin {

Lesson lesson_of(std::uint16_t status) {
  // 501 and 505 speak of one request.
  const bool is_erring = status >= 500 && status != 501 && status != 505;
  return {.kind = is_erring ? Lesson::erring : Lesson::answered};
}

Lesson lesson_of(const Error& error, const FetchFacts& facts) {
  const OriginFailure failure = failure_of(error, facts.phase);
  // 0: the origin is not to blame. An address that may not be connected to is the operator's choice.
  if (failure.failover_status == 0 || error.code == Errc::access_denied) return {.kind = Lesson::none};
  Lesson lesson{.kind = Lesson::lost, .error = error, .phase = facts.phase};
  const bool is_loss = error.code == Errc::timed_out || error.code == Errc::reset || error.code == Errc::closed;
  if (facts.phase == FetchPhase::connect) {
    lesson.failures = std::max(facts.attempts, 1U);
  } else if (facts.phase > FetchPhase::connect && !is_loss) {
    lesson.kind = Lesson::erring;
  }
  return lesson;
}

Circuits::State Circuits::state_of(const Circuit& circuit) {
  State state;
  state.is_tripped = circuit.pauses > 0;
  state.is_lost = circuit.is_lost;
  state.until = circuit.until;
  state.error = circuit.error;
  state.phase = circuit.phase;
  return state;
}

Circuits::State Circuits::find(std::string_view origin) const {
  if (troubled_.load(std::memory_order_acquire) == 0) return {};
  const std::scoped_lock lock(mutex_);
  const auto at = circuits_.find(origin);
  return at == circuits_.end() ? State() : state_of(at->second);
}

Circuits::State Circuits::enter(std::string_view origin, Instant now) {
  if (troubled_.load(std::memory_order_acquire) == 0) return {};
  const std::scoped_lock lock(mutex_);
  const auto at = circuits_.find(origin);
  if (at == circuits_.end()) return {};
  Circuit& circuit = at->second;
  State state = state_of(circuit);
  if (state.is_tripped && now >= circuit.until && now >= circuit.probe_until) {
    state.is_probe = true;
    circuit.probe_until = now + limits_.probe_max;
  }
  return state;
}

void Circuits::report(std::string_view origin, const State& entered, const Lesson& lesson, Instant now) {
  const bool fails = lesson.kind == Lesson::erring || lesson.kind == Lesson::lost;
  if (limits_.failures_to_trip == 0) return;
  if (!fails && troubled_.load(std::memory_order_acquire) == 0) return;
  const std::scoped_lock lock(mutex_);
  auto at = circuits_.find(origin);
  if (lesson.kind == Lesson::answered) {
    if (at != circuits_.end()) forget(at);
    return;
  }
  if (!fails) {
    if (entered.is_probe && at != circuits_.end()) at->second.probe_until = {};
    return;
  }
  Circuit* circuit = at == circuits_.end() ? find_or_add(origin) : &at->second;
  circuit->failed_at = now;
  circuit->failures += std::min(lesson.failures, limits_.failures_to_trip);
  circuit->is_lost = lesson.kind == Lesson::lost;
  circuit->error = lesson.error;
  circuit->phase = lesson.phase;
  if (entered.is_probe) circuit->probe_until = {};
  // Those that were on their way when it tripped say nothing new.
  const bool trips = circuit->pauses == 0 && circuit->failures >= limits_.failures_to_trip;
  if (trips) {
    tripped_.fetch_add(1, std::memory_order_relaxed);
    trips_.fetch_add(1, std::memory_order_relaxed);
  }
  if (trips || (circuit->pauses > 0 && entered.is_probe)) pause(*circuit, now);
}

void Circuits::pause(Circuit& circuit, Instant now) {
  const std::uint32_t doublings = std::min(circuit.pauses, 16U);
  ++circuit.pauses;
  circuit.until = now + std::min(limits_.pause_max, limits_.pause_min * (std::int64_t{1} << doublings));
}

void Circuits::forget(Map::iterator at) {
  if (at->second.pauses > 0) tripped_.fetch_sub(1, std::memory_order_relaxed);
  circuits_.erase(at);
  troubled_.store(circuits_.size(), std::memory_order_release);
}

// The one whose last failure is longest ago makes room.
Circuits::Circuit* Circuits::find_or_add(std::string_view origin) {
  if (circuits_.size() >= std::max<std::size_t>(limits_.origins_max, 1)) {
    const auto is_older = [](const auto& a, const auto& b) { return a.second.failed_at < b.second.failed_at; };
    forget(std::ranges::min_element(circuits_, is_older));
  }
  Circuit& added = circuits_[std::string(origin)];
  troubled_.store(circuits_.size(), std::memory_order_release);
  return &added;
}

}  // namespace gust::origin
