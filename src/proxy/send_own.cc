#include "proxy/send_own.h"

#include "base/arena.h"
#include "base/date.h"
#include "proxy/answer_head.h"
#include "proxy/passage.h"
#include "proxy/tier_fields.h"

namespace gust::proxy {

using http::Name;

rt::Task<void> send_own(Passage& passage) {
  http::ResponseHead head;
  head.status = passage.own.status;
  const ByteView page = page_of(passage.own, passage.request_id, passage.arena);
  head.fields.add(Name::server, "CloudFront");
  head.fields.add(Name::date, passage.arena.copy(http_date_of(passage.core.loop().wall_now())));
  head.fields.add(Name::content_type, passage.own.location.empty() ? "text/html; charset=utf-8" : "text/html");
  if (!passage.own.location.empty()) head.fields.add(Name::location, passage.own.location);
  if (!passage.is_edge() && head.status >= 500) head.fields.set(tier_field::failure, passage.own.log_detail);
  add_own_fields(passage, head, {}, std::nullopt);
  note_head(passage, head, page.size());
  passage.answer_failed = !co_await passage.exchange.respond(head, Slice::borrowed(page));
}

}  // namespace gust::proxy
