#include "control/tags.h"

#include "control/control_test_internal.h"

namespace gust::control {
namespace {

class TagsTest : public ControlTest {
 protected:
  void SetUp() override {
    start();
    id = create_deployed();
    resource = percent_encode("arn:aws:cloudfront::123456789012:distribution/" + id);
  }
  Reply add(std::string_view tags) {
    return send("POST", "/2020-05-31/tagging?Operation=Tag&Resource=" + resource,
                fmt::format("<Tags><Items>{}</Items></Tags>", tags));
  }
  Reply list() { return send("GET", "/2020-05-31/tagging?Resource=" + resource); }
  std::string id, resource;
};

TEST_F(TagsTest, AddReplaceRemoveAndList) {
  EXPECT_EQ(add("<Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key></Tag>").status, 204);
  EXPECT_EQ(add("<Tag><Key>a</Key><Value>2</Value></Tag>").status, 204);
  const Reply both = list();
  EXPECT_EQ(both.status, 200);
  EXPECT_TRUE(both.has("<Tag><Key>a</Key><Value>2</Value></Tag><Tag><Key>b</Key></Tag>")) << both.body;
  EXPECT_EQ(send("POST", "/2020-05-31/tagging?Operation=Untag&Resource=" + resource,
                 "<TagKeys><Items><Key>a</Key><Key>none</Key></Items></TagKeys>")
                .status,
            204);
  EXPECT_FALSE(list().has("<Key>a</Key>"));
}

TEST_F(TagsTest, TagsDoNotChangeTheETagOrTheStatus) {
  const std::string etag = get(id).header("ETag");
  add("<Tag><Key>a</Key></Tag>");
  EXPECT_EQ(get(id).header("ETag"), etag);
  EXPECT_EQ(get(id).element("Status"), "Deployed");
}

TEST_F(TagsTest, BadTagsAreInvalidTagging) {
  EXPECT_EQ(add("<Tag><Key>aws:x</Key></Tag>").error(), "400 InvalidTagging");
  EXPECT_EQ(add("<Tag><Key>a</Key></Tag><Tag><Key>a</Key></Tag>").error(), "400 InvalidTagging");
  std::string many;
  for (int i = 0; i < 51; ++i) many += fmt::format("<Tag><Key>k{}</Key></Tag>", i);
  EXPECT_EQ(add(many).error(), "400 InvalidTagging");
}

TEST_F(TagsTest, AResourceThatIsNotThereIsNoSuchResource) {
  resource = percent_encode("arn:aws:cloudfront::123456789012:distribution/E0");
  EXPECT_EQ(list().error(), "404 NoSuchResource");
  resource = percent_encode("arn:aws:cloudfront::999999999999:distribution/" + id);
  EXPECT_EQ(list().status, 400);
}

}  // namespace
}  // namespace gust::control
