// Scenario: one story of viewers, edges and origins, as written in a *.scenario file.
//
// Shape:  a line is words; a word with spaces is quoted ("..." with \r \n \t \" \\ \xHH); # starts a comment. A line at
//         the margin says who; the indented lines under it say what. Statements happen in the order in which they are
//         written.
//
//   scenario "a sentence that names it"
//   origin NAME
//     expect [always] METHOD TARGET [field NAME VALUE]... [no-field NAME]... [has-field NAME]... [BODY]
//     wait   TIME                                           before the reply
//     pause  TIME                                           in the middle of the reply
//     reply  STATUS [field NAME VALUE]... [BODY] [chunked] [close]
//     reply  raw "..." [close]     |     reset     |     stall
//   regional NAME to UPSTREAM...                            origins, also edges in their place
//   edge NAME to UPSTREAM...                                origins, or regionals by whose distribution it then works
//     distribution [SETTING VALUE]...                       settings and values as the runner knows them
//     behavior PATTERN [SETTING VALUE]...                   the default behavior is `*`
//     limits [SETTING VALUE]...
//   viewers NAME... [at EDGE] [NAME... at EDGE]... [together]     at the edge started last, unless said
//     send   METHOD TARGET [host NAME] [patience TIME] [field NAME VALUE]... [BODY]
//     send   raw "..."
//     expect STATUS [field NAME VALUE]... [no-field NAME]... [has-field NAME]... [BODY]     |     expect failure
//     wait   TIME
//   purge NODE... PATH                                      one invalidation, which reaches the nodes in this order
//   (origin | regional | edge) NAME stops                   its connections close and new ones are refused
//   origin NAME starts                                      again at its place, with the expects below
//   partition NAME NAME   |   heal NAME NAME                nothing passes between two hosts, until healed
//   advance TIME                                            virtual time passes with nothing asked
//   counters NODE NAME (== | != | < | <= | > | >=) NUMBER
//
//   BODY is `body TEXT` or `body N bytes` (a known pattern); TIME is a number with us, ms, s, m, h or d.
//   An expect and its reply are used up by the first request that fits; one with `always` never is. An origin that is
//   asked for something else, or not for what it expects, fails the scenario. `together` sends each step for all
//   viewers at once and waits for all replies; otherwise one viewer goes after the other. A viewer without its reply
//   when its patience ends closes the connection. Viewers keep their connections until they wait or time advances.
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
  std::vector<std::string> present_fields{};  // with any value
  std::optional<std::string> body{};
};

struct OriginAnswer {
  int line = 0;
  std::string method{}, target{};
  MessageWords expected{};
  bool is_repeated = false;
  Duration wait{};
  Duration pause{};
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
  bool is_again = false;  // it had stopped
};

using Setting = std::pair<std::string, std::string>;
struct Behavior {
  std::string pattern{};
  std::vector<Setting> settings{};
};
struct StartNode {
  enum class Role { edge, regional } role = Role::edge;
  std::string name{};
  std::vector<std::string> upstreams{};
  std::vector<Setting> distribution{};
  std::vector<Behavior> behaviors{};
  std::vector<Setting> limits{};
};

struct Send {
  std::string method{}, target{};
  std::string host{};  // empty: as the runner has it
  std::optional<Duration> patience{};
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
struct ViewerAt {
  std::string name{}, edge{};
  friend bool operator==(const ViewerAt&, const ViewerAt&) = default;
};
struct RunViewers {
  std::vector<ViewerAt> viewers{};
  bool is_together = false;
  std::vector<ViewerStep> steps{};
};

struct Purge {
  std::vector<std::string> nodes{};
  std::string path{};
};
struct Stop {
  std::string name{};
};
struct Partition {
  std::string a{}, b{};
  bool is_healed = false;
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
  std::variant<StartOrigin, StartNode, RunViewers, Purge, Stop, Partition, Advance, CheckCounter> what;
};

struct Scenario {
  std::string name{};
  std::string file{};
  int line = 0;
  std::vector<Statement> statements{};
};

// True if time must pass beside what origins take for their replies, or the network must fail in a way that only a
// simulated one can: an advance, a viewer's wait, an origin that stalls, a partition. Such a story has no run over real
// sockets.
bool needs_simulation(const Scenario& scenario);

// The known pattern of `body N bytes`.
std::string pattern_body(std::size_t bytes);
bool holds(CheckCounter::Relation relation, std::uint64_t value, std::uint64_t number);

}  // namespace gust::scenarios
