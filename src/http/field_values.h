// Field values: tokens, comma-separated lists, quoted strings and parameters, the grammar that most fields share.
//
// Source: RFC 9110 sections 5.6.1 to 5.6.6.
// Shape:  readers walk a view and give views; nothing is copied but the text of quoted strings with escapes.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"

namespace gust::http {

// One or more tchar (RFC 9110 section 5.6.2).
bool is_token(ByteView text);

// True if a value holds only what a field may carry: no control byte but HTAB (section 5.5).
bool is_field_value(ByteView text);

// Walks the elements of a comma-separated list. Commas inside quoted strings do not split; empty elements are skipped
// (section 5.6.1.2); each element is trimmed. A quote that never closes makes the rest one element and `is_bad()` true.
class ListReader {
 public:
  explicit ListReader(ByteView value, char separator = ',') : rest_(value), separator_(separator) {}
  std::optional<ByteView> next();
  bool is_bad() const { return bad_; }

 private:
  ByteView rest_;
  char separator_;
  bool bad_ = false;
};

// True if the list has `token`, without regard to case.
bool list_has(ByteView list, ByteView token);

// The text of a quoted-string with its quotes, escapes undone (section 5.6.4); nothing if it is none.
std::optional<std::string> read_quoted_string(ByteView text);

// A parameter or directive: `name` or `name=value`. The value of a quoted one stands without its quotes and with its
// escapes as sent.
struct Parameter {
  ByteView name;
  ByteView value;
  bool has_value = false;
  bool is_quoted = false;
};

// Reads `token [ "=" ( token / quoted-string ) ]`, without spaces around "=" (section 5.6.6); nothing if it is not
// that.
std::optional<Parameter> read_parameter(ByteView text);
// Takes one from the front of `text`, where something else may follow it.
std::optional<Parameter> take_parameter(ByteView& text);

// The first parameter of that name behind the first `;` of a value such as `text/html; charset=utf-8`; nothing if
// absent.
std::optional<Parameter> find_parameter(ByteView value, ByteView name);

}  // namespace gust::http
