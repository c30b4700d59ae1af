#include "config/store.h"

#include <utility>

namespace gust::config {
namespace {

std::vector<Write> one_write(Write write) {
  std::vector<Write> writes;
  writes.push_back(std::move(write));
  return writes;
}

}  // namespace

rt::Task<Result<Revision>> Store::put(std::string key, std::string value, Revision expected) {
  return commit(one_write({std::move(key), std::move(value), expected}));
}

rt::Task<Result<Revision>> Store::remove(std::string key, Revision expected) {
  return commit(one_write({std::move(key), std::nullopt, expected}));
}

}  // namespace gust::config
