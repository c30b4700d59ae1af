#include "app/explain_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <future>
#include <nlohmann/json.hpp>

#include "app/core_group.h"
#include "app/explain_words.h"
#include "app/small_file.h"
#include "http/client_connection.h"
#include "http/exchange.h"
#include "net/stream.h"
#include "rt/cores.h"
#include "rt/files.h"
#include "rt/loop.h"
#include "rt/network.h"

namespace gust::app {
namespace {

constexpr Duration connect_time_max = std::chrono::seconds(5);
constexpr Duration answer_time_max = std::chrono::minutes(3);  // longer than an edge waits for its origin
constexpr std::size_t record_bytes_max = 1'048'576;
constexpr int wrong_usage = 2;

struct Trouble {
  int exit_code = 1;
  std::string text;
};
using Record = std::expected<std::string, Trouble>;

std::unexpected<Trouble> trouble(std::string text, int exit_code = 1) {
  return std::unexpected(Trouble{exit_code, std::move(text)});
}

struct Access {
  Running running;
  std::string token;
};

rt::Task<std::expected<Access, Trouble>> find_access(rt::Files& files, const std::string& data) {
  auto running = co_await read_small_file(files, running_path(data));
  if (!running && running.error().code == Errc::not_found) {
    co_return trouble(fmt::format(
        "nothing runs on the data folder {}: start it with gustfront up, or name the folder with --data", data));
  }
  if (!running) co_return trouble(fmt::format("cannot read {}: {}", running_path(data), running.error().text));
  const auto read = read_running(*running);
  if (!read) co_return trouble(fmt::format("{}: {}", running_path(data), read.error().text));
  const auto text = co_await read_small_file(files, explain_token_path(data));
  const auto token = text ? read_explain_token(*text) : std::unexpected(text.error());
  if (!token) co_return trouble(fmt::format("cannot read {}: {}", explain_token_path(data), token.error().text));
  co_return Access{*read, *token};
}

http::RequestHead head_of(const ExplainOptions& options, const ExplainRequest& request, std::string_view asking) {
  http::RequestHead head;
  head.method = http::Method::of(options.method);
  head.set_target(request.target);
  head.authority = request.authority;
  for (const auto& [name, value] : request.headers) head.fields.add(ByteView(name), value);
  head.fields.add(http::Name::gust_explain, asking);
  return head;
}

// The whole body, or its first part; the rest is read and dropped, since who leaves early may stop the fill (BODY-3).
rt::Task<Result<std::string>> read_body(http::BodyReader& body, Instant deadline) {
  std::string text;
  while (true) {
    CO_TRY(const Slice piece, co_await body.read(deadline));
    if (piece.empty()) co_return text;
    if (text.size() < record_bytes_max) text += piece.view();
  }
}

rt::Task<Record> ask(rt::Loop& loop, const ExplainOptions& options, const ExplainRequest& request) {
  const auto access = co_await find_access(loop.files(), options.data);
  if (!access) co_return std::unexpected(access.error());
  const auto edge = choose_edge(access->running, options, request);
  if (!edge) co_return trouble(edge.error(), wrong_usage);

  const auto no_answer = [&](const Error& error) {
    return trouble(fmt::format("edge {} at {} does not answer: {}. Does process {} still run?", edge->pop,
                               rt::endpoint_text(edge->http), error.text, access->running.process_id));
  };
  auto socket = co_await loop.network().connect(edge->http, loop.now() + connect_time_max);
  if (!socket) co_return no_answer(socket.error());
  http::ClientLimits limits;
  limits.head.head_bytes_max = small_file_bytes_max;
  limits.first_byte_time_max = answer_time_max;
  http::ClientConnection connection(net::make_tcp_stream(std::move(*socket)), limits);
  const std::string asking = access->token + (options.is_dry ? "; dry" : "");
  const http::RequestHead head = head_of(options, request, asking);
  const Instant deadline = loop.now() + answer_time_max;
  if (auto asked = co_await connection.exchange(head, {}, nullptr, deadline); !asked)
    co_return no_answer(asked.error());
  std::string record(connection.head().fields.get("Gust-Decision").value_or(ByteView()));
  const std::uint16_t status = connection.head().status;
  auto body = co_await read_body(connection.body(), deadline);
  if (!body && options.is_dry) co_return no_answer(body.error());
  if (options.is_dry) record = std::move(*body);
  if (!nlohmann::json::accept(record)) {
    co_return trouble(fmt::format("edge {} answered with {} and told no record: is {} the data folder that it runs on?",
                                  edge->pop, status, options.data));
  }
  co_return record;
}

rt::Task<void> run(rt::Loop& loop, const ExplainOptions& options, const ExplainRequest& request,
                   std::promise<Record>& told) {
  told.set_value(co_await ask(loop, options, request));
}

}  // namespace

int run_explain(const ExplainOptions& options) {
  const auto complain = [](int exit_code, const std::string& text) {
    std::fprintf(stderr, "gustfront explain: %s\n", text.c_str());
    return exit_code;
  };
  const auto request = read_explain_request(options);
  if (!request) return complain(wrong_usage, request.error());
  rt::Cores threads(1, 1);
  CoreGroup cores({&threads.loop(0)});
  std::promise<Record> promise;
  cores.loop(0).post([&] { cores.scope(0).spawn(run(cores.loop(0), options, *request, promise)); });
  const Record record = promise.get_future().get();
  cores.wait_for_last_turns();
  if (!record) return complain(record.error().exit_code, record.error().text);
  const auto json = nlohmann::ordered_json::parse(*record);
  const std::string text = options.is_json ? json.dump(2) + "\n" : words_of_record(*record);
  std::fputs(text.c_str(), stdout);
  if (json.contains("distribution")) return 0;
  return complain(1, fmt::format("no distribution has the host name {}", request->host));
}

}  // namespace gust::app
