// For tests: a Control over a memory store and a delivery that can be told what to do, asked by signed requests in a
// simulated world.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/sigv4.h"
#include "base/digest.h"
#include "base/text.h"
#include "config/memory_store.h"
#include "control/control.h"
#include "control/front.h"
#include "http/exchange.h"
#include "rt/scope.h"
#include "rt/sim_world.h"

namespace gust::control {

// Confirms at once, unless told otherwise.
class FakeDelivery final : public Delivery {
 public:
  std::vector<config::SnapshotRef> published;
  std::vector<Purge> purged;  // also those that failed
  int failures = 0;           // so many calls to come fail
  bool is_held = false;       // calls wait until release()

  rt::Task<Result<Receipt>> publish(config::SnapshotRef snapshot) override {
    published.push_back(std::move(snapshot));
    return confirm();
  }
  rt::Task<Result<Receipt>> purge(Purge purge) override {
    purged.push_back(std::move(purge));
    return confirm();
  }
  void release() {
    is_held = false;
    released_.notify_all();
  }

 private:
  rt::Task<Result<Receipt>> confirm() {
    if (failures > 0) {
      --failures;
      co_return fail(Errc::timed_out, "a node did not confirm");
    }
    while (is_held) CO_TRY_OK(co_await released_.wait(never));
    rt::Loop& loop = co_await rt::this_loop();
    co_return Receipt{{{"BOM50", loop.wall_now()}, {"IAD50", loop.wall_now()}}};
  }
  rt::Signal released_;
};

// One key, whose holder may do all but what is forbidden here.
class FakeAuthorizer final : public aws::Authorizer {
 public:
  std::vector<std::string> forbidden;                     // actions
  mutable std::vector<std::string> asked_about;           // "action resource"
  mutable std::map<std::string, std::string> conditions;  // of the last deed

  std::optional<std::string> secret_of(std::string_view id) const override {
    return id == "AKIDTEST" ? std::optional<std::string>("secret") : std::nullopt;
  }
  std::optional<aws::Caller> caller_of(std::string_view id) const override {
    return aws::Caller{std::string(id), "123456789012", "arn:aws:iam::123456789012:user/ann", "AIDTEST"};
  }
  std::optional<aws::ServiceError> refusal_of(const aws::Caller& caller, const aws::Deed& deed) const override {
    asked_about.push_back(fmt::format("{} {}", deed.action, deed.resource));
    conditions.clear();
    for (const auto& [key, value] : deed.conditions) conditions.emplace(key, value);
    if (std::ranges::find(forbidden, deed.action) == forbidden.end()) return std::nullopt;
    return aws::ServiceError{"AccessDenied", 403, fmt::format("{} may not.", caller.arn), {}};
  }
};

// One request, and what is answered to it.
class FakeExchange final : public http::Exchange {
 public:
  FakeExchange(Arena& arena, std::string method, std::string target, std::vector<aws::HeaderToAdd> headers,
               std::string body)
      : Exchange(arena), method_(std::move(method)), headers_(std::move(headers)), reader_(std::move(body)) {
    request_.method = http::Method::of(method_);
    request_.set_target(arena.copy(target));
    for (const auto& [name, value] : headers_) request_.fields.add(ByteView(name), value);
  }

  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string content;
  bool is_aborted = false;

  http::BodyReader& body() override { return reader_; }
  rt::Endpoint local() const override { return {}; }
  rt::Endpoint peer() const override { return {}; }
  rt::Task<Result<void>> inform(const http::ResponseHead&) override { co_return Result<void>(); }
  rt::Task<Result<void>> start(const http::ResponseHead& head, http::BodyFraming,
                               std::span<const Slice> first) override {
    status = head.status;
    for (const http::Field& field : head.fields) headers.emplace_back(field.name, field.value);
    for (const Slice& slice : first) content += slice.view();
    co_return Result<void>();
  }
  rt::Task<Result<void>> write(std::span<const Slice> slices) override {
    for (const Slice& slice : slices) content += slice.view();
    co_return Result<void>();
  }
  rt::Task<Result<void>> finish(const http::Fields*) override { co_return Result<void>(); }
  void abort() override { is_aborted = true; }
  void close_after() override {}

 private:
  class Reader final : public http::BodyReader {
   public:
    explicit Reader(std::string bytes) : bytes_(std::move(bytes)) {}
    rt::Task<Result<Slice>> read(Instant) override {
      const std::string piece = std::exchange(bytes_, "");
      if (piece.empty()) co_return Slice();
      co_return Slice::copy_of(piece);
    }
    const http::Fields& trailers() const override { return trailers_; }

   private:
    std::string bytes_;
    http::Fields trailers_;
  };

  std::string method_;
  std::vector<aws::HeaderToAdd> headers_;
  Reader reader_;
};

struct Reply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  std::string header(std::string_view name) const {
    for (const auto& [found, value] : headers) {
      if (equal_fold(found, name)) return value;
    }
    return {};
  }
  // What stands between the first <name> and its end, or "" where it is empty or missing.
  std::string element(std::string_view name) const {
    const Cut behind = cut(std::string_view(body), fmt::format("<{}>", name));
    return behind.found ? std::string(cut(behind.after, fmt::format("</{}>", name)).before) : "";
  }
  bool has(std::string_view text) const { return body.find(text) != std::string::npos; }
  // "404 NoSuchDistribution"
  std::string error() const { return fmt::format("{} {}", status, element("Code")); }
};

class ControlTest : public testing::Test {
 protected:
  ControlTest() { make_control(); }
  ~ControlTest() override { stop(); }

  void make_control() {
    control = std::make_unique<Control>(loop, *store, delivery, settings());
    front.add(control->front_service());
    front.add(control->key_value_service());
  }
  Settings settings() {
    Settings made;
    made.account_id = "123456789012";
    made.domain_suffix = "cdn.localhost";
    made.quotas = quotas;
    made.read_object = [this](std::string bucket, std::string key, std::optional<std::string>, ByteCount most) {
      return read_object(bucket + "/" + key, most);
    };
    made.report = [this](std::string_view line) { reports.emplace_back(line); };
    return made;
  }
  config::Findings start() {
    std::optional<Result<config::Findings>> found;
    EXPECT_TRUE(world.run(loop, start_into(*control, found)));
    EXPECT_TRUE(*found);
    return found->value_or(config::Findings{});
  }
  void stop() {
    if (control) EXPECT_TRUE(world.run(loop, control->stop()));
  }
  // As after a crash of the process: a new Control over the same store.
  config::Findings restart() {
    stop();
    make_control();
    return start();
  }
  // Until the background tasks have nothing more to do.
  void settle() { world.run_for(std::chrono::milliseconds(20)); }

  // A signed request.
  Reply send(std::string method, std::string target, std::string body = "",
             std::vector<aws::HeaderToAdd> headers = {}) {
    headers.push_back({"Host", "127.0.0.1:9000"});
    const Cut parts = cut(std::string_view(target), '?');
    std::vector<aws::HeaderView> views;
    for (const auto& [name, value] : headers) views.push_back({name, value});
    const aws::WireRequest request{.method = method, .path = parts.before, .query = parts.after, .headers = views};
    const aws::SigningKey key{"AKIDTEST", "secret", "us-east-1", asked_service};
    for (auto& field : aws::sign_request(request, key, hex_of(digest_of(DigestKind::sha256, body)), world.wall_now())) {
      headers.push_back(std::move(field));
    }
    return send_as_is(std::move(method), std::move(target), std::move(body), std::move(headers));
  }
  Reply send_as_is(std::string method, std::string target, std::string body, std::vector<aws::HeaderToAdd> headers) {
    return send_to(asked_service, std::move(method), std::move(target), std::move(body), std::move(headers));
  }
  Reply send_to(const std::string& service, std::string method, std::string target, std::string body,
                std::vector<aws::HeaderToAdd> headers) {
    Arena arena;
    FakeExchange exchange(arena, std::move(method), std::move(target), std::move(headers), std::move(body));
    EXPECT_TRUE(world.run(loop, front.handle(service, exchange))) << world.report();
    return {exchange.status, exchange.headers, exchange.content};
  }

  // What the store holds.
  std::vector<config::Document> documents(std::string prefix = "") {
    std::vector<config::Document> found;
    EXPECT_TRUE(world.run(loop, list_into(*store, std::move(prefix), found)));
    return found;
  }
  // Behind control's back.
  void overwrite(const config::Document& document) { EXPECT_TRUE(world.run(loop, put_into(*store, document))); }

  // `config` as below; gives the answer of the service.
  Reply create(const std::string& config) { return send("POST", "/2020-05-31/distribution", config); }
  // A distribution that all nodes know; gives its id.
  std::string create_deployed(const std::string& reference = "r1") {
    const Reply reply = create(small_config(reference));
    EXPECT_EQ(reply.status, 201) << reply.body;
    settle();
    return reply.element("Id");
  }
  Reply get(const std::string& id) { return send("GET", "/2020-05-31/distribution/" + id); }
  Reply update(const std::string& id, const std::string& config, const std::string& if_match) {
    return send("PUT", "/2020-05-31/distribution/" + id + "/config", config, {{"If-Match", if_match}});
  }
  Reply invalidate(const std::string& id, const std::string& reference, const std::vector<std::string>& paths) {
    std::string items;
    for (const std::string& path : paths) items += "<Path>" + path + "</Path>";
    return send("POST", "/2020-05-31/distribution/" + id + "/invalidation",
                fmt::format("<InvalidationBatch><Paths><Quantity>{}</Quantity><Items>{}</Items></Paths>"
                            "<CallerReference>{}</CallerReference></InvalidationBatch>",
                            paths.size(), items, reference));
  }

  static constexpr std::string_view small_behavior =
      "<TargetOriginId>o1</TargetOriginId><ForwardedValues><QueryString>false</QueryString><Cookies><Forward>none"
      "</Forward></Cookies><Headers><Quantity>0</Quantity></Headers></ForwardedValues><TrustedSigners><Enabled>false"
      "</Enabled><Quantity>0</Quantity></TrustedSigners><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>"
      "<MinTTL>0</MinTTL>";

  // As Debian's AWS CLI makes it of `--origin-domain-name`; `more` are further members.
  static std::string small_config(std::string_view reference, std::string_view more = "",
                                  std::string_view enabled = "true") {
    return fmt::format(
        "<DistributionConfig xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><CallerReference>{}"
        "</CallerReference><Origins><Quantity>1</Quantity><Items><Origin><Id>o1</Id><DomainName>"
        "pics.s3.ap-south-1.amazonaws.com</DomainName><OriginPath></OriginPath><CustomOriginConfig><HTTPPort>80"
        "</HTTPPort><HTTPSPort>443</HTTPSPort><OriginProtocolPolicy>http-only</OriginProtocolPolicy>"
        "</CustomOriginConfig></Origin></Items></Origins><DefaultCacheBehavior>{}</DefaultCacheBehavior><Comment>"
        "</Comment><Enabled>{}</Enabled>{}</DistributionConfig>",
        reference, small_behavior, enabled, more);
  }

  rt::Task<Result<std::string>> read_object(std::string path, ByteCount most) {
    const auto found = objects.find(path);
    if (found == objects.end()) co_return fail(Errc::not_found, "NoSuchKey");
    if (found->second.size() > most) co_return fail(Errc::would_exceed_limit, "it is too long");
    co_return found->second;
  }

  std::map<std::string, std::string> objects;  // of buckets, as "bucket/key"
  Quotas quotas;
  std::string asked_service = "cloudfront";  // that requests are for
  std::vector<std::string> reports;
  rt::sim::World world{1};
  rt::Loop& loop = world.add_host("control", "10.0.0.1");
  std::unique_ptr<config::Store> store = config::make_memory_store();
  FakeDelivery delivery;
  FakeAuthorizer authorizer;
  std::vector<std::string> refusals;
  Front front{loop, authorizer, [this](std::string_view line) { refusals.emplace_back(line); }};
  std::unique_ptr<Control> control;

 private:
  static rt::Task<void> start_into(Control& control, std::optional<Result<config::Findings>>& found) {
    found = co_await control.start();
  }
  static rt::Task<void> list_into(config::Store& store, std::string prefix, std::vector<config::Document>& found) {
    found = (co_await store.list(prefix))->documents;
  }
  static rt::Task<void> put_into(config::Store& store, config::Document document) {
    EXPECT_TRUE(co_await store.put(document.key, document.value, document.revision));
  }
};

}  // namespace gust::control
