import Foundation
import Synchronization
import Testing

@testable import Kernels
@testable import Memory

/// How workers wait for one another: threads here, which share their memory as ranks do.
@Suite struct WaitingTests {
  /// Runs `body` on threads of their own, one for each worker, until all are done.
  private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for worker in 0..<count {
      group.enter()
      Thread {
        body(worker)
        group.leave()
      }.start()
    }
    group.wait()
  }

  private func barrierMemory(_ arena: Arena, workers: Int) -> BufferView<UInt64> {
    let words: BufferView<UInt64> = arena.take(SharedBarrier.wordCount(workers: workers))
    words.fill(0)
    return words
  }

  /// Nobody passes before all have come, and everybody sees what the others wrote before: few workers and many more
  /// than cores, told rightly or wrongly whether they have cores.
  @Test(arguments: [2, 3, 19], [false, true])
  func allMeet(workers: Int, hasCore: Bool) {
    let rounds: UInt64 = 300
    let arena = Arena(byteCount: 8 * (SharedBarrier.wordCount(workers: workers) + workers) + 256)
    let words = barrierMemory(arena, workers: workers)
    let written: BufferView<UInt64> = arena.take(workers)
    written.fill(0)
    let wrong = Atomic(0)
    onThreads(workers) { worker in
      var barrier = SharedBarrier(words, worker: worker, workers: workers, hasCore: hasCore)
      for round in 1...rounds {
        written[worker] = round
        guard barrier.wait() else { return }
        for other in 0..<workers where written[other] != round { wrong.wrappingAdd(1, ordering: .relaxed) }
        // Nobody writes for the next round while others read.
        guard barrier.wait() else { return }
      }
      if barrier.arrivals(of: worker) != 2 * rounds { wrong.wrappingAdd(1, ordering: .relaxed) }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
    for worker in 0..<workers { #expect(written[worker] == rounds) }
  }

  /// A long wait takes little of the core: here at most a tenth of it.
  @Test(arguments: [false, true])
  func longWaitsAreSlept(hasCore: Bool) {
    let arena = Arena(byteCount: 8 * SharedBarrier.wordCount(workers: 2) + 128)
    let words = barrierMemory(arena, workers: 2)
    let used = Mutex(Double.infinity)
    onThreads(2) { worker in
      var barrier = SharedBarrier(words, worker: worker, workers: 2, hasCore: hasCore)
      if worker == 1 { usleep(500_000) }
      let start = threadSeconds()
      _ = barrier.wait()
      if worker == 0 { used.withLock { $0 = threadSeconds() - start } }
    }
    used.withLock { #expect($0 < 0.05) }
  }

  /// Who gives up lets nobody wait, however long they have slept; the barrier that all had reached stays whole.
  @Test func givingUpEndsWaiting() {
    let arena = Arena(byteCount: 8 * SharedBarrier.wordCount(workers: 3) + 128)
    let words = barrierMemory(arena, workers: 3)
    let returned = Mutex([String](repeating: "", count: 3))
    onThreads(3) { worker in
      var barrier = SharedBarrier(words, worker: worker, workers: 3, hasCore: false)
      let first = barrier.wait()
      if worker == 2 {
        usleep(50_000)
        barrier.abandon()
      }
      let second = worker == 2 || barrier.wait()
      returned.withLock { $0[worker] = "\(first) \(second)" }
    }
    returned.withLock { #expect($0 == ["true false", "true false", "true true"]) }
  }

  /// Of two workers that only ever sleep until it is their turn, none sleeps through the other's call: that sleep would
  /// last for its limit.
  @Test(.enabled(if: SystemCall.areKnown, "the system has no futex"))
  func nobodySleepsThroughACall() {
    let turns = 5000
    let seconds = 10
    let arena = Arena(byteCount: 256)
    let words: BufferView<UInt64> = arena.take(2)
    words.fill(0)
    let turn = Atomic(0)
    let missed = Atomic(0)
    onThreads(2) { worker in
      let count = EventCount(
        words: UnsafeMutableRawPointer(words.base).bindMemory(to: Atomic<UInt64>.self, capacity: 2))
      for mine in stride(from: worker, to: turns, by: 2) {
        let time = ContinuousClock().measure {
          while turn.load(ordering: .acquiring) != mine && missed.load(ordering: .relaxed) == 0 {
            count.sleep(atMost: seconds * 1_000_000_000) { turn.load(ordering: .acquiring) == mine }
          }
        }
        if time > .seconds(seconds / 2) { missed.wrappingAdd(1, ordering: .relaxed) }
        turn.store(mine + 1, ordering: .releasing)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        count.wakeAll()
      }
    }
    #expect(missed.load(ordering: .relaxed) == 0)
  }

  @Test func timeSlicesGetShort() {
    let slices = Mutex<[UInt64?]>([])
    onThreads(1) { _ in
      let before = timeSlice()
      shortenTimeSlice()
      let after = timeSlice()
      slices.withLock { $0 = [before, after] }
    }
    slices.withLock {
      // A system that doesn't know of it tells none, or 0.
      #expect($0[1] == $0[0].map { min($0, 100_000) })
    }
  }
}

/// Seconds of a core that the calling thread has used.
private func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
