// A writer of small MMDB files, for tests.
//
// Source: the MaxMind DB format 2.0: a binary tree of 24-bit records, data, metadata.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gust::geo {

// A value of the data section: a map, a list, a text, a number or a fraction.
struct MmdbValue {
  using Map = std::map<std::string, MmdbValue>;
  using List = std::vector<MmdbValue>;
  std::variant<Map, List, std::string, std::uint16_t, std::uint32_t, std::uint64_t, double> is;
};

class MmdbWriter {
 public:
  explicit MmdbWriter(std::string kind) : kind_(std::move(kind)) {}

  // What addresses under the first `bits` bits of an IPv6 address have. IPv4 addresses stand at ::a.b.c.d.
  void add(const std::array<std::uint8_t, 16>& address, int bits, const MmdbValue& record) {
    std::size_t node = 0;
    for (int i = 0; i < bits; ++i) {
      const int side = (address[static_cast<std::size_t>(i / 8)] >> (7 - i % 8)) & 1;
      if (i + 1 == bits) {
        nodes_[node][static_cast<std::size_t>(side)] = -static_cast<int>(data_.size()) - 2;
        break;
      }
      int& next = nodes_[node][static_cast<std::size_t>(side)];
      if (next == nothing) {
        next = static_cast<int>(nodes_.size());
        node = static_cast<std::size_t>(next);
        nodes_.push_back({nothing, nothing});  // ends `next`
      } else {
        node = static_cast<std::size_t>(next);
      }
    }
    data_ += write(record);
  }
  void add_v4(std::uint8_t a, std::uint8_t b, int bits, const MmdbValue& record) {
    add({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, 0, 0}, 96 + bits, record);
  }

  std::string text() const {
    const auto count = static_cast<std::uint32_t>(nodes_.size());
    std::string out;
    for (const auto& node : nodes_) {
      for (const int child : node) {
        const std::uint32_t record = child == nothing ? count
                                     : child > 0      ? static_cast<std::uint32_t>(child)
                                                      : count + 16 + static_cast<std::uint32_t>(-child - 2);
        for (const int shift : {16, 8, 0}) out += static_cast<char>(record >> shift);
      }
    }
    out += std::string(16, '\0') + data_ + "\xab\xcd\xefMaxMind.com";
    return out + write({MmdbValue::Map{{"binary_format_major_version", {std::uint16_t{2}}},
                                       {"binary_format_minor_version", {std::uint16_t{0}}},
                                       {"build_epoch", {std::uint64_t{1}}},
                                       {"database_type", {kind_}},
                                       {"description", {MmdbValue::Map{}}},
                                       {"ip_version", {std::uint16_t{6}}},
                                       {"languages", {MmdbValue::List{}}},
                                       {"node_count", {count}},
                                       {"record_size", {std::uint16_t{24}}}}});
  }

 private:
  static constexpr int nothing = -1;

  static std::string head(unsigned type, std::size_t size) {
    const bool is_long = size >= 29;  // up to 284
    const unsigned low = is_long ? 29 : static_cast<unsigned>(size);
    std::string out;
    out += static_cast<char>((type < 8 ? type << 5 : 0) | low);
    if (type >= 8) out += static_cast<char>(type - 7);
    if (is_long) out += static_cast<char>(size - 29);
    return out;
  }
  static std::string big_endian(std::uint64_t number, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(number >> (8 * i));
    return out;
  }
  static std::string write(const MmdbValue& value) {
    struct Writer {
      std::string operator()(const MmdbValue::Map& map) const {
        std::string out = head(7, map.size());
        for (const auto& [name, each] : map) out += (*this)(name) + write(each);
        return out;
      }
      std::string operator()(const MmdbValue::List& list) const {
        std::string out = head(11, list.size());
        for (const MmdbValue& each : list) out += write(each);
        return out;
      }
      std::string operator()(const std::string& text) const { return head(2, text.size()) + text; }
      std::string operator()(std::uint16_t number) const { return head(5, 2) + big_endian(number, 2); }
      std::string operator()(std::uint64_t number) const { return head(9, 8) + big_endian(number, 8); }
      std::string operator()(std::uint32_t number) const { return head(6, 4) + big_endian(number, 4); }
      std::string operator()(double number) const {
        return head(3, 8) + big_endian(std::bit_cast<std::uint64_t>(number), 8);
      }
    };
    return std::visit(Writer{}, value.is);
  }

  std::string kind_;
  std::vector<std::array<int, 2>> nodes_{{nothing, nothing}};  // > 0: a node; < nothing: data at -child - 2
  std::string data_;
};

}  // namespace gust::geo
