#include "proxy/own_fields.h"

namespace gust::proxy {

using http::Field;
using http::Name;
using observe::ResultType;

ByteView x_cache_of(ResultType served) {
  switch (served) {
    case ResultType::hit:
      return "Hit from cloudfront";
    case ResultType::refresh_hit:
      return "RefreshHit from cloudfront";
    case ResultType::redirect:
      return "Redirect from cloudfront";
    case ResultType::miss:
      return "Miss from cloudfront";
    default:
      return "Error from cloudfront";
  }
}

OwnFields::OwnFields(std::string pop, ByteView via_name)
    : pop_(std::move(pop)), via_("1.1 " + std::string(via_name) + " (CloudFront)") {}

http::PreparedFields OwnFields::of(ResultType served, ByteView via, Arena& arena) {
  for (const Wording& wording : wordings_) {
    if (wording.served == served && wording.via == via) return wording.fields;
  }
  if (wordings_.size() >= wordings_max) return make(served, via, arena);
  wordings_.push_back({served, std::string(via), make(served, via, kept_)});
  return wordings_.back().fields;
}

http::PreparedFields OwnFields::make(ResultType served, ByteView via, Arena& arena) const {
  const std::array fields{
      Field{http::text_of(Name::x_cache), x_cache_of(served), Name::x_cache},
      Field{http::text_of(Name::via), via.empty() ? ByteView(via_) : arena.join({via, ", ", via_}), Name::via},
      Field{http::text_of(Name::x_amz_cf_pop), pop_, Name::x_amz_cf_pop},
  };
  return http::prepare(fields, arena);
}

}  // namespace gust::proxy
