// ServiceError: the answer an AWS-shaped service gives instead of a result.
//
// Shape:  what the client sees: a code, an HTTP status, a sentence. It is data for the viewer, unlike gust::Error.
// Source: the error shapes of the service models; the refusal codes of the signature rules.
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"

namespace gust::aws {

struct ServiceError {
  std::string code;
  int status = 400;
  std::string message;
  // Further elements of an S3 error body, such as {"BucketName", "pics"}; other services do not write them.
  std::vector<std::pair<std::string, std::string>> details;

  friend bool operator==(const ServiceError& a, const ServiceError& b) {
    return a.code == b.code && a.status == b.status;
  }
};

template <typename T>
using Answer = std::expected<T, ServiceError>;

inline std::unexpected<ServiceError> refuse(std::string code, int status, std::string message) {
  return std::unexpected(ServiceError{std::move(code), status, std::move(message), {}});
}

// The request id of an answer, made of 16 random bytes that the caller took from rt: a UUID, or for S3 sixteen
// upper-case letters and digits.
std::string make_request_id(ByteView sixteen_random_bytes);
std::string make_s3_request_id(ByteView sixteen_random_bytes);

}  // namespace gust::aws
