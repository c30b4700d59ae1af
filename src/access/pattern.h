// Pattern: a text of a policy with wildcards and variables, and how it is held against a text of a request.
//
// Source: IAM user guide, "Policy elements: Variables and tags" and "Resource"; ArnLike of "Condition operators".
// Shape:  `*` stands for any text, `?` for one character; `${aws:username}` and `${aws:username, 'nobody'}` for the
//         value of that key (its only one), whose own `*` and `?` are plain; `${*}`, `${?}` and `${$}` are plain too.
// Errors: a variable that cannot be read as one gives no Pattern. One that the request has no value for matches
// nothing. Cost:   linear in most cases, at worst the product of both lengths; policies and names are bounded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/context.h"

namespace gust::access {

class Pattern {
 public:
  struct Rules {
    bool has_wildcards = true;
    bool has_variables = true;  // not in policies of version 2008-10-17
    bool ignores_case = false;
  };

  // Nothing where the text has a broken variable.
  static std::optional<Pattern> read(std::string_view text, Rules rules);

  // Whether all of `text` is as the pattern says.
  bool matches(std::string_view text, const Context& context) const;
  // The same for ARNs: each of the six parts between the colons by itself, so that a `*` does not reach over a colon,
  // but in the last part. A pattern of fewer parts has to end with `*`, which stands for the rest.
  bool matches_arn(std::string_view arn, const Context& context) const;

  // Without wildcards and variables: exactly one text matches.
  bool is_fixed() const;
  // As written.
  const std::string& text() const { return text_; }

 private:
  // 0 to 255: that byte. The two others stand above them, so that no byte of a text can be taken for one.
  using Unit = char16_t;
  using Units = std::u16string;
  using UnitView = std::u16string_view;
  static constexpr Unit any_text = 0x100;
  static constexpr Unit any_character = 0x101;
  struct Piece {
    Units units;                          // what stands before the variable
    std::string variable;                 // key in lower case; empty in the last piece
    std::optional<std::string> fallback;  // of the variable
  };

  std::optional<Units> expand(const Context& context) const;
  static bool match(UnitView pattern, std::string_view text, bool ignores_case);
  void add_plain(Units& units, std::string_view text) const;

  std::string text_;
  Rules rules_;
  std::vector<Piece> pieces_;  // at least one
};

}  // namespace gust::access
