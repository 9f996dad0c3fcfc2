internal import Files
internal import Jobs
internal import Memory
private import Synchronization
internal import Teams

/// Work on the pieces of a text by several threads, with results that are used in the pieces' order. No more pieces are
/// in flight than there are threads.
enum ChunkWork {
  private struct State {
    /// The piece whose result is used next.
    var turn = 0
    /// The first error by the order of pieces.
    var error: (index: Int, error: RunError)?
    var running = 0
  }

  /// Calls `make` for each piece on one of the threads, with the memory of that thread, then `use` with each result in
  /// order.
  ///
  /// - watch: called on this thread every 100 ms with the bytes read, and at the end; what it throws ends the work.
  /// - Throws: what `watch` throws; the error of the first piece that has one, whichever thread came to it.
  static func run<Memory, Output>(
    _ chunks: TextChunks, threads: Int, memory: @escaping @Sendable () -> Memory,
    make: @escaping @Sendable (TextChunk, inout Memory) throws(RunError) -> Output,
    use: @escaping @Sendable (Output) throws(RunError) -> Void, watch: (Int) throws(RunError) -> Void
  ) throws {
    let job = Common()
    func report() {
      do throws(RunError) { try watch(chunks.bytesRead) } catch { job.state.withLock { $0.error = (-1, error) } }
    }
    for _ in 0..<threads {
      job.state.withLock { $0.running += 1 }
      do {
        try startThread {
          work(chunks, job, memory: memory, make: make, use: use)
          job.state.withLock { $0.running -= 1 }
        }
      } catch {
        job.state.withLock { state in
          state.running -= 1
          state.error = (-1, RunError(threadsShortBy: ThreadLimit.binding ?? "\(error)"))
        }
      }
    }
    var ticks = 0
    while job.state.withLock({ $0.running > 0 }) {
      pause(microseconds: 1000)
      ticks += 1
      if ticks % 100 == 0 { report() }
    }
    report()
    if let error = job.state.withLock({ $0.error?.error }) { throw error }
  }

  private final class Common: Sendable {
    let state = Mutex(State())
  }

  private static func work<Memory, Output>(
    _ chunks: TextChunks, _ job: Common, memory: () -> Memory,
    make: (TextChunk, inout Memory) throws(RunError) -> Output, use: (Output) throws(RunError) -> Void
  ) {
    var own = memory()
    var index = Int.max
    do throws(RunError) {
      while job.state.withLock({ $0.error == nil }) {
        index = Int.max
        guard let chunk = try chunks.next() else { return }
        index = chunk.index
        try chunk.check()
        let output = try make(chunk, &own)
        while true {
          let (isTurn, hasFailed) = job.state.withLock {
            ($0.turn == index, $0.error.map { $0.index < index } ?? false)
          }
          if hasFailed { return }
          if isTurn { break }
          pause(microseconds: 50)
        }
        // No other thread has its turn before this one passes it on.
        try use(output)
        job.state.withLock { $0.turn += 1 }
      }
    } catch {
      job.state.withLock { state in
        if state.error.map({ index < $0.index }) ?? true { state.error = (index, error) }
      }
    }
  }
}
