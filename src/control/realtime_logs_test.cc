#include "control/realtime_logs.h"

#include "control/control_test_internal.h"

namespace gust::control {
namespace {

namespace model = aws::cloudfront;

class RealtimeLogsTest : public ControlTest {
 protected:
  void SetUp() override { start(); }

  static std::string members(int rate = 50, std::string_view fields = "<Field>timestamp</Field><Field>c-ip</Field>") {
    return fmt::format(
        "<EndPoints><member><StreamType>Kinesis</StreamType><KinesisStreamConfig><RoleARN>arn:aws:iam::123456789012:"
        "role/r</RoleARN><StreamARN>arn:aws:kinesis:us-east-1:123456789012:stream/s</StreamARN></KinesisStreamConfig>"
        "</member></EndPoints><Fields>{}</Fields><SamplingRate>{}</SamplingRate>",
        fields, rate);
  }
  Reply make(std::string_view name, const std::string& more = members()) {
    return send(
        "POST", "/2020-05-31/realtime-log-config",
        fmt::format("<CreateRealtimeLogConfigRequest><Name>{}</Name>{}</CreateRealtimeLogConfigRequest>", name, more));
  }
  Reply ask(std::string_view verb, std::string_view by) {
    const std::string operation = fmt::format("{}RealtimeLogConfigRequest", verb);
    return send("POST", fmt::format("/2020-05-31/{}-realtime-log-config/", to_lower(verb)),
                fmt::format("<{}>{}</{}>", operation, by, operation));
  }
  Reply change(std::string_view name, std::string_view more) {
    return send(
        "PUT", "/2020-05-31/realtime-log-config/",
        fmt::format("<UpdateRealtimeLogConfigRequest><Name>{}</Name>{}</UpdateRealtimeLogConfigRequest>", name, more));
  }

  static constexpr std::string_view arn_of_logs =
      "<ARN>arn:aws:cloudfront::123456789012:realtime-log-config/logs</ARN>";
};

TEST_F(RealtimeLogsTest, CreateReadUpdateAndDelete) {
  const Reply made = make("logs");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.element("ARN"), "arn:aws:cloudfront::123456789012:realtime-log-config/logs");
  EXPECT_EQ(ask("Get", "<Name>logs</Name>").element("SamplingRate"), "50");
  EXPECT_EQ(ask("Get", arn_of_logs).element("Name"), "logs");
  const Reply changed = change("logs", members(7, "<Field>asn</Field>"));
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(ask("Get", arn_of_logs).element("Field"), "asn");
  EXPECT_EQ(change("logs", "<SamplingRate>8</SamplingRate>").element("Field"), "asn");
  EXPECT_EQ(ask("Delete", arn_of_logs).status, 204);
  EXPECT_EQ(ask("Get", "<Name>logs</Name>").error(), "404 NoSuchRealtimeLogConfig");
  EXPECT_EQ(ask("Delete", "<Name>logs</Name>").error(), "404 NoSuchRealtimeLogConfig");
  EXPECT_EQ(change("logs", members()).error(), "404 NoSuchRealtimeLogConfig");
  EXPECT_TRUE(documents().empty());
}

TEST_F(RealtimeLogsTest, TheyAreNamedByNameOrArn) {
  make("logs");
  EXPECT_EQ(ask("Get", "").error(), "400 InvalidArgument");
  EXPECT_EQ(ask("Get", fmt::format("<Name>other</Name>{}", arn_of_logs)).error(), "400 InvalidArgument");
  EXPECT_EQ(ask("Get", "<ARN>arn:aws:cloudfront::999999999999:realtime-log-config/logs</ARN>").error(),
            "404 NoSuchRealtimeLogConfig");
  EXPECT_EQ(ask("Get", fmt::format("<Name>{}</Name>", std::string(2000, 'a'))).error(), "404 NoSuchRealtimeLogConfig");
}

TEST_F(RealtimeLogsTest, NamesStandOnceAndListsArePaged) {
  for (const char* name : {"c", "a", "b"}) EXPECT_EQ(make(name).status, 201);
  EXPECT_EQ(make("a").error(), "409 RealtimeLogConfigAlreadyExists");
  const Reply page = send("GET", "/2020-05-31/realtime-log-config?MaxItems=2");
  EXPECT_EQ(page.element("Name"), "a");
  EXPECT_EQ(page.element("IsTruncated"), "true");
  EXPECT_EQ(page.element("NextMarker"), "b");
  const Reply rest = send("GET", "/2020-05-31/realtime-log-config?MaxItems=2&Marker=b");
  EXPECT_EQ(rest.element("Name"), "c");
  EXPECT_EQ(rest.element("IsTruncated"), "false");
  EXPECT_FALSE(rest.has("NextMarker"));
}

TEST_F(RealtimeLogsTest, OneThatABehaviourNamesIsInUse) {
  make("logs");
  const std::string id = create_deployed();
  // No client can do so yet.
  config::Document document = documents("cloudfront/config/distribution/" + id).at(0);
  const std::string member = "\"TargetOriginId\"";
  document.value.insert(document.value.find(member),
                        "\"RealtimeLogConfigArn\":\"arn:aws:cloudfront::123456789012:realtime-log-config/logs\",");
  overwrite(document);
  EXPECT_EQ(ask("Delete", arn_of_logs).error(), "400 RealtimeLogConfigInUse");
  const Reply users = send("POST", "/2020-05-31/distributionsByRealtimeLogConfig/",
                           "<ListDistributionsByRealtimeLogConfigRequest><RealtimeLogConfigName>logs"
                           "</RealtimeLogConfigName></ListDistributionsByRealtimeLogConfigRequest>");
  EXPECT_EQ(users.element("Id"), id) << users.body;
}

struct WrongConfig {
  std::string_view what;
  void (*spoil)(model::RealtimeLogConfig& config);
};

constexpr WrongConfig wrong_configs[] = {
    {"Name", [](auto& config) { config.name = "no spaces"; }},
    {"SamplingRate", [](auto& config) { config.sampling_rate = 0; }},
    {"SamplingRate", [](auto& config) { config.sampling_rate = 101; }},
    {"EndPoints", [](auto& config) { config.end_points.clear(); }},
    {"EndPoints", [](auto& config) { config.end_points.push_back(config.end_points.front()); }},
    {"StreamType", [](auto& config) { config.end_points[0].stream_type = "Kafka"; }},
    {"KinesisStreamConfig", [](auto& config) { config.end_points[0].kinesis_stream_config.reset(); }},
    {"StreamARN", [](auto& config) { config.end_points[0].kinesis_stream_config->stream_arn = "s"; }},
    {"RoleARN", [](auto& config) { config.end_points[0].kinesis_stream_config->role_arn = "r"; }},
    {"Fields", [](auto& config) { config.fields.clear(); }},
    {"not known: x", [](auto& config) { config.fields.emplace_back("x"); }},
    {"c-ip twice", [](auto& config) { config.fields.emplace_back("c-ip"); }},
};

TEST(RealtimeLogConfig, WhatIsWrongIsAnInvalidArgumentThatNamesIt) {
  model::RealtimeLogConfig good;
  good.name = "logs";
  good.sampling_rate = 100;
  good.fields = {"c-ip"};
  good.end_points = {{"Kinesis", model::KinesisStreamConfig{"arn:aws:iam::123456789012:role/r",
                                                            "arn:aws:kinesis:eu-west-1:123456789012:stream/s"}}};
  EXPECT_TRUE(check_realtime_log_config(good));
  for (const WrongConfig& wrong : wrong_configs) {
    model::RealtimeLogConfig config = good;
    wrong.spoil(config);
    const auto answer = check_realtime_log_config(config);
    ASSERT_FALSE(answer) << wrong.what;
    EXPECT_EQ(answer.error().code, "InvalidArgument");
    EXPECT_NE(answer.error().message.find(wrong.what), std::string::npos) << answer.error().message;
  }
}

class FewRealtimeLogs : public RealtimeLogsTest {
 protected:
  FewRealtimeLogs() {
    stop();
    quotas.realtime_log_configs = 1;
    make_control();
  }
};

TEST_F(FewRealtimeLogs, TooManyAreRefused) {
  make("a");
  EXPECT_EQ(make("b").error(), "400 TooManyRealtimeLogConfigs");
}

}  // namespace
}  // namespace gust::control
