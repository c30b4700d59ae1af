// Fields: the header or trailer fields of one message, in order.
//
// Source: RFC 9110 section 5.
// Shape:  names and values are views into memory that the caller keeps: the read buffer, an Arena, or literals.
//         clear() keeps the list's own memory, so that a connection parses its second message without allocating.
#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <vector>

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
  // The field lines in order of arrival.
  const Field* begin() const { return list_.data(); }
  const Field* end() const { return list_.data() + list_.size(); }
  std::size_t size() const { return list_.size(); }
  bool empty() const { return list_.empty(); }

  bool has(NameRef name) const { return find(name) != nullptr; }
  bool has(Name name) const { return name != Name::other && present_[static_cast<std::size_t>(name)]; }
  std::size_t count(NameRef name) const;
  // The first line of that name behind `after` (or of all), or null. Good until the list is changed.
  const Field* find(NameRef name, const Field* after = nullptr) const;
  // The value of the first line of that name; nothing where there is none.
  std::optional<ByteView> get(NameRef name) const;
  std::optional<ByteView> get(Name name) const { return has(name) ? get(NameRef(name)) : std::nullopt; }
  // All values of that name joined with ", " (RFC 9110 section 5.3); copies into `arena` only when there are several.
  std::optional<ByteView> combined(NameRef name, Arena& arena) const;

  void add(NameRef name, ByteView value) { add(Field{name.text, value, name.known}); }
  void add(const Field& field);
  // Room for `count` lines in all, so that adding them moves none.
  void reserve(std::size_t count) { list_.reserve(count); }
  // Puts the value in the place of the first line of that name and drops the others; adds where there is none.
  void set(NameRef name, ByteView value);
  // Drops all lines of that name; gives how many there were.
  std::size_t remove(NameRef name);
  // Drops every line for which `drop(field)` holds.
  template <typename Predicate>
  void remove_if(Predicate drop) {
    std::erase_if(list_, drop);
    recount();
  }
  void clear();

 private:
  void recount();
  static bool matches(const Field& field, const NameRef& name);

  std::vector<Field> list_;
  std::bitset<name_count> present_;  // of known names, so that asking for an absent one costs one test
};

}  // namespace gust::http
