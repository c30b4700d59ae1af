// Challenges: what our own edges answer to an ACME server that asks whether a name leads here.
//
// Source: RFC 8555 section 8.3 (http-01).
// Shape:  a table of (host, token) to the text of the answer. Few rows, for seconds each: it is looked at for paths
// under
//         `challenge_path` alone.
// Limits: challenges_max rows; a further one is refused.
// Core:   any.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

namespace gust::acm {

inline constexpr ByteView challenge_path = "/.well-known/acme-challenge/";

class Challenges {
 public:
  static constexpr std::size_t challenges_max = 256;

  // A row, as long as this lives.
  class Row {
   public:
    Row(Challenges& table, std::pair<std::string, std::string> name) : table_(&table), name_(std::move(name)) {}
    Row(Row&& other) noexcept : table_(std::exchange(other.table_, nullptr)), name_(std::move(other.name_)) {}
    Row& operator=(Row&&) = delete;
    ~Row() {
      if (table_ != nullptr) table_->remove(name_);
    }

   private:
    Challenges* table_;
    std::pair<std::string, std::string> name_;
  };

  // `host` in lower case. The table outlives the Row. fails: would_exceed_limit; exists
  Result<Row> add(std::string host, std::string token, std::string answer);

  // The answer to a request for `path`, which begins with challenge_path. `host` in any case, without a port.
  std::optional<std::string> find(ByteView host, ByteView path) const;

 private:
  void remove(const std::pair<std::string, std::string>& name);

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> answers_;
};

}  // namespace gust::acm
