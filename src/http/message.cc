#include "http/message.h"

#include <cstring>

#include "base/arena.h"

namespace gust::http {

void RequestHead::set_target(ByteView new_target) {
  target = new_target;
  const std::size_t mark = new_target.find('?');
  has_query = mark != ByteView::npos;
  path = new_target.substr(0, mark);
  query = has_query ? new_target.substr(mark + 1) : ByteView();
}

void RequestHead::clear() {
  method = Method();
  target = path = "/";
  query = authority = host = upgrade = {};
  has_query = false;
  port = 0;
  scheme = Scheme::http;
  version = Version::http_1_1;
  fields.clear();
}

PreparedFields prepare(std::span<const Field> fields, Arena& arena) {
  std::size_t bytes = 0;
  for (const Field& field : fields) bytes += field.name.size() + field.value.size() + 4;
  const std::span<Field> list = arena.array<Field>(fields.size());
  const MutableBytes room = arena.bytes(bytes);
  char* at = room.data();
  const auto put = [&](ByteView text) {
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    const ByteView copied(at, text.size());
    at += text.size();
    return copied;
  };
  for (std::size_t i = 0; i < fields.size(); ++i) {
    list[i].known = fields[i].known;
    list[i].name = put(fields[i].name);
    put(": ");
    list[i].value = put(fields[i].value);
    put("\r\n");
  }
  return {list, {room.data(), room.size()}};
}

const Field* ResponseHead::find(Name name) const {
  for (const PreparedFields& some : prepared) {
    for (const Field& field : some.list) {
      if (field.known == name) return &field;
    }
  }
  return fields.find(name);
}

void ResponseHead::clear() {
  status = 200;
  reason = upgrade = {};
  version = Version::http_1_1;
  prepared = {};
  fields.clear();
}

}  // namespace gust::http
