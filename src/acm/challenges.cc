#include "acm/challenges.h"

#include "base/text.h"

namespace gust::acm {

Result<Challenges::Row> Challenges::add(std::string host, std::string token, std::string answer) {
  std::pair<std::string, std::string> name(std::move(host), std::move(token));
  const std::lock_guard lock(mutex_);
  if (answers_.size() >= challenges_max) return fail(Errc::would_exceed_limit, "too many challenges at a time");
  if (!answers_.emplace(name, std::move(answer)).second) return fail(Errc::exists, "the challenge is there already");
  return Row(*this, std::move(name));
}

std::optional<std::string> Challenges::find(ByteView host, ByteView path) const {
  path.remove_prefix(challenge_path.size());
  const std::lock_guard lock(mutex_);
  const auto found = answers_.find({to_lower(host), std::string(path)});
  if (found == answers_.end()) return std::nullopt;
  return found->second;
}

void Challenges::remove(const std::pair<std::string, std::string>& name) {
  const std::lock_guard lock(mutex_);
  answers_.erase(name);
}

}  // namespace gust::acm
