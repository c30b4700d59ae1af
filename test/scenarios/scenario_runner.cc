#include "scenarios/scenario_runner.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace gust::scenarios {
namespace {

constexpr std::size_t body_shown_max = 80;

std::string shown(std::string_view body) {
  if (body.size() <= body_shown_max) return fmt::format("\"{}\"", body);
  return fmt::format("\"{}...\" ({} bytes)", body.substr(0, body_shown_max), body.size());
}

bool has_field(const ViewerReply& reply, std::string_view name, const std::string* value) {
  return std::ranges::any_of(reply.fields, [&](const Field& field) {
    return equal_fold(field.first, name) && (!value || field.second == *value);
  });
}

// What is wrong with `reply`; empty when nothing is.
std::string fault_of(const ViewerReply& reply, const Expect& expect) {
  if (expect.is_failure) {
    return reply.is_failure ? "" : fmt::format("expected a failure, got a whole reply with status {}", reply.status);
  }
  if (reply.is_failure) return fmt::format("expected status {}, got no reply: {}", expect.status, reply.text);
  if (reply.status != expect.status) {
    return fmt::format("expected status {}, got {} with body {}", expect.status, reply.status, shown(reply.body));
  }
  for (const auto& [name, value] : expect.words.fields) {
    if (has_field(reply, name, &value)) continue;
    return fmt::format("expected field {}: {}{}", name, value, has_field(reply, name, nullptr) ? ", got another" : "");
  }
  for (const std::string& name : expect.words.present_fields) {
    if (!has_field(reply, name, nullptr)) return fmt::format("expected a field {}", name);
  }
  for (const std::string& name : expect.words.absent_fields) {
    if (has_field(reply, name, nullptr)) return fmt::format("expected no field {}", name);
  }
  if (expect.words.body && *expect.words.body != reply.body) {
    return fmt::format("expected body {}, got {}", shown(*expect.words.body), shown(reply.body));
  }
  return "";
}

class Run {
 public:
  Run(const Scenario& scenario, ScenarioWorld& world) : scenario_(scenario), world_(world) {}

  std::vector<std::string> walk() {
    for (const Statement& statement : scenario_.statements) {
      line_ = statement.line;
      std::visit([this](const auto& what) { take(what); }, statement.what);
      if (!failures_.empty()) break;
    }
    for (const std::string& complaint : world_.complaints()) failures_.push_back(scenario_.file + ": " + complaint);
    return std::move(failures_);
  }

 private:
  void fail_at(int line, std::string_view text) {
    failures_.push_back(fmt::format("{}:{}: {}", scenario_.file, line, text));
  }

  void take(const StartOrigin& origin) { world_.start_origin(origin); }
  void take(const StartNode& node) { world_.start_node(node); }
  void take(const Purge& purge) { world_.purge(purge); }
  void take(const Stop& stop) { world_.stop(stop.name); }
  void take(const Partition& partition) { world_.partition(partition); }
  void take(const Advance& advance) { world_.advance(advance.time); }

  void take(const CheckCounter& check) {
    const std::optional<std::uint64_t> value = world_.read_counter(check.node, check.counter);
    if (!value) return fail_at(line_, fmt::format("{} has no counter {}", check.node, check.counter));
    if (!holds(check.relation, *value, check.number)) {
      fail_at(line_, fmt::format("{} of {} is {}", check.counter, check.node, *value));
    }
  }

  void take(const RunViewers& words) {
    if (words.is_together) return run_steps(words.steps, words.viewers);
    for (const ViewerAt& viewer : words.viewers) run_steps(words.steps, {&viewer, 1});
  }

  void run_steps(const std::vector<ViewerStep>& steps, std::span<const ViewerAt> viewers) {
    std::vector<ViewerReply> replies;
    for (const ViewerStep& step : steps) {
      if (!failures_.empty()) return;
      if (const Send* send = std::get_if<Send>(&step.what)) {
        replies = world_.send(viewers, *send);
      } else if (const Wait* wait = std::get_if<Wait>(&step.what)) {
        world_.advance(wait->time);
      } else if (const Expect* expect = std::get_if<Expect>(&step.what)) {
        check(step.line, viewers, replies, *expect);
      }
    }
  }

  void check(int line, std::span<const ViewerAt> viewers, const std::vector<ViewerReply>& replies,
             const Expect& expect) {
    if (replies.size() != viewers.size()) return fail_at(line, "the world gave another number of replies than viewers");
    for (std::size_t i = 0; i < viewers.size(); ++i) {
      const std::string fault = fault_of(replies[i], expect);
      if (!fault.empty()) fail_at(line, fmt::format("viewer {}: {}", viewers[i].name, fault));
    }
  }

  const Scenario& scenario_;
  ScenarioWorld& world_;
  int line_ = 0;
  std::vector<std::string> failures_;
};

}  // namespace

std::vector<std::string> run_scenario(const Scenario& scenario, ScenarioWorld& world) {
  return Run(scenario, world).walk();
}

}  // namespace gust::scenarios
