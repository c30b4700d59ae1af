#include "access/condition.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/date.h"
#include "base/text.h"

namespace gust::access {
namespace {

using Operator = Condition::Operator;
using Order = Condition::Order;

struct Row {
  std::string_view name;
  Operator kind;
  Order order = Order::equal;
  bool is_negated = false;
  bool ignores_case = false;
};

constexpr auto rows = std::to_array<Row>({
    {"StringEquals", Operator::string},
    {"StringNotEquals", Operator::string, Order::equal, true},
    {"StringEqualsIgnoreCase", Operator::string, Order::equal, false, true},
    {"StringNotEqualsIgnoreCase", Operator::string, Order::equal, true, true},
    {"StringLike", Operator::string_like},
    {"StringNotLike", Operator::string_like, Order::equal, true},
    {"NumericEquals", Operator::number},
    {"NumericNotEquals", Operator::number, Order::equal, true},
    {"NumericLessThan", Operator::number, Order::less},
    {"NumericLessThanEquals", Operator::number, Order::less_or_equal},
    {"NumericGreaterThan", Operator::number, Order::greater},
    {"NumericGreaterThanEquals", Operator::number, Order::greater_or_equal},
    {"DateEquals", Operator::date},
    {"DateNotEquals", Operator::date, Order::equal, true},
    {"DateLessThan", Operator::date, Order::less},
    {"DateLessThanEquals", Operator::date, Order::less_or_equal},
    {"DateGreaterThan", Operator::date, Order::greater},
    {"DateGreaterThanEquals", Operator::date, Order::greater_or_equal},
    {"Bool", Operator::boolean},
    {"BinaryEquals", Operator::binary},
    {"IpAddress", Operator::address},
    {"NotIpAddress", Operator::address, Order::equal, true},
    {"ArnEquals", Operator::arn},
    {"ArnLike", Operator::arn},
    {"ArnNotEquals", Operator::arn, Order::equal, true},
    {"ArnNotLike", Operator::arn, Order::equal, true},
    {"Null", Operator::null},
});

template <typename T>
bool in_order(const T& value, Order order, const T& bound) {
  switch (order) {
    case Order::equal:
      return value == bound;
    case Order::less:
      return value < bound;
    case Order::less_or_equal:
      return value <= bound;
    case Order::greater:
      return value > bound;
    case Order::greater_or_equal:
      return value >= bound;
  }
  return false;
}

std::optional<double> read_number(std::string_view text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || at != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

// A date with or without its time, or seconds since 1970.
std::optional<WallTime> read_date(std::string_view text) {
  if (const auto at = read_iso8601(text)) return at;
  if (const auto at = read_iso8601(std::string(text) + "T00:00:00Z")) return at;
  const auto seconds = parse_decimal<std::uint64_t>(text);
  constexpr std::uint64_t seconds_max = 9'000'000'000;  // what a WallTime can hold
  if (!seconds || *seconds > seconds_max) return std::nullopt;
  return wall_time_of(static_cast<std::int64_t>(*seconds));
}

std::optional<bool> read_boolean(std::string_view text) {
  if (equal_fold(text, "true")) return true;
  if (equal_fold(text, "false")) return false;
  return std::nullopt;
}

bool drop_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool drop_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

}  // namespace

std::optional<AddressBlock> read_address_block(std::string_view text) {
  const Cut parts = cut(text, '/');
  const std::string address(parts.before);  // inet_pton wants an end
  if (address.contains('\0')) return std::nullopt;
  std::array<char, 16> bytes{};
  AddressBlock block;
  if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) {
    block.bytes.assign(bytes.data(), 4);
  } else if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) {
    block.bytes.assign(bytes.data(), 16);
  } else {
    return std::nullopt;
  }
  const int bits_max = static_cast<int>(block.bytes.size()) * 8;
  block.bits = bits_max;
  if (parts.found) {
    const auto bits = parse_decimal<unsigned>(parts.after);
    if (!bits || *bits > static_cast<unsigned>(bits_max)) return std::nullopt;
    block.bits = static_cast<int>(*bits);
  }
  static constexpr std::string_view mapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  if (block.bytes.starts_with(mapped) && block.bits >= 96) {
    block.bytes.erase(0, mapped.size());
    block.bits -= 96;
  }
  return block;
}

bool contains(const AddressBlock& block, const AddressBlock& address) {
  if (block.bytes.size() != address.bytes.size() || address.bits < block.bits) return false;
  const auto whole = static_cast<std::size_t>(block.bits / 8);
  if (block.bytes.compare(0, whole, address.bytes, 0, whole) != 0) return false;
  const int rest = block.bits % 8;
  if (rest == 0) return true;
  const auto first_bits = [&](char c) { return static_cast<unsigned char>(c) >> (8 - rest); };
  return first_bits(block.bytes[whole]) == first_bits(address.bytes[whole]);
}

bool Condition::read_name(std::string_view name) {
  if (drop_prefix(name, "ForAllValues:")) {
    quantifier_ = Quantifier::all;
  } else if (drop_prefix(name, "ForAnyValue:")) {
    quantifier_ = Quantifier::any;
  }
  if_exists_ = drop_suffix(name, "IfExists");
  const auto row = std::ranges::find(rows, name, &Row::name);
  if (row == rows.end()) return false;
  if (row->kind == Operator::null && (if_exists_ || quantifier_ != Quantifier::one)) return false;
  operator_ = row->kind;
  order_ = row->order;
  is_negated_ = row->is_negated;
  ignores_case_ = row->ignores_case;
  return true;
}

std::optional<Condition::Operand> Condition::read_operand(Operator kind, const Pattern::Rules& rules,
                                                          std::string_view text) {
  switch (kind) {
    case Operator::string:
    case Operator::string_like:
    case Operator::arn:
      return Pattern::read(text, rules);
    case Operator::number:
      return read_number(text);
    case Operator::date:
      return read_date(text);
    case Operator::boolean:
    case Operator::null:
      return read_boolean(text);
    case Operator::binary:
      return bytes_of_base64(text);
    case Operator::address:
      return read_address_block(text);
  }
  return std::nullopt;
}

std::expected<Condition, Condition::Fault> Condition::read(std::string_view name, std::string_view key,
                                                           const std::vector<std::string>& values, bool has_variables) {
  Condition condition;
  if (!condition.read_name(name)) return std::unexpected(Fault::unknown_operator);
  condition.key_ = to_lower(key);
  const Pattern::Rules rules{.has_wildcards = condition.operator_ != Operator::string,
                             .has_variables = has_variables,
                             .ignores_case = condition.ignores_case_};
  for (const std::string& value : values) {
    auto operand = read_operand(condition.operator_, rules, value);
    if (!operand) return std::unexpected(Fault::bad_value);
    condition.operands_.push_back(*std::move(operand));
  }
  return condition;
}

bool Condition::fits(std::string_view value, const Operand& operand, const Context& context) const {
  switch (operator_) {
    case Operator::string:
    case Operator::string_like:
      return std::get<Pattern>(operand).matches(value, context);
    case Operator::arn:
      return std::get<Pattern>(operand).matches_arn(value, context);
    case Operator::number: {
      const auto number = read_number(value);
      return number && in_order(*number, order_, std::get<double>(operand));
    }
    case Operator::date: {
      const auto date = read_date(value);
      return date && in_order(*date, order_, std::get<WallTime>(operand));
    }
    case Operator::boolean:
      return read_boolean(value) == std::get<bool>(operand);
    case Operator::binary:
      return bytes_of_base64(value) == std::get<std::string>(operand);
    case Operator::address: {
      const auto address = read_address_block(value);
      return address && contains(std::get<AddressBlock>(operand), *address);
    }
    case Operator::null:
      break;  // judged before any value
  }
  return false;
}

bool Condition::fits_one_of(std::string_view value, const Context& context) const {
  const bool found =
      std::ranges::any_of(operands_, [&](const Operand& operand) { return fits(value, operand, context); });
  return found != is_negated_;
}

bool Condition::is_met(const Context& context) const {
  const Context::Values* values = context.find(key_);
  const bool is_absent = values == nullptr || values->empty();
  if (operator_ == Operator::null) {
    return std::ranges::any_of(operands_, [&](const Operand& operand) { return std::get<bool>(operand) == is_absent; });
  }
  const auto met = [&](const std::string& value) { return fits_one_of(value, context); };
  if (is_absent) {
    if (quantifier_ == Quantifier::any) return if_exists_;
    return if_exists_ || is_negated_ || quantifier_ == Quantifier::all;
  }
  if (quantifier_ == Quantifier::any) return std::ranges::any_of(*values, met);
  // Of a key with several values, without a quantifier, one has to fit; none, where the operator says Not.
  if (quantifier_ == Quantifier::all || is_negated_) return std::ranges::all_of(*values, met);
  return std::ranges::any_of(*values, met);
}

bool Condition::requires_value() const {
  return !is_negated_ && !if_exists_ && operator_ != Operator::null && quantifier_ != Quantifier::all;
}

bool Condition::has_fixed_values() const {
  return std::ranges::all_of(operands_, [](const Operand& operand) {
    if (const auto* pattern = std::get_if<Pattern>(&operand)) return pattern->is_fixed();
    if (const auto* block = std::get_if<AddressBlock>(&operand)) {
      return block->bits >= (block->bytes.size() == 4 ? 8 : 32);
    }
    return true;
  });
}

}  // namespace gust::access
