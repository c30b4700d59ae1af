#include "app/log_shipper.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <utility>

#include "aws/wire_request.h"
#include "base/digest.h"
#include "base/text.h"
#include "http/content_coding.h"
#include "http/text_body.h"
#include "observe/access_log.h"
#include "observe/metrics.h"
#include "rt/blocking.h"
#include "rt/files.h"
#include "rt/loop.h"

namespace gust::app {
namespace {

using observe::spool_closed_suffix;
using observe::spool_open_suffix;

// A spool closes its files long before.
constexpr ByteCount file_bytes_max = 16_MiB;
// Longer than a bucket's name and a prefix.
constexpr ByteCount head_bytes = 1_KiB;
constexpr std::size_t refusal_bytes_max = 4096;
// Said by put(): the process stops, and the next look is the last.
constexpr ByteView is_stopping = "stopping";

struct Packed {
  std::string bytes;
  std::string sha256;  // hex
};

// LOG-1: the header lines, then the access lines.
Result<Packed> pack(ByteView lines) {
  http::Encoder encoder(http::Coding::gzip, {}, lines.size());
  Packed packed;
  TRY(const ByteView head, encoder.encode(observe::access_log_header(), http::Encoder::Then::more));
  packed.bytes.append(head);
  TRY(const ByteView rest, encoder.encode(lines, http::Encoder::Then::finish));
  packed.bytes.append(rest);
  packed.sha256 = hex_of(digest_of(DigestKind::sha256, packed.bytes));
  return packed;
}

// The service's own word for a refusal.
ByteView code_in(ByteView page) {
  constexpr ByteView open = "<Code>";
  const std::size_t at = page.find(open);
  if (at == ByteView::npos) return {};
  const ByteView rest = page.substr(at + open.size());
  return rest.substr(0, rest.find('<'));
}

}  // namespace

LogShipper::LogShipper(rt::Loop& loop, observe::SpoolAccount& account, observe::MetricsWriter& metrics,
                       observe::Log& log, LogShipperOptions options)
    : loop_(loop),
      account_(account),
      log_(log),
      options_(std::move(options)),
      delivered_(metrics.counter("gustfront_log_deliveries_total", "Log files that are in their buckets.")),
      failed_(metrics.counter("gustfront_log_delivery_failures_total",
                              "Tries to deliver a log file that its bucket refused; it is tried again.")),
      given_up_(metrics.counter("gustfront_log_delivery_files_dropped_total",
                                "Log files that were removed without delivery, as the spool was full.")),
      fetcher_(loop, origin::FetcherSettings{}),
      running_(loop) {
  target_.id = target_.host = "s3";
  target_.trusted_endpoints = {options_.store};
  target_.host_header = rt::endpoint_text(options_.store);
  target_.attempts = 1;  // the next look is the next try
  target_.connect_timeout = std::chrono::seconds(2);
  target_.read_timeout = std::chrono::seconds(10);
}

rt::Task<Result<void>> LogShipper::open() {
  rt::Files& files = loop_.files();
  CO_TRY_OK(co_await files.make_directory(options_.folder));
  CO_TRY(const std::vector<std::string> names, co_await files.list(options_.folder));
  for (const std::string& name : names) {
    const std::string path = options_.folder + "/" + name;
    CO_TRY(const rt::FileStatus status, co_await files.status(path));
    account_.bytes.fetch_add(status.size);
    if (!name.ends_with(spool_open_suffix)) continue;
    const std::string bare = path.substr(0, path.size() - spool_open_suffix.size());
    CO_TRY_OK(co_await files.rename(path, bare + std::string(spool_closed_suffix)));
  }
  co_return Result<void>{};
}

void LogShipper::start() { running_.spawn(run()); }

rt::Task<void> LogShipper::run() {
  do {
    co_await deliver_all();
  } while (co_await rt::sleep_until(loop_.now() + options_.look_interval));
}

rt::Task<void> LogShipper::stop() {
  running_.cancel();
  co_await running_.join();
  co_await deliver_all();
  co_await fetcher_.close();
}

rt::Task<void> LogShipper::deliver_all() {
  if (account_.bytes.load() == 0) co_return;
  const auto names = co_await loop_.files().list(options_.folder);
  if (!names) co_return;
  std::set<std::string> refusing;
  std::vector<Spooled> refused;
  for (const std::string& name : *names) {
    if (!name.ends_with(spool_closed_suffix)) continue;
    Spooled file{.name = name};
    const auto status = co_await loop_.files().status(options_.folder + "/" + name);
    if (!status) continue;
    file.bytes = status->size;
    file.modified = status->modified;
    const auto head = co_await read(file, head_bytes);
    if (!head) continue;
    if (head->find('\n') == head->npos && head->size() < head_bytes) {
      co_await remove(file);  // a crash has torn its first line: no other is in it
      continue;
    }
    const auto destination = observe::read_spool_head(*head);
    if (!destination) {
      log_.warning("{}/{} is no file of access lines and is left out", options_.folder, name);
      refused.push_back(std::move(file));
      continue;
    }
    const std::string to(*destination);
    if (!refusing.contains(to)) {
      const auto text = co_await read(file, file_bytes_max);
      if (!text) continue;
      const std::size_t first = text->find('\n') + 1;
      const std::size_t end = text->rfind('\n') + 1;  // what follows is a line that a crash has torn
      const std::string stem = name.substr(0, name.size() - spool_closed_suffix.size());
      const std::string why = co_await put(to, stem, text->substr(first, end - first));
      if (why.empty()) {
        delivered_.add();
        co_await remove(file);
        continue;
      }
      if (why == is_stopping) co_return;
      failed_.add();
      refusing.insert(to);
      log_.warning("access logs cannot be delivered to {} and are kept: {}", to, why);
    }
    refused.push_back(std::move(file));
  }
  co_await make_room(std::move(refused));
}

rt::Task<Result<std::string>> LogShipper::read(const Spooled& file, ByteCount bytes_max) {
  CO_TRY(const auto opened, co_await loop_.files().open(options_.folder + "/" + file.name, rt::OpenMode::read));
  std::string text(static_cast<std::size_t>(std::min(file.bytes, bytes_max)), '\0');
  CO_TRY(const std::size_t got, co_await opened->read_at(0, text));
  text.resize(got);
  co_return text;
}

rt::Task<std::string> LogShipper::put(std::string destination, std::string name, std::string lines) {
  auto packed = co_await rt::blocking(loop_, [&lines] { return pack(lines); });
  if (!packed) co_return std::string(packed.error().text);
  const std::string path = percent_encode(fmt::format("/{}{}.gz", destination, name), "/");
  const std::string length = std::to_string(packed->bytes.size());
  const std::array<aws::HeaderView, 2> signed_headers{aws::HeaderView{"host", target_.host_header},
                                                      aws::HeaderView{"content-type", "application/gzip"}};
  const aws::WireRequest to_sign{.method = "PUT", .path = path, .query = {}, .headers = signed_headers};
  const auto added = aws::sign_request(to_sign, options_.key, packed->sha256, loop_.wall_now());

  http::RequestHead head;
  head.method = http::Method::put;
  head.set_target(path);
  head.authority = target_.host_header;
  head.fields.add("Content-Type", "application/gzip");
  head.fields.add("Content-Length", length);
  for (const aws::HeaderToAdd& field : added) head.fields.add(http::NameRef(ByteView(field.name)), field.value);
  http::TextBody body(packed->bytes);
  origin::FetchFacts facts;
  auto answer = co_await fetcher_.fetch(target_, head, &body, facts);
  if (!answer && answer.error().code == Errc::cancelled) co_return std::string(is_stopping);
  if (!answer) co_return std::string(answer.error().text);
  const std::uint16_t status = answer->head().status;
  std::string page;
  while (page.size() < refusal_bytes_max) {
    const auto piece = co_await answer->read();
    if (!piece || piece->empty()) break;
    page.append(piece->view());
  }
  if (status == 200) co_return std::string();
  co_return fmt::format("{} {}", status, code_in(page));
}

rt::Task<void> LogShipper::remove(const Spooled& file) {
  const auto removed = co_await loop_.files().remove(options_.folder + "/" + file.name);
  if (removed) account_.bytes.fetch_sub(std::min(file.bytes, account_.bytes.load()));
}

rt::Task<void> LogShipper::make_room(std::vector<Spooled> refused) {
  std::ranges::sort(refused, {}, &Spooled::modified);
  for (const Spooled& file : refused) {
    if (account_.bytes.load() <= account_.bytes_max / 4 * 3) co_return;
    given_up_.add();
    co_await remove(file);
  }
}

}  // namespace gust::app
