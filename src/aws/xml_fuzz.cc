// Any body for CreateDistribution and DeleteObjects: what is accepted can be written and read again with the same
// value.
#include <cstdint>
#include <cstdlib>

#include "aws/gen/cloudfront.h"
#include "aws/gen/s3.h"
#include "aws/shapes.h"

namespace {

template <typename Op>
void read_twice(const gust::aws::Service& service, std::string_view body) {
  using namespace gust::aws;
  const OperationRequest request{"POST", "", {}, {}, "b", "", body};
  const Route route{&Op::operation(), {{"Bucket", "b"}}, {}};
  const auto input = read_input<Op>(service, route, request);
  if (!input) return;
  const auto again = from_json<typename Op::Input>(to_json(*input));
  if (!again || !same_value(*input, *again)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  read_twice<gust::aws::cloudfront::op::CreateInvalidation>(gust::aws::cloudfront::service(), body);
  read_twice<gust::aws::cloudfront::op::CreateDistribution>(gust::aws::cloudfront::service(), body);
  read_twice<gust::aws::s3::op::DeleteObjects>(gust::aws::s3::service(), body);
  return 0;
}
