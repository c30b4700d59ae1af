// Condition: one line of a policy statement's Condition block, compiled, and whether a request meets it.
//
// Source: IAM user guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys".
// Shape:  an operator with its prefix and suffix (ForAnyValue:StringNotLikeIfExists), one key, the values to hold it
//         against, of which one has to fit (none, for the operators that say Not).
// Rules:  a key that the request does not have fits no operator, but those that say Not, ...IfExists, ForAllValues, and
//         Null.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "access/context.h"
#include "access/pattern.h"
#include "base/time.h"

namespace gust::access {

// A block of addresses: those whose first `bits` bits are these.
struct AddressBlock {
  std::string bytes;  // 4 or 16
  int bits = 0;
};
// "203.0.113.0/24", "2001:db8::/32", or one address. IPv6 forms of IPv4 addresses count as these.
std::optional<AddressBlock> read_address_block(std::string_view text);
bool contains(const AddressBlock& block, const AddressBlock& address);

class Condition {
 public:
  enum class Operator : std::uint8_t { string, string_like, number, date, boolean, binary, address, arn, null };
  enum class Order : std::uint8_t { equal, less, less_or_equal, greater, greater_or_equal };
  enum class Quantifier : std::uint8_t { one, all, any };

  enum class Fault : std::uint8_t { unknown_operator, bad_value };
  // `has_variables`: of the policy's version.
  static std::expected<Condition, Fault> read(std::string_view name, std::string_view key,
                                              const std::vector<std::string>& values, bool has_variables);

  bool is_met(const Context& context) const;

  const std::string& key() const { return key_; }  // lower case
  Operator kind() const { return operator_; }
  // Whether it can only narrow: not Not..., not ...IfExists, not Null, not ForAllValues. Such a condition makes sure
  // that the key is there and has one of the values.
  bool requires_value() const;
  // Whether every value is fixed: no wildcard, no variable, and no address block wider than /8 (IPv6: /32).
  bool has_fixed_values() const;

 private:
  using Operand = std::variant<Pattern, double, WallTime, bool, std::string, AddressBlock>;
  static std::optional<Operand> read_operand(Operator kind, const Pattern::Rules& rules, std::string_view text);
  bool read_name(std::string_view name);
  bool fits(std::string_view value, const Operand& operand, const Context& context) const;
  bool fits_one_of(std::string_view value, const Context& context) const;

  Operator operator_ = Operator::string;
  Order order_ = Order::equal;
  Quantifier quantifier_ = Quantifier::one;
  bool is_negated_ = false;
  bool if_exists_ = false;
  bool ignores_case_ = false;
  std::string key_;
  std::vector<Operand> operands_;
};

}  // namespace gust::access
