// Scenario: one story of viewers, edges and origins, as written in a *.scenario file.
//
// Shape:  a line is words; a word with spaces is quoted ("..." with \r \n \t \" \\ \xHH); # starts a comment. A line at
//         the margin says who; the indented lines under it say what. Statements happen in the order in which they are
//         written.
//
//   scenario "a sentence that names it"
//   origin NAME
//     expect [always] METHOD TARGET [field NAME VALUE]... [no-field NAME]... [BODY]
//     wait   TIME                                           before the reply
//     reply  STATUS [field NAME VALUE]... [BODY] [chunked] [close]
//     reply  raw "..." [close]     |     reset     |     stall
//   regional NAME to UPSTREAM...
//   edge NAME to UPSTREAM...
//     behavior PATTERN [SETTING VALUE]...                   the default behavior is `*`; values as its runner knows
//     them
//   viewers NAME... [at EDGE] [together]                    at the edge named last, unless said
//     send   METHOD TARGET [host NAME] [field NAME VALUE]... [BODY]
//     send   raw "..."
//     expect STATUS [field NAME VALUE]... [no-field NAME]... [BODY]     |     expect failure
//     wait   TIME
//   advance TIME                                            virtual time passes with nothing asked
//   counters NODE NAME (== | != | < | <= | > | >=) NUMBER
//
//   BODY is `body TEXT` or `body N bytes` (a known pattern); TIME is a number with us, ms, s, m, h or d.
//   An expect and its reply are used up by the first request that fits; one with `always` never is. An origin that is
//   asked for something else, or not for what it expects, fails the scenario. `together` sends each step for all
//   viewers at once and waits for all replies; otherwise one viewer goes after the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"

namespace gust::scenarios {

using Field = std::pair<std::string, std::string>;

// What a request or reply must be, or is made of.
struct MessageWords {
  std::vector<Field> fields{};
  std::vector<std::string> absent_fields{};
  std::optional<std::string> body{};
};

struct OriginAnswer {
  int line = 0;
  std::string method{}, target{};
  MessageWords expected{};
  bool is_repeated = false;
  Duration wait{};
  enum class Kind { reply, raw, reset, stall } kind = Kind::reply;
  int status = 0;
  MessageWords reply{};
  std::string raw{};
  bool is_chunked = false;
  bool closes = false;
};
struct StartOrigin {
  std::string name{};
  std::vector<OriginAnswer> answers{};
};

struct Behavior {
  std::string pattern{};
  std::vector<std::pair<std::string, std::string>> settings{};
};
struct StartNode {
  enum class Role { edge, regional } role = Role::edge;
  std::string name{};
  std::vector<std::string> upstreams{};
  std::vector<Behavior> behaviors{};
};

struct Send {
  std::string method{}, target{};
  std::string host{};  // empty: as the runner has it
  MessageWords words{};
  std::string raw{};  // instead of all the above
};
struct Expect {
  bool is_failure = false;  // no reply in full
  int status = 0;
  MessageWords words{};
};
struct Wait {
  Duration time{};
};
struct ViewerStep {
  int line = 0;
  std::variant<Send, Expect, Wait> what;
};
struct RunViewers {
  std::vector<std::string> names{};
  std::string edge{};
  bool is_together = false;
  std::vector<ViewerStep> steps{};
};

struct Advance {
  Duration time{};
};

struct CheckCounter {
  std::string node{}, counter{};
  enum class Relation { equal, not_equal, less, at_most, more, at_least } relation = Relation::equal;
  std::uint64_t number = 0;
};

struct Statement {
  int line = 0;
  std::variant<StartOrigin, StartNode, RunViewers, Advance, CheckCounter> what;
};

struct Scenario {
  std::string name{};
  std::string file{};
  int line = 0;
  std::vector<Statement> statements{};
};

// The known pattern of `body N bytes`.
std::string pattern_body(std::size_t bytes);
bool holds(CheckCounter::Relation relation, std::uint64_t value, std::uint64_t number);

}  // namespace gust::scenarios
