// JsonWriter: members and elements with the commas between them; absent facts are left out by not calling.
//
// Source: RFC 8259.
// Shape:  appends to a string; visible ASCII only. Texts longer than `text_bytes_max` are cut.
#pragma once

#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "base/time.h"

namespace gust::observe {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, std::size_t text_bytes_max = std::string::npos)
      : out_(out), text_bytes_max_(text_bytes_max) {}

  // `name` is empty for elements and for the whole.
  void open(ByteView name, char bracket);
  void close(char bracket);
  void text(ByteView name, ByteView value);  // nothing where `value` is empty
  void element(ByteView value);
  void number(ByteView name, std::uint64_t value);
  void flag(ByteView name, bool value);
  void seconds(ByteView name, Duration value);
  // A value that is JSON already.
  void raw(ByteView name, ByteView json);

 private:
  void begin(ByteView name);
  void string(ByteView value);

  std::string& out_;
  const std::size_t text_bytes_max_;
  bool first_ = true;
};

}  // namespace gust::observe
