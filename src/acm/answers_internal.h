// What the handlers of ACM share: its refusals, and how certificates are found.
//
// Source: ACM API reference of 2015-12-08, the errors of each operation.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "acm/book.h"
#include "aws/gen/acm.h"
#include "aws/service_error.h"
#include "aws/shapes.h"
#include "rt/loop.h"

namespace gust::acm {

namespace model = aws::acm;

template <typename T>
using AnswerTask = rt::Task<aws::Answer<T>>;
using NothingTask = AnswerTask<aws::Nothing>;

inline std::unexpected<aws::ServiceError> refuse(std::string_view code, std::string message) {
  return std::unexpected(aws::service_error(model::service(), code, std::move(message)));
}
inline std::unexpected<aws::ServiceError> invalid(std::string message) {
  return refuse("ValidationException", std::move(message));
}
// What this release does not have; a sentence.
inline std::unexpected<aws::ServiceError> not_here(std::string message) {
  return aws::refuse("NotImplemented", 501, std::move(message));
}

// A copy. fails: ResourceNotFoundException
inline aws::Answer<Certificate> find_certificate(const Book& book, std::string_view arn) {
  if (const Certificate* found = book.find(arn)) return *found;
  return refuse("ResourceNotFoundException", fmt::format("Could not find certificate {}.", arn));
}

// As Book::keep, for operations that answer nothing.
inline NothingTask keep(Book& book, Certificate certificate) {
  CO_TRY_OK(co_await book.keep(std::move(certificate)));
  co_return aws::Nothing{};
}

// Adds tags to those that a certificate has, all or none.
//   fails  InvalidTagException, TooManyTagsException
aws::Answer<void> add_tags(std::map<std::string, std::string>& tags, const std::vector<model::Tag>& added,
                           std::size_t most);

inline bool holds(const std::vector<std::string>& values, std::string_view value) {
  return std::ranges::find(values, value) != values.end();
}

// "arn:aws:acm:<region>:..." is of this region: ACM's lists are by region.
inline bool is_of_region(std::string_view arn, std::string_view region) {
  return arn.starts_with(fmt::format("arn:aws:acm:{}:", region));
}

}  // namespace gust::acm
