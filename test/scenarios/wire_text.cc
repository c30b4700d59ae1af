#include "scenarios/wire_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace gust::scenarios {
namespace {

constexpr std::size_t chunk_bytes = 1000;

bool names(const MessageWords& words, std::string_view name) {
  return std::ranges::any_of(words.fields, [&](const Field& field) { return equal_fold(field.first, name); });
}

std::string fields_text(const MessageWords& words) {
  std::string text;
  for (const auto& [name, value] : words.fields) text += fmt::format("{}: {}\r\n", name, value);
  return text;
}

bool is_framed(const MessageWords& words) {
  return names(words, "Content-Length") || names(words, "Transfer-Encoding");
}

std::string in_chunks(std::string_view body) {
  std::string text;
  while (!body.empty()) {
    const std::string_view chunk = body.substr(0, chunk_bytes);
    text += fmt::format("{:x}\r\n{}\r\n", chunk.size(), chunk);
    body.remove_prefix(chunk.size());
  }
  return text + "0\r\n\r\n";
}

}  // namespace

std::string request_text(const Send& send, std::string_view default_host) {
  if (!send.raw.empty()) return send.raw;
  std::string text = fmt::format("{} {} HTTP/1.1\r\n", send.method, send.target);
  if (!names(send.words, "Host")) text += fmt::format("Host: {}\r\n", send.host.empty() ? default_host : send.host);
  text += fields_text(send.words);
  const std::string body = send.words.body.value_or("");
  if (send.words.body && !is_framed(send.words)) text += fmt::format("Content-Length: {}\r\n", body.size());
  return text + "\r\n" + body;
}

std::string reply_text(const OriginAnswer& answer) {
  if (answer.kind == OriginAnswer::Kind::raw) return answer.raw;
  if (answer.kind != OriginAnswer::Kind::reply) return "";
  std::string text = fmt::format("HTTP/1.1 {} Scripted\r\n", answer.status) + fields_text(answer.reply);
  if (answer.closes) text += "Connection: close\r\n";
  const std::string body = answer.reply.body.value_or("");
  // RFC 9110 section 6.4.1: these have no content; a reply to HEAD says what the one to GET would be.
  const bool has_no_body = answer.status < 200 || answer.status == 204 || answer.status == 304;
  if (has_no_body) return text + "\r\n";
  if (answer.is_chunked) {
    text += "Transfer-Encoding: chunked\r\n\r\n";
    return answer.method == "HEAD" ? text : text + in_chunks(body);
  }
  if (!is_framed(answer.reply)) text += fmt::format("Content-Length: {}\r\n", body.size());
  return answer.method == "HEAD" ? text + "\r\n" : text + "\r\n" + body;
}

}  // namespace gust::scenarios
