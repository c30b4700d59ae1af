#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "aws/scalar_internal.h"
#include "aws/shapes.h"
#include "base/date.h"
#include "base/text.h"

namespace gust::aws {
namespace {

using Json = nlohmann::ordered_json;

// JSON text is UTF-8; other bytes go as {"base64": ...}.
Json json_of_text(const std::string& text) {
  if (is_utf8(text)) return text;
  return Json{{"base64", base64_of(text)}};
}

Json json_of_value(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case Kind::structure: {
      Json object = Json::object();
      for (const Member& member : shape.members) {
        if (is_present(member, value)) {
          object[std::string(member.name)] = json_of_value(*member.shape, value_of(member, value));
        }
      }
      return object;
    }
    case Kind::list: {
      Json array = Json::array();
      for (std::size_t i = 0; i < shape.list->size(value); ++i) {
        array.push_back(json_of_value(*shape.element, shape.list->at(value, i)));
      }
      return array;
    }
    case Kind::map: {
      // As pairs, for names need not be UTF-8 either.
      Json array = Json::array();
      for (const auto& [name, text] : *static_cast<const std::map<std::string, std::string>*>(value)) {
        array.push_back(Json::array({json_of_text(name), json_of_text(text)}));
      }
      return array;
    }
    case Kind::string:
      return json_of_text(*static_cast<const std::string*>(value));
    case Kind::blob:
      return base64_of(static_cast<const Blob*>(value)->bytes);
    case Kind::boolean:
      return *static_cast<const bool*>(value);
    case Kind::integer:
      return *static_cast<const std::int32_t*>(value);
    case Kind::long_integer:
      return *static_cast<const std::int64_t*>(value);
    case Kind::real:
      return *static_cast<const double*>(value);
    case Kind::timestamp:
      return iso8601_exact_of(*static_cast<const WallTime*>(value));
  }
  return nullptr;
}

// Fills a value of a shape as the parser meets its parts, without a tree of the document. False ends the parse: what
// comes does not fit the shape.
class Filler {
 public:
  Filler(const Shape& shape, void* value) : next_{&shape, value} {}

  bool is_bad_syntax() const { return is_bad_syntax_; }

  // What nlohmann's SAX parser calls.
  bool null() { return false; }
  bool binary(Json::binary_t& /*bytes*/) { return false; }
  bool boolean(bool given) {
    const Target into = take();
    if (!into.is(Kind::boolean)) return false;
    *static_cast<bool*>(into.value) = given;
    return true;
  }
  bool number_integer(std::int64_t given) { return number(given); }
  bool number_unsigned(std::uint64_t given) { return number(given); }
  bool number_float(double given, const std::string& /*text*/) {
    const Target into = take();
    if (!into.is(Kind::real) || !std::isfinite(given)) return false;
    *static_cast<double*>(into.value) = given;
    return true;
  }
  bool string(std::string& given);
  bool start_object(std::size_t /*size*/);
  bool key(std::string& name);
  bool end_object();
  bool start_array(std::size_t /*size*/);
  bool end_array();
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const Json::exception& /*what*/) {
    is_bad_syntax_ = true;
    return false;
  }

 private:
  // Where a value goes. Without a shape it is text; without a place it has none.
  struct Target {
    const Shape* shape = nullptr;
    void* value = nullptr;
    bool is(Kind kind) const { return value != nullptr && shape != nullptr && shape->kind == kind; }
    bool is_text() const { return value != nullptr && (shape == nullptr || shape->kind == Kind::string); }
  };
  enum class Part : std::uint8_t { structure, list, map, pair, bytes };
  // What is open.
  struct Frame {
    Part part;
    Target into;
    std::vector<bool> seen;  // of a structure, by member
  };

  Target take();
  template <typename Number>
  bool number(Number given);
  bool is_in(Part part) const { return !open_.empty() && open_.back().part == part; }
  bool open(Part part, Target into) {
    open_.push_back({part, into, {}});
    if (part == Part::structure) open_.back().seen.resize(into.shape->members.size());
    return true;
  }

  Target next_;  // of the document, of the member whose name was met, or of the bytes
  std::vector<Frame> open_;
  std::vector<std::string> pair_;  // of a map: what there is of a name and its text
  bool is_bad_syntax_ = false;
};

Filler::Target Filler::take() {
  if (is_in(Part::list)) {
    const Target list = open_.back().into;
    return {list.shape->element, list.shape->list->add(list.value)};
  }
  if (is_in(Part::pair)) {
    if (pair_.size() == 2) return {};
    return {nullptr, &pair_.emplace_back()};
  }
  return std::exchange(next_, {});
}

template <typename Number>
bool Filler::number(Number given) {
  const Target into = take();
  if (into.is(Kind::real)) {
    *static_cast<double*>(into.value) = static_cast<double>(given);
    return true;
  }
  // By way of text, so that one place holds the ranges.
  return (into.is(Kind::integer) || into.is(Kind::long_integer)) &&
         read_scalar(*into.shape, TimeForm::iso8601, std::to_string(given), into.value);
}

bool Filler::string(std::string& given) {
  const bool is_bytes = is_in(Part::bytes);
  const Target into = take();
  if (is_bytes) {
    auto bytes = bytes_of_base64(given);
    if (into.value == nullptr || !bytes) return false;
    *static_cast<std::string*>(into.value) = std::move(*bytes);
    return true;
  }
  if (into.is_text()) {
    *static_cast<std::string*>(into.value) = std::move(given);
    return true;
  }
  return (into.is(Kind::blob) || into.is(Kind::timestamp)) &&
         read_scalar(*into.shape, TimeForm::iso8601, given, into.value);
}

bool Filler::start_object(std::size_t /*size*/) {
  if (is_in(Part::bytes)) return false;
  const Target into = take();
  if (into.is(Kind::structure)) return open(Part::structure, into);
  return into.is_text() && open(Part::bytes, into);
}

bool Filler::key(std::string& name) {
  Frame& frame = open_.back();
  if (frame.part == Part::bytes) {
    if (name != "base64" || frame.into.value == nullptr) return false;
    next_ = std::exchange(frame.into, {});
    return true;
  }
  const auto members = frame.into.shape->members;
  const auto member = std::ranges::find(members, std::string_view(name), &Member::name);
  if (member == members.end()) return false;
  const auto index = static_cast<std::size_t>(member - members.begin());
  if (frame.seen[index]) return false;
  frame.seen[index] = true;
  next_ = {member->shape, make_value(*member, frame.into.value)};
  return true;
}

bool Filler::end_object() {
  const Frame frame = std::move(open_.back());
  open_.pop_back();
  if (frame.part == Part::bytes) return frame.into.value == nullptr;  // taken by its key
  const auto members = frame.into.shape->members;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i].required && !frame.seen[i]) return false;
  }
  return true;
}

bool Filler::start_array(std::size_t /*size*/) {
  if (is_in(Part::map)) {
    pair_.clear();
    pair_.reserve(2);  // targets point into it
    return open(Part::pair, {});
  }
  if (is_in(Part::bytes)) return false;
  const Target into = take();
  if (into.is(Kind::list)) return open(Part::list, into);
  return into.is(Kind::map) && open(Part::map, into);
}

bool Filler::end_array() {
  const Part part = open_.back().part;
  open_.pop_back();
  if (part != Part::pair) return true;
  if (pair_.size() != 2) return false;
  auto& map = *static_cast<std::map<std::string, std::string>*>(open_.back().into.value);
  map.insert_or_assign(std::move(pair_[0]), std::move(pair_[1]));
  return true;
}

}  // namespace

std::string json_of(const Shape& shape, const void* value) { return json_of_value(shape, value).dump(); }

Result<bool> read_json_into(const Shape& shape, std::string_view json, void* value) {
  Filler filler(shape, value);
  if (Json::sax_parse(json, &filler)) return true;
  if (filler.is_bad_syntax()) return fail(Errc::bad_syntax, "the document is no JSON");
  return fail(Errc::bad_value, "the document does not fit its shape");
}

}  // namespace gust::aws
