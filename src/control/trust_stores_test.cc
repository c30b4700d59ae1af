#include "config/trust_store_document.h"
#include "control/control_test_internal.h"

namespace gust::control {
namespace {

// An authority, as one finds it in a bundle.
constexpr std::string_view authority =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBlDCCATmgAwIBAgIUS7LIhICf9v9NJSR053nAEMJkshMwCgYIKoZIzj0EAwIw\n"
    "HzEdMBsGA1UEAwwUQXV0aG9yaXR5IG9mIGNsaWVudHMwHhcNMjYxMTIyMTU0NzI2\n"
    "WhcNMzYxMTE5MTU0NzI2WjAfMR0wGwYDVQQDDBRBdXRob3JpdHkgb2YgY2xpZW50\n"
    "czBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEhwaEcALanD/Vi4Wc5xviwcGmdo\n"
    "VF1NKNAPfCWu3EpIzBMLiNR3bXzDprqZHrUZNUhzB5wciFmINSjtkZnRGVKjUzBR\n"
    "MB0GA1UdDgQWBBSBwb83N71llTbBbKzwWO6oREb5YDAfBgNVHSMEGDAWgBSBwb83\n"
    "N71llTbBbKzwWO6oREb5YDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kA\n"
    "MEYCIQDhWqz+D/WDzvq36FUNJvv4oc5GA0x7lqRFpxtaGHqNBgIhAJLh7C0kbQ6T\n"
    "9JHqNOUSRKdKmuKtjXk75DPjRi+3zeU5\n"
    "-----END CERTIFICATE-----\n";

class TrustStoresTest : public ControlTest {
 protected:
  void SetUp() override {
    objects["clients/ca.pem"] = std::string(authority);
    objects["clients/nothing.txt"] = "no certificate";
    start();
  }
  static std::string source(std::string_view key) {
    return fmt::format(
        "<CaCertificatesBundleSource><CaCertificatesBundleS3Location><Bucket>clients</Bucket><Key>{}</Key><Region>"
        "us-east-1</Region></CaCertificatesBundleS3Location></CaCertificatesBundleSource>",
        key);
  }
  Reply make(std::string_view name, std::string_view key = "ca.pem") {
    return send(
        "POST", "/2020-05-31/trust-store",
        fmt::format("<CreateTrustStoreRequest xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Name>{}"
                    "</Name>{}</CreateTrustStoreRequest>",
                    name, source(key)));
  }
  Reply find(const std::string& id) { return send("GET", "/2020-05-31/trust-store/" + id); }
  Reply remove(const std::string& id, const std::string& if_match) {
    return send("DELETE", "/2020-05-31/trust-store/" + id, "", {{"If-Match", if_match}});
  }
  static std::string users_of(const std::string& id) {
    return fmt::format(
        "<ViewerMtlsConfig><Mode>required</Mode><TrustStoreConfig><TrustStoreId>{}</TrustStoreId>"
        "</TrustStoreConfig></ViewerMtlsConfig>",
        id);
  }
  static std::string https_config(std::string_view reference, std::string_view more) {
    std::string config = small_config(reference, more);
    const std::string open = "allow-all";
    return config.replace(config.find(open), open.size(), "https-only");
  }
};

TEST_F(TrustStoresTest, Tls5AreMadeOfABundleInABucket) {
  const Reply made = make("clients");
  EXPECT_EQ(made.status, 201) << made.body;
  const Reply found = find(made.element("Id"));
  EXPECT_EQ(found.element("NumberOfCaCertificates"), "1");
  EXPECT_EQ(found.element("Status"), "active");
  EXPECT_EQ(found.element("Arn"), "arn:aws:cloudfront::123456789012:trust-store/" + made.element("Id"));
  EXPECT_EQ(found.header("ETag"), made.header("ETag"));
  EXPECT_EQ(make("clients").error(), "409 EntityAlreadyExists");
  EXPECT_EQ(make("a b").error(), "400 InvalidArgument");
  EXPECT_EQ(find("T0").error(), "404 EntityNotFound");
}

TEST_F(TrustStoresTest, Tls5ABundleHasCertificatesWithinItsBounds) {
  EXPECT_EQ(make("a", "none.pem").error(), "400 InvalidArgument");
  EXPECT_EQ(make("a", "nothing.txt").error(), "400 InvalidArgument");
  for (int i = 0; i < 26; ++i) objects["clients/many.pem"] += authority;
  EXPECT_EQ(make("a", "many.pem").error(), "400 InvalidArgument");
}

TEST_F(TrustStoresTest, AChangeReachesWhoUsesThem) {
  const Reply made = make("clients");
  const Reply user = create(https_config("r1", users_of(made.element("Id"))));
  EXPECT_EQ(user.status, 201) << user.body;
  settle();
  const auto clients = [&] { return delivery.published.back()->find_by_id(user.element("Id"))->tls.clients; };
  EXPECT_EQ(clients().mode, config::ClientCertificates::Mode::required);
  EXPECT_EQ(clients().trust->authorities, authority);
  objects["clients/ca.pem"] += "another text";
  const Reply changed = send("PUT", "/2020-05-31/trust-store/" + made.element("Id"), source("ca.pem"),
                             {{"If-Match", made.header("ETag")}});
  EXPECT_EQ(changed.status, 200) << changed.body;
  settle();
  EXPECT_EQ(clients().trust->authorities, std::string(authority) + "another text");
}

TEST_F(TrustStoresTest, OneInUseStays) {
  const Reply made = make("clients");
  const std::string id = made.element("Id");
  const Reply user = create(https_config("r1", users_of(id)));
  EXPECT_EQ(user.status, 201) << user.body;
  EXPECT_EQ(send("GET", "/2020-05-31/distributionsByTrustStore?TrustStoreIdentifier=" + id).element("Id"),
            user.element("Id"));
  EXPECT_EQ(remove(id, made.header("ETag")).error(), "409 CannotDeleteEntityWhileInUse");
  const Reply other = make("others");
  EXPECT_EQ(remove(other.element("Id"), "E0").error(), "400 InvalidIfMatchVersion");
  EXPECT_EQ(remove(other.element("Id"), other.header("ETag")).status, 204);
  EXPECT_EQ(create(https_config("r2", users_of("T0"))).error(), "404 EntityNotFound");
}

}  // namespace
}  // namespace gust::control
