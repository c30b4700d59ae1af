#include <sqlite3.h>

#include "config/sqlite_internal.h"

namespace gust::config {

Error sqlite_error(int code) {
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
      return fail(Errc::corrupt, "the store's file is damaged").error();
    case SQLITE_NOTADB:
      return fail(Errc::corrupt, "the file is not a store of Gustfront's").error();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(Errc::address_in_use, "another process has the store open").error();
    case SQLITE_FULL:
      return fail(Errc::no_space, "no space is left for the store").error();
    case SQLITE_NOMEM:
      return fail(Errc::out_of_memory, "no memory is left for the store").error();
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return fail(Errc::access_denied, "the store's file or folder may not be written").error();
    case SQLITE_CANTOPEN:
      return fail(Errc::access_denied, "the store's file cannot be opened or made").error();
    default:
      return fail(Errc::io_failed, "the store's file could not be read or written").error();
  }
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement& Statement::bind(int parameter, std::int64_t number) {
  sqlite3_bind_int64(statement_.get(), parameter, number);
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view bytes) {
  // A null pointer would be an SQL null.
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  sqlite3_bind_blob64(statement_.get(), parameter, data, bytes.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind_or_null(int parameter, const std::optional<std::string>& bytes) {
  if (bytes) return bind(parameter, std::string_view(*bytes));
  sqlite3_bind_null(statement_.get(), parameter);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(sqlite_error(code));
}

Result<void> Statement::run() {
  const Result<bool> row = step();
  reset();
  if (!row) return std::unexpected(row.error());
  return {};
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Result<Database> Database::open(const std::string& path) {
  sqlite3* handle = nullptr;
  // The callers take turns by themselves.
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(handle);
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(code));
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(code));
  return Statement(statement);
}

Result<void> Database::run(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(code));
  return {};
}

Result<std::int64_t> Database::number_of(std::string_view sql) {
  TRY(Statement statement, prepare(sql));
  TRY(const bool row, statement.step());
  return row ? statement.number(0) : 0;
}

Result<std::string> Database::bytes_of(std::string_view sql) {
  TRY(Statement statement, prepare(sql));
  TRY(const bool row, statement.step());
  return row ? statement.bytes(0) : std::string();
}

}  // namespace gust::config
