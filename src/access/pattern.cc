#include "access/pattern.h"

#include <algorithm>

#include "base/text.h"

namespace gust::access {
namespace {

// The bytes that make up the character that begins a UTF-8 text.
std::size_t bytes_of_first_character(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) ++bytes;
  return bytes;
}

bool is_key_name(std::string_view name) {
  return !name.empty() && name.contains(':') && std::ranges::all_of(name, [](char c) {
    return is_alpha(c) || is_digit(c) || std::string_view(":/-_.@=+ ").contains(c);
  });
}

// `'text'`
std::optional<std::string> read_fallback(std::string_view quoted) {
  quoted = trim(quoted);
  if (quoted.size() < 2 || quoted.front() != '\'' || quoted.back() != '\'') return std::nullopt;
  return std::string(quoted.substr(1, quoted.size() - 2));
}

}  // namespace

void Pattern::add_plain(Units& units, std::string_view text) const {
  for (const char c : text) {
    units.push_back(static_cast<unsigned char>(rules_.ignores_case ? lower(c) : c));
  }
}

std::optional<Pattern> Pattern::read(std::string_view text, Rules rules) {
  Pattern pattern;
  pattern.text_ = text;
  pattern.rules_ = rules;
  Units units;
  while (!text.empty()) {
    if (rules.has_variables && text.starts_with("${")) {
      const std::size_t end = text.find('}');
      if (end == std::string_view::npos) return std::nullopt;
      const std::string_view inside = text.substr(2, end - 2);
      text.remove_prefix(end + 1);
      if (inside == "*" || inside == "?" || inside == "$") {
        pattern.add_plain(units, inside);
        continue;
      }
      const Cut parts = cut(inside, ',');
      if (!is_key_name(trim(parts.before))) return std::nullopt;
      Piece piece{.units = std::move(units), .variable = to_lower(trim(parts.before)), .fallback = {}};
      if (parts.found) {
        piece.fallback = read_fallback(parts.after);
        if (!piece.fallback) return std::nullopt;
      }
      pattern.pieces_.push_back(std::move(piece));
      units.clear();
      continue;
    }
    if (rules.has_wildcards && text.front() == '*') {
      if (units.empty() || units.back() != any_text) units.push_back(any_text);  // two in a row say no more than one
    } else if (rules.has_wildcards && text.front() == '?') {
      units.push_back(any_character);
    } else {
      pattern.add_plain(units, text.substr(0, 1));
    }
    text.remove_prefix(1);
  }
  pattern.pieces_.push_back({.units = std::move(units), .variable = {}, .fallback = {}});
  return pattern;
}

bool Pattern::is_fixed() const {
  return pieces_.size() == 1 && std::ranges::none_of(pieces_.front().units, [](Unit unit) { return unit >= any_text; });
}

std::optional<Pattern::Units> Pattern::expand(const Context& context) const {
  Units all;
  for (const Piece& piece : pieces_) {
    all += piece.units;
    if (piece.variable.empty()) continue;
    const Context::Values* values = context.find(piece.variable);
    if (values != nullptr && values->size() == 1) {
      add_plain(all, values->front());
    } else if (piece.fallback) {
      add_plain(all, *piece.fallback);
    } else {
      return std::nullopt;
    }
  }
  return all;
}

// Goes back to the last any_text only: what an earlier one could take, that one can.
bool Pattern::match(UnitView pattern, std::string_view text, bool ignores_case) {
  std::size_t in_pattern = 0, in_text = 0;
  std::optional<std::size_t> star;
  std::size_t taken_by_star = 0;
  while (in_text < text.size()) {
    const Unit unit = in_pattern < pattern.size() ? pattern[in_pattern] : Unit{0xFFFF};
    const char c = ignores_case ? lower(text[in_text]) : text[in_text];
    if (unit == any_text) {
      star = in_pattern++;
      taken_by_star = in_text;
    } else if (unit == any_character) {
      in_text += bytes_of_first_character(text.substr(in_text));
      ++in_pattern;
    } else if (unit == static_cast<unsigned char>(c)) {
      ++in_text;
      ++in_pattern;
    } else if (star) {
      in_pattern = *star + 1;
      in_text = ++taken_by_star;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == any_text) ++in_pattern;
  return in_pattern == pattern.size();
}

bool Pattern::matches(std::string_view text, const Context& context) const {
  if (pieces_.size() == 1) return match(pieces_.front().units, text, rules_.ignores_case);
  const auto units = expand(context);
  return units && match(*units, text, rules_.ignores_case);
}

bool Pattern::matches_arn(std::string_view arn, const Context& context) const {
  std::optional<Units> expanded;
  UnitView pattern = pieces_.front().units;
  if (pieces_.size() > 1) {
    expanded = expand(context);
    if (!expanded) return false;
    pattern = *expanded;
  }
  if (std::ranges::count(pattern, u':') < 5) {
    return pattern.ends_with(any_text) && match(pattern, arn, rules_.ignores_case);
  }
  for (int part = 0; part < 5; ++part) {
    const std::size_t of_pattern = pattern.find(u':');
    const std::size_t of_arn = arn.find(':');
    if (of_arn == std::string_view::npos) return false;
    if (!match(pattern.substr(0, of_pattern), arn.substr(0, of_arn), rules_.ignores_case)) return false;
    pattern.remove_prefix(of_pattern + 1);
    arn.remove_prefix(of_arn + 1);
  }
  return match(pattern, arn, rules_.ignores_case);
}

}  // namespace gust::access
