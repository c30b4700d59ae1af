// ContentWriter: the content of one answer, put together from text of our own and bytes of stored bodies, as they come.
//
// Source: BODY-1, BODY-2; RFC 9110 section 14.6 for the text between parts.
// Use:    put() what stands before the next bytes, send() those, and so on; then finish(). The head goes out with the
//         first bytes, in one vectored write.
#pragma once

#include "base/bytes.h"
#include "cache/body.h"
#include "http/message.h"
#include "rt/task.h"

namespace gust::proxy {

struct Passage;

class ContentWriter {
 public:
  // All outlive it.
  ContentWriter(Passage& passage, const http::ResponseHead& head, http::BodyFraming framing)
      : passage_(passage), head_(head), framing_(framing) {}

  // Goes out with what follows. Borrowed until then; an earlier text that has not gone out is forgotten.
  void put(ByteView text) { text_ = text; }
  // Sends what `cursor` reads, as it comes. False: the viewer left, or the body broke off and the answer with it.
  rt::Task<bool> send(cache::BodyCursor& cursor);
  // Sends the text that is left, and ends the answer. False: the viewer left.
  rt::Task<bool> finish();
  // The answer cannot be completed: the viewer sees that it is not whole.
  void break_off();

 private:
  Passage& passage_;
  const http::ResponseHead& head_;
  const http::BodyFraming framing_;
  ByteView text_;
};

}  // namespace gust::proxy
