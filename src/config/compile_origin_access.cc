// Origin access controls and identities by themselves.
//
// Source: CLOUDFRONT.md OAC-1; the lengths are those of the API reference.
#include "aws/shapes.h"
#include "base/text.h"
#include "config/compile.h"
#include "config/compile_internal.h"
#include "config/settings_table.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;

bool is_text(std::string_view text, std::size_t most) { return text.size() <= most && is_utf8(text); }

}  // namespace

Findings check_policy(const model::OriginAccessControlConfig& config) {
  const aws::Shape& shape = aws::shape_for<model::OriginAccessControlConfig>();
  Findings found = check_settings(shape, &config, shape.name);
  const Place place(found, std::string(shape.name));
  place.in("Name").expect(!config.name.empty() && is_text(config.name, 64),
                          "The name of an origin access control has from 1 to 64 characters.");
  place.in("Description")
      .expect(is_text(config.description.value_or(""), 256),
              "The description of an origin access control has at most 256 characters.");
  const std::string& behavior = config.signing_behavior;
  place.in("SigningBehavior")
      .expect(behavior == "always" || behavior == "never" || behavior == "no-override",
              "A signing behavior is always, never or no-override.");
  return found;
}

Findings check_policy(const model::CloudFrontOriginAccessIdentityConfig& config) {
  const aws::Shape& shape = aws::shape_for<model::CloudFrontOriginAccessIdentityConfig>();
  Findings found = check_settings(shape, &config, shape.name);
  const Place place(found, std::string(shape.name));
  place.in("CallerReference").expect(!config.caller_reference.empty(), "The parameter CallerReference is empty.");
  place.in("Comment").expect(is_text(config.comment, 128), "A comment has at most 128 characters.");
  return found;
}

}  // namespace gust::config
