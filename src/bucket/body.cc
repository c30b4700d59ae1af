#include "bucket/body.h"

#include <algorithm>

#include "base/check.h"
#include "bucket/body_folder_internal.h"
#include "rt/loop.h"

namespace gust::bucket {

Body::Body(std::shared_ptr<BodyFolder> folder, std::string id) : folder_(std::move(folder)), id_(std::move(id)) {}

Body::~Body() {
  if (folder_ && owners_.load(std::memory_order_relaxed) == 0) folder_->remove_later(id_);
}

std::string Body::path() const { return folder_->path_of(id_); }

BodyWriter::BodyWriter(std::shared_ptr<BodyFolder> folder, std::vector<ChecksumKind> kinds)
    : folder_(std::move(folder)), kinds_(std::move(kinds)) {
  for (const ChecksumKind kind : kinds_) digests_.emplace_back(digest_of(kind));
}

rt::Task<Result<void>> BodyWriter::open() {
  rt::Loop& loop = co_await rt::this_loop();
  auto body = std::make_shared<Body>(folder_, make_id(loop));
  CO_TRY_OK(co_await folder_->make_folder_of(body->id()));
  CO_TRY(file_, co_await loop.files().open(body->path(), rt::OpenMode::write_new));
  body_ = std::move(body);
  co_return Result<void>();
}

rt::Task<Result<void>> BodyWriter::write(ByteView bytes) {
  if (bytes.empty()) co_return Result<void>();
  if (!body_) CO_TRY_OK(co_await open());
  CO_TRY_OK(co_await file_->write_at(size_, bytes));
  size_ += bytes.size();
  md5_.update(bytes);
  for (Digest& digest : digests_) digest.update(bytes);
  co_return Result<void>();
}

rt::Task<Result<WrittenBody>> BodyWriter::finish() {
  if (body_) {
    CO_TRY_OK(co_await file_->sync());
    file_.reset();
    CO_TRY_OK(co_await (co_await rt::this_loop()).files().sync_directory(folder_->folder_of(body_->id())));
  }
  WrittenBody written{.body = std::move(body_), .size = size_, .md5 = md5_.finish(), .checksums = {}};
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    written.checksums.push_back(
        {.kind = kinds_[i], .type = ChecksumType::full_object, .value = digests_[i].finish(), .parts = 0});
  }
  co_return written;
}

ObjectReader::ObjectReader(ObjectPtr object, ByteCount first, ByteCount size)
    : object_(std::move(object)), offset_(first), left_(size) {
  CHECK(first <= object_->size && size <= object_->size - first);
  while (piece_ < object_->pieces.size() && offset_ >= object_->pieces[piece_].size) {
    offset_ -= object_->pieces[piece_++].size;
  }
}

rt::Task<Result<std::size_t>> ObjectReader::read(MutableBytes into) {
  if (left_ == 0 || into.empty()) co_return std::size_t{0};
  while (object_->pieces[piece_].size == offset_) {
    ++piece_;
    offset_ = 0;
    file_.reset();
  }
  const Piece& piece = object_->pieces[piece_];
  if (!file_) {
    auto opened = co_await (co_await rt::this_loop()).files().open(piece.body->path(), rt::OpenMode::read);
    if (!opened && opened.error().code == Errc::not_found) co_return fail(Errc::corrupt, "a body file is missing");
    CO_TRY(file_, std::move(opened));
  }
  const ByteCount wanted = std::min<ByteCount>({into.size(), left_, piece.size - offset_});
  CO_TRY(const std::size_t got, co_await file_->read_at(offset_, into.first(static_cast<std::size_t>(wanted))));
  if (got == 0) co_return fail(Errc::corrupt, "a body file is shorter than its record says");
  offset_ += got;
  left_ -= got;
  co_return got;
}

}  // namespace gust::bucket
