// Stack: what is kept of one stack, and of what happened to it.
//
// Source: CloudFormation API Reference: DescribeStacks, DescribeStackEvents, DescribeStackResources; status words as
//         there.
// Shape:  a plain value with a JSON form, whole in one document of the store: whoever reads it after a crash can go on
//         (deployment.h).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aws/access.h"
#include "base/result.h"
#include "base/time.h"
#include "formation/expression.h"

namespace gust::formation {

// A resource as it was last made.
struct Made {
  std::string type;
  ResourceFacts facts;
  Json properties = Json::object();  // worked out
};

// What is about to be made. It is stored before, so that what a crash cuts off is found again.
struct Intention {
  std::string type, unique;  // `unique` as Making has it
  Json properties = Json::object();
  bool is_findable = true;  // false: what is found then may have been another's before
};

struct StackResource {
  Made now;
  std::optional<Intention> intention;  // while it is being made, anew too
  std::optional<Made> before;          // while an update is under way: what the rollback goes back to
  bool is_reverted = false;            // `now` took its place again in a rollback, and `before` is to be removed
  Removal on_delete = Removal::remove, on_replace = Removal::remove;
  std::string status, reason;
  WallTime changed{};

  bool exists() const { return !now.facts.physical_id.empty(); }
};

struct StackOutput {
  std::string key, value, description, export_name;
};

using Tags = std::vector<std::pair<std::string, std::string>>;

// What a client asks for: the part of a stack that an update replaces and a rollback brings back.
struct Wanted {
  std::string template_text, description;  // the description is the template's
  ParameterValues parameters;
  Tags tags;

  friend bool operator==(const Wanted&, const Wanted&) = default;
};

enum class OnFailure : std::uint8_t { roll_back, do_nothing, remove };

struct Stack {
  std::string name, id;  // the id is an ARN
  std::string status, reason;
  WallTime created{};
  std::optional<WallTime> updated, deleted;
  Wanted wanted;
  std::optional<Wanted> before;  // while an update is under way
  std::vector<std::string> capabilities;
  OnFailure on_failure = OnFailure::roll_back;
  bool is_protected = false;          // TerminationProtection
  aws::Caller caller;                 // with whose rights the operation under way runs
  std::string change_set_id;          // that the last operation came of
  std::string client_token;           // of the last operation
  std::vector<std::string> retained;  // resources that the DeleteStack under way leaves alone
  std::map<std::string, StackResource> resources;
  std::vector<StackOutput> outputs;
  std::vector<std::string> imports;  // names that Fn::ImportValue takes
};

struct StackEvent {
  std::string id, logical_id, physical_id, type, status, reason, properties, client_token;
  WallTime at{};
};

std::string write_stack(const Stack& stack);
std::string write_event(const StackEvent& event);

//   fails  corrupt: not what write_stack writes
Result<Stack> read_stack(std::string_view text);
Result<StackEvent> read_event(std::string_view text);

// Whether a deployment is under way. REVIEW_IN_PROGRESS is not: such a stack waits for its change set.
bool is_in_progress(std::string_view status);

// The template that is wanted, with those resources and outputs alone whose conditions hold.
//   fails  ValidationError
aws::Answer<Template> wanted_template(const Stack& stack, const std::string& account_id, const std::string& region);

// What the template's functions may see of the stack.
Scope scope_of(const Stack& stack, const Template& made, std::string account_id, std::string region);

}  // namespace gust::formation
