// Any text as a policy of either kind: what is read can be asked, and reading it again gives the same verdicts.
#include <cstdint>
#include <cstdlib>

#include "access/policy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gust::access;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const CallerIdentity callers[] = {Anonymous{}, User{"111122223333", "/", "ann", "AIDA"},
                                    OriginAccessIdentity{"E1", make_canonical_user_id("E1")}};
  for (const PolicyKind kind : {PolicyKind::identity, PolicyKind::bucket}) {
    const auto policy = read_policy(text, kind);
    if (!policy) continue;
    const auto again = read_policy((*policy)->text(), kind);
    if (!again) std::abort();
    for (const CallerIdentity& caller : callers) {
      const Context context = make_context(caller, {.source_ip = "203.0.113.7"});
      const Question question{caller, "s3:GetObject", "arn:aws:s3:::pics/a", context};
      if ((*policy)->judge(question) != (*again)->judge(question)) std::abort();
    }
    static_cast<void>(is_public(**policy));
    static_cast<void>(check_fits_bucket(**policy, "pics"));
  }
  return 0;
}
