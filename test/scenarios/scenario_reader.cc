#include "scenarios/scenario_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/result.h"
#include "scenarios/words_internal.h"

namespace gust::scenarios {
namespace {

// A statement is its line at the margin and the indented lines below.
using Below = std::span<const Line>;

Read<void> read_body(Words& words, MessageWords& into) {
  TRY(std::string text, words.next("a body"));
  if (!words.take("bytes")) {
    into.body = std::move(text);
    return {};
  }
  const bool is_number =
      !text.empty() && text.size() < 9 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return words.mistake(fmt::format("expected a number of bytes, found `{}`", text));
  into.body = pattern_body(std::stoul(text));
  return {};
}

// Takes one part of a message if one stands here; false when something else does.
Read<bool> read_message_part(Words& words, MessageWords& into) {
  if (words.take("field")) {
    TRY(std::string name, words.next("a field name"));
    TRY(std::string value, words.next("a field value"));
    into.fields.emplace_back(std::move(name), std::move(value));
  } else if (words.take("no-field")) {
    TRY(std::string name, words.next("a field name"));
    into.absent_fields.push_back(std::move(name));
  } else if (words.take("body")) {
    TRY_OK(read_body(words, into));
  } else {
    return false;
  }
  return true;
}

// The rest of the line is parts of a message.
Read<void> read_message(Words& words, MessageWords& into) {
  while (!words.is_at_end()) {
    TRY(const bool is_part, read_message_part(words, into));
    if (!is_part) return words.end();
  }
  return {};
}

Read<int> read_status(Words& words) {
  TRY(const std::uint64_t status, words.next_number("a status"));
  if (status < 100 || status > 599) return words.mistake(fmt::format("{} is not a status", status));
  return static_cast<int>(status);
}

Read<void> read_reply(Words& words, OriginAnswer& answer) {
  if (words.take("raw")) {
    answer.kind = OriginAnswer::Kind::raw;
    TRY(answer.raw, words.next("the raw reply"));
    answer.closes = words.take("close");
    return words.end();
  }
  TRY(answer.status, read_status(words));
  while (!words.is_at_end()) {
    if (words.take("chunked")) {
      answer.is_chunked = true;
    } else if (words.take("close")) {
      answer.closes = true;
    } else {
      TRY(const bool is_part, read_message_part(words, answer.reply));
      if (!is_part) return words.end();
    }
  }
  if (!answer.reply.absent_fields.empty()) return words.mistake("a reply says what it has, not what it has not");
  return {};
}

Read<OriginAnswer> read_origin_expect(Words& words) {
  OriginAnswer answer;
  answer.line = words.line();
  answer.is_repeated = words.take("always");
  TRY(answer.method, words.next("a method"));
  TRY(answer.target, words.next("a target"));
  TRY_OK(read_message(words, answer.expected));
  return answer;
}

Read<Statement> read_origin(const Line& head, Below below) {
  Words words(head);
  words.take("origin");
  StartOrigin origin;
  TRY(origin.name, words.next("a name"));
  TRY_OK(words.end());
  bool is_open = false;  // an expect that has no reply yet
  for (const Line& line : below) {
    Words inner(line);
    if (inner.take("expect")) {
      if (is_open) return inner.mistake("the expect before has no reply, reset or stall");
      TRY(OriginAnswer answer, read_origin_expect(inner));
      origin.answers.push_back(std::move(answer));
      is_open = true;
      continue;
    }
    if (!is_open) return inner.mistake("an expect must come first");
    OriginAnswer& answer = origin.answers.back();
    if (inner.take("wait")) {
      TRY(answer.wait, inner.next_time());
      TRY_OK(inner.end());
      continue;
    }
    if (inner.take("reply")) {
      TRY_OK(read_reply(inner, answer));
    } else if (inner.take("reset")) {
      answer.kind = OriginAnswer::Kind::reset;
      TRY_OK(inner.end());
    } else if (inner.take("stall")) {
      answer.kind = OriginAnswer::Kind::stall;
      TRY_OK(inner.end());
    } else {
      return inner.mistake("an origin has expect, wait, reply, reset and stall");
    }
    is_open = false;
  }
  if (is_open) return words.mistake("the last expect has no reply, reset or stall");
  return Statement{head.number, std::move(origin)};
}

Read<Statement> read_node(const Line& head, Below below) {
  Words words(head);
  StartNode node;
  node.role = words.take("regional") ? StartNode::Role::regional : StartNode::Role::edge;
  words.take("edge");
  TRY(node.name, words.next("a name"));
  if (!words.take("to")) return words.mistake("expected `to` and its upstream");
  do {
    TRY(std::string upstream, words.next("an upstream"));
    node.upstreams.push_back(std::move(upstream));
  } while (!words.is_at_end());
  for (const Line& line : below) {
    Words inner(line);
    if (!inner.take("behavior")) return inner.mistake("an edge or regional has behavior");
    Behavior behavior;
    TRY(behavior.pattern, inner.next("a path pattern"));
    while (!inner.is_at_end()) {
      TRY(std::string setting, inner.next("a setting"));
      TRY(std::string value, inner.next("its value"));
      behavior.settings.emplace_back(std::move(setting), std::move(value));
    }
    node.behaviors.push_back(std::move(behavior));
  }
  return Statement{head.number, std::move(node)};
}

Read<Send> read_send(Words& words) {
  Send send;
  if (words.take("raw")) {
    TRY(send.raw, words.next("the raw request"));
    TRY_OK(words.end());
    return send;
  }
  TRY(send.method, words.next("a method"));
  TRY(send.target, words.next("a target"));
  if (words.take("host")) {
    TRY(send.host, words.next("a host name"));
  }
  TRY_OK(read_message(words, send.words));
  if (!send.words.absent_fields.empty()) return words.mistake("a request says what it has, not what it has not");
  return send;
}

Read<Expect> read_expect(Words& words) {
  Expect expect;
  if (words.take("failure")) {
    expect.is_failure = true;
    TRY_OK(words.end());
    return expect;
  }
  TRY(expect.status, read_status(words));
  TRY_OK(read_message(words, expect.words));
  return expect;
}

Read<ViewerStep> read_viewer_step(const Line& line) {
  Words words(line);
  ViewerStep step{.line = line.number, .what = Wait{}};
  if (words.take("send")) {
    TRY(step.what, read_send(words));
  } else if (words.take("expect")) {
    TRY(step.what, read_expect(words));
  } else if (words.take("wait")) {
    TRY(const Duration time, words.next_time());
    TRY_OK(words.end());
    step.what = Wait{time};
  } else {
    return words.mistake("viewers have send, expect and wait");
  }
  return step;
}

Read<Statement> read_viewers(const Line& head, Below below, const std::string& last_edge) {
  Words words(head);
  if (!words.take("viewers")) words.take("viewer");
  RunViewers viewers{.names = {}, .edge = last_edge, .steps = {}};
  while (!words.is_at_end()) {
    if (words.take("together")) {
      viewers.is_together = true;
    } else if (words.take("at")) {
      TRY(viewers.edge, words.next("an edge"));
    } else {
      TRY(std::string name, words.next("a name"));
      viewers.names.push_back(std::move(name));
    }
  }
  if (viewers.names.empty()) return words.mistake("viewers have names");
  if (viewers.edge.empty()) return words.mistake("no edge has been started");
  bool is_asked = false;  // a send whose reply nobody has looked at
  for (const Line& line : below) {
    TRY(ViewerStep step, read_viewer_step(line));
    if (std::holds_alternative<Expect>(step.what)) {
      if (!is_asked) return Words(line).mistake("nothing was sent that this could be the reply to");
      is_asked = false;
    } else if (std::holds_alternative<Send>(step.what)) {
      if (is_asked) return Words(line).mistake("the send before has no expect");
      is_asked = true;
    }
    viewers.steps.push_back(std::move(step));
  }
  if (is_asked) return words.mistake("the last send has no expect");
  return Statement{head.number, std::move(viewers)};
}

Read<Statement> read_advance(const Line& head) {
  Words words(head);
  words.take("advance");
  TRY(const Duration time, words.next_time());
  TRY_OK(words.end());
  return Statement{head.number, Advance{time}};
}

Read<Statement> read_counters(const Line& head) {
  using Relation = CheckCounter::Relation;
  constexpr std::array<std::pair<std::string_view, Relation>, 6> relations{{{"==", Relation::equal},
                                                                            {"!=", Relation::not_equal},
                                                                            {"<", Relation::less},
                                                                            {"<=", Relation::at_most},
                                                                            {">", Relation::more},
                                                                            {">=", Relation::at_least}}};
  Words words(head);
  words.take("counters");
  CheckCounter check;
  TRY(check.node, words.next("a node"));
  TRY(check.counter, words.next("a counter"));
  TRY(const std::string relation, words.next("a relation"));
  const auto* found = std::ranges::find(relations, relation, [](const auto& pair) { return pair.first; });
  if (found == relations.end()) return words.mistake(fmt::format("`{}` is not a relation", relation));
  check.relation = found->second;
  TRY(check.number, words.next_number("a number"));
  TRY_OK(words.end());
  return Statement{head.number, std::move(check)};
}

bool is_one_of(const std::string& word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

Read<Statement> read_statement(const Line& head, Below below, const std::string& last_edge) {
  const std::string& verb = head.words.front().text;
  if (verb == "origin") return read_origin(head, below);
  if (is_one_of(verb, {"edge", "regional"})) return read_node(head, below);
  if (is_one_of(verb, {"viewer", "viewers"})) return read_viewers(head, below, last_edge);
  const bool has_lines_below = is_one_of(verb, {"advance", "counters"}) && !below.empty();
  if (has_lines_below) return Words(below.front()).mistake(fmt::format("nothing stands under {}", verb));
  if (verb == "advance") return read_advance(head);
  if (verb == "counters") return read_counters(head);
  return Words(head).mistake(fmt::format("`{}` is not a statement", verb));
}

}  // namespace

std::expected<std::vector<Scenario>, Mistake> read_scenarios(std::string_view text, std::string_view file) {
  TRY(const std::vector<Line> lines, read_lines(text));
  std::vector<Scenario> scenarios;
  std::string last_edge;
  for (std::size_t at = 0; at < lines.size();) {
    const Line& head = lines[at];
    Words words(head);
    if (head.is_indented) return words.mistake("an indented line belongs under another");
    std::size_t end = at + 1;
    while (end < lines.size() && lines[end].is_indented) ++end;
    const Below below(lines.begin() + static_cast<std::ptrdiff_t>(at + 1), end - at - 1);
    at = end;
    if (words.take("scenario")) {
      TRY(std::string name, words.next("its sentence"));
      TRY_OK(words.end());
      if (!below.empty()) return Words(below.front()).mistake("nothing stands under scenario");
      scenarios.push_back({.name = std::move(name), .file = std::string(file), .line = head.number, .statements = {}});
      last_edge.clear();
      continue;
    }
    if (scenarios.empty()) return words.mistake("a file begins with scenario");
    TRY(Statement statement, read_statement(head, below, last_edge));
    const StartNode* node = std::get_if<StartNode>(&statement.what);
    if (node && node->role == StartNode::Role::edge) last_edge = node->name;
    scenarios.back().statements.push_back(std::move(statement));
  }
  return scenarios;
}

}  // namespace gust::scenarios
