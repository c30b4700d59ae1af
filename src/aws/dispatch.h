// Dispatcher: a table of typed handlers by operation, for handlers that are plain functions.
//
// Shape:  Dispatcher<Context> holds one function per operation: Answer<Output> handler(Context&, const Input&).
// Handlers
//         that are coroutines keep their own table and use the calls of shapes.h around the co_await.
#pragma once

#include <functional>
#include <unordered_map>
#include <utility>

#include "aws/shapes.h"

namespace gust::aws {

template <typename Context>
class Dispatcher {
 public:
  explicit Dispatcher(const Service& service) : service_(service) {}

  template <typename Op>
  void add(Answer<typename Op::Output> (*handler)(Context&, const typename Op::Input&)) {
    rows_[&Op::operation()] = [this, handler](Context& context, const Route& route, const OperationRequest& request,
                                              const RequestId& id) -> Answer<WireAnswer> {
      const auto input = read_input<Op>(service_, route, request);
      if (!input) return std::unexpected(input.error());
      const auto output = handler(context, *input);
      if (!output) return std::unexpected(output.error());
      return write_output<Op>(service_, *output, id);
    };
  }

  // Always an answer: that of the handler, or an error of the service.
  WireAnswer answer(Context& context, const OperationRequest& request, const RequestId& id) const {
    const auto result = run(context, request, id);
    return result ? *result : write_error(service_, result.error(), id, request.method == "HEAD");
  }

  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

 private:
  using Row = std::function<Answer<WireAnswer>(Context&, const Route&, const OperationRequest&, const RequestId&)>;

  Answer<WireAnswer> run(Context& context, const OperationRequest& request, const RequestId& id) const {
    const auto route = find_operation(service_, request);
    if (!route) return std::unexpected(route.error());
    const auto row = rows_.find(route->operation);
    if (row == rows_.end()) return std::unexpected(not_implemented(service_, *route->operation));
    return row->second(context, *route, request, id);
  }

  const Service& service_;
  std::unordered_map<const Operation*, Row> rows_;
};

}  // namespace gust::aws
