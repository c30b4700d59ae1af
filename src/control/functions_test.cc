#include "control/functions.h"

#include "control/control_test_internal.h"

namespace gust::control {
namespace {

class FunctionsTest : public ControlTest {
 protected:
  void SetUp() override { start(); }

  static std::string config(std::string_view runtime, std::string_view comment = "c") {
    return fmt::format("<FunctionConfig><Comment>{}</Comment><Runtime>{}</Runtime></FunctionConfig>", comment, runtime);
  }
  Reply make(std::string_view name, std::string_view code = "one", std::string_view runtime = "cloudfront-js-2.0") {
    return send("POST", "/2020-05-31/function",
                fmt::format("<CreateFunctionRequest xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Name>{}"
                            "</Name>{}<FunctionCode>{}</FunctionCode></CreateFunctionRequest>",
                            name, config(runtime), base64_of(code)));
  }
  Reply change(std::string_view name, std::string_view code, const std::string& if_match) {
    return send("PUT", fmt::format("/2020-05-31/function/{}", name),
                fmt::format("<UpdateFunctionRequest>{}<FunctionCode>{}</FunctionCode></UpdateFunctionRequest>",
                            config("cloudfront-js-1.0", "changed"), base64_of(code)),
                {{"If-Match", if_match}});
  }
  Reply publish(std::string_view name, const std::string& if_match) {
    return send("POST", fmt::format("/2020-05-31/function/{}/publish", name), "", {{"If-Match", if_match}});
  }
  Reply remove(std::string_view name, const std::string& if_match) {
    return send("DELETE", fmt::format("/2020-05-31/function/{}", name), "", {{"If-Match", if_match}});
  }
  Reply describe(std::string_view name, std::string_view stage = "DEVELOPMENT") {
    return send("GET", fmt::format("/2020-05-31/function/{}/describe?Stage={}", name, stage));
  }
  Reply code(std::string_view name, std::string_view stage = "DEVELOPMENT") {
    return send("GET", fmt::format("/2020-05-31/function/{}?Stage={}", name, stage));
  }
};

TEST_F(FunctionsTest, CreateAnswers201WithArnLocationAndETag) {
  const Reply made = make("rewrite");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.element("FunctionARN"), "arn:aws:cloudfront::123456789012:function/rewrite");
  EXPECT_EQ(made.element("Stage"), "DEVELOPMENT");
  EXPECT_EQ(made.element("Status"), "UNPUBLISHED");
  EXPECT_EQ(made.element("Runtime"), "cloudfront-js-2.0");
  EXPECT_EQ(made.header("Location"),
            "https://cloudfront.amazonaws.com/2020-05-31/function/arn:aws:cloudfront::123456789012:function/rewrite");
  const Reply described = describe("rewrite");
  EXPECT_EQ(described.body, made.body);
  EXPECT_EQ(described.header("ETag"), made.header("ETag"));
}

TEST_F(FunctionsTest, GetGivesTheCodeAsItWasSent) {
  const std::string sent("function handler(event) {\0\xff}", 28);
  make("rewrite", sent);
  const Reply got = send("GET", "/2020-05-31/function/rewrite");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.header("Content-Type"), "application/octet-stream");
  EXPECT_EQ(got.body, sent);
  EXPECT_EQ(got.header("ETag"), describe("rewrite").header("ETag"));
}

TEST_F(FunctionsTest, Cff11PublishingCopiesDevelopmentToLive) {
  const std::string etag = make("rewrite").header("ETag");
  EXPECT_EQ(code("rewrite", "LIVE").error(), "404 NoSuchFunctionExists");
  const Reply published = publish("rewrite", etag);
  ASSERT_EQ(published.status, 200) << published.body;
  EXPECT_EQ(published.element("Stage"), "LIVE");
  EXPECT_EQ(published.element("Status"), "UNASSOCIATED");
  EXPECT_EQ(describe("rewrite").element("Status"), "UNASSOCIATED");
  EXPECT_EQ(describe("rewrite").header("ETag"), etag);
  EXPECT_NE(describe("rewrite", "LIVE").header("ETag"), etag);

  const Reply changed = change("rewrite", "two", etag);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.element("Status"), "UNPUBLISHED");
  EXPECT_EQ(code("rewrite").body, "two");
  EXPECT_EQ(code("rewrite", "LIVE").body, "one");
  EXPECT_EQ(publish("rewrite", etag).error(), "412 PreconditionFailed");
  EXPECT_EQ(publish("rewrite", describe("rewrite").header("ETag")).status, 200);
  EXPECT_EQ(code("rewrite", "LIVE").body, "two");
}

TEST_F(FunctionsTest, Api2IfMatchMissingMalformedOrStale) {
  const std::string etag = make("rewrite").header("ETag");
  EXPECT_EQ(send("DELETE", "/2020-05-31/function/rewrite").error(), "400 InvalidIfMatchVersion");
  EXPECT_EQ(send("POST", "/2020-05-31/function/rewrite/publish").error(), "400 InvalidIfMatchVersion");
  EXPECT_EQ(change("rewrite", "two", "nonsense").error(), "400 InvalidIfMatchVersion");
  EXPECT_EQ(change("rewrite", "two", "E0123456789ABC").error(), "412 PreconditionFailed");
  EXPECT_EQ(change("nobody", "two", etag).error(), "404 NoSuchFunctionExists");
  EXPECT_EQ(change("rewrite", "two", etag).status, 200);
  EXPECT_EQ(remove("rewrite", etag).error(), "412 PreconditionFailed");
}

TEST_F(FunctionsTest, DeleteTakesBothStages) {
  const std::string etag = make("rewrite").header("ETag");
  publish("rewrite", etag);
  EXPECT_EQ(remove("rewrite", etag).status, 204);
  EXPECT_EQ(describe("rewrite").error(), "404 NoSuchFunctionExists");
  EXPECT_EQ(describe("rewrite", "LIVE").error(), "404 NoSuchFunctionExists");
  EXPECT_EQ(remove("rewrite", etag).error(), "404 NoSuchFunctionExists");
  EXPECT_TRUE(documents().empty());
}

TEST_F(FunctionsTest, NamesStandOnceAndAreInOrder) {
  const std::string etag = make("b").header("ETag");
  make("a-1");
  make("a");
  EXPECT_EQ(make("a").error(), "409 FunctionAlreadyExists");
  publish("b", etag);
  const Reply all = send("GET", "/2020-05-31/function");
  EXPECT_TRUE(all.has("<MaxItems>100</MaxItems><Quantity>4</Quantity>")) << all.body;
  EXPECT_EQ(send("GET", "/2020-05-31/function?Stage=LIVE").element("Name"), "b");
  std::vector<std::string> seen;
  std::string marker;
  do {
    const Reply page = send("GET", "/2020-05-31/function?MaxItems=1&Marker=" + percent_encode(marker));
    seen.push_back(page.element("Name") + " " + page.element("Stage"));
    marker = page.element("NextMarker");
  } while (!marker.empty() && seen.size() < 9);
  EXPECT_EQ(seen, (std::vector<std::string>{"a-1 DEVELOPMENT", "a DEVELOPMENT", "b DEVELOPMENT", "b LIVE"}));
}

TEST_F(FunctionsTest, Cff5CodeBeyondTheQuotaIsTooLarge) {
  EXPECT_EQ(make("rewrite", std::string(10'241, 'x')).error(), "413 FunctionSizeLimitExceeded");
  const Reply made = make("rewrite", std::string(10'240, 'x'));
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(change("rewrite", std::string(10'241, 'x'), made.header("ETag")).error(), "413 FunctionSizeLimitExceeded");
}

TEST_F(FunctionsTest, WrongNamesAndRuntimesBreakTheModel) {
  EXPECT_EQ(make("no spaces").status, 400);
  EXPECT_EQ(make(std::string(65, 'a')).status, 400);
  EXPECT_EQ(make("rewrite", "one", "cloudfront-js-9.0").status, 400);
  EXPECT_EQ(make("rewrite", "").status, 400);
  EXPECT_EQ(describe(std::string(2000, 'a')).error(), "404 NoSuchFunctionExists");
}

TEST_F(FunctionsTest, ABehaviourCannotNameOneYet) {
  make("rewrite");
  std::string config = small_config("r1");
  const std::string_view end = "<MinTTL>0</MinTTL>";
  config.insert(config.find(end),
                "<FunctionAssociations><Quantity>1</Quantity><Items><FunctionAssociation><FunctionARN>"
                "arn:aws:cloudfront::123456789012:function/rewrite</FunctionARN><EventType>viewer-request</EventType>"
                "</FunctionAssociation></Items></FunctionAssociations>");
  const Reply refused = create(config);
  EXPECT_EQ(refused.status, 400);
  EXPECT_TRUE(refused.has("FunctionAssociations")) << refused.body;
}

TEST_F(FunctionsTest, AfterARestartTheyAreThere) {
  const std::string etag = make("rewrite").header("ETag");
  restart();
  EXPECT_EQ(code("rewrite").body, "one");
  EXPECT_EQ(publish("rewrite", etag).status, 200);
}

class FewFunctions : public FunctionsTest {
 protected:
  FewFunctions() {
    stop();
    quotas.functions = 1;
    make_control();
  }
};

TEST_F(FewFunctions, TooManyAreRefused) {
  publish("a", make("a").header("ETag"));
  EXPECT_EQ(make("b").error(), "400 TooManyFunctions");
  EXPECT_EQ(make("a").error(), "409 FunctionAlreadyExists");
}

}  // namespace
}  // namespace gust::control
