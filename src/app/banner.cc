#include "app/banner.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/authority_files.h"

namespace gust::app {
namespace {

std::string url_of(const rt::Endpoint& endpoint) { return "http://" + rt::endpoint_text(endpoint); }

}  // namespace

std::string banner_of(const Settings& settings, const Addresses& addresses, const Credentials& credentials) {
  std::string text = "Gustfront is up.\n\n";
  const auto row = [&text](std::string_view name, std::string_view what) {
    text += fmt::format("  {:<18} {}\n", name, what);
  };
  row("API", url_of(addresses.api) + "   (CloudFront and S3)");
  for (const auto& edge : addresses.edges) {
    row("edge " + edge.pop,
        fmt::format("http://<DomainName>:{}   https://<DomainName>:{}", edge.http.port, edge.https.port));
  }
  if (addresses.regional) row("regional " + settings.regional, url_of(*addresses.regional) + "   (for edges only)");
  row("metrics", url_of(addresses.metrics) + "/metrics");
  row("data", settings.data);
  row("https", fmt::format("by certificates of {}; `gustfront trust` has this machine trust it",
                           authority_root_path(settings.data)));
  const std::string edge_port = addresses.edges.empty() ? "0" : std::to_string(addresses.edges.front().http.port);
  text += fmt::format(
      "\nCredentials, for the shell that you use the AWS CLI in:\n"
      "  export AWS_ACCESS_KEY_ID={}\n"
      "  export AWS_SECRET_ACCESS_KEY={}\n"
      "  export AWS_DEFAULT_REGION={}\n"
      "  export AWS_ENDPOINT_URL={}              # AWS CLI 2.13 and newer\n"
      "  alias aws='aws --endpoint-url {}'       # older ones, such as Debian's\n"
      "\nWalk-through:\n"
      "  aws s3api create-bucket --bucket pics --create-bucket-configuration LocationConstraint=ap-south-1 --region "
      "ap-south-1\n"
      "  aws s3api put-object --acl public-read --bucket pics --key sea.jpg --body sea.jpg --content-type image/jpeg "
      "--content-disposition \"inline; filename=sea.jpg\"\n"
      "  aws cloudfront create-distribution --origin-domain-name pics.s3.ap-south-1.amazonaws.com\n"
      "  curl -D- -o /dev/null http://<DomainName>:{}/sea.jpg     # first X-Cache: Miss from cloudfront, then Hit\n"
      "  aws cloudfront create-invalidation --distribution-id <Id> --paths '/sea.jpg'\n"
      "\nCtrl-C stops it in order.\n",
      credentials.access_key_id, credentials.secret_access_key, settings.region, url_of(addresses.api),
      url_of(addresses.api), edge_port);
  return text;
}

std::string ready_json_of(const Settings& settings, const Addresses& addresses, const Credentials& credentials,
                          int process_id) {
  nlohmann::ordered_json edges = nlohmann::ordered_json::array();
  for (const auto& edge : addresses.edges) {
    edges.push_back(
        {{"pop", edge.pop}, {"http", url_of(edge.http)}, {"https", "https://" + rt::endpoint_text(edge.https)}});
  }
  nlohmann::ordered_json json{{"endpoint", url_of(addresses.api)},
                              {"access_key_id", credentials.access_key_id},
                              {"secret_access_key", credentials.secret_access_key},
                              {"region", settings.region},
                              {"domain_suffix", settings.domain_suffix},
                              {"edges", edges},
                              {"regional", nullptr},
                              {"metrics", url_of(addresses.metrics)},
                              {"root_certificate", authority_root_path(settings.data)},
                              {"pid", process_id}};
  if (addresses.regional) json["regional"] = url_of(*addresses.regional);
  return json.dump(2) + "\n";
}

}  // namespace gust::app
