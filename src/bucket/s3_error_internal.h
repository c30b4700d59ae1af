// S3 errors: the codes this service answers with, their statuses and sentences.
//
// Source: Amazon S3 API reference, "Error responses".
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "aws/service_error.h"
#include "base/result.h"

namespace gust::bucket {

// fails: never; a code that is not in the table is answered with 400 and itself as sentence.
aws::ServiceError s3_error(std::string_view code);
// With another sentence, and elements of the error body.
aws::ServiceError s3_error(std::string_view code, std::string message);
aws::ServiceError with_detail(aws::ServiceError error, std::string name, std::string value);

// 501: what the request asks for, by name, is not there.
aws::ServiceError not_implemented(std::string_view what);

// Text for the content of an element of XML or HTML.
std::string xml_text(std::string_view text);

// What the viewer is told about an Error of the store or of reading a body.
aws::ServiceError s3_error_of(const Error& error);

// The store's result as an answer.
template <typename T>
aws::Answer<T> answer_of(Result<T> result) {
  if (!result) return std::unexpected(s3_error_of(result.error()));
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return std::move(*result);
  }
}

}  // namespace gust::bucket
