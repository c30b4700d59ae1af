#include "control/control.h"

#include <utility>

#include "config/store.h"
#include "control/api.h"
#include "control/front.h"
#include "control/key_value_data.h"
#include "control/older_keys.h"
#include "control/publisher.h"
#include "control/purger.h"
#include "control/resource_arn.h"
#include "rt/scope.h"
#include "rt/turns.h"

namespace gust::control {
class Control::Service {
 public:
  Service(rt::Loop& loop, config::Store& store, Delivery& delivery, Settings settings)
      : store_(store),
        settings_(std::move(settings)),
        publisher_(store, delivery, settings_),
        purger_(store, delivery, settings_),
        api_(Tools{loop, store, settings_, publisher_, turns_}),
        key_value_data_(Tools{loop, store, settings_, publisher_, turns_}),
        background_(loop) {}

  rt::Task<Result<config::Findings>> start() {
    CO_TRY_OK(co_await move_older_documents(store_));
    CO_TRY_OK(co_await api_.distributions().sweep());
    CO_TRY_OK(co_await api_.key_value_stores().sweep());
    CO_TRY(config::Findings found, co_await publisher_.publish_once());
    background_.spawn(publisher_.run());
    background_.spawn(purger_.run());
    co_return std::move(found);
  }

  rt::Task<void> stop() {
    background_.cancel();
    co_await background_.join();
  }

  FrontService key_value_service() const {
    // Every operation of this service names a store in its path, by its ARN.
    const auto store_of = [](const aws::Route& route, const aws::OperationRequest&) {
      return route.labels.empty() ? std::string("*") : route.labels.front().second;
    };
    return {.handlers = &key_value_data_.handlers(), .region = "us-east-1", .resource_of = store_of, .refusal_of = {}};
  }

  FrontService front_service() {
    return {.handlers = &api_.handlers(),
            .region = "us-east-1",
            .deeds_of =
                [this](const aws::Caller&, const aws::Route& route, const aws::OperationRequest& request) {
                  return deeds_of(settings_.account_id, route, request);
                },
            .find_resource =
                [this](std::string resource) { return api_.key_value_stores().resource_by_id(std::move(resource)); },
            .refusal_of =
                [this](const aws::Route& route, const aws::OperationRequest& request) {
                  return api_.refusal_of(*route.operation, request);
                }};
  }

 private:
  config::Store& store_;
  const Settings settings_;
  Publisher publisher_;
  Purger purger_;
  rt::Turns turns_;
  Api api_;
  KeyValueData key_value_data_;
  rt::Scope background_;
};

Control::Control(rt::Loop& loop, config::Store& store, Delivery& delivery, Settings settings)
    : service_(std::make_unique<Service>(loop, store, delivery, std::move(settings))) {}
Control::~Control() = default;

rt::Task<Result<config::Findings>> Control::start() { return service_->start(); }
rt::Task<void> Control::stop() { return service_->stop(); }
FrontService Control::front_service() const { return service_->front_service(); }
FrontService Control::key_value_service() const { return service_->key_value_service(); }

}  // namespace gust::control
