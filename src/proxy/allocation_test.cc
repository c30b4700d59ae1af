// DESIGN decision 3: a hit allocates nothing. Counts calls of operator new of this thread, from the call of handle() to
// its end: what the connection and the simulated network need is not in it (see http/allocation_test.cc).
#include <gtest/gtest.h>

#include "http/head_writer.h"
#include "observe/access_log.h"
#include "proxy/node_world_internal.h"

#if !__has_feature(thread_sanitizer)  // its runtime brings operator new itself

#include "base/counted_allocations_test_internal.h"

namespace gust::proxy {
namespace {

// A viewer that has sent its request and takes the answer at once.
class InstantExchange final : private Arena, public http::Exchange {
 public:
  explicit InstantExchange(rt::Loop& loop) : Exchange(static_cast<Arena&>(*this)), loop_(loop) {
    answer_.reserve(4096);
  }

  void begin(std::string_view target, std::string_view host, std::span<const TextField> fields) {
    Arena::clear();
    request_.clear();
    request_.set_target(target);
    request_.authority = request_.host = host;
    request_.scheme = http::Scheme::http;
    for (const TextField& field : fields) request_.fields.add(ByteView(field.name), field.value);
    facts_ = {};
    facts_.began = loop_.now();
    finished_ = false;
    answer_.clear();
    bytes_ = 0;
  }
  const std::string& answer_head() const { return answer_; }
  ByteCount content_bytes() const { return bytes_; }

  http::BodyReader& body() override { return no_body_; }
  rt::Endpoint local() const override { return {}; }
  rt::Endpoint peer() const override { return {}; }
  rt::Task<Result<void>> inform(const http::ResponseHead&) override { co_return Result<void>(); }
  using Exchange::start;
  rt::Task<Result<void>> start(const http::ResponseHead& head, http::BodyFraming framing,
                               std::span<const Slice> first) override {
    facts_.status = head.status;
    CO_TRY_OK(http::write_response_head(answer_, head, framing, http::Persistence::keep_alive));
    co_return co_await write(first);
  }
  rt::Task<Result<void>> write(std::span<const Slice> content) override {
    for (const Slice& slice : content) bytes_ += slice.size();
    co_return Result<void>();
  }
  rt::Task<Result<void>> finish(const http::Fields*) override {
    finished_ = true;
    co_return Result<void>();
  }
  void abort() override {}
  void close_after() override {}

 private:
  class NoBody final : public http::BodyReader {
   public:
    rt::Task<Result<Slice>> read(Instant) override { co_return Slice(); }
    const http::Fields& trailers() const override { return trailers_; }

   private:
    http::Fields trailers_;
  };

  rt::Loop& loop_;
  NoBody no_body_;
  std::string answer_;
  ByteCount bytes_ = 0;
};

// Formats each record into the same memory, as the file's buffer does once it has grown.
class LineSink final : public observe::AccessSink {
 public:
  LineSink() { line_.reserve(8192); }
  void write(const observe::AccessRecord& record) override {
    line_.clear();
    observe::append_access_line(record, line_);
  }
  const std::string& line() const { return line_; }

 private:
  std::string line_;
};

// A second core of the first edge's node, which shares its cache and has a log that allocates nothing.
class Allocation : public ::testing::Test {
 protected:
  Allocation() : core_(world_.edge().node, parts()) {
    const auto distribution = plain_distribution();
    host_ = distribution.domain_name;
    core_.install(std::make_shared<const config::Snapshot>(1, std::vector{distribution}));
    const std::vector<TextField> fields{
        {"Cache-Control", "max-age=600"}, {"ETag", "\"a\""}, {"Content-Type", "image/png"}};
    world_.serve("/a", reply_text(200, fields, std::string(1024, 'x')));
    EXPECT_EQ(cache_result(world_.get("/a")), "Miss");
    EXPECT_EQ(cache_result(world_.get("/a")), "Hit");
  }
  ~Allocation() override { EXPECT_TRUE(world_.world.run(loop(), core_.stop())); }

  rt::Loop& loop() { return world_.edge().core.loop(); }

  // How often `requests` of them allocate, when as many have gone before.
  std::size_t allocated_by(int requests, std::vector<TextField> fields) {
    EXPECT_TRUE(world_.world.run(loop(), ask(requests, fields)));
    return after_ - before_;
  }

  InstantExchange& exchange() { return exchange_; }
  const LineSink& log() const { return log_; }

 private:
  NodeCoreParts parts() {
    NodeCoreParts parts;
    parts.loop = &loop();
    parts.metrics = &registry_.make_writer();
    parts.access = &log_;
    parts.log = &world_.edge().log;
    parts.keeps_cache = false;
    return parts;
  }

  rt::Task<void> ask(int requests, const std::vector<TextField>& fields) {
    for (int i = 0; i < 2 * requests; ++i) {
      if (i == requests) before_ = allocations;
      exchange_.begin("/a", host_, fields);
      co_await core_.handle(exchange_);
    }
    after_ = allocations;
  }

  NodeWorld world_;
  observe::Registry registry_;
  LineSink log_;
  NodeCore core_;
  InstantExchange exchange_{loop()};
  std::string host_;
  std::size_t before_ = 0;
  std::size_t after_ = 0;
};

TEST_F(Allocation, AWarmHitAllocatesNothingAlsoToLogIt) {
  EXPECT_EQ(allocated_by(50, {{"User-Agent", "a browser"}, {"Accept-Encoding", "gzip, br"}, {"Accept", "*/*"}}), 0U);
  EXPECT_EQ(exchange().content_bytes(), 1024U);
  EXPECT_TRUE(exchange().is_finished());
  EXPECT_NE(exchange().answer_head().find("X-Cache: Hit from cloudfront\r\n"), std::string::npos);
  EXPECT_NE(log().line().find("\tHit\t"), std::string::npos);
}

TEST_F(Allocation, TheCountSeesWhatAnswersAllocateThatAreNotSo) {
  // Several parts have frames of their own around them.
  EXPECT_GT(allocated_by(5, {{"Range", "bytes=0-1,8-9"}}), 0U);
  EXPECT_NE(exchange().answer_head().find("206 Partial Content"), std::string::npos);
}

}  // namespace
}  // namespace gust::proxy

#endif
