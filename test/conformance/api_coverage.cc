// api_coverage: writes docs/api-coverage.md on standard output, from the rows that the program answers by.
//
// Shape:  the operations of each service with what becomes of them, and each setting of distributions and policies with
//         how it is treated (config/settings_table.h) and why.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "access/directory.h"
#include "acm/acm.h"
#include "aws/gen/acm.h"
#include "aws/gen/cloudformation.h"
#include "aws/gen/cloudfront.h"
#include "aws/gen/iam.h"
#include "aws/gen/s3.h"
#include "aws/gen/sts.h"
#include "aws/handlers.h"
#include "bucket/s3_service.h"
#include "config/memory_store.h"
#include "config/settings_table.h"
#include "control/control.h"
#include "control/delivery.h"
#include "control/front.h"
#include "control/refused_operations.h"
#include "formation/formation.h"
#include "iam/book.h"
#include "iam/iam.h"
#include "rt/sim_world.h"

namespace gust {
namespace {

using IsAnswered = std::function<bool(const aws::Operation&)>;

// Nothing is ever published here.
class NoDelivery final : public control::Delivery {
 public:
  rt::Task<Result<control::Receipt>> publish(config::SnapshotRef) override { co_return control::Receipt{}; }
  rt::Task<Result<control::Receipt>> purge(control::Purge) override { co_return control::Receipt{}; }
};

std::string quoted_values(std::string_view accepted) {
  std::string text;
  while (true) {
    const std::size_t bar = accepted.find('|');
    text += fmt::format("{}`{}`", text.empty() ? "" : ", ", accepted.substr(0, bar));
    if (bar == std::string_view::npos) return text;
    accepted.remove_prefix(bar + 1);
  }
}

void write_operations(std::string_view title, const aws::Service& service, const IsAnswered& is_answered) {
  std::vector<const aws::Operation*> operations;
  for (const aws::Operation& operation : service.operations) operations.push_back(&operation);
  std::ranges::sort(operations, {}, &aws::Operation::name);
  const auto answered = std::ranges::count_if(operations, [&](const auto* each) { return is_answered(*each); });
  fmt::print("\n## {}: {} of {} operations\n\n| operation | |\n| --- | --- |\n", title, answered, operations.size());
  for (const aws::Operation* operation : operations) {
    const control::RefusedOperation* refused = control::find_refused_operation(operation->name);
    const bool has_reason = refused != nullptr && &service == &aws::cloudfront::service();
    fmt::print("| {} | {} |\n", operation->name,
               is_answered(*operation) ? "answered"
               : has_reason            ? fmt::format("refused: {}", refused->reason)
                                       : "refused");
  }
}

std::string treatment_of(const config::SettingRow& row) {
  if (row.treatment == config::Treatment::enforced) return "enforced";
  if (row.treatment == config::Treatment::kept) return "kept";
  std::string text = "refused";
  if (!row.accepted.empty()) text += fmt::format(", but for {}", quoted_values(row.accepted));
  if (!row.reason.empty()) text += fmt::format(": {}", row.reason);
  return text;
}

void write_settings() {
  fmt::print(
      "\n## Settings of distributions and policies\n\n"
      "Enforced: the nodes do it. Kept: returned as it was sent, as it cannot matter here. Refused: the request fails "
      "with\n`InvalidArgument` and names the setting; the values behind \"but for\" ask for nothing and pass, as do "
      "empty texts and lists.\n`CacheBehavior` stands for `DefaultCacheBehavior` too.\n\n| setting | |\n| --- | --- "
      "|\n");
  for (const config::SettingRow& row : config::settings_table()) {
    fmt::print("| {}.{} | {} |\n", row.shape, row.member, treatment_of(row));
  }
}

int run() {
  rt::sim::World world{1};
  rt::Loop& loop = world.add_host("control", "10.0.0.1");
  const auto store = config::make_memory_store();
  NoDelivery delivery;
  const control::Control control(loop, *store, delivery, {});
  const control::FrontService cloudfront = control.front_service();
  fmt::print(
      "# What of the API is there\n\n"
      "Written by `build/debug/bin/api_coverage > docs/api-coverage.md` from the rows that the program answers by; "
      "script/test\nholds it true. A refused operation is answered with `NotImplemented` (501) and its name.\n");
  write_operations("CloudFront 2020-05-31", aws::cloudfront::service(),
                   [&](const aws::Operation& operation) { return cloudfront.handlers->has(operation); });
  write_operations("S3 2006-03-01", aws::s3::service(), bucket::S3Service::has);
  access::Directory directory;
  iam::Book book(loop, *store, directory, Seal(std::string(Seal::key_bytes, 'k')), "000000000000");
  const iam::Iam identities(book);
  const auto by_rows = [](const aws::Handlers& handlers) {
    return [&handlers](const aws::Operation& operation) { return handlers.has(operation); };
  };
  write_operations("IAM 2010-05-08", aws::iam::service(), by_rows(identities.iam_handlers()));
  write_operations("STS 2011-06-15", aws::sts::service(), by_rows(identities.sts_handlers()));
  const acm::Authority authority = *acm::Authority::make(loop.wall_now());
  acm::LocalIssuer issuer(loop, authority);
  const acm::Acm certificates(loop, *store, Seal(std::string(Seal::key_bytes, 'k')), "000000000000", issuer, nullptr,
                              {});
  write_operations("ACM 2015-12-08", aws::acm::service(), by_rows(certificates.handlers()));
  const formation::Formation stacks(loop, *store, {}, {});
  write_operations("CloudFormation 2010-05-15", aws::cloudformation::service(), by_rows(stacks.handlers()));
  write_settings();
  return 0;
}

}  // namespace
}  // namespace gust

int main() { return gust::run(); }
