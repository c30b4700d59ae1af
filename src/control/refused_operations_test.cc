#include "control/refused_operations.h"

#include <set>

#include "control/control_test_internal.h"

namespace gust::control {
namespace {

class RefusedOperationsTest : public ControlTest {
 protected:
  void SetUp() override { start(); }
};

TEST_F(RefusedOperationsTest, TheAnswerNamesTheOperationAndWhatIsMissing) {
  const Reply refused = send("POST", "/2020-05-31/function/f/test",
                             "<TestFunctionRequest><EventObject>e30=</EventObject></TestFunctionRequest>",
                             {{"If-Match", "E0123456789ABC"}});
  EXPECT_EQ(refused.error(), "501 NotImplemented");
  EXPECT_EQ(refused.element("Message"),
            "The operation TestFunction is not provided by this release of Gustfront: there is no engine for function "
            "code yet.");
}

TEST_F(RefusedOperationsTest, OfWhatCannotBeMadeThereAreNone) {
  const Reply none = send("GET", "/2020-05-31/streaming-distribution?MaxItems=5");
  EXPECT_EQ(none.status, 200);
  EXPECT_TRUE(none.has("<Marker></Marker><MaxItems>5</MaxItems><IsTruncated>false</IsTruncated><Quantity>0</Quantity>"))
      << none.body;
  EXPECT_EQ(send("GET", "/2020-05-31/streaming-distribution?MaxItems=x").error(), "400 InvalidArgument");
}

TEST(RefusedOperations, EveryRowStandsOnce) {
  std::set<std::string_view> seen;
  for (const RefusedOperation& row : refused_operations()) {
    EXPECT_TRUE(seen.insert(row.name).second) << row.name;
    EXPECT_EQ(find_refused_operation(row.name), &row);
    EXPECT_FALSE(row.reason.empty() || row.reason.ends_with('.')) << row.name;
  }
  EXPECT_EQ(find_refused_operation("CreateDistribution"), nullptr);
}

}  // namespace
}  // namespace gust::control
