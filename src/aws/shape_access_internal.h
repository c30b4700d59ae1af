// Access functions for generated tables. Included by generated sources only.
#pragma once

#include <optional>
#include <vector>

#include "aws/shape.h"

namespace gust::aws {

template <typename T>
struct OptionalOf {
  static const void* get(const void* optional) {
    const auto& value = *static_cast<const std::optional<T>*>(optional);
    return value ? &*value : nullptr;
  }
  static void* make(void* optional) { return &static_cast<std::optional<T>*>(optional)->emplace(); }
  static constexpr OptionalAccess access{get, make};
};

template <typename T>
struct ListOf {
  static std::size_t size(const void* list) { return static_cast<const std::vector<T>*>(list)->size(); }
  static const void* at(const void* list, std::size_t index) {
    return &(*static_cast<const std::vector<T>*>(list))[index];
  }
  static void* add(void* list) { return &static_cast<std::vector<T>*>(list)->emplace_back(); }
  static constexpr ListAccess access{size, at, add};
};

}  // namespace gust::aws
