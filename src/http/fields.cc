#include "http/fields.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/arena.h"
#include "base/memory_pool.h"
#include "base/text.h"

namespace gust::http {

bool Fields::matches(const Field& field, const NameRef& name) {
  if (field.known != name.known) return false;
  return name.known != Name::other || equal_fold(field.name, name.text);
}

Fields::Fields(const Fields& other) : present_(other.present_) {
  if (other.size_ == 0) return;
  grow(other.size_);
  std::uninitialized_copy_n(other.list_, other.size_, list_);
  size_ = other.size_;
}

Fields& Fields::operator=(const Fields& other) {
  if (this == &other) return *this;
  if (other.size_ > capacity_) grow(other.size_);
  std::uninitialized_copy_n(other.list_, other.size_, list_);
  size_ = other.size_;
  present_ = other.present_;
  return *this;
}

void Fields::swap(Fields& other) noexcept {
  std::swap(list_, other.list_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  std::swap(present_, other.present_);
}

void Fields::grow(std::size_t at_least) {
  constexpr std::size_t first = 12;  // fills a class of the pool, and so do its doublings, nearly
  const std::size_t wanted = std::max<std::size_t>({at_least, std::size_t{capacity_} * 2, first}) * sizeof(Field);
  const auto capacity = static_cast<std::uint32_t>(room_of_memory(wanted) / sizeof(Field));
  auto* const list = static_cast<Field*>(take_memory(capacity * sizeof(Field)));
  // What lies behind them needs no making: a Field is made by being assigned.
  std::uninitialized_copy_n(list_, size_, list);
  if (list_ != nullptr) give_memory(list_, capacity_ * sizeof(Field));
  list_ = list;
  capacity_ = capacity;
}

void Fields::release() {
  clear();
  if (list_ == nullptr) return;
  give_memory(list_, capacity_ * sizeof(Field));
  list_ = nullptr;
  capacity_ = 0;
}

std::size_t Fields::count(const NameRef& name) const {
  std::size_t result = 0;
  for (const Field* at = find(name); at != nullptr; at = find(name, at)) ++result;
  return result;
}

const Field* Fields::search(Name name, const Field* after) const {
  for (const Field* at = after == nullptr ? begin() : after + 1; at != end(); ++at) {
    if (at->known == name) return at;
  }
  return nullptr;
}

const Field* Fields::search(ByteView other_name, const Field* after) const {
  for (const Field* at = after == nullptr ? begin() : after + 1; at != end(); ++at) {
    if (at->known == Name::other && equal_fold(at->name, other_name)) return at;
  }
  return nullptr;
}

std::optional<ByteView> Fields::combined(const NameRef& name, Arena& arena) const {
  const Field* first = find(name);
  if (first == nullptr) return std::nullopt;
  std::size_t bytes = first->value.size();
  const Field* second = find(name, first);
  if (second == nullptr) return first->value;
  for (const Field* at = second; at != nullptr; at = find(name, at)) bytes += 2 + at->value.size();

  const MutableBytes memory = arena.bytes(bytes);
  char* to = memory.data();
  for (const Field* at = first; at != nullptr; at = find(name, at)) {
    if (at != first) to = std::copy_n(", ", 2, to);
    to = std::copy(at->value.begin(), at->value.end(), to);
  }
  return ByteView(memory.data(), memory.size());
}

void Fields::set(const NameRef& name, ByteView value) {
  const Field* found = find(name);
  if (found == nullptr) {
    add(name, value);
    return;
  }
  Field* const first = list_ + (found - list_);
  first->value = value;
  if (find(name, first) == nullptr) return;
  const auto is_it = [&](const Field& field) { return matches(field, name); };
  size_ = static_cast<std::uint32_t>(std::remove_if(first + 1, list_ + size_, is_it) - list_);
}

std::size_t Fields::remove(const NameRef& name) {
  if (name.known != Name::other && !is_present(name.known)) return 0;
  const std::size_t before = size_;
  Field* const kept_end =
      std::remove_if(list_, list_ + size_, [&](const Field& field) { return matches(field, name); });
  size_ = static_cast<std::uint32_t>(kept_end - list_);
  if (name.known != Name::other) present_.reset(static_cast<std::size_t>(name.known));
  return before - size_;
}

void Fields::recount() {
  present_.reset();
  for (const Field& field : *this) note(field.known);
}

}  // namespace gust::http
