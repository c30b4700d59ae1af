// HostTable: numbers by host name, without regard to case, for one look-up a request.
//
// Source: RFC 9110 section 4.2.3: host names have no case.
// Shape:  open addressing, at most half full, so that a name that is not there ends after a step or two. Names come
//         from the configuration: whoever sends requests cannot fill it. Nothing is copied or allocated to look.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gust::config {

class HostTable {
 public:
  // The first number that a name was given stays.
  void add(std::string_view name, std::size_t number);
  std::optional<std::size_t> find(std::string_view name) const;
  bool empty() const { return names_.empty(); }

 private:
  struct Name {
    std::string text;  // lower case
    std::uint64_t hash;
    std::size_t number;
  };
  struct Slot {
    std::uint32_t hash = 0;  // the part that does not choose the slot
    std::uint32_t name = 0;  // place in names_ and one; 0: free
  };
  void place(std::uint64_t hash, std::size_t name);

  std::vector<Name> names_;
  std::vector<Slot> slots_;  // a power of two
};

}  // namespace gust::config
