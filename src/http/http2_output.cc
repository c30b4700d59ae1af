#include <algorithm>
#include <cstring>
#include <utility>

#include "base/memory_pool.h"
#include "http/http2_output_internal.h"

namespace gust::http {

Http2Output::~Http2Output() {
  filling_.clear();
  sending_.clear();
}

void Http2Output::Batch::clear() {
  for (char* block : blocks) give_memory(block, block_bytes);
  blocks.clear();
  pieces.clear();
  used = block_bytes;
  bytes = 0;
  done = 0;
}

void Http2Output::copy(ByteView bytes) {
  added_ += bytes.size();
  filling_.bytes += bytes.size();
  while (!bytes.empty()) {
    if (filling_.used == block_bytes) {
      filling_.blocks.push_back(static_cast<char*>(take_memory(block_bytes)));
      filling_.used = 0;
    }
    const ByteView part = bytes.substr(0, block_bytes - filling_.used);
    char* const at = filling_.blocks.back() + filling_.used;
    std::memcpy(at, part.data(), part.size());
    filling_.used += part.size();
    bytes.remove_prefix(part.size());
    ByteView* const last = filling_.pieces.empty() ? nullptr : &filling_.pieces.back();
    if (last != nullptr && last->data() + last->size() == at) {
      *last = {last->data(), last->size() + part.size()};
    } else {
      filling_.pieces.emplace_back(at, part.size());
    }
  }
}

void Http2Output::refer(ByteView bytes) {
  added_ += bytes.size();
  filling_.bytes += bytes.size();
  filling_.pieces.push_back(bytes);
}

void Http2Output::take_batch() { std::swap(filling_, sending_); }

std::span<ByteView> Http2Output::batch() {
  std::size_t& done = sending_.done;
  while (done < sending_.pieces.size() && sending_.pieces[done].empty()) ++done;
  return std::span(sending_.pieces).subspan(done);
}

void Http2Output::wrote(ByteCount bytes) {
  written_ += bytes;
  sending_.bytes -= bytes;
  if (sending_.bytes == 0) sending_.clear();
}

void Http2Output::release() {
  if (has_batch() || is_sending()) return;
  filling_ = {};
  sending_ = {};
}

void Http2Output::give_up() {
  sending_.clear();
  filling_.clear();
  written_ = added_;
}

}  // namespace gust::http
