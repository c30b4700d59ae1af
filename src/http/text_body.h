// TextBody: content that is all in memory, as a BodyReader.
#pragma once

#include <utility>

#include "http/exchange.h"

namespace gust::http {

class TextBody final : public BodyReader {
 public:
  // `text` outlives it.
  explicit TextBody(ByteView text) : rest_(text) {}
  rt::Task<Result<Slice>> read(Instant) override { co_return Slice::borrowed(std::exchange(rest_, {})); }
  const Fields& trailers() const override { return trailers_; }

 private:
  ByteView rest_;
  Fields trailers_;
};

}  // namespace gust::http
