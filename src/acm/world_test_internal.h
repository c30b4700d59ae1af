// For tests of this module: its parts over a store in memory, in a simulated world with a clock that can be moved.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "acm/account.h"
#include "acm/authority.h"
#include "acm/book.h"
#include "acm/imports.h"
#include "acm/issuer.h"
#include "acm/keeper.h"
#include "acm/reads.h"
#include "acm/requests.h"
#include "acm/tags.h"
#include "config/memory_store.h"
#include "rt/sim_world.h"

namespace gust::acm {

// Issues as it is told.
class FakeIssuer final : public Issuer {
 public:
  explicit FakeIssuer(rt::Loop& loop, const Authority& authority) : local_(loop, authority) {}
  bool is_local = true;
  std::optional<IssueFailure> failure;
  std::string refusal;
  int issued = 0;

  bool is_immediate() const override { return is_local; }
  std::string root_pem() const override { return local_.root_pem(); }
  std::string refusal_of(std::string_view, const std::vector<std::string>&) const override { return refusal; }
  rt::Task<std::expected<IssuedCertificate, IssueFailure>> issue(CertificateOrder order) override {
    ++issued;
    if (failure) co_return std::unexpected(*failure);
    co_return co_await local_.issue(std::move(order));
  }

 private:
  LocalIssuer local_;
};

struct AcmWorld {
  AcmWorld() { open(); }
  ~AcmWorld() { close(); }
  // As after a restart.
  void open() {
    keeper.reset();
    book.emplace(loop, *store, Seal(std::string(Seal::key_bytes, 'k')), "111122223333",
                 [this](std::string_view line) { reports.emplace_back(line); });
    EXPECT_TRUE(result(book->load()).has_value());
    account.emplace(*book);
    keeper.emplace(*book, issuer, *account, web);
    reads.emplace(*book, issuer);
    imports.emplace(*book);
    requests.emplace(*book, issuer, *keeper);
    tags.emplace(*book);
  }
  void close() { keeper.reset(); }

  template <typename T>
  T result(rt::Task<T> task) {
    std::optional<T> out;
    EXPECT_TRUE(world.run(loop, keep(std::move(task), out))) << world.report();
    return *std::move(out);
  }
  // "" or the code of the refusal.
  template <typename T>
  std::string outcome(rt::Task<aws::Answer<T>> task) {
    const auto answered = result(std::move(task));
    return answered ? "" : answered.error().code;
  }
  template <typename T>
  T answer(rt::Task<aws::Answer<T>> task) {
    auto answered = result(std::move(task));
    EXPECT_TRUE(answered.has_value()) << (answered ? "" : answered.error().message);
    return answered ? *std::move(answered) : T{};
  }
  // The ARN of a new certificate.
  std::string request(std::string name, std::vector<std::string> others = {}) {
    aws::acm::RequestCertificateRequest asked{.domain_name = std::move(name), .validation_method = "DNS"};
    asked.subject_alternative_names = std::move(others);
    return *answer(requests->request(call(), std::move(asked))).certificate_arn;
  }
  aws::acm::CertificateDetail describe(const std::string& arn) {
    return answer(reads->describe({.certificate_arn = arn})).certificate.value_or(aws::acm::CertificateDetail{});
  }
  void pass(Duration time) { world.set_wall(world.wall_now() + time); }
  aws::Call call() const { return {caller, "us-east-1", id}; }

  const aws::Caller caller{"AKIA", "111122223333", "arn:aws:iam::111122223333:root", "111122223333"};
  const aws::RequestId id{"1", {}};
  rt::sim::World world{1};
  rt::Loop& loop = world.add_host("control", "10.0.0.1");
  std::unique_ptr<config::Store> store = config::make_memory_store();
  const Authority authority = *Authority::make(world.wall_now());
  FakeIssuer issuer{loop, authority};
  Web* web = nullptr;  // for staples; takes effect at open()
  std::vector<std::string> reports;
  std::optional<Book> book;
  std::optional<Account> account;
  std::optional<Keeper> keeper;
  std::optional<Reads> reads;
  std::optional<Imports> imports;
  std::optional<Requests> requests;
  std::optional<Tags> tags;

 private:
  template <typename T>
  static rt::Task<void> keep(rt::Task<T> task, std::optional<T>& out) {
    out.emplace(co_await std::move(task));
  }
};

}  // namespace gust::acm
