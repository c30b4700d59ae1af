#include "scenarios/real_world.h"

#include <future>

#include "rt/loop.h"

namespace gust::scenarios {
namespace {

constexpr Duration viewer_patience = std::chrono::seconds(10);

// The promise outlives who waits for it, who may go on while set_value() is not yet over.
rt::Task<void> run_all(std::vector<std::function<rt::Task<void>()>> makers, std::shared_ptr<std::promise<void>> told) {
  rt::Scope scope(co_await rt::context());
  for (const auto& make_task : makers) scope.spawn(make_task());
  co_await scope.join();
  told->set_value();
}

}  // namespace

RealWorld::RealWorld(NodeMaker& maker, rt::IoBackend backend)
    : ActorsWorld(maker, viewer_patience), cores_(*rt::Cores::make(2, backend)), scope_(cores_->loop(0)) {}

RealWorld::~RealWorld() {
  end_all();
  // The last errand told of its end from inside; after another turn of the loop it is gone.
  const auto turned = std::make_shared<std::promise<void>>();
  cores_->loop(0).post([turned] { turned->set_value(); });
  turned->get_future().wait();
}

ActorsWorld::Place RealWorld::make_place(std::string_view) {
  return {.cores = {&cores_->loop(0), &cores_->loop(1)}, .at = *rt::read_address("127.0.0.1", 0)};
}

void RealWorld::run(std::vector<Errand> errands) {
  std::vector<std::function<rt::Task<void>()>> makers;
  for (Errand& errand : errands) makers.push_back(std::move(errand.make_task));  // all are of the first core
  const auto told = std::make_shared<std::promise<void>>();
  cores_->loop(0).post([this, &makers, told] { scope_.spawn(run_all(std::move(makers), told)); });
  told->get_future().wait();
}

void RealWorld::partition(const Partition&) { complain("real networks are not partitioned at will"); }
void RealWorld::advance(Duration) { complain("real time does not advance at will"); }

}  // namespace gust::scenarios
