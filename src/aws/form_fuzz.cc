// Any form for CreateStack and CreateUser: what is accepted is kept whole by the document form of its value.
#include <cstdint>
#include <cstdlib>

#include "aws/gen/cloudformation.h"
#include "aws/gen/iam.h"
#include "aws/shapes.h"

namespace {

template <typename Op>
void read_twice(const gust::aws::Service& service, std::string_view body) {
  using namespace gust::aws;
  const OperationRequest request{"POST", "/", {}, {}, {}, {}, body};
  auto route = find_operation(service, request);
  if (!route || route->operation != &Op::operation()) return;
  const auto input = read_input<Op>(service, *route, request);
  if (!input) return;
  const auto again = from_json<typename Op::Input>(to_json(*input));
  if (!again || !same_value(*input, *again)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  read_twice<gust::aws::cloudformation::op::CreateStack>(gust::aws::cloudformation::service(), body);
  read_twice<gust::aws::iam::op::CreateUser>(gust::aws::iam::service(), body);
  return 0;
}
