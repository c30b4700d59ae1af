// Any JSON for shapes of CloudFormation's and S3's: what is accepted can be written and read again with the same value.
#include <cstdint>
#include <cstdlib>

#include "aws/gen/cloudformation.h"
#include "aws/gen/s3.h"
#include "aws/json_document_internal.h"
#include "aws/shapes.h"

namespace {

template <typename T>
void read_twice(std::string_view body) {
  using namespace gust::aws;
  std::vector<std::string> missing;
  T value;
  if (!read_json_document(body, shape_for<T>(), &value, "", missing) || !missing.empty()) return;
  const std::string written = write_json_document(shape_for<T>(), &value);
  T again;
  if (!read_json_document(written, shape_for<T>(), &again, "", missing) || !missing.empty()) std::abort();
  if (write_json_document(shape_for<T>(), &again) != written) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  read_twice<gust::aws::cloudformation::CreateStackInput>(body);
  read_twice<gust::aws::cloudformation::DescribeStacksOutput>(body);
  read_twice<gust::aws::s3::Delete>(body);
  return 0;
}
