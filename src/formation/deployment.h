// Deployment: brings what exists of a stack to what is wanted of it, one resource after the other, and back where that
// fails.
//
// Source: CloudFormation User Guide, "Stack status codes", "Stack failure options", "Update behaviors of stack
//         resources".
// Shape:  a walk over the resources in the order in which they need each other. Each step is recorded before and after
//         it is taken, whole, so that the same call with the recorded stack goes on after a crash: what was under way
//         then is rolled back (create, update) or ended (delete, rollbacks).
// Rules:  a resource whose properties come out as they were is not touched; one that cannot be changed in place is made
//         anew first and removed last; DeletionPolicy and UpdateReplacePolicy hold.
// Errors: what fails is the stack's status and reason, never an error of this.
#pragma once

#include <functional>
#include <string>

#include "formation/resource_type.h"
#include "formation/stack.h"

namespace gust::formation {

// Where a deployment tells what it does. After each call the stack and the event are durable.
class Journal {
 public:
  virtual ~Journal() = default;
  //   fails  the store's; the deployment ends there, to be taken up again at the next start
  virtual rt::Task<Result<void>> record(const Stack& stack, StackEvent event) = 0;
  virtual WallTime now() = 0;
  // 12 letters and digits, upper case.
  virtual std::string make_unique() = 0;
  // All exports of other stacks by name, with the values.
  virtual rt::Task<Result<Exports>> exports_of_others(const Stack& stack) = 0;
  // Stacks that import one of the names.
  virtual rt::Task<Result<std::vector<std::string>>> importers_of(std::string name) = 0;
};

struct Place {
  std::string account_id, region;
};

class Deployment {
 public:
  // All outlive it.
  Deployment(Stack& stack, Services& services, Journal& journal, Place place)
      : stack_(stack), services_(services), journal_(journal), place_(std::move(place)) {}

  // From the status that says what is wanted (CREATE_IN_PROGRESS, UPDATE_IN_PROGRESS, DELETE_IN_PROGRESS, also those of
  // rollbacks) to a final one. `is_resumed`: the process that had begun it has ended.
  rt::Task<Result<void>> run(bool is_resumed);

 private:
  using Done = Result<void>;

  rt::Task<Done> create();
  rt::Task<Done> update();
  rt::Task<Done> remove_all(std::string final_status, bool is_rollback);
  rt::Task<Done> clean_up();
  rt::Task<Done> roll_back_create(std::string reason);
  rt::Task<Done> roll_back_update(std::string reason);

  // The resources of the template whose conditions hold, brought to what it says.
  //   gives  why it could not be done; empty: done
  rt::Task<Result<std::string>> apply();
  rt::Task<Result<std::string>> apply_one(const Template& made, const Exports& exports, const std::string& name);
  // Records what is about to be made, with the event, and makes it.
  rt::Task<Result<aws::Answer<ResourceFacts>>> make(const std::string& name, std::string event_status,
                                                    std::string event_reason, Intention intention);
  // What was made, or not, by an intention whose end is not known, taken into the stack to be removed with it.
  rt::Task<void> adopt(const std::string& name, const Intention& intention);
  rt::Task<Done> adopt_all();
  rt::Task<Result<std::string>> make_one(const std::string& name, const std::string& type, Json properties);
  rt::Task<Result<std::string>> change_one(const std::string& name, const std::string& type, Json properties);
  rt::Task<Result<std::string>> revert_one(const std::string& name);
  rt::Task<Result<std::string>> remove_made(const std::string& name, Made made);
  rt::Task<Result<std::string>> work_out_outputs();

  rt::Task<Done> tell(std::string status, std::string reason = {});
  rt::Task<Done> tell_of(const std::string& name, std::string status, std::string reason = {});
  Making making_of(const std::string& name, std::string unique) const;
  void note_imports(const Template& made);
  void forget_update();

  Stack& stack_;
  Services& services_;
  Journal& journal_;
  const Place place_;
};

}  // namespace gust::formation
