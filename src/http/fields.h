// Fields: the header or trailer fields of one message, in order.
//
// Source: RFC 9110 section 5.
// Shape:  names and values are views into memory that the caller keeps: the read buffer, an Arena, or literals.
//         The list's own memory is from the thread's pool; clear() keeps it, release() gives it back.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "http/field_name.h"

namespace gust {
class Arena;
}

namespace gust::http {

struct Field {
  ByteView name;   // as spelt in the message
  ByteView value;  // without surrounding spaces and tabs
  Name known = Name::other;
};

class Fields {
 public:
  Fields() = default;
  Fields(const Fields& other);
  Fields(Fields&& other) noexcept { swap(other); }
  Fields& operator=(const Fields& other);
  Fields& operator=(Fields&& other) noexcept {
    release();
    swap(other);
    return *this;
  }
  ~Fields() { release(); }

  // The field lines in order of arrival.
  const Field* begin() const { return list_; }
  const Field* end() const { return list_ + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  bool has(Name name) const { return is_present(name); }
  bool has(const NameRef& name) const { return find(name) != nullptr; }
  std::size_t count(const NameRef& name) const;
  // The first line of that name behind `after` (or of all), or null. Good until the list is changed. Asking for a known
  // name that is absent costs one test.
  const Field* find(Name name, const Field* after = nullptr) const {
    return is_present(name) ? search(name, after) : nullptr;
  }
  const Field* find(const NameRef& name, const Field* after = nullptr) const {
    return name.known == Name::other ? search(name.text, after) : find(name.known, after);
  }
  // The value of the first line of that name; nothing where there is none.
  std::optional<ByteView> get(Name name) const { return value_of(find(name)); }
  std::optional<ByteView> get(const NameRef& name) const { return value_of(find(name)); }
  // All values of that name joined with ", " (RFC 9110 section 5.3); copies into `arena` only when there are several.
  std::optional<ByteView> combined(const NameRef& name, Arena& arena) const;

  void add(const NameRef& name, ByteView value) { add(Field{name.text, value, name.known}); }
  void add(const Field& field) {
    if (size_ == capacity_) grow(size_ + 1);
    list_[size_++] = field;
    note(field.known);
  }
  // Room for `count` lines in all, so that adding them moves none.
  void reserve(std::size_t count) {
    if (count > capacity_) grow(count);
  }
  // Puts the value in the place of the first line of that name and drops the others; adds where there is none.
  void set(const NameRef& name, ByteView value);
  // Drops all lines of that name; gives how many there were.
  std::size_t remove(const NameRef& name);
  // Drops every line for which `drop(field)` holds.
  template <typename Predicate>
  void remove_if(Predicate drop) {
    size_ = static_cast<std::uint32_t>(std::remove_if(list_, list_ + size_, drop) - list_);
    recount();
  }
  void clear() {
    size_ = 0;
    present_.reset();
  }
  // clear(), and the list's memory goes too.
  void release();

 private:
  // Never true for Name::other, which a text tells apart.
  bool is_present(Name name) const { return present_[static_cast<std::size_t>(name)]; }
  void note(Name name) {
    if (name != Name::other) present_.set(static_cast<std::size_t>(name));
  }
  static std::optional<ByteView> value_of(const Field* field) {
    return field == nullptr ? std::nullopt : std::optional(field->value);
  }
  const Field* search(Name name, const Field* after) const;
  const Field* search(ByteView other_name, const Field* after) const;
  void grow(std::size_t at_least);
  void recount();
  void swap(Fields& other) noexcept;
  static bool matches(const Field& field, const NameRef& name);

  Field* list_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
  std::bitset<name_count> present_;  // of known names
};

}  // namespace gust::http
