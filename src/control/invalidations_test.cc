// Invalidations as clients and nodes see them. CLOUDFRONT.md section 19.
#include "control/invalidations.h"

#include "control/control_test_internal.h"

namespace gust::control {
namespace {

class InvalidationsTest : public ControlTest {
 protected:
  void SetUp() override {
    start();
    id = create_deployed();
  }
  std::string status_of(const std::string& invalidation) {
    return send("GET", "/2020-05-31/distribution/" + id + "/invalidation/" + invalidation).element("Status");
  }
  std::string id;
};

TEST_F(InvalidationsTest, CreateAnswers201WithLocationAndGoesToTheNodes) {
  const Reply reply = invalidate(id, "i1", {"/sea.jpg", "/dir/*"});
  EXPECT_EQ(reply.status, 201) << reply.body;
  const std::string invalidation = reply.element("Id");
  EXPECT_EQ(invalidation.size(), 14U);
  EXPECT_EQ(invalidation[0], 'I');
  EXPECT_EQ(reply.element("Status"), "InProgress");
  EXPECT_EQ(reply.header("Location"),
            "https://cloudfront.amazonaws.com/2020-05-31/distribution/" + id + "/invalidation/" + invalidation);
  settle();
  ASSERT_EQ(delivery.purged.size(), 1U);
  EXPECT_EQ(delivery.purged[0].distribution_id, id);
  EXPECT_EQ(delivery.purged[0].paths, (std::vector<std::string>{"/sea.jpg", "/dir/*"}));
  EXPECT_EQ(status_of(invalidation), "Completed");
}

TEST_F(InvalidationsTest, Inv10ItIsCompletedWhenEveryNodeHasConfirmedAndNotBefore) {
  delivery.is_held = true;
  const std::string invalidation = invalidate(id, "i1", {"/*"}).element("Id");
  settle();
  EXPECT_EQ(status_of(invalidation), "InProgress");
  EXPECT_EQ(get(id).element("InProgressInvalidationBatches"), "1");
  delivery.release();
  settle();
  EXPECT_EQ(status_of(invalidation), "Completed");
  EXPECT_EQ(get(id).element("InProgressInvalidationBatches"), "0");
}

TEST_F(InvalidationsTest, TheReceiptOfACompletedOneIsKept) {
  invalidate(id, "i1", {"/*"});
  settle();
  const auto stored = read_invalidation(documents("cloudfront/invalidation/").at(0).value);
  ASSERT_TRUE(stored);
  ASSERT_EQ(stored->receipt.size(), 2U);
  EXPECT_EQ(stored->receipt[0].node, "BOM50");
  EXPECT_EQ(stored->epoch, delivery.purged[0].epoch);
}

TEST_F(InvalidationsTest, Inv10TheSameReferenceAndPathsGiveTheFirstAnswerOthersAreRefused) {
  const Reply first = invalidate(id, "i1", {"/a"});
  const Reply again = invalidate(id, "i1", {"/a"});
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.element("Id"), first.element("Id"));
  EXPECT_EQ(invalidate(id, "i1", {"/b"}).error(), "409 InvalidationBatchAlreadyExists");
  settle();
  EXPECT_EQ(delivery.purged.size(), 1U);
}

TEST_F(InvalidationsTest, Inv1AndInv2PathsBeginWithASlashAndHaveAStarOnlyAtTheEnd) {
  for (const char* path : {"a", "", "/a*b", "/*/", "/a b", "/\xC3\xA9", "tag"}) {
    EXPECT_EQ(invalidate(id, "i1", {"/good", path}).error(), "400 InvalidArgument") << path;
  }
  EXPECT_EQ(invalidate(id, "i1", {"/" + std::string(4000, 'a')}).error(), "400 InvalidArgument");
  EXPECT_EQ(invalidate(id, "", {"/a"}).status, 400);
  EXPECT_EQ(invalidate(id, "i1", {"/a?x=1&amp;y=2", "/*"}).status, 201);
}

TEST_F(InvalidationsTest, Tag3TagsBesidePathsGoToTheNodes) {
  const Reply reply = invalidate(id, "i1", {"#product:tv", "/a*"});
  EXPECT_EQ(reply.status, 201) << reply.body;
  settle();
  ASSERT_EQ(delivery.purged.size(), 1U);
  EXPECT_EQ(delivery.purged[0].paths, (std::vector<std::string>{"#product:tv", "/a*"}));
  EXPECT_EQ(status_of(reply.element("Id")), "Completed");
}

TEST_F(InvalidationsTest, Tag3ATagPurgeThatARestartInterruptedIsTakenUp) {
  delivery.is_held = true;
  invalidate(id, "i1", {"#x"});
  settle();
  delivery.is_held = false;
  restart();
  settle();
  ASSERT_EQ(delivery.purged.size(), 2U);
  EXPECT_EQ(delivery.purged[1].paths, std::vector<std::string>{"#x"});
  EXPECT_EQ(delivery.purged[0].epoch, delivery.purged[1].epoch);
}

TEST_F(InvalidationsTest, Tag2And3WhatIsNoTagIsRefused) {
  for (const std::string& item : {std::string("#"), std::string("#a,b"), std::string("#a b"), std::string("#\xC3\xA9"),
                                  std::string("#product*"), "#" + std::string(257, 'a')}) {
    EXPECT_EQ(invalidate(id, "i1", {item}).error(), "400 InvalidArgument") << item;
  }
  EXPECT_EQ(invalidate(id, "i1", {"#" + std::string(256, 'a'), "#a*b"}).status, 201);
}

TEST_F(InvalidationsTest, AQuantityThatIsNotTheNumberOfPathsIsInconsistent) {
  EXPECT_EQ(send("POST", "/2020-05-31/distribution/" + id + "/invalidation",
                 "<InvalidationBatch><Paths><Quantity>2</Quantity><Items><Path>/a</Path></Items></Paths>"
                 "<CallerReference>i1</CallerReference></InvalidationBatch>")
                .error(),
            "400 InconsistentQuantities");
}

TEST_F(InvalidationsTest, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(invalidate("E0000000000000", "i1", {"/a"}).error(), "404 NoSuchDistribution");
  EXPECT_EQ(send("GET", "/2020-05-31/distribution/" + id + "/invalidation/I1").error(), "404 NoSuchInvalidation");
  EXPECT_EQ(send("GET", "/2020-05-31/distribution/E1/invalidation").error(), "404 NoSuchDistribution");
}

TEST_F(InvalidationsTest, PurgesGoOutOneAtATimeInTheOrderOfEpochs) {
  delivery.is_held = true;
  for (const char* reference : {"i1", "i2", "i3"}) invalidate(id, reference, {fmt::format("/{}", reference)});
  settle();
  EXPECT_EQ(delivery.purged.size(), 1U);
  delivery.release();
  settle();
  ASSERT_EQ(delivery.purged.size(), 3U);
  EXPECT_EQ(delivery.purged[1].paths[0], "/i2");
  EXPECT_LT(delivery.purged[0].epoch, delivery.purged[1].epoch);
  EXPECT_LT(delivery.purged[1].epoch, delivery.purged[2].epoch);
}

TEST_F(InvalidationsTest, APurgeThatFailsComesAgainBeforeAnyLaterOne) {
  delivery.failures = 1;
  invalidate(id, "i1", {"/1"});
  const std::string second = invalidate(id, "i2", {"/2"}).element("Id");
  world.run_for(std::chrono::seconds(2));
  ASSERT_EQ(delivery.purged.size(), 3U);
  EXPECT_EQ(delivery.purged[0].epoch, delivery.purged[1].epoch);
  EXPECT_EQ(delivery.purged[2].paths[0], "/2");
  EXPECT_EQ(status_of(second), "Completed");
}

TEST_F(InvalidationsTest, OneThatARestartInterruptedIsTakenUpWithItsEpoch) {
  delivery.is_held = true;
  const std::string invalidation = invalidate(id, "i1", {"/a"}).element("Id");
  settle();
  delivery.is_held = false;
  restart();
  settle();
  ASSERT_EQ(delivery.purged.size(), 2U);
  EXPECT_EQ(delivery.purged[0].epoch, delivery.purged[1].epoch);
  EXPECT_EQ(status_of(invalidation), "Completed");
}

TEST_F(InvalidationsTest, ListShowsTheNewestFirstAndPages) {
  std::vector<std::string> made;
  for (const char* reference : {"i1", "i2", "i3"}) {
    made.push_back(invalidate(id, reference, {"/a"}).element("Id"));
    settle();
  }
  const Reply first = send("GET", "/2020-05-31/distribution/" + id + "/invalidation?MaxItems=2");
  EXPECT_EQ(first.element("Id"), made[2]);
  EXPECT_EQ(first.element("NextMarker"), made[1]);
  EXPECT_EQ(first.element("IsTruncated"), "true");
  const Reply second = send("GET", "/2020-05-31/distribution/" + id + "/invalidation?MaxItems=2&Marker=" + made[1]);
  EXPECT_EQ(second.element("Id"), made[0]);
  EXPECT_EQ(second.element("IsTruncated"), "false");
}

TEST_F(InvalidationsTest, DeletingTheDistributionTakesThemAlong) {
  invalidate(id, "i1", {"/a"});
  update(id, small_config("r1", "", "false"), get(id).header("ETag"));
  settle();
  EXPECT_EQ(send("DELETE", "/2020-05-31/distribution/" + id, "", {{"If-Match", get(id).header("ETag")}}).status, 204);
  EXPECT_TRUE(documents().empty());
}

TEST_F(InvalidationsTest, WhatACrashLeftOfADeletedDistributionGoesAtTheNextStart) {
  invalidate(id, "i1", {"/a"});
  settle();
  overwrite({"cloudfront/invalidation/E9/I9", "{}", config::absent});
  overwrite({"cloudfront/purge/E9/I9", "{}", config::absent});
  restart();
  EXPECT_TRUE(documents("cloudfront/invalidation/E9").empty());
  EXPECT_TRUE(documents("cloudfront/purge/E9").empty());
  EXPECT_EQ(documents("cloudfront/invalidation/" + id).size(), 1U);
}

class FewInvalidations : public InvalidationsTest {
 protected:
  FewInvalidations() {
    quotas.invalidation_paths_in_progress = 3;
    quotas.wildcards_in_progress = 1;
    quotas.invalidations_kept = 2;
    make_control();
  }
};

TEST_F(FewInvalidations, Inv11QuotasOfPathsAndWildcardsInProgress) {
  delivery.is_held = true;
  EXPECT_EQ(invalidate(id, "i1", {"/1", "/2", "#3", "/4"}).error(), "413 BatchTooLarge");
  EXPECT_EQ(invalidate(id, "i1", {"/a*", "/b*"}).error(), "400 TooManyInvalidationsInProgress");
  EXPECT_EQ(invalidate(id, "i1", {"/a*", "/2"}).status, 201);
  EXPECT_EQ(invalidate(id, "i2", {"/3", "/4"}).error(), "400 TooManyInvalidationsInProgress");
  delivery.release();
  settle();
  EXPECT_EQ(invalidate(id, "i2", {"/3", "/4"}).status, 201);
}

TEST_F(FewInvalidations, OldCompletedOnesAreForgotten) {
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(invalidate(id, fmt::format("i{}", i), {"/a"}).status, 201);
    settle();
  }
  EXPECT_EQ(documents("cloudfront/invalidation/").size(), 2U);
  EXPECT_EQ(documents("cloudfront/invalidation-reference/").size(), 2U);
}

TEST(InvalidationDocument, ComesBackAsItWasWritten) {
  InvalidationDocument document{"I1", "ref \"x\"", wall_time_of(1'700'000'000), {"/a", "/b*"}, true, 17, {}};
  document.receipt = {{"BOM50", wall_time_of(1'700'000'001)}};
  const auto read = read_invalidation(write_invalidation(document));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->caller_reference, document.caller_reference);
  EXPECT_EQ(read->paths, document.paths);
  EXPECT_TRUE(read->is_completed);
  EXPECT_EQ(read->epoch, 17U);
  EXPECT_EQ(read->receipt[0].at, document.receipt[0].at);
  EXPECT_EQ(read_invalidation("{}").error().code, Errc::bad_value);
  EXPECT_EQ(read_purge("x").error().code, Errc::bad_syntax);
}

}  // namespace
}  // namespace gust::control
