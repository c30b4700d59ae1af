// Origin groups: FAIL-1, FAIL-2.
#include <algorithm>
#include <array>
#include <set>

#include "config/compile_internal.h"

namespace gust::config {
namespace {

namespace model = aws::cloudfront;

constexpr std::array<std::int32_t, 9> failover_statuses = {400, 403, 404, 416, 429, 500, 502, 503, 504};

std::vector<std::uint16_t> compile_statuses(const model::StatusCodes& codes, const Place& place) {
  std::vector<std::uint16_t> out;
  place.expect(!codes.items.empty(), "The failover criteria of an origin group name at least one status code.");
  for (std::size_t i = 0; i < codes.items.size(); ++i) {
    const std::int32_t code = codes.items[i];
    const bool is_known = std::ranges::find(failover_statuses, code) != failover_statuses.end();
    place.at(i).expect(is_known,
                       "A status code of failover criteria is one of 400, 403, 404, 416, 429, 500, 502, 503 and 504.");
    if (!is_known) continue;
    const auto status = static_cast<std::uint16_t>(code);
    place.at(i).expect(std::ranges::find(out, status) == out.end(), "The status code is named twice.");
    out.push_back(status);
  }
  return out;
}

// Nothing where the members are not two origins of the distribution.
std::optional<OriginGroup> compile_members(const model::OriginGroupMembers& members, const std::vector<Origin>& origins,
                                           const Place& place) {
  place.expect(members.items.size() == 2, "An origin group has exactly two members.");
  if (members.items.size() != 2) return std::nullopt;
  std::array<std::size_t, 2> indexes{};
  bool all_found = true;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto found = std::ranges::find(origins, members.items[i].origin_id, &Origin::id);
    place.at(i)
        .in("OriginId")
        .expect(found != origins.end(), "One or more of your origins do not exist.", "NoSuchOrigin");
    all_found = all_found && found != origins.end();
    indexes[i] = static_cast<std::size_t>(found - origins.begin());
  }
  if (!all_found) return std::nullopt;
  place.expect(indexes[0] != indexes[1], "The members of an origin group are two different origins.");
  OriginGroup out;
  out.first = indexes[0];
  out.failover.second = indexes[1];
  return out;
}

}  // namespace

std::vector<OriginGroup> compile_origin_groups(const model::OriginGroups& groups, const std::vector<Origin>& origins,
                                               const Place& place) {
  std::vector<OriginGroup> out;
  std::set<std::string_view> ids;
  for (const Origin& origin : origins) ids.insert(origin.id);
  for (std::size_t i = 0; i < groups.items.size(); ++i) {
    const model::OriginGroup& group = groups.items[i];
    const Place here = place.at(i);
    here.in("Id").expect(!group.id.empty() && group.id.size() <= 128,
                         "An origin group's Id has from 1 to 128 characters.");
    here.in("Id").expect(ids.insert(group.id).second, "An origin group has the Id of another one or of an origin.");
    auto statuses =
        compile_statuses(group.failover_criteria.status_codes, here.in("FailoverCriteria").in("StatusCodes"));
    if (auto compiled = compile_members(group.members, origins, here.in("Members"))) {
      compiled->failover.group = group.id;
      compiled->failover.statuses = std::move(statuses);
      out.push_back(std::move(*compiled));
    }
  }
  return out;
}

}  // namespace gust::config
