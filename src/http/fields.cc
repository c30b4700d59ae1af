#include "http/fields.h"

#include <algorithm>
#include <cstring>

#include "base/arena.h"
#include "base/text.h"

namespace gust::http {

bool Fields::matches(const Field& field, const NameRef& name) {
  if (field.known != name.known) return false;
  return name.known != Name::other || equal_fold(field.name, name.text);
}

std::size_t Fields::count(NameRef name) const {
  std::size_t result = 0;
  for (const Field* at = find(name); at != nullptr; at = find(name, at)) ++result;
  return result;
}

const Field* Fields::find(NameRef name, const Field* after) const {
  if (name.known != Name::other && !present_[static_cast<std::size_t>(name.known)]) return nullptr;
  for (const Field* at = after == nullptr ? begin() : after + 1; at != end(); ++at) {
    if (matches(*at, name)) return at;
  }
  return nullptr;
}

std::optional<ByteView> Fields::get(NameRef name) const {
  const Field* field = find(name);
  if (field == nullptr) return std::nullopt;
  return field->value;
}

std::optional<ByteView> Fields::combined(NameRef name, Arena& arena) const {
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

void Fields::add(const Field& field) {
  list_.push_back(field);
  present_.set(static_cast<std::size_t>(field.known));
}

void Fields::set(NameRef name, ByteView value) {
  const Field* found = find(name);
  if (found == nullptr) {
    add(name, value);
    return;
  }
  const std::ptrdiff_t place = found - begin();
  const auto first = list_.begin() + place;
  first->value = value;
  const auto is_it = [&](const Field& field) { return matches(field, name); };
  list_.erase(std::remove_if(first + 1, list_.end(), is_it), list_.end());
}

std::size_t Fields::remove(NameRef name) {
  const std::size_t removed = std::erase_if(list_, [&](const Field& field) { return matches(field, name); });
  if (removed > 0 && name.known != Name::other) present_.reset(static_cast<std::size_t>(name.known));
  return removed;
}

void Fields::clear() {
  list_.clear();
  present_.reset();
}

void Fields::recount() {
  present_.reset();
  for (const Field& field : list_) present_.set(static_cast<std::size_t>(field.known));
}

}  // namespace gust::http
