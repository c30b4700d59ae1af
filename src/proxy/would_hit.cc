#include "proxy/would_hit.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/arena.h"
#include "cache/key_parts.h"
#include "observe/explanation.h"
#include "observe/rule_sentences.h"
#include "proxy/passage.h"

namespace gust::proxy {
namespace {

using observe::Lookup;

constexpr std::size_t value_bytes_max = 64;

// Adds sentences to an Explanation; their text is kept in the arena.
class Advice {
 public:
  Advice(Arena& arena, observe::Explanation& out) : arena_(arena), out_(out) {}

  template <typename... Parts>
  void add(fmt::format_string<Parts...> text, Parts&&... parts) {
    out_.would_hit.add(arena_.copy(fmt::format(text, std::forward<Parts>(parts)...)));
  }

 private:
  Arena& arena_;
  observe::Explanation& out_;
};

std::string seconds_text(Duration duration) {
  return fmt::format("{} s", std::chrono::floor<std::chrono::seconds>(duration).count());
}

std::string policy_text(const Passage& passage) {
  const config::CachePolicy& policy = passage.match->behavior->cache;
  if (policy.id.empty()) return "the behaviour's own settings (ForwardedValues)";
  return policy.name.empty() ? "cache policy " + policy.id : "cache policy " + policy.name;
}

std::string part_text(const cache::KeyDifference& difference) {
  if (difference.from == "query") return fmt::format("query parameter {}", difference.name);
  if (difference.from == "vary") return fmt::format("request header {}", difference.name);
  if (difference.name.empty()) return std::string(difference.from);
  return fmt::format("{} {}", difference.from, difference.name);
}

std::string value_text(const std::optional<ByteView>& value) {
  if (!value) return "absent";
  return fmt::format("\"{}\"{}", value->substr(0, value_bytes_max), value->size() > value_bytes_max ? "..." : "");
}

void advise_refused(const Passage& passage, Advice& advice) {
  if (passage.own.status == 0) return;
  if (passage.result == observe::ResultType::redirect) {
    advice.add("VPP-2: the answer is a redirect; ask for {}", passage.own.location);
    return;
  }
  advice.add("refused before the cache was asked: {}", passage.own.reason);
  if (passage.detail == "InvalidRequestMethod") {
    advice.add("METH-3: add {} to AllowedMethods of the behaviour {}", passage.viewer_request.method.text(),
               passage.match->behavior->path_pattern);
  }
}

void advise_bypass(const Passage& passage, Advice& advice) {
  const bool forwards_all =
      passage.match->is_legacy && passage.match->behavior->origin_request.headers.mode == config::Selection::Mode::all;
  if (forwards_all) {
    advice.add("KEY-11: all headers are forwarded by ForwardedValues, which turns caching off");
  } else {
    advice.add("TTL-9: caching is off in {}: minimum, default and maximum TTL are 0", policy_text(passage));
  }
}

void advise_method(const Passage& passage, Advice& advice) {
  const http::Method method = passage.request().method;
  if (!passage.exchange.request_framing().is_empty()) {
    advice.add("a request with a body is never answered from the cache");
  } else if (method == http::Method::options) {
    advice.add("METH-2: OPTIONS is cached only where CachedMethods names it");
  } else {
    advice.add("METH-2: {} is never cached; GET and HEAD are", method.text());
  }
}

void advise_stale(const Passage& passage, Advice& advice) {
  if (!passage.found.entry) return;
  const cache::Freshness& freshness = passage.found.entry->freshness();
  const Duration since = cache::age_of(freshness, passage.core.loop().now()) - freshness.lifetime;
  const std::string lifetime = seconds_text(freshness.lifetime - freshness.initial_age);
  if (freshness.rule == "TTL-2") {
    advice.add("expired {} ago; TTL-2: it was fresh for {}, the default TTL of {}", seconds_text(since), lifetime,
               policy_text(passage));
  } else {
    advice.add("expired {} ago; {}: it was fresh for {}, since {}", seconds_text(since), freshness.rule, lifetime,
               observe::sentence_of(freshness.rule));
  }
}

void advise_of_sibling(const Passage& passage, const std::vector<cache::KeyDifference>& differences, Advice& advice) {
  const cache::KeyDifference& first = differences.front();
  if (first.from == "query" && first.name.empty() && !first.here && !first.there) {
    advice.add("KEY-6: another entry of this path has the same query parameters in another order");
    return;
  }
  if (differences.size() > 1) {
    std::string names = part_text(first);
    for (std::size_t i = 1; i < std::min<std::size_t>(differences.size(), 4); ++i) {
      names += ", " + part_text(differences[i]);
    }
    advice.add("the nearest stored entry of this path differs in {}{}", names, differences.size() > 4 ? ", ..." : "");
    return;
  }
  advice.add("another entry of this path differs in {}: stored {}, here {}", part_text(first), value_text(first.there),
             value_text(first.here));
  if (first.from == "vary") {
    advice.add("RFC 9111 4.1: would hit if the origin's Vary did not name {}", first.name);
  } else if (first.from != "method") {
    advice.add("would hit if {} were not in the key ({})", part_text(first), policy_text(passage));
  }
}

void advise_miss(const Passage& passage, Advice& advice) {
  const cache::Siblings siblings = passage.core.node().cache().siblings(passage.keyed.key, passage.core.loop().now());
  const auto here = cache::parts_of(passage.keyed.key.text);
  std::vector<cache::KeyDifference> nearest;
  for (const cache::EntryRef& entry : siblings.entries) {
    auto differences = cache::differences_of(here, cache::parts_of(entry->key_text()));
    if (!differences.empty() && (nearest.empty() || differences.size() < nearest.size())) {
      nearest = std::move(differences);
    }
  }
  if (!nearest.empty()) {
    advise_of_sibling(passage, nearest, advice);
    return;
  }
  advice.add("first request for this key at {}, or what was stored has expired for good or was evicted",
             passage.decision.node);
  if (!siblings.saw_all) {
    advice.add("only {} places of the cache were searched for other entries of this path", siblings.slots_seen);
  }
}

void advise_of_storing(const Passage& passage, Advice& advice) {
  const observe::Decision& decision = passage.decision;
  if (passage.request().method == http::Method::head) {
    advice.add("HEAD-2: the answer to HEAD stores nothing; after a GET it would be a hit");
  } else if (decision.stored == false) {
    const ByteView sentence = observe::sentence_of(decision.stored_reason);
    advice.add("the answer was not stored: {}{}{}", decision.stored_reason, sentence.empty() ? "" : ": ", sentence);
  } else if (decision.stored == true && decision.ttl && *decision.ttl > decision.age.value_or(Duration{})) {
    advice.add("the answer was stored: asked again within {} it is a hit",
               seconds_text(*decision.ttl - decision.age.value_or(Duration{})));
  }
}

}  // namespace

void add_advice(Passage& passage, observe::Explanation& out) {
  Advice advice(passage.arena, out);
  switch (passage.decision.lookup) {
    case Lookup::none:
      return advise_refused(passage, advice);
    case Lookup::hit:
      return;
    case Lookup::bypass:
      return advise_bypass(passage, advice);
    case Lookup::method:
      return advise_method(passage, advice);
    case Lookup::uri_miss:
    case Lookup::vary_miss:
      advise_miss(passage, advice);
      break;
    case Lookup::request:
      advice.add("the request's own Cache-Control forbids what is stored");
      break;
    case Lookup::stale:
      advise_stale(passage, advice);
      break;
    case Lookup::purged:
      advice.add("an invalidation cleared what was stored (the newest has epoch {})", passage.decision.purge_epoch);
      break;
  }
  if (passage.decision.collapsed) advice.add("COLL-1: another request for this key was fetching it already");
  advise_of_storing(passage, advice);
}

}  // namespace gust::proxy
