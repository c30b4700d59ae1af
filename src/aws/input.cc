#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "aws/form_internal.h"
#include "aws/json_document_internal.h"
#include "aws/scalar_internal.h"
#include "aws/shapes.h"
#include "aws/validate_internal.h"
#include "aws/xml_internal.h"
#include "base/text.h"

namespace gust::aws {
namespace {

class InputReader {
 public:
  InputReader(const Service& service, const Route& route, const OperationRequest& request)
      : protocol_(service.protocol), s3_(service.error_form == ErrorForm::s3), route_(route), request_(request) {}

  Answer<std::monostate> read(void* input) {
    const Shape& shape = *route_.operation->input;
    for (const Member& member : shape.members) {
      if (member.location == Location::body) continue;
      TRY_OK(read_place(member, input));
    }
    if (protocol_ == Protocol::query) {
      TRY_OK(read_parameters(shape, input));
    } else if (!route_.operation->streaming_input) {
      TRY_OK(read_body(shape, input));
    }
    // A missing value has no other faults worth telling.
    // S3's keys may hold what XML cannot: its clients ask for them percent-coded.
    if (violations_.empty()) {
      const bool is_told_in_xml = !s3_ && (protocol_ == Protocol::rest_xml || protocol_ == Protocol::query);
      violations_ = violations_of(shape, input, "", is_told_in_xml ? TextRule::of_xml : TextRule::any_bytes);
    }
    if (violations_.empty()) return {};
    if (s3_) return refuse_s3();
    return refuse(std::string(code_of_violations()), 400,
                  fmt::format("{} validation error{} detected: {}", violations_.size(),
                              violations_.size() == 1 ? "" : "s", fmt::join(violations_, "; ")));
  }

 private:
  std::string_view code_of_violations() const {
    if (protocol_ == Protocol::rest_xml) return "MalformedXML";
    return protocol_ == Protocol::query ? "ValidationError" : "ValidationException";
  }

  Answer<std::monostate> read_parameters(const Shape& shape, void* input) {
    const auto done = read_form(route_.form, shape, input, violations_);
    if (!done) return refuse("MalformedInput", 400, done.error());
    return {};
  }

  // S3 tells schema errors by one sentence; what is wrong follows it here.
  Answer<std::monostate> refuse_s3() const {
    if (in_body_) {
      return refuse("MalformedXML", 400,
                    "The XML you provided was not well-formed or did not validate against our published schema: " +
                        violations_.front());
    }
    return refuse("InvalidArgument", 400, violations_.front());
  }

  Answer<std::monostate> bad_value(const Member& member, std::string_view value) const {
    if (s3_) {
      auto error = refuse("InvalidArgument", 400, fmt::format("Invalid value of {}.", member.wire));
      error.error().details = {{"ArgumentName", std::string(member.wire)}, {"ArgumentValue", std::string(value)}};
      return error;
    }
    return refuse(protocol_ == Protocol::rest_xml ? "InvalidArgument" : "SerializationException", 400,
                  fmt::format("The parameter {} is not valid.", member.name));
  }

  // Python's clients spell booleans there as Python does: True, False.
  static std::string text_of(const Member& member, std::string_view value) {
    return member.shape->kind == Kind::boolean ? to_lower(value) : std::string(value);
  }

  // A list stands with commas in one field, or in several (RFC 9110 section 5.3).
  static void append_values(const Member& member, std::string_view text, std::vector<std::string_view>& values) {
    if (member.shape->kind == Kind::list) {
      for (const std::string_view item : split(text, ',')) values.push_back(trim(item));
    } else {
      values.push_back(text);
    }
  }

  // A member that is in the path, the query or the head.
  Answer<std::monostate> read_place(const Member& member, void* input) {
    std::vector<std::string_view> values;
    switch (member.location) {
      case Location::uri:
        for (const auto& [name, value] : route_.labels) {
          if (name == member.wire) values.push_back(value);
        }
        break;
      case Location::query:
        for (const QueryItem& item : request_.query) {
          if (item.name == member.wire) values.push_back(item.value);
        }
        break;
      case Location::header:
        for (const HeaderView& field : request_.headers) {
          if (equal_fold(field.name, member.wire)) append_values(member, trim(field.value), values);
        }
        break;
      case Location::header_prefix:
        read_prefixed(member, input);
        return {};
      case Location::body:
      case Location::status_code:
        return {};
    }
    if (member.shape->kind == Kind::list) {
      for (const std::string_view value : values) {
        void* list = make_value(member, input);
        if (!read_scalar(*member.shape->element, member.time_form, value, member.shape->list->add(list))) {
          return bad_value(member, value);
        }
      }
    } else if (values.size() > 1) {
      return bad_value(member, values[1]);
    } else if (values.size() == 1 &&
               !read_scalar(*member.shape, member.time_form, text_of(member, values[0]), make_value(member, input))) {
      return bad_value(member, values[0]);
    }
    if (member.required && values.empty()) add_missing(violations_, "", member);
    return {};
  }

  // Names in lower case, as S3 keeps them; several fields of one name are joined with commas.
  void read_prefixed(const Member& member, void* input) {
    auto& map = *static_cast<std::map<std::string, std::string>*>(make_value(member, input));
    for (const HeaderView& field : request_.headers) {
      if (!starts_with_fold(field.name, member.wire) || field.name.size() == member.wire.size()) continue;
      const auto [at, fresh] = map.try_emplace(to_lower(field.name.substr(member.wire.size())), trim(field.value));
      if (!fresh) at->second.append(",").append(trim(field.value));
    }
  }

  Answer<std::monostate> read_body(const Shape& shape, void* input) {
    if (shape.payload >= 0) {
      const Member& member = shape.members[static_cast<std::size_t>(shape.payload)];
      const std::string path = path_of("", member);
      if (request_.body.empty()) {
        if (member.required) add_missing(violations_, "", member);
        return {};
      }
      if (member.shape->kind == Kind::blob || member.shape->kind == Kind::string) {
        void* value = make_value(member, input);
        std::string& text =
            member.shape->kind == Kind::blob ? static_cast<Blob*>(value)->bytes : *static_cast<std::string*>(value);
        text = request_.body;
        return {};
      }
      return read_document(member.wire, *member.shape, make_value(member, input), path);
    }
    const bool has_body =
        std::ranges::any_of(shape.members, [](const Member& member) { return member.location == Location::body; });
    if (!has_body && protocol_ == Protocol::json) return read_document("", shape, input, "");
    if (!has_body) return {};
    if (request_.body.empty() && protocol_ == Protocol::rest_xml) {
      for (const Member& member : shape.members) {
        if (member.location == Location::body && member.required) add_missing(violations_, "", member);
      }
      return {};
    }
    return read_document(route_.operation->input_root, shape, input, "");
  }

  Answer<std::monostate> read_document(std::string_view root, const Shape& shape, void* value,
                                       const std::string& path) {
    if (protocol_ != Protocol::rest_xml) return read_json(shape, value, path);
    in_body_ = true;
    const auto done = read_xml(request_.body, root, shape, value, path, violations_);
    if (done) return {};
    if (s3_) {
      return refuse(
          "MalformedXML", 400,
          "The XML you provided was not well-formed or did not validate against our published schema: " + done.error());
    }
    return refuse("MalformedInput", 400, done.error());
  }

  // No body at all is one without members: the readers tell what is missing.
  Answer<std::monostate> read_json(const Shape& shape, void* value, const std::string& path) {
    const std::string_view body = request_.body.empty() ? std::string_view("{}") : request_.body;
    const auto done = read_json_document(body, shape, value, path, violations_);
    if (!done) return refuse("SerializationException", 400, done.error());
    return {};
  }

  Protocol protocol_;
  bool s3_;
  bool in_body_ = false;
  const Route& route_;
  const OperationRequest& request_;
  std::vector<std::string> violations_;
};

}  // namespace

Answer<std::monostate> read_input_into(const Service& service, const Route& route, const OperationRequest& request,
                                       void* input) {
  if (route.operation->input == nullptr) return {};
  return InputReader(service, route, request).read(input);
}

}  // namespace gust::aws
