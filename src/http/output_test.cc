#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/output_internal.h"
#include "net/stream.h"
#include "rt/scope.h"
#include "rt/sim_world.h"

namespace gust::http {
namespace {

// Notes how its writes came, and takes all at once.
class NotingStream final : public net::Stream {
 public:
  rt::Task<Result<std::size_t>> read(MutableBytes, Instant) override { co_return 0U; }
  std::optional<Result<std::size_t>> try_read(MutableBytes) override { return 0U; }
  rt::ReadOperation readable(Instant, rt::CancelSource*) override { std::abort(); }
  rt::Task<Result<void>> write(std::span<ByteView> pieces, Instant) override {
    CO_TRY_OK(try_write(pieces));
    co_return Result<void>();
  }
  Result<std::size_t> try_write(std::span<ByteView> pieces) override { return try_write_lent(pieces, pieces.size()); }
  rt::Task<Result<void>> write_lent(std::span<ByteView> pieces, std::size_t copied, Instant) override {
    CO_TRY_OK(try_write_lent(pieces, copied));
    co_return Result<void>();
  }
  Result<std::size_t> try_write_lent(std::span<ByteView> pieces, std::size_t copied) override {
    std::size_t bytes = 0;
    std::size_t lent = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      bytes += pieces[i].size();
      if (i >= copied) lent += pieces[i].size();
      text += pieces[i];
    }
    writes.push_back({bytes, lent});
    return bytes;
  }
  void finish_writing() override {}
  void reset() override {}
  rt::Endpoint local() const override { return {}; }
  rt::Endpoint peer() const override { return {}; }

  struct Write {
    std::size_t bytes;
    std::size_t lent;
    bool operator==(const Write&) const = default;
  };
  std::vector<Write> writes;
  std::string text;
};

using Writes = std::vector<NotingStream::Write>;

rt::Task<void> write_one(Output& output, ByteView front, std::vector<Slice> content, ByteView back) {
  EXPECT_TRUE(co_await output.write(front, content, back));
}

// What a stream is given of one write, in batches of 100,000 bytes.
struct Sent {
  NotingStream stream;
  Output output{stream, {.batch_bytes = 100'000}};

  Sent(ByteView front, std::vector<Slice> content, ByteView back) {
    rt::sim::World world(1, {});
    rt::Loop& loop = world.add_host("host", "10.0.0.1");
    rt::Scope scope(loop);
    scope.spawn(write_one(output, front, std::move(content), back));
    world.run_for(std::chrono::seconds{1});
  }
};

TEST(Output, LendsWhatIsLentBehindTheHead) {
  const std::string bytes(64'000, 'x');
  const Sent sent("head", {Slice::lent(bytes)}, {});
  EXPECT_EQ(sent.stream.writes, (Writes{{64'004, 64'000}}));
  EXPECT_EQ(sent.output.bytes_sent(), 64'004U);
}

TEST(Output, CopiesLentBytesThatAreTooFewToBeWorthIt) {
  const std::string bytes(1'000, 'x');
  const Sent sent("head", {Slice::lent(bytes)}, {});
  EXPECT_EQ(sent.stream.writes, (Writes{{1'004, 0}}));
}

TEST(Output, SendsWhatStandsBehindLentBytesInAWriteOfItsOwn) {
  const std::string bytes(64'000, 'x');
  const Sent sent("fa00\r\n", {Slice::lent(bytes)}, "\r\n");
  EXPECT_EQ(sent.stream.writes, (Writes{{64'006, 64'000}, {2, 0}}));
  EXPECT_EQ(sent.stream.text, "fa00\r\n" + bytes + "\r\n");
}

TEST(Output, LendsInBatches) {
  const std::string bytes(64'000, 'x');
  const Sent sent("head", {Slice::borrowed("text"), Slice::lent(bytes), Slice::lent(bytes), Slice::lent(bytes)}, {});
  EXPECT_EQ(sent.stream.writes, (Writes{{100'000, 99'992}, {92'008, 92'008}}));
  EXPECT_EQ(sent.stream.text, "headtext" + bytes + bytes + bytes);
}

TEST(Output, KeepsTheOrderOfWhatIsLentAndWhatIsNot) {
  const std::string lent(40'000, 'x');
  const std::string copied(40'000, 'y');
  const Sent sent("head", {Slice::lent(lent), Slice::borrowed(copied), Slice::lent(lent)}, "end");
  EXPECT_EQ(sent.stream.text, "head" + lent + copied + lent + "end");
}

}  // namespace
}  // namespace gust::http
