// For tests: stacks over a memory store in a simulated world, and services that keep what they are told to make.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "config/memory_store.h"
#include "formation/change_sets.h"
#include "formation/stack_reads.h"
#include "formation/stacks.h"
#include "rt/scope.h"
#include "rt/sim_world.h"

namespace gust::formation {

// What exists outside of the stacks, and the calls that came.
struct Cloud {
  std::map<std::string, Json> resources;  // CloudFront's, by id; each with the members of a Get answer
  std::map<std::string, Json> buckets;    // by name; members of the Put calls
  std::vector<std::string> calls;
  std::set<std::string> failing;  // operations
  int made = 0;
  bool is_held = false;  // calls wait until release()
  rt::Signal released;

  void release() {
    is_held = false;
    released.notify_all();
  }

  aws::Answer<Json> answer(std::string_view operation, const Json& input) {
    calls.emplace_back(operation);
    if (failing.contains(std::string(operation))) return aws::refuse("InvalidArgument", 400, "not today");
    return operation.find("Bucket") != operation.npos || operation.starts_with("GetObject")
               ? answer_of_bucket(operation, input)
               : answer_of_cloudfront(operation, input);
  }

 private:
  aws::Answer<Json> answer_of_bucket(std::string_view operation, const Json& input) {
    const std::string name = input["Bucket"].get<std::string>();
    if (operation == "CreateBucket") {
      if (!buckets.emplace(name, Json::object()).second) return aws::refuse("BucketAlreadyOwnedByYou", 409, "exists");
      return Json::object();
    }
    if (!buckets.contains(name)) return aws::refuse("NoSuchBucket", 404, "The specified bucket does not exist");
    if (operation == "DeleteBucket") {
      buckets.erase(name);
    } else if (operation.starts_with("Put")) {
      buckets[name][std::string(operation.substr(3))] = input;
    } else {
      buckets[name].erase(std::string(operation.substr(6)));
    }
    return Json::object();
  }
  aws::Answer<Json> answer_of_cloudfront(std::string_view operation, const Json& input) {
    if (operation.starts_with("Create")) {
      std::string noun(operation.substr(6));
      const std::string id = fmt::format("ID{}", ++made);
      Json config = input.begin().value();
      if (noun.ends_with("WithTags")) {
        noun.resize(noun.size() - 8);
        config = config[noun + "Config"];
      }
      resources[id] = {{"ETag", "E1"},
                       {noun,
                        {{"Id", id},
                         {"ARN", "arn:" + id},
                         {"DomainName", to_lower(id) + ".net"},
                         {"Status", "Deployed"},
                         {noun + "Config", config}}}};
      return resources[id];
    }
    if (operation == "TagResource" || operation == "UntagResource") return Json::object();
    const std::string id = input["Id"].get<std::string>();
    if (!resources.contains(id)) return aws::refuse("NoSuchThing", 404, "gone");
    Json& resource = resources[id];
    if (operation.starts_with("Get")) return resource;
    if (input["IfMatch"] != resource["ETag"]) return aws::refuse("PreconditionFailed", 412, "stale");
    if (operation.starts_with("Delete")) {
      const std::string noun(operation.substr(6));
      if (resource[noun][noun + "Config"].value("Enabled", false))
        return aws::refuse("DistributionNotDisabled", 409, "enabled");
      resources.erase(id);
      return Json::object();
    }
    const std::string noun(operation.substr(6));
    resource[noun][noun + "Config"] = input[noun + "Config"];
    resource["ETag"] = resource["ETag"].get<std::string>() + "1";
    return resource;
  }
};

class FakeServices final : public Services {
 public:
  explicit FakeServices(Cloud& cloud) : cloud_(cloud) {}
  rt::Task<aws::Answer<Json>> call(std::string, std::string operation, Json input) override {
    while (cloud_.is_held) {
      if (!co_await cloud_.released.wait(never)) co_return aws::refuse("ServiceUnavailable", 503, "stopped");
    }
    co_return cloud_.answer(operation, input);
  }
  rt::Task<void> pause(Duration) override { co_return; }

 private:
  Cloud& cloud_;
};

class FormationTest : public testing::Test {
 protected:
  FormationTest() { make_runner(); }
  ~FormationTest() override { stop(); }

  void make_runner() {
    runner = std::make_unique<Runner>(loop, store,
                                      Settings{.account_id = "111122223333", .region = "us-east-1", .report = {}},
                                      [this](const aws::Caller&) { return std::make_unique<FakeServices>(cloud); });
    stacks = std::make_unique<Stacks>(store, *runner);
    reads = std::make_unique<StackReads>(store, *runner);
    sets = std::make_unique<ChangeSets>(store, *runner);
  }
  void stop() { EXPECT_TRUE(world.run(loop, runner->stop())); }
  // As after a crash of the process, with what is in the store.
  void restart() {
    stop();
    make_runner();
    EXPECT_TRUE(run(runner->start()));
  }
  void settle() { world.run_for(std::chrono::seconds(1)); }

  template <typename T>
  T run(rt::Task<T> task) {
    std::optional<T> result;
    EXPECT_TRUE(world.run(loop, keep(std::move(task), result))) << world.report();
    return std::move(*result);
  }

  std::string create(const std::string& text, std::vector<aws::cloudformation::Parameter> parameters = {},
                     const std::string& name = "site") {
    aws::cloudformation::CreateStackInput input;
    input.stack_name = name;
    input.template_body = text;
    input.parameters = std::move(parameters);
    return outcome(run(stacks->create(call, std::move(input))));
  }
  std::string update(const std::string& text) {
    aws::cloudformation::UpdateStackInput input;
    input.stack_name = "site";
    input.template_body = text;
    return outcome(run(stacks->update(call, std::move(input))));
  }
  std::string remove(const std::string& name = "site") {
    aws::cloudformation::DeleteStackInput input;
    input.stack_name = name;
    return outcome(run(stacks->remove(call, std::move(input))));
  }
  Stack stack(const std::string& name = "site") {
    const auto found = run(store.find(name));
    return found && *found ? (*found)->stack : Stack{};
  }
  // Of the newest that has this name, deleted or not.
  std::string status(const std::string& name = "site") {
    const auto all = run(store.all());
    const Stack* newest = nullptr;
    for (const Stack& one : *all) {
      if (one.name == name && (!newest || one.created >= newest->created)) newest = &one;
    }
    return newest ? newest->status : "none";
  }
  // "NAME STATUS" of each event, the oldest first.
  std::vector<std::string> told(const std::string& name = "site") {
    std::vector<std::string> lines;
    const auto events = run(store.events(stack(name)));
    for (const StackEvent& event : *events) lines.insert(lines.begin(), event.logical_id + " " + event.status);
    return lines;
  }
  template <typename T>
  static std::string outcome(const aws::Answer<T>& answer) {
    return answer ? "done" : answer.error().code + ": " + answer.error().message;
  }

  rt::sim::World world{1};
  rt::Loop& loop = world.add_host("control", "10.0.0.1");
  Cloud cloud;
  std::unique_ptr<config::Store> documents = config::make_memory_store();
  StackStore store{*documents};
  std::unique_ptr<Runner> runner;
  std::unique_ptr<Stacks> stacks;
  std::unique_ptr<StackReads> reads;
  std::unique_ptr<ChangeSets> sets;
  aws::Caller caller{"AKIDTEST", "111122223333", "arn:aws:iam::111122223333:root", "111122223333"};
  aws::RequestId id{"request", {}};
  aws::Call call{caller, "us-east-1", id};

 private:
  template <typename T>
  static rt::Task<void> keep(rt::Task<T> task, std::optional<T>& result) {
    result = co_await std::move(task);
  }
};

}  // namespace gust::formation
