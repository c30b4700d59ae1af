// A thin hold on the SQLite C API: a database and its prepared statements, with our errors.
//
// Shape:  one thread at a time. Text goes in and out as blobs, so that keys are ordered by their bytes and may hold
// any.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gust::config {

// The Error for a result code of SQLite's.
Error sqlite_error(int code);

class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  // Parameters count from 1. A bound view must stay good until reset().
  Statement& bind(int parameter, std::int64_t number);
  Statement& bind(int parameter, std::string_view bytes);
  Statement& bind_or_null(int parameter, const std::optional<std::string>& bytes);

  // True when a row has come, false when there are no more.
  Result<bool> step();
  // Runs it to its end and makes it ready to run again.
  Result<void> run();
  void reset();

  // Columns count from 0.
  std::int64_t number(int column) const;
  std::string bytes(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  // Opens or makes the file. Nothing of it is read yet.
  static Result<Database> open(const std::string& path);

  Result<Statement> prepare(std::string_view sql);
  // Runs statements that give nothing.
  Result<void> run(const std::string& sql);
  // The first column of the first row.
  Result<std::int64_t> number_of(std::string_view sql);
  Result<std::string> bytes_of(std::string_view sql);

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace gust::config
