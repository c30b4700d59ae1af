// Key parts: what a key's text is made of, each part with its name, and how two keys of one path differ.
//
// Source: key.h for the text; DESIGN decision 10.
// Shape:  views into the text. Made for decision records; nothing on the way of a request needs it.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"

namespace gust::cache {

struct KeyPart {
  ByteView from;   // `distribution`, `path`, `method`, `query`, `header`, `cookie`, `accept-encoding`, `vary`;
                   // else the letter
  ByteView name;   // of the query parameter, header or cookie
  ByteView value;  // of a header without value lines: empty

  bool operator==(const KeyPart&) const = default;
};

// The parts in the order of the text; at most `most`. Text that is not a key's ends the list.
std::vector<KeyPart> parts_of(ByteView key_text, std::size_t most = 256);

// One place where two keys differ; nothing on a side that lacks the part.
struct KeyDifference {
  ByteView from, name;
  std::optional<ByteView> here, there;
};

// Where `there` differs from `here`. Query parameters that only stand in another order give one difference of `query`
// without a name (KEY-6).
std::vector<KeyDifference> differences_of(const std::vector<KeyPart>& here, const std::vector<KeyPart>& there);

}  // namespace gust::cache
