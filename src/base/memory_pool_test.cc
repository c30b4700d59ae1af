#include "base/memory_pool.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace gust {
namespace {

// A thread of its own gives everything back at its end.
void in_thread_that_keeps(void (*test)()) {
  std::thread([test] {
    memory_pool::keeps = true;
    test();
  }).join();
}

TEST(MemoryPool, GivesBackWhatWasGivenOfTheSameClass) {
  in_thread_that_keeps([] {
    void* const first = take_memory(1000);
    give_memory(first, 1000);
    void* const other_class = take_memory(1025);
    EXPECT_NE(other_class, first);
    void* const again = take_memory(1024);
    EXPECT_EQ(again, first);
    give_memory(again, 1024);
    give_memory(other_class, 1025);
  });
}

TEST(MemoryPool, TellsTheRoomThatItReallyGives) {
  EXPECT_EQ(room_of_memory(1), 128U);
  EXPECT_EQ(room_of_memory(128), 128U);
  EXPECT_EQ(room_of_memory(129), 256U);
  EXPECT_EQ(room_of_memory(2048), 2048U);
  EXPECT_EQ(room_of_memory(2049), 4096U);
  EXPECT_EQ(room_of_memory(4097), 8192U);
  EXPECT_EQ(room_of_memory(16384), 16384U);
  EXPECT_EQ(room_of_memory(16385), 16385U);
}

TEST(MemoryPool, TakesMoreThanItKeepsAndLetsItGo) {
  std::vector<void*> taken;
  for (std::uint32_t i = 0; i < memory_pool::kept_max_of(memory_pool::class_of(16384)) + 10; ++i) {
    taken.push_back(take_memory(16384));
  }
  for (void* memory : taken) give_memory(memory, 16384);
  void* const large = take_memory(100'000);
  give_memory(large, 100'000);
}

TEST(MemoryPool, OneThreadGivesBackWhatAnotherTook) {
  void* const here = take_memory(300);
  std::thread([&] { give_memory(here, 300); }).join();
  void* const next = take_memory(300);
  give_memory(next, 300);
}

}  // namespace
}  // namespace gust
