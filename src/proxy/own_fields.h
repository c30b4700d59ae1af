// OwnFields: what an edge says of itself in its answers, made ready once for each wording.
//
// Source: HDR-6 to HDR-8, HDR-12; RFC 9110 section 7.6.3 for Via.
// Shape:  X-Cache, Via and X-Amz-Cf-Pop, in this order. Via is that of the response with the node's own behind. The
//         first few wordings stay: an edge that has a regional cache meets hardly another. More are made for one answer
//         each, so that origins cannot make this grow.
// Core:   one.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"
#include "http/message.h"
#include "observe/access_record.h"

namespace gust::proxy {

class OwnFields {
 public:
  static constexpr std::size_t wordings_max = 32;

  // `pop`: the node's name; `via_name`: the name it has in Via.
  OwnFields(std::string pop, ByteView via_name);

  // The fields of an answer that X-Cache calls `served`; `via`: what stands before the node's own, or empty. The views
  // live as long as both this and `arena`.
  http::PreparedFields of(observe::ResultType served, ByteView via, Arena& arena);

  // The node's own part of Via.
  ByteView via() const { return via_; }

 private:
  struct Wording {
    observe::ResultType served;
    std::string via;
    http::PreparedFields fields;
  };
  http::PreparedFields make(observe::ResultType served, ByteView via, Arena& arena) const;

  const std::string pop_;
  const std::string via_;
  Arena kept_;
  std::vector<Wording> wordings_;
};

// `Hit from cloudfront`. Limits are told as errors.
ByteView x_cache_of(observe::ResultType served);

}  // namespace gust::proxy
