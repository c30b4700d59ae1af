#include "base/result.h"
#include "scenarios/reader_internal.h"

namespace gust::scenarios {
namespace {

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
  if (!says_what_is_there_only(answer.reply)) return words.mistake("a reply says what it has, not what it has not");
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

// The expects of an origin with their replies.
Read<std::vector<OriginAnswer>> read_answers(const Words& words, Below below) {
  std::vector<OriginAnswer> answers;
  bool is_open = false;  // an expect that has no reply yet
  for (const Line& line : below) {
    Words inner(line);
    if (inner.take("expect")) {
      if (is_open) return inner.mistake("the expect before has no reply, reset or stall");
      TRY(OriginAnswer answer, read_origin_expect(inner));
      answers.push_back(std::move(answer));
      is_open = true;
      continue;
    }
    if (!is_open) return inner.mistake("an expect must come first");
    OriginAnswer& answer = answers.back();
    if (inner.take("wait")) {
      TRY(answer.wait, inner.next_time());
      TRY_OK(inner.end());
      continue;
    }
    if (inner.take("pause")) {
      TRY(answer.pause, inner.next_time());
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
      return inner.mistake("an origin has expect, wait, pause, reply, reset and stall");
    }
    is_open = false;
  }
  if (is_open) return words.mistake("the last expect has no reply, reset or stall");
  return answers;
}

}  // namespace

Read<Statement> read_origin(const Line& head, Below below) {
  Words words(head);
  words.take("origin");
  StartOrigin origin;
  TRY(origin.name, words.next("a name"));
  origin.is_again = words.take("starts");
  TRY_OK(words.end());
  TRY(origin.answers, read_answers(words, below));
  return Statement{head.number, std::move(origin)};
}

}  // namespace gust::scenarios
