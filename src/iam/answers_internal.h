// What the handlers of IAM share: its refusals, paging, names and ids.
//
// Source: IAM API reference, "Common errors" and the errors of each operation.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/gen/iam.h"
#include "aws/service_error.h"
#include "aws/shapes.h"
#include "base/text.h"
#include "iam/book.h"
#include "rt/loop.h"

namespace gust::iam {

namespace model = aws::iam;

template <typename T>
using AnswerTask = rt::Task<aws::Answer<T>>;
using NothingTask = AnswerTask<aws::Nothing>;

inline std::unexpected<aws::ServiceError> refuse(std::string_view code, std::string message) {
  return std::unexpected(aws::service_error(aws::iam::service(), code, std::move(message)));
}
inline std::unexpected<aws::ServiceError> no_such(std::string_view kind, std::string_view name) {
  return refuse("NoSuchEntity", fmt::format("The {} with name {} cannot be found.", kind, name));
}
inline std::unexpected<aws::ServiceError> over_quota(std::string_view name, std::size_t most) {
  return refuse("LimitExceeded", fmt::format("Cannot exceed quota for {}: {}", name, most));
}

inline std::unexpected<aws::ServiceError> delete_conflict(std::string_view first) {
  return refuse("DeleteConflict", fmt::format("Cannot delete entity, must {} first.", first));
}

// Copies. fail: NoSuchEntity
inline aws::Answer<User> find_user(const Book& book, std::string_view name) {
  if (const User* user = book.find_user(name)) return *user;
  return no_such("user", name);
}
inline aws::Answer<Group> find_group(const Book& book, std::string_view name) {
  if (const Group* group = book.find_group(name)) return *group;
  return no_such("group", name);
}

// As Book::keep, for operations that answer nothing.
inline NothingTask keep(Book& book, Book::Changes changes) {
  CO_TRY_OK(co_await book.keep(std::move(changes)));
  co_return aws::Nothing{};
}
inline NothingTask keep(Book& book, User user) {
  Book::Changes changes;
  changes.users.push_back(std::move(user));
  return keep(book, std::move(changes));
}
inline NothingTask keep(Book& book, Group group) {
  Book::Changes changes;
  changes.groups.push_back(std::move(group));
  return keep(book, std::move(changes));
}
inline NothingTask keep(Book& book, CustomerPolicy policy) {
  Book::Changes changes;
  changes.policies.push_back(std::move(policy));
  return keep(book, std::move(changes));
}

// `prefix` and 17 of A-Z 2-7, as AIDA..., AGPA..., ANPA...; access keys have 16.
inline std::string make_id(rt::Loop& loop, std::string_view prefix, std::size_t characters = 17) {
  static constexpr std::string_view base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string random(characters, '\0'), id(prefix);
  loop.fill_secret(random);
  for (const char c : random) id += base32[static_cast<unsigned char>(c) & 31];
  return id;
}

// Characters of a document as IAM's quotas count them.
inline std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
    const bool is_space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    return !is_space && !continues;
  }));
}

// IAM gives documents percent-encoded.
inline std::string encoded(std::string_view document) { return percent_encode(document); }

// A page of a list in order of `name_of`. The marker is the last name of the page before.
//   `output` has is_truncated and marker; `add` puts an item into it
template <typename Items, typename Request, typename Output, typename NameOf, typename Add>
void write_page(const Items& items, const Request& request, Output& output, NameOf name_of, Add add) {
  constexpr std::int32_t page_items = 100;
  std::int32_t left = request.max_items.value_or(page_items);
  std::string last;
  output.is_truncated = false;
  for (const auto& item : items) {
    std::string name(name_of(item));
    if (request.marker && name <= *request.marker) continue;
    if (left-- == 0) {
      output.is_truncated = true;
      output.marker = last;
      return;
    }
    add(item);
    last = std::move(name);
  }
}

template <typename Tags>
aws::Answer<void> add_tags(NameAndText& tags, const Tags& added, std::size_t most) {
  for (const auto& tag : added) {
    if (starts_with_fold(tag.key, "aws:")) {
      return refuse("InvalidInput", "Tag keys that begin with aws: are reserved.");
    }
    tags.insert_or_assign(tag.key, tag.value);
  }
  if (tags.size() > most) return over_quota("TagsPerEntity", most);
  return {};
}

inline std::vector<model::Tag> shapes_of(const NameAndText& tags) {
  std::vector<model::Tag> shapes;
  for (const auto& [key, value] : tags) shapes.push_back({key, value});
  return shapes;
}

inline model::User shape_of_user(const Book& book, const User& user, bool with_tags) {
  model::User shape{.path = user.path,
                    .user_name = user.name,
                    .user_id = user.id,
                    .arn = book.arn_of(user),
                    .create_date = user.created};
  if (with_tags) shape.tags = shapes_of(user.tags);
  return shape;
}
inline model::Group shape_of_group(const Book& book, const Group& group) {
  return {.path = group.path,
          .group_name = group.name,
          .group_id = group.id,
          .arn = book.arn_of(group),
          .create_date = group.created};
}

}  // namespace gust::iam
