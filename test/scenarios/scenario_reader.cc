#include "scenarios/scenario_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/result.h"
#include "scenarios/reader_internal.h"

namespace gust::scenarios {
namespace {

// The rest of the line is settings.
Read<void> read_settings(Words& words, std::vector<Setting>& into) {
  while (!words.is_at_end()) {
    TRY(std::string setting, words.next("a setting"));
    TRY(std::string value, words.next("its value"));
    into.emplace_back(std::move(setting), std::move(value));
  }
  return {};
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
    if (inner.take("behavior")) {
      Behavior behavior;
      TRY(behavior.pattern, inner.next("a path pattern"));
      TRY_OK(read_settings(inner, behavior.settings));
      node.behaviors.push_back(std::move(behavior));
    } else if (inner.take("distribution")) {
      TRY_OK(read_settings(inner, node.distribution));
    } else if (inner.take("limits")) {
      TRY_OK(read_settings(inner, node.limits));
    } else {
      return inner.mistake("an edge or regional has distribution, behavior and limits");
    }
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
  if (words.take("patience")) {
    TRY(send.patience, words.next_time());
  }
  TRY_OK(read_message(words, send.words));
  if (!says_what_is_there_only(send.words)) return words.mistake("a request says what it has, not what it has not");
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

// The rest of the line is names, each with the edge that the next `at` says, else `last_edge`.
Read<void> read_viewer_names(Words& words, const std::string& last_edge, RunViewers& into) {
  std::size_t placed = 0;  // those before have an edge
  while (!words.is_at_end()) {
    if (words.take("together")) {
      into.is_together = true;
    } else if (words.take("at")) {
      if (placed == into.viewers.size()) return words.mistake("the viewers stand before their `at`");
      TRY(const std::string edge, words.next("an edge"));
      while (placed < into.viewers.size()) into.viewers[placed++].edge = edge;
    } else {
      TRY(std::string name, words.next("a name"));
      into.viewers.push_back({.name = std::move(name), .edge = {}});
    }
  }
  if (into.viewers.empty()) return words.mistake("viewers have names");
  if (placed < into.viewers.size() && last_edge.empty()) return words.mistake("no edge has been started");
  while (placed < into.viewers.size()) into.viewers[placed++].edge = last_edge;
  return {};
}

Read<Statement> read_viewers(const Line& head, Below below, const std::string& last_edge) {
  Words words(head);
  if (!words.take("viewers")) words.take("viewer");
  RunViewers viewers;
  TRY_OK(read_viewer_names(words, last_edge, viewers));
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

Read<Statement> read_purge(const Line& head) {
  Words words(head);
  words.take("purge");
  Purge purge;
  TRY(std::string word, words.next("a node"));
  do {
    purge.nodes.push_back(std::move(word));
    TRY(word, words.next("a path"));
  } while (!words.is_at_end());
  purge.path = std::move(word);
  return Statement{head.number, std::move(purge)};
}

Read<Statement> read_partition(const Line& head) {
  Words words(head);
  Partition partition;
  partition.is_healed = words.take("heal");
  words.take("partition");
  TRY(partition.a, words.next("a name"));
  TRY(partition.b, words.next("another name"));
  TRY_OK(words.end());
  return Statement{head.number, std::move(partition)};
}

bool is_one_of(const std::string& word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

bool is_stop(const Line& head) {
  return head.words.size() == 3 && !head.words[2].is_quoted && head.words[2].text == "stops" &&
         is_one_of(head.words[0].text, {"origin", "regional", "edge"});
}

Read<Statement> read_statement(const Line& head, Below below, const std::string& last_edge) {
  const std::string& verb = head.words.front().text;
  const bool is_alone = is_stop(head) || is_one_of(verb, {"purge", "partition", "heal", "advance", "counters"});
  if (is_alone && !below.empty()) {
    return Words(below.front()).mistake(fmt::format("nothing stands under {}", is_stop(head) ? "stops" : verb));
  }
  if (is_stop(head)) return Statement{head.number, Stop{head.words[1].text}};
  if (verb == "origin") return read_origin(head, below);
  if (is_one_of(verb, {"edge", "regional"})) return read_node(head, below);
  if (is_one_of(verb, {"viewer", "viewers"})) return read_viewers(head, below, last_edge);
  if (verb == "purge") return read_purge(head);
  if (is_one_of(verb, {"partition", "heal"})) return read_partition(head);
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
