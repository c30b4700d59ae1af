#include "config/sqlite_store.h"

#include <mutex>
#include <optional>
#include <utility>

#include "config/sqlite_internal.h"
#include "config/watched_store_internal.h"
#include "rt/blocking.h"

namespace gust::config {
namespace {

// Marks the file as ours in SQLite's header ("GUST"), and the shape of its tables.
constexpr std::int64_t application_id = 0x47555354;
constexpr std::int64_t schema_version = 1;

constexpr const char* schema = R"(
  BEGIN EXCLUSIVE;
  CREATE TABLE document (key BLOB PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX document_revision ON document (revision);
  CREATE TABLE deletion (key BLOB PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX deletion_revision ON deletion (revision);
  -- revision: the newest one taken. forgotten: deletions up to here may be missing.
  CREATE TABLE counter (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL, forgotten INTEGER NOT NULL);
  INSERT INTO counter VALUES (1, 0, 0);
  PRAGMA application_id = 0x47555354;
  PRAGMA user_version = 1;
  COMMIT;
)";

std::int64_t signed_of(Revision revision) { return static_cast<std::int64_t>(revision); }
Revision revision_of(std::int64_t number) { return static_cast<Revision>(number); }

struct Statements {
  Statement get, list, count, changes, counter, put, remove, remember, unremember, take_revision, forget, prune;

  static Result<Statements> prepare(Database& database) {
    TRY(Statement get, database.prepare("SELECT value, revision FROM document WHERE key = ?1"));
    TRY(Statement list, database.prepare("SELECT key, value, revision FROM document"
                                         " WHERE key >= ?1 AND (?2 IS NULL OR key < ?2) ORDER BY key"));
    TRY(Statement count, database.prepare("SELECT count(*) FROM document"
                                          " WHERE key >= ?1 AND (?2 IS NULL OR key < ?2)"));
    TRY(Statement changes, database.prepare("SELECT key, value, revision, 1 FROM document"
                                            " WHERE revision > ?3 AND key >= ?1 AND (?2 IS NULL OR key < ?2)"
                                            " UNION ALL SELECT key, NULL, revision, 0 FROM deletion"
                                            " WHERE revision > ?3 AND key >= ?1 AND (?2 IS NULL OR key < ?2)"
                                            " ORDER BY 3, 1"));
    TRY(Statement counter, database.prepare("SELECT revision, forgotten FROM counter"));
    TRY(Statement put, database.prepare("INSERT INTO document VALUES (?1, ?2, ?3)"
                                        " ON CONFLICT (key) DO UPDATE SET value = ?2, revision = ?3"));
    TRY(Statement remove, database.prepare("DELETE FROM document WHERE key = ?1"));
    TRY(Statement remember, database.prepare("INSERT OR REPLACE INTO deletion VALUES (?1, ?2)"));
    TRY(Statement unremember, database.prepare("DELETE FROM deletion WHERE key = ?1"));
    TRY(Statement take_revision, database.prepare("UPDATE counter SET revision = ?1"));
    TRY(Statement forget, database.prepare("UPDATE counter SET forgotten = max(forgotten, coalesce((SELECT revision"
                                           " FROM deletion ORDER BY revision DESC LIMIT 1 OFFSET ?1), 0))"));
    TRY(Statement prune, database.prepare("DELETE FROM deletion WHERE revision <= (SELECT forgotten FROM counter)"));
    return Statements{std::move(get),        std::move(list),          std::move(count),  std::move(changes),
                      std::move(counter),    std::move(put),           std::move(remove), std::move(remember),
                      std::move(unremember), std::move(take_revision), std::move(forget), std::move(prune)};
  }
};

class SqliteStore final : public WatchedStore {
 public:
  SqliteStore(Database database, Statements statements, Revision revision, const StoreLimits& limits)
      : WatchedStore(limits), database_(std::move(database)), statements_(std::move(statements)) {
    tell(revision);
  }

  rt::Task<Result<std::optional<Document>>> get(std::string key) override {
    co_return co_await rt::blocking(co_await rt::this_loop(), [this, &key] {
      const std::scoped_lock lock(mutex_);
      return read_one(key);
    });
  }

  rt::Task<Result<Listing>> list(std::string prefix) override {
    co_return co_await rt::blocking(co_await rt::this_loop(), [this, &prefix] {
      const std::scoped_lock lock(mutex_);
      return read_all(prefix);
    });
  }

  rt::Task<Result<std::size_t>> count(std::string prefix) override {
    co_return co_await rt::blocking(co_await rt::this_loop(), [this, &prefix] {
      const std::scoped_lock lock(mutex_);
      return read_count(prefix);
    });
  }

  rt::Task<Result<Revision>> commit(std::vector<Write> writes) override {
    CO_TRY_OK(check(writes));
    co_return co_await rt::blocking(co_await rt::this_loop(), [this, &writes] {
      const std::scoped_lock lock(mutex_);
      return write_all(writes);
    });
  }

 private:
  rt::Task<Result<Changes>> changes_after(std::string prefix, Revision after) override {
    co_return co_await rt::blocking(co_await rt::this_loop(), [this, &prefix, after] {
      const std::scoped_lock lock(mutex_);
      return read_changes(prefix, after);
    });
  }

  Result<std::optional<Document>> read_one(const std::string& key) {
    Statement& statement = statements_.get.bind(1, key);
    const Result<bool> row = statement.step();
    std::optional<Document> found;
    if (row && *row) found = Document{key, statement.bytes(0), revision_of(statement.number(1))};
    statement.reset();
    if (!row) return std::unexpected(row.error());
    return found;
  }

  Result<Listing> read_all(const std::string& prefix) {
    Listing listing;
    TRY(const Counter counter, read_counter());
    listing.revision = counter.revision;
    const std::optional<std::string> end = end_of_prefix(prefix);
    Statement& statement = statements_.list.bind(1, prefix).bind_or_null(2, end);
    Result<bool> row = statement.step();
    for (; row && *row; row = statement.step()) {
      listing.documents.push_back({statement.bytes(0), statement.bytes(1), revision_of(statement.number(2))});
    }
    statement.reset();
    if (!row) return std::unexpected(row.error());
    return listing;
  }

  Result<std::size_t> read_count(const std::string& prefix) {
    const std::optional<std::string> end = end_of_prefix(prefix);
    Statement& statement = statements_.count.bind(1, prefix).bind_or_null(2, end);
    const Result<bool> row = statement.step();
    const auto counted = row && *row ? static_cast<std::size_t>(statement.number(0)) : 0;
    statement.reset();
    if (!row) return std::unexpected(row.error());
    return counted;
  }

  Result<Changes> read_changes(const std::string& prefix, Revision after) {
    TRY(const Counter counter, read_counter());
    if (after < counter.forgotten) return fail(Errc::not_found, "the deletions since then are no longer known");
    Changes found;
    found.revision = counter.revision;
    const std::optional<std::string> end = end_of_prefix(prefix);
    Statement& statement = statements_.changes.bind(1, prefix).bind_or_null(2, end).bind(3, signed_of(after));
    Result<bool> row = statement.step();
    for (; row && *row; row = statement.step()) {
      Change change{statement.bytes(0), std::nullopt, revision_of(statement.number(2))};
      if (statement.number(3) == 1) change.value = statement.bytes(1);
      found.changes.push_back(std::move(change));
    }
    statement.reset();
    if (!row) return std::unexpected(row.error());
    return found;
  }

  Result<Revision> write_all(const std::vector<Write>& writes) {
    TRY_OK(database_.run("BEGIN IMMEDIATE"));
    const Result<Revision> made = write_each(writes);
    Result<void> ended = made ? database_.run("COMMIT") : Result<void>();
    if (made && ended) {
      tell(*made);
      return made;
    }
    // A rollback that fails has been done by SQLite itself already.
    [[maybe_unused]] const Result<void> undone = database_.run("ROLLBACK");
    if (!made) return made;
    return std::unexpected(ended.error());
  }

  Result<Revision> write_each(const std::vector<Write>& writes) {
    for (const Write& write : writes) {
      TRY(const auto stored, read_one(write.key));
      if ((stored ? stored->revision : absent) != write.expected) {
        return fail(Errc::conflict, "the document has changed since it was read");
      }
    }
    TRY(const Counter counter, read_counter());
    const Revision revision = counter.revision + 1;
    bool deletes = false;
    for (const Write& write : writes) {
      if (write.value) {
        TRY_OK(statements_.put.bind(1, write.key).bind(2, *write.value).bind(3, signed_of(revision)).run());
        TRY_OK(statements_.unremember.bind(1, write.key).run());
      } else {
        TRY_OK(statements_.remove.bind(1, write.key).run());
        TRY_OK(statements_.remember.bind(1, write.key).bind(2, signed_of(revision)).run());
        deletes = true;
      }
    }
    TRY_OK(statements_.take_revision.bind(1, signed_of(revision)).run());
    if (deletes) {
      TRY_OK(statements_.forget.bind(1, static_cast<std::int64_t>(limits().deletions_kept)).run());
      TRY_OK(statements_.prune.run());
    }
    return revision;
  }

  struct Counter {
    Revision revision, forgotten;
  };
  Result<Counter> read_counter() {
    const Result<bool> row = statements_.counter.step();
    const Counter counter{revision_of(statements_.counter.number(0)), revision_of(statements_.counter.number(1))};
    statements_.counter.reset();
    if (!row) return std::unexpected(row.error());
    if (!*row) return fail(Errc::corrupt, "the store's file has lost its counter");
    return counter;
  }

  std::mutex mutex_;
  Database database_;
  Statements statements_;  // after the database: they go first
};

// Looks before it changes anything, so that a file of another program stays as it is.
Result<void> prepare_file(Database& database) {
  TRY_OK(database.run("PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE"));
  TRY(const std::int64_t owner, database.number_of("PRAGMA application_id"));
  TRY(const std::int64_t version, database.number_of("PRAGMA user_version"));
  TRY(const std::int64_t tables, database.number_of("SELECT count(*) FROM sqlite_schema"));
  const bool is_new = owner == 0 && version == 0 && tables == 0;
  if (!is_new && owner != application_id) {
    return fail(Errc::corrupt, "the file is a database of another program");
  }
  if (!is_new && version != schema_version) {
    return fail(Errc::corrupt, "the store was written by another version of Gustfront that this one cannot read");
  }
  TRY(const std::string mode, database.bytes_of("PRAGMA journal_mode = WAL"));
  if (mode != "wal") return fail(Errc::io_failed, "the store's file system cannot hold a write-ahead log");
  TRY_OK(database.run("PRAGMA synchronous = FULL"));
  if (is_new) TRY_OK(database.run(schema));
  TRY(const std::string sound, database.bytes_of("PRAGMA quick_check(1)"));
  if (sound != "ok") return fail(Errc::corrupt, "the store's file is damaged");
  // From here on the file is ours alone.
  return database.run("BEGIN EXCLUSIVE; COMMIT");
}

Result<std::unique_ptr<Store>> open_now(const std::string& path, const StoreLimits& limits) {
  TRY(Database database, Database::open(path));
  TRY_OK(prepare_file(database));
  TRY(const std::int64_t revision, database.number_of("SELECT revision FROM counter"));
  TRY(Statements statements, Statements::prepare(database));
  return std::make_unique<SqliteStore>(std::move(database), std::move(statements), revision_of(revision), limits);
}

}  // namespace

rt::Task<Result<std::unique_ptr<Store>>> open_sqlite_store(std::string path, StoreLimits limits) {
  co_return co_await rt::blocking(co_await rt::this_loop(), [&path, &limits] { return open_now(path, limits); });
}

}  // namespace gust::config
