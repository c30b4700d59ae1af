#include "formation/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/result.h"

namespace gust::formation {

namespace {

constexpr Duration answer_time_max = std::chrono::seconds(2);

}  // namespace

// Steps of one deployment, written down at once.
class Runner::StoreJournal : public Journal {
 public:
  StoreJournal(Runner& runner, config::Revision revision) : runner_(runner), revision_(revision) {}

  rt::Task<Result<void>> record(const Stack& stack, StackEvent event) override {
    // What fails because the process ends is no failure of the stack's: the next start takes it up from the last step.
    if (runner_.background_.is_cancelled()) co_return fail(Errc::cancelled, "the service stops");
    // Two events of one moment keep their order.
    last_ = std::max(event.at, last_ + std::chrono::nanoseconds(1));
    event.at = last_;
    event.id = runner_.make_uuid();
    CO_TRY(revision_, co_await runner_.store_.save(stack, revision_, &event));
    co_return Result<void>{};
  }
  WallTime now() override { return runner_.loop_.wall_now(); }
  std::string make_unique() override { return runner_.make_unique(); }
  rt::Task<Result<Exports>> exports_of_others(const Stack& stack) override { return runner_.exports(&stack); }
  rt::Task<Result<std::vector<std::string>>> importers_of(std::string name) override {
    return runner_.importers_of(std::move(name));
  }

 private:
  Runner& runner_;
  config::Revision revision_;
  WallTime last_{};
};

Runner::Runner(rt::Loop& loop, StackStore& store, Settings settings, MakeServices make_services)
    : loop_(loop),
      store_(store),
      settings_(std::move(settings)),
      make_services_(std::move(make_services)),
      background_(loop) {}

rt::Task<Result<void>> Runner::start() {
  CO_TRY_OK(co_await store_.load());
  CO_TRY(const auto stacks, co_await store_.all());
  for (const Stack& stack : stacks) {
    if (!is_in_progress(stack.status)) continue;
    CO_TRY(auto stored, co_await store_.find(stack.id));
    if (stored) background_.spawn(deploy(std::move(stored->stack), stored->revision, true));
  }
  co_return Result<void>{};
}

rt::Task<void> Runner::stop() {
  background_.cancel();
  co_await background_.join();
}

rt::Task<Result<void>> Runner::begin(Stack stack, config::Revision revision) {
  if (revision == config::absent) {
    CO_TRY(revision, co_await store_.create(stack));
  }
  const StackEvent event{.id = make_uuid(),
                         .logical_id = stack.name,
                         .physical_id = stack.id,
                         .type = "AWS::CloudFormation::Stack",
                         .status = stack.status,
                         .reason = "User Initiated",
                         .properties = {},
                         .client_token = stack.client_token,
                         .at = loop_.wall_now()};
  stack.reason = "User Initiated";
  CO_TRY(revision, co_await store_.save(stack, revision, &event));
  const std::string id = stack.id;
  running_.insert(id);
  background_.spawn(deploy(std::move(stack), revision, false));
  const Instant deadline = loop_.now() + answer_time_max;
  while (running_.contains(id) && co_await ended_.wait(deadline)) {
  }
  co_return Result<void>{};
}

rt::Task<void> Runner::deploy(Stack stack, config::Revision revision, bool is_resumed) {
  const auto services = make_services_(stack.caller);
  StoreJournal journal(*this, revision);
  Deployment deployment(stack, *services, journal, {settings_.account_id, settings_.region});
  auto done = co_await deployment.run(is_resumed);
  if (done) done = co_await store_.prune(stack);
  running_.erase(stack.id);
  ended_.notify_all();
  if (!done && settings_.report) {
    settings_.report(
        fmt::format("cloudformation: the stack {} stays {}: {}", stack.name, stack.status, done.error().text));
  }
}

rt::Task<Result<Exports>> Runner::exports(const Stack* besides) {
  CO_TRY(const auto stacks, co_await store_.all());
  Exports exports;
  for (const Stack& stack : stacks) {
    if (stack.deleted || (besides && stack.id == besides->id)) continue;
    for (const StackOutput& output : stack.outputs) {
      if (!output.export_name.empty()) exports.emplace(output.export_name, output.value);
    }
  }
  co_return exports;
}

rt::Task<Result<std::vector<std::string>>> Runner::importers_of(std::string name) {
  CO_TRY(const auto stacks, co_await store_.all());
  std::vector<std::string> importers;
  for (const Stack& stack : stacks) {
    const bool imports = std::ranges::find(stack.imports, name) != stack.imports.end();
    if (!stack.deleted && imports) importers.push_back(stack.name);
  }
  co_return importers;
}

std::string Runner::make_unique() {
  static constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::array<char, 12> bytes{};
  loop_.fill_secret(bytes);
  std::string text;
  for (const char byte : bytes) text += digits[static_cast<unsigned char>(byte) % digits.size()];
  return text;
}

std::string Runner::make_uuid() {
  std::array<char, 16> bytes{};
  loop_.fill_secret(bytes);
  return aws::make_request_id({bytes.data(), bytes.size()});
}

}  // namespace gust::formation
