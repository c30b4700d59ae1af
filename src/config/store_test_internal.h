// For tests of stores: a loop with workers on a thread of its own, and a folder that goes away.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "rt/cores.h"
#include "rt/loop.h"
#include "rt/scope.h"

namespace gust::config {

class TestFolder {
 public:
  TestFolder() : path_((std::filesystem::temp_directory_path() / "gust-store-XXXXXX").string()) {
    CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class TestWorld {
 public:
  TestWorld() { scope_.emplace(cores_.loop(0)); }
  ~TestWorld() {
    std::promise<void> gone;
    cores_.loop(0).post([&] {
      scope_.reset();
      gone.set_value();
    });
    gone.get_future().wait();
  }
  TestWorld(const TestWorld&) = delete;
  TestWorld& operator=(const TestWorld&) = delete;

  // Runs `task` on the loop and waits for what it gives.
  template <typename T>
  T run(rt::Task<T> task) {
    std::promise<T> result;
    auto future = result.get_future();
    cores_.loop(0).post([&] { scope_->spawn(keep(std::move(task), std::move(result))); });
    return future.get();
  }

 private:
  template <typename T>
  static rt::Task<void> keep(rt::Task<T> task, std::promise<T> result) {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
      result.set_value();
    } else {
      result.set_value(co_await std::move(task));
    }
  }

  rt::Cores cores_{1, 4};
  std::optional<rt::Scope> scope_;
};

}  // namespace gust::config
