// The services iam and sts: their operations over a store in memory, and what becomes of it in the Directory.
#include "iam/iam.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>

#include "access/authorizer.h"
#include "base/text.h"
#include "config/memory_store.h"
#include "config/store_test_internal.h"

namespace gust::iam {
namespace {

namespace model = aws::iam;

constexpr std::string_view account = "111122223333";
constexpr std::string_view read_objects =
    R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}})";

struct World {
  World() { open(); }
  void open() {
    book.emplace(loop(), *store, directory, Seal(std::string(Seal::key_bytes, 'k')), std::string(account));
    EXPECT_TRUE(test.run(book->load()));
    users.emplace(*book);
    groups.emplace(*book);
    policies.emplace(*book);
    entities.emplace(*book);
  }
  rt::Loop& loop() {
    if (known_loop == nullptr) known_loop = &test.run(find_loop()).get();
    return *known_loop;
  }
  static rt::Task<std::reference_wrapper<rt::Loop>> find_loop() { co_return std::ref(co_await rt::this_loop()); }

  // "" or the code of the refusal.
  template <typename T>
  std::string outcome(rt::Task<aws::Answer<T>> task) {
    const auto answered = test.run(std::move(task));
    return answered ? "" : answered.error().code;
  }
  template <typename T>
  T result(rt::Task<aws::Answer<T>> task) {
    auto answered = test.run(std::move(task));
    EXPECT_TRUE(answered.has_value()) << (answered ? "" : answered.error().message);
    return answered ? *std::move(answered) : T{};
  }
  std::string create_user(std::string name) { return outcome(users->create({.user_name = std::move(name)})); }
  model::AccessKey create_key(std::string name) {
    return result(users->create_key(as_root(), {.user_name = std::move(name)})).access_key;
  }
  std::string attach(std::string user, std::string_view policy) {
    return outcome(entities->attach<model::op::AttachUserPolicy>(
        {.user_name = std::move(user), .policy_arn = std::string(policy)}));
  }
  bool may(std::string_view key, std::string_view action) {
    const access::DirectoryAuthorizer authorizer(directory, std::string(account));
    const auto found = authorizer.caller_of(key);
    return found && !authorizer.refusal_of(*found, {action, "arn:aws:s3:::pics/a"});
  }
  aws::Call as_root() const { return {root, "us-east-1", id}; }

  const aws::Caller root{"AKIAROOT", std::string(account), "arn:aws:iam::111122223333:root", std::string(account)};
  const aws::RequestId id{"1", {}};
  config::TestWorld test;
  rt::Loop* known_loop = nullptr;
  std::unique_ptr<config::Store> store = config::make_memory_store();
  access::Directory directory;
  std::optional<Book> book;
  std::optional<Users> users;
  std::optional<Groups> groups;
  std::optional<Policies> policies;
  std::optional<EntityPolicies> entities;
};

TEST(IamUsers, AreMadeOnceAndFoundByTheirExactName) {
  World world;
  const auto made = world.result(world.users->create({.path = "/staff/", .user_name = "Ann", .tags = {{"team", "x"}}}));
  EXPECT_EQ(made.user->arn, "arn:aws:iam::111122223333:user/staff/Ann");
  EXPECT_TRUE(made.user->user_id.starts_with("AIDA"));
  EXPECT_EQ(made.user->user_id.size(), 21U);
  EXPECT_EQ(world.create_user("ann"), "EntityAlreadyExists");
  EXPECT_EQ(world.outcome(world.users->get(world.as_root(), {.user_name = "ann"})), "NoSuchEntity");
  EXPECT_EQ(world.result(world.users->get(world.as_root(), {.user_name = "Ann"})).user.tags.size(), 1U);
  EXPECT_EQ(world.result(world.users->get(world.as_root(), {})).user.arn, world.root.arn);
}

TEST(IamUsers, AreListedInPages) {
  World world;
  for (const char* name : {"c", "a", "b"}) EXPECT_EQ(world.create_user(name), "");
  const auto first = world.result(world.users->list({.max_items = 2}));
  ASSERT_EQ(first.users.size(), 2U);
  EXPECT_EQ(first.users[1].user_name, "b");
  EXPECT_EQ(first.is_truncated, true);
  const auto second = world.result(world.users->list({.marker = first.marker, .max_items = 2}));
  ASSERT_EQ(second.users.size(), 1U);
  EXPECT_EQ(second.users[0].user_name, "c");
  EXPECT_EQ(second.is_truncated, false);
}

TEST(IamUsers, AreDeletedOnlyWhenNothingHangsOnThem) {
  World world;
  EXPECT_EQ(world.create_user("ann"), "");
  const auto remove = [&] { return world.outcome(world.users->remove({.user_name = "ann"})); };
  EXPECT_EQ(world.attach("ann", "arn:aws:iam::aws:policy/ReadOnlyAccess"), "");
  EXPECT_EQ(remove(), "DeleteConflict");
  EXPECT_EQ(world.outcome(world.entities->detach<model::op::DetachUserPolicy>(
                {.user_name = "ann", .policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"})),
            "");
  const std::string key = world.create_key("ann").access_key_id;
  EXPECT_EQ(remove(), "DeleteConflict");
  EXPECT_EQ(world.outcome(world.users->remove_key(world.as_root(), {.user_name = "ann", .access_key_id = key})), "");
  EXPECT_EQ(remove(), "");
  EXPECT_EQ(remove(), "NoSuchEntity");
}

TEST(IamUsers, KeepTheirKeysUnderANewName) {
  World world;
  EXPECT_EQ(world.create_user("ann"), "");
  const std::string key = world.create_key("ann").access_key_id;
  EXPECT_EQ(world.create_user("bob"), "");
  EXPECT_EQ(world.outcome(world.users->update({.user_name = "ann", .new_user_name = "Bob"})), "EntityAlreadyExists");
  EXPECT_EQ(world.outcome(world.users->update({.user_name = "ann", .new_path = "/x/", .new_user_name = "eve"})), "");
  EXPECT_EQ(access::arn_of(world.directory.find(key)->caller), "arn:aws:iam::111122223333:user/x/eve");
  EXPECT_EQ(world.outcome(world.users->get(world.as_root(), {.user_name = "ann"})), "NoSuchEntity");
}

TEST(IamKeys, AreTwoAUserAndCanRest) {
  World world;
  EXPECT_EQ(world.create_user("ann"), "");
  const auto key = world.create_key("ann");
  EXPECT_EQ(key.access_key_id.size(), 20U);
  EXPECT_EQ(key.secret_access_key.size(), 40U);
  EXPECT_EQ(world.directory.find_secret(key.access_key_id), key.secret_access_key);
  world.create_key("ann");
  EXPECT_EQ(world.outcome(world.users->create_key(world.as_root(), {.user_name = "ann"})), "LimitExceeded");
  EXPECT_EQ(world.outcome(world.users->create_key(world.as_root(), {})), "NotImplemented")
      << "root's is another matter";
  EXPECT_EQ(world.outcome(world.users->update_key(
                world.as_root(), {.user_name = "ann", .access_key_id = key.access_key_id, .status = "Inactive"})),
            "");
  EXPECT_EQ(world.directory.find_secret(key.access_key_id), std::nullopt);
  EXPECT_EQ(world.outcome(
                world.users->remove_key(world.as_root(), {.user_name = "ann", .access_key_id = "AKIANONE00000000"})),
            "NoSuchEntity");
}

TEST(IamKeys, AreSealedInTheStoreAndComeBackAfterARestart) {
  World world;
  EXPECT_EQ(world.create_user("ann"), "");
  EXPECT_EQ(world.attach("ann", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"), "");
  const auto key = world.create_key("ann");
  const auto listing = world.test.run(world.store->list("iam/"));
  ASSERT_EQ(listing->documents.size(), 1U);
  EXPECT_FALSE(listing->documents[0].value.contains(key.secret_access_key));
  world.directory.replace({});
  world.open();
  EXPECT_EQ(world.directory.find_secret(key.access_key_id), key.secret_access_key);
  EXPECT_TRUE(world.may(key.access_key_id, "s3:GetObject"));
  EXPECT_FALSE(world.may(key.access_key_id, "s3:PutObject"));
}

TEST(IamPolicies, OfAwsMeanWhatTheirNamesSay) {
  World world;
  EXPECT_EQ(world.create_user("ann"), "");
  const std::string key = world.create_key("ann").access_key_id;
  EXPECT_FALSE(world.may(key, "s3:GetObject"));
  struct Row {
    std::string_view policy, may, may_not;
  };
  for (const auto& [policy, may, may_not] : {
           Row{"AdministratorAccess", "iam:CreateUser", ""},
           Row{"PowerUserAccess", "cloudfront:DeleteDistribution", "iam:CreateUser"},
           Row{"ReadOnlyAccess", "cloudfront:GetDistribution", "cloudfront:CreateInvalidation"},
           Row{"CloudFrontFullAccess", "cloudfront:DeleteDistribution", "s3:GetObject"},
           Row{"CloudFrontReadOnlyAccess", "cloudfront:ListDistributions", "cloudfront:CreateInvalidation"},
           Row{"AmazonS3FullAccess", "s3:PutBucketPolicy", "cloudfront:ListDistributions"},
           Row{"AmazonS3ReadOnlyAccess", "s3:ListBucket", "s3:PutObject"},
           Row{"AWSCloudFormationFullAccess", "cloudformation:CreateStack", "s3:GetObject"},
           Row{"AWSCloudFormationReadOnlyAccess", "cloudformation:DescribeStacks", "cloudformation:CreateStack"},
           Row{"IAMFullAccess", "iam:CreateUser", "s3:GetObject"},
           Row{"IAMReadOnlyAccess", "iam:ListUsers", "iam:CreateUser"},
       }) {
    const std::string arn = "arn:aws:iam::aws:policy/" + std::string(policy);
    EXPECT_EQ(world.attach("ann", arn), "") << arn;
    EXPECT_TRUE(world.may(key, may)) << policy << " " << may;
    if (!may_not.empty()) EXPECT_FALSE(world.may(key, may_not)) << policy << " " << may_not;
    EXPECT_EQ(
        world.outcome(world.entities->detach<model::op::DetachUserPolicy>({.user_name = "ann", .policy_arn = arn})),
        "");
  }
  EXPECT_EQ(world.attach("ann", "arn:aws:iam::aws:policy/NoSuchAccess"), "NoSuchEntity");
  EXPECT_EQ(world.outcome(world.policies->remove({.policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"})),
            "AccessDenied");
}

TEST(IamPolicies, OfTheAccountHaveVersionsOfWhichOneHolds) {
  World world;
  const auto made =
      world.result(world.policies->create({.policy_name = "p", .policy_document = std::string(read_objects)}));
  const std::string arn = made.policy->arn.value_or("");
  EXPECT_EQ(arn, "arn:aws:iam::111122223333:policy/p");
  EXPECT_EQ(world.outcome(world.policies->create({.policy_name = "P", .policy_document = std::string(read_objects)})),
            "EntityAlreadyExists");
  EXPECT_EQ(world.outcome(world.policies->create({.policy_name = "q", .policy_document = "{"})),
            "MalformedPolicyDocument");
  EXPECT_EQ(world.create_user("ann"), "");
  const std::string key = world.create_key("ann").access_key_id;
  EXPECT_EQ(world.attach("ann", arn), "");
  EXPECT_TRUE(world.may(key, "s3:GetObject"));
  const std::string deny =
      R"({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}})";
  EXPECT_EQ(world.outcome(
                world.policies->create_version({.policy_arn = arn, .policy_document = deny, .set_as_default = true})),
            "");
  EXPECT_FALSE(world.may(key, "s3:GetObject"));
  EXPECT_EQ(world.outcome(world.policies->remove_version({.policy_arn = arn, .version_id = "v2"})), "DeleteConflict");
  EXPECT_EQ(world.outcome(world.policies->set_default_version({.policy_arn = arn, .version_id = "v1"})), "");
  EXPECT_TRUE(world.may(key, "s3:GetObject"));
  EXPECT_EQ(world.outcome(world.policies->remove({.policy_arn = arn})), "DeleteConflict");
  const auto version = world.result(world.policies->get_version({.policy_arn = arn, .version_id = "v2"}));
  EXPECT_EQ(percent_decode(version.policy_version->document.value_or("")), deny);
  EXPECT_EQ(world.result(world.policies->list_entities({.policy_arn = arn})).policy_users.size(), 1U);
}

TEST(IamPolicies, AreFoundByTheirWholeArnAndListedInPages) {
  World world;
  const std::string prefix = "arn:aws:iam::111122223333:policy/";
  for (const auto& [path, name] : {std::pair("/", "Zoo"), std::pair("/a/", "one"), std::pair("/a/b/", "two")}) {
    EXPECT_EQ(world.outcome(world.policies->create(
                  {.policy_name = name, .path = path, .policy_document = std::string(read_objects)})),
              "");
  }
  const auto get = [&](const std::string& arn) { return world.outcome(world.policies->get({.policy_arn = arn})); };
  for (const char* arn : {"Zoo", "a/one", "a/b/two"}) EXPECT_EQ(get(prefix + arn), "") << arn;
  for (const char* arn : {"zoo", "one", "a/two", "a/b/one", "a/b/", ""}) {
    EXPECT_EQ(get(prefix + arn), "NoSuchEntity") << arn;
  }
  EXPECT_EQ(get("two"), "NoSuchEntity");

  const auto names_of = [](const model::ListPoliciesResponse& list) {
    std::string names;
    for (const model::Policy& policy : list.policies) names += policy.policy_name.value_or("") + " ";
    return names;
  };
  const auto first = world.result(world.policies->list({.scope = "Local", .max_items = 2}));
  EXPECT_EQ(names_of(first), "Zoo two ") << "in order of their ARNs";
  EXPECT_EQ(first.is_truncated, true);
  const auto second = world.result(world.policies->list({.scope = "Local", .marker = first.marker, .max_items = 2}));
  EXPECT_EQ(names_of(second), "one ");
  EXPECT_EQ(second.is_truncated, false);
  EXPECT_EQ(names_of(world.result(world.policies->list({.scope = "Local", .path_prefix = "/a/"}))), "two one ");
  EXPECT_EQ(world.result(world.policies->list({.scope = "AWS"})).policies.size(),
            world.book->managed_policies().size());
  EXPECT_EQ(world.create_user("ann"), "");
  EXPECT_EQ(world.attach("ann", prefix + "a/one"), "");
  EXPECT_EQ(world.attach("ann", "arn:aws:iam::aws:policy/ReadOnlyAccess"), "");
  const auto attached = world.result(world.policies->list({.only_attached = true}));
  EXPECT_EQ(names_of(attached), "one ReadOnlyAccess ");
  EXPECT_EQ(attached.policies.front().attachment_count, 1);
}

TEST(IamPolicies, InTheUserAreBoundedAndReadBack) {
  World world;
  EXPECT_EQ(world.create_user("ann"), "");
  const std::string key = world.create_key("ann").access_key_id;
  const auto put = [&](std::string document) {
    return world.outcome(world.entities->put<model::op::PutUserPolicy>(
        {.user_name = "ann", .policy_name = "own", .policy_document = std::move(document)}));
  };
  EXPECT_EQ(put(std::string(read_objects)), "");
  EXPECT_TRUE(world.may(key, "s3:GetObject"));
  EXPECT_EQ(put("no json"), "MalformedPolicyDocument");
  std::string long_one = R"({"Statement": {"Effect": "Allow", "Resource": "*", "Action": ["s3:*")";
  for (int i = 0; i < 200; ++i) long_one += R"(, "s3:GetObject")";
  EXPECT_EQ(put(long_one + "]}}"), "LimitExceeded");
  const auto got =
      world.result(world.entities->get<model::op::GetUserPolicy>({.user_name = "ann", .policy_name = "own"}));
  EXPECT_EQ(percent_decode(got.policy_document), read_objects);
  EXPECT_EQ(
      world.outcome(world.entities->remove<model::op::DeleteUserPolicy>({.user_name = "ann", .policy_name = "own"})),
      "");
  EXPECT_FALSE(world.may(key, "s3:GetObject"));
}

TEST(IamGroups, GiveTheirPoliciesToTheirMembers) {
  World world;
  EXPECT_EQ(world.create_user("ann"), "");
  const std::string key = world.create_key("ann").access_key_id;
  EXPECT_EQ(world.outcome(world.groups->create({.group_name = "readers"})), "");
  EXPECT_EQ(world.outcome(world.entities->attach<model::op::AttachGroupPolicy>(
                {.group_name = "readers", .policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"})),
            "");
  EXPECT_FALSE(world.may(key, "s3:GetObject"));
  EXPECT_EQ(world.outcome(world.groups->add_user({.group_name = "readers", .user_name = "ann"})), "");
  EXPECT_TRUE(world.may(key, "s3:GetObject"));
  EXPECT_EQ(world.outcome(world.groups->update({.group_name = "readers", .new_group_name = "lectors"})), "");
  EXPECT_TRUE(world.may(key, "s3:GetObject"));
  EXPECT_EQ(world.result(world.groups->list_of_user({.user_name = "ann"})).groups.front().group_name, "lectors");
  EXPECT_EQ(world.outcome(world.groups->remove({.group_name = "lectors"})), "DeleteConflict");
  EXPECT_EQ(world.outcome(world.groups->remove_user({.group_name = "lectors", .user_name = "ann"})), "");
  EXPECT_FALSE(world.may(key, "s3:GetObject"));
}

TEST(Iam, KnowsWhatARequestIsAbout) {
  World world;
  EXPECT_EQ(world.outcome(world.users->create({.path = "/staff/", .user_name = "ann"})), "");
  const Iam iam(*world.book);
  const aws::Caller caller{"AKIA", std::string(account), "arn:aws:iam::111122223333:user/self", "AIDA"};
  const auto deed_of = [&](const aws::Operation& operation, std::string_view body) {
    const aws::OperationRequest request{
        .method = "POST", .path = "/", .query = {}, .headers = {}, .bucket = {}, .key = {}, .body = body};
    const aws::Route route{.operation = &operation, .labels = {}, .form = *aws::read_query(body)};
    std::string all;
    for (const aws::OwnedDeed& deed : iam.deeds_of(caller, route, request)) {
      if (!all.empty()) all += "; ";
      all += deed.action + " " + deed.resource;
      if (!deed.conditions.empty()) all += " " + deed.conditions.front().second;
    }
    return all;
  };
  EXPECT_EQ(deed_of(model::op::AttachUserPolicy::operation(),
                    "UserName=ann&PolicyArn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FAdministratorAccess"),
            "iam:AttachUserPolicy arn:aws:iam::111122223333:user/staff/ann "
            "arn:aws:iam::aws:policy/AdministratorAccess");
  EXPECT_EQ(deed_of(model::op::CreateUser::operation(), "UserName=new"),
            "iam:CreateUser arn:aws:iam::111122223333:user/new");
  EXPECT_EQ(deed_of(model::op::AttachUserPolicy::operation(), "UserName=new&GroupName=mine"),
            "iam:AttachUserPolicy arn:aws:iam::111122223333:user/new")
      << "a field of other operations decides nothing";
  EXPECT_EQ(deed_of(model::op::AddUserToGroup::operation(), "UserName=new&GroupName=mine"),
            "iam:AddUserToGroup arn:aws:iam::111122223333:group/mine");
  EXPECT_EQ(deed_of(model::op::CreateAccessKey::operation(), ""), "iam:CreateAccessKey " + caller.arn);
  EXPECT_EQ(deed_of(model::op::ListUsers::operation(), ""), "iam:ListUsers *");
  EXPECT_EQ(deed_of(model::op::DeletePolicy::operation(), "PolicyArn=arn%3Aa"), "iam:DeletePolicy arn:a");
  EXPECT_EQ(deed_of(model::op::CreateUser::operation(), "UserName=ann&Path=%2Fadmins%2F"),
            "iam:CreateUser arn:aws:iam::111122223333:user/admins/ann")
      << "not where one of that name is already";
  EXPECT_EQ(deed_of(model::op::CreateGroup::operation(), "GroupName=g&Path=%2Fadmins%2F"),
            "iam:CreateGroup arn:aws:iam::111122223333:group/admins/g");
  EXPECT_EQ(deed_of(model::op::CreatePolicy::operation(), "PolicyName=p&Path=%2Fadmins%2F"),
            "iam:CreatePolicy arn:aws:iam::111122223333:policy/admins/p");
  EXPECT_EQ(deed_of(model::op::CreatePolicy::operation(), "PolicyName=p"),
            "iam:CreatePolicy arn:aws:iam::111122223333:policy/p");
  EXPECT_EQ(deed_of(model::op::DeleteUser::operation(), "UserName=none&Path=%2Fadmins%2F"),
            "iam:DeleteUser arn:aws:iam::111122223333:user/none")
      << "a field of other operations decides nothing";
}

TEST(Iam, JudgesAMoveByWhereItComesFromAndWhereItGoes) {
  World world;
  EXPECT_EQ(world.outcome(world.users->create({.path = "/staff/", .user_name = "ann"})), "");
  EXPECT_EQ(world.outcome(world.groups->create({.path = "/staff/", .group_name = "g"})), "");
  const Iam iam(*world.book);
  const auto resources_of = [&](const aws::Operation& operation, std::string_view body) {
    const aws::OperationRequest request{
        .method = "POST", .path = "/", .query = {}, .headers = {}, .bucket = {}, .key = {}, .body = body};
    const aws::Route route{.operation = &operation, .labels = {}, .form = *aws::read_query(body)};
    std::vector<std::string> resources;
    for (const aws::OwnedDeed& deed : iam.deeds_of(world.root, route, request)) resources.push_back(deed.resource);
    return resources;
  };
  const auto of_user = [&](std::string_view body) { return resources_of(model::op::UpdateUser::operation(), body); };
  const std::string user = "arn:aws:iam::111122223333:user/";
  using Resources = std::vector<std::string>;
  EXPECT_EQ(of_user("UserName=ann&NewUserName=eve"), (Resources{user + "staff/ann", user + "staff/eve"}));
  EXPECT_EQ(of_user("UserName=ann&NewPath=%2Fadmins%2F"), (Resources{user + "staff/ann", user + "admins/ann"}));
  EXPECT_EQ(of_user("UserName=ann&NewPath=%2F&NewUserName=eve"), (Resources{user + "staff/ann", user + "eve"}));
  EXPECT_EQ(of_user("UserName=ann&NewPath=%2Fstaff%2F"), (Resources{user + "staff/ann"}));
  EXPECT_EQ(of_user("UserName=ann&Path=%2Fadmins%2F&NewGroupName=eve"), (Resources{user + "staff/ann"}));
  EXPECT_EQ(resources_of(model::op::UpdateGroup::operation(), "GroupName=g&NewPath=%2F&NewGroupName=h"),
            (Resources{"arn:aws:iam::111122223333:group/staff/g", "arn:aws:iam::111122223333:group/h"}));
}

}  // namespace
}  // namespace gust::iam
