// JsonMembers: the members of a document of ours, each of the type that was written. What is missing is noted, so that
// a reader asks once, at its end, whether all was there.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/time.h"

namespace gust::config {

class JsonMembers {
 public:
  explicit JsonMembers(const nlohmann::json& json) : json_(json) {}

  std::string text(const char* name) {
    const nlohmann::json* member = find(name, &nlohmann::json::is_string);
    return member == nullptr ? std::string() : member->get<std::string>();
  }
  int number(const char* name) {
    const nlohmann::json* member = find(name, &nlohmann::json::is_number_integer);
    return member == nullptr ? 0 : member->get<int>();
  }
  bool truth(const char* name) {
    const nlohmann::json* member = find(name, &nlohmann::json::is_boolean);
    return member != nullptr && member->get<bool>();
  }
  WallTime time(const char* name) {
    const auto at = read_iso8601(text(name));
    if (!at) is_whole_ = false;
    return at.value_or(WallTime{});
  }
  std::vector<std::string> texts(const char* name) {
    std::vector<std::string> all;
    for (const nlohmann::json& value : list(name)) {
      if (!value.is_string()) {
        is_whole_ = false;
        break;
      }
      all.push_back(value.get<std::string>());
    }
    return all;
  }
  std::map<std::string, std::string> pairs(const char* name) {
    std::map<std::string, std::string> all;
    const nlohmann::json* member = find(name, &nlohmann::json::is_object);
    if (member == nullptr) return all;
    for (const auto& [key, value] : member->items()) {
      if (value.is_string()) {
        all.emplace(key, value.get<std::string>());
      } else {
        is_whole_ = false;
      }
    }
    return all;
  }
  const nlohmann::json& list(const char* name) {
    static const nlohmann::json nothing = nlohmann::json::array();
    const nlohmann::json* member = find(name, &nlohmann::json::is_array);
    return member == nullptr ? nothing : *member;
  }
  // What the caller found to be wrong by itself.
  void miss() { is_whole_ = false; }
  bool is_whole() const { return is_whole_; }

 private:
  const nlohmann::json* find(const char* name, bool (nlohmann::json::*is_type)() const) {
    const auto member = json_.is_object() ? json_.find(name) : json_.end();
    if (member != json_.end() && ((*member).*is_type)()) return &*member;
    is_whole_ = false;
    return nullptr;
  }

  const nlohmann::json& json_;
  bool is_whole_ = true;
};

}  // namespace gust::config
