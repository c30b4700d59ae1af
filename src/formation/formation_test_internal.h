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
  std::map<std::string, Json> named;      // by the name that a client gave; each with the members of a read's answer
  std::vector<std::string> calls;         // but for looks at whether a thing is there
  std::set<std::string> failing;          // operations
  std::set<std::string> unanswered;       // operations that are carried out and never answered
  int made = 0;
  bool is_held = false;  // calls wait until release()
  rt::Signal released;

  void release() {
    is_held = false;
    released.notify_all();
  }

  aws::Answer<Json> answer(std::string_view operation, const Json& input) {
    const bool is_look = operation.starts_with("List") || operation == "HeadBucket" || operation == "GetBucketPolicy";
    if (!is_look) calls.emplace_back(operation);
    if (failing.contains(std::string(operation))) return aws::refuse("InvalidArgument", 400, "not today");
    if (operation.contains("Bucket") || operation.starts_with("GetObject")) return answer_of_bucket(operation, input);
    for (const char* noun : {"Function", "KeyValueStore", "RealtimeLogConfig", "MonitoringSubscription"}) {
      if (operation.ends_with(noun)) return answer_of_named(operation, noun, input);
    }
    return operation.starts_with("List") ? answer_of_list(operation) : answer_of_cloudfront(operation, input);
  }

 private:
  aws::Answer<Json> answer_of_bucket(std::string_view operation, const Json& input) {
    const std::string name = input["Bucket"].get<std::string>();
    if (operation == "CreateBucket") {
      if (!buckets.emplace(name, Json::object()).second) return aws::refuse("BucketAlreadyOwnedByYou", 409, "exists");
      return Json::object();
    }
    if (!buckets.contains(name)) return aws::refuse("NoSuchBucket", 404, "The specified bucket does not exist");
    if (operation == "GetBucketPolicy" && !buckets[name].contains("BucketPolicy")) {
      return aws::refuse("NoSuchBucketPolicy", 404, "none");
    }
    if (operation.starts_with("Get") || operation.starts_with("Head")) return Json::object();
    if (operation == "DeleteBucket") {
      buckets.erase(name);
    } else if (operation.starts_with("Put")) {
      buckets[name][std::string(operation.substr(3))] = input;
    } else {
      buckets[name].erase(std::string(operation.substr(6)));
    }
    return Json::object();
  }
  // Functions and what else has a name of the client's; a subscription has its distribution's.
  aws::Answer<Json> answer_of_named(std::string_view operation, std::string_view noun, const Json& input) {
    const std::string name =
        fmt::format("{} {}", noun, input.value("Name", input.value("DistributionId", std::string())));
    const bool is_made = operation.starts_with("Create");
    if (is_made == named.contains(name) && noun != "MonitoringSubscription") {
      return aws::refuse(is_made ? "Exists" : "NoSuchThing", is_made ? 409 : 404, "it is so");
    }
    if (!is_made && !named.contains(name)) return aws::refuse("NoSuchThing", 404, "gone");
    Json& there = named[name];
    const bool has_etag = noun == "Function" || noun == "KeyValueStore";
    const bool is_change = !is_made && !operation.starts_with("Describe") && !operation.starts_with("Get");
    if (is_change && has_etag && input["IfMatch"] != there["ETag"]) return aws::refuse("Failed", 412, "stale");
    if (operation.starts_with("Delete")) {
      named.erase(name);
      return Json::object();
    }
    const std::string arn = "arn:" + name.substr(name.find(' ') + 1);
    if (operation == "PublishFunction") {
      Json live = there;
      there["published"] = true;
      live["FunctionSummary"]["FunctionMetadata"]["Stage"] = "LIVE";
      live.erase("ETag");
      return live;
    }
    if (is_made || is_change) {
      there["input"] = input;
      there["ETag"] = there.value("ETag", "E") + "1";
      there["FunctionSummary"]["FunctionMetadata"] = {{"FunctionARN", arn}, {"Stage", "DEVELOPMENT"}};
      there["KeyValueStore"] = {{"Name", input.value("Name", "")}, {"ARN", arn}, {"Id", "K1"}, {"Status", "READY"}};
      there["RealtimeLogConfig"] = {{"ARN", arn}};
    }
    return there;
  }
  aws::Answer<Json> answer_of_list(std::string_view operation) {
    std::string noun(operation.substr(4));
    noun = noun.ends_with("ies") ? noun.substr(0, noun.size() - 3) + "y" : noun.substr(0, noun.size() - 1);
    noun = noun_of(noun);
    Json items = Json::array();
    for (const auto& [id, resource] : resources) {
      if (resource.contains(noun)) items.push_back({{noun, resource[noun]}});
    }
    return Json{{noun + "List", {{"Items", items}}}};
  }
  static std::string noun_of(std::string_view text) {
    return text == "FieldLevelEncryptionConfig" ? "FieldLevelEncryption" : std::string(text);
  }
  aws::Answer<Json> answer_of_cloudfront(std::string_view operation, const Json& input) {
    if (operation.starts_with("Create")) {
      std::string noun = noun_of(operation.substr(6));
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
      const std::string noun = noun_of(operation.substr(6));
      if (resource[noun][noun + "Config"].value("Enabled", false))
        return aws::refuse("DistributionNotDisabled", 409, "enabled");
      resources.erase(id);
      return Json::object();
    }
    const std::string noun = noun_of(operation.substr(6));
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
    auto answer = cloud_.answer(operation, input);
    if (!cloud_.unanswered.contains(operation)) co_return answer;
    static_cast<void>(co_await cloud_.released.wait(never));
    co_return aws::refuse("ServiceUnavailable", 503, "stopped");
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
                                      Settings{.account_id = "111122223333",
                                               .region = "us-east-1",
                                               .report = {},
                                               .why_refused = [](std::string_view operation) -> std::string_view {
                                                 return operation == "CreateVpcOrigin" ? "there are no VPCs" : "";
                                               }},
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
