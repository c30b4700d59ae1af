// Handlers: the operations that a service answers, one row each, for handlers that are coroutines.
//
// Shape:  rows by operation over the parts that hold the handlers. A handler is a member function
//           rt::Task<Answer<Op::Output>> (Part::*)(Op::Input)
//         or, where it matters who asks or where,
//           rt::Task<Answer<Op::Output>> (Part::*)(const Call&, Op::Input).
//         Any module may keep one for its service: control::Front checks signature and access and then calls run().
//
//   Handlers handlers(sts::service());
//   handlers.add<sts::op::GetCallerIdentity, &Identity::get_caller_identity>(identity);
// Core:   one.
#pragma once

#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "aws/access.h"
#include "aws/shapes.h"
#include "rt/task.h"

namespace gust::aws {

// What a handler may know of a request beside its input. Good until the handler's task ends.
struct Call {
  const Caller& caller;
  std::string_view region;  // as the signature's scope names it
  const RequestId& id;
};

class Handlers {
 public:
  // `service` outlives it.
  explicit Handlers(const Service& service) : service_(service) {}
  Handlers(const Handlers&) = delete;
  Handlers& operator=(const Handlers&) = delete;

  // `part` outlives it. A second row for one operation takes the place of the first.
  template <typename Op, auto handler, typename Part>
  void add(Part& part) {
    rows_.insert_or_assign(&Op::operation(), Row{&part, &run_row<Op, handler, Part>});
  }

  const Service& service() const { return service_; }
  bool has(const Operation& operation) const { return rows_.contains(&operation); }

  // Reads the input, lets the handler work and writes its output. `route`, `request` and `call` are good until the task
  // ends.
  //   fails  with what the reader or the handler refuses; NotImplemented where the operation has no row
  rt::Task<Answer<WireAnswer>> run(const Route& route, const OperationRequest& request, const Call& call) const {
    const auto row = rows_.find(route.operation);
    if (row == rows_.end()) {
      return rt::Task<Answer<WireAnswer>>::ready(std::unexpected(not_implemented(service_, *route.operation)));
    }
    return row->second.run(service_, row->second.part, route, request, call);
  }

 private:
  using Run = rt::Task<Answer<WireAnswer>> (*)(const Service&, void* part, const Route&, const OperationRequest&,
                                               const Call&);
  struct Row {
    void* part;
    Run run;
  };

  template <typename Op, auto handler, typename Part>
  static rt::Task<Answer<WireAnswer>> run_row(const Service& service, void* part, const Route& route,
                                              const OperationRequest& request, const Call& call) {
    Part& owner = *static_cast<Part*>(part);
    auto input = read_input<Op>(service, route, request);
    if (!input) co_return std::unexpected(std::move(input.error()));
    if constexpr (std::is_invocable_v<decltype(handler), Part&, const Call&, typename Op::Input>) {
      const auto output = co_await (owner.*handler)(call, *std::move(input));
      if (!output) co_return std::unexpected(output.error());
      co_return write_output<Op>(service, *output, call.id);
    } else {
      const auto output = co_await (owner.*handler)(*std::move(input));
      if (!output) co_return std::unexpected(output.error());
      co_return write_output<Op>(service, *output, call.id);
    }
  }

  const Service& service_;
  std::unordered_map<const Operation*, Row> rows_;
};

}  // namespace gust::aws
