#include "acm/tags.h"

#include "acm/answers_internal.h"
#include "base/text.h"

namespace gust::acm {

aws::Answer<void> add_tags(std::map<std::string, std::string>& tags, const std::vector<model::Tag>& added,
                           std::size_t most) {
  for (const model::Tag& tag : added) {
    if (starts_with_fold(tag.key, "aws:")) {
      return refuse("InvalidTagException", fmt::format("Tag keys that begin with aws: are reserved: {}.", tag.key));
    }
    tags.insert_or_assign(tag.key, tag.value.value_or(""));
  }
  if (tags.size() <= most) return {};
  return refuse("TooManyTagsException", fmt::format("A certificate cannot have more than {} tags.", most));
}

NothingTask Tags::add(model::AddTagsToCertificateRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(Certificate certificate, find_certificate(book_, request.certificate_arn));
  CO_TRY_OK(add_tags(certificate.document.tags, request.tags, book_.quotas().tags));
  co_return co_await keep(book_, std::move(certificate));
}

NothingTask Tags::remove(model::RemoveTagsFromCertificateRequest request) {
  CO_TRY(const Book::Turn turn, co_await book_.take_turn());
  CO_TRY(Certificate certificate, find_certificate(book_, request.certificate_arn));
  auto& tags = certificate.document.tags;
  for (const model::Tag& tag : request.tags) {
    const auto found = tags.find(tag.key);
    if (found != tags.end() && (!tag.value || *tag.value == found->second)) tags.erase(found);
  }
  co_return co_await keep(book_, std::move(certificate));
}

AnswerTask<model::ListTagsForCertificateResponse> Tags::list(model::ListTagsForCertificateRequest request) {
  CO_TRY(const Certificate certificate, find_certificate(book_, request.certificate_arn));
  model::ListTagsForCertificateResponse output;
  for (const auto& [key, value] : certificate.document.tags) output.tags.push_back({.key = key, .value = value});
  co_return output;
}

}  // namespace gust::acm
