#if MPI
  internal import Kernels
  public import MPI

  extension LocalWorkers {
    /// This process's part of a team in which each worker has a core; collective over `ranks`.
    ///
    /// A process has `defaultThreads` workers. But on a node with more ranks than cores only as many ranks work as there are cores, one
    /// thread each, and the others rest: there `teams` is empty, `run` returns nothing at once, and `free` sleeps until the working
    /// ranks come there. Since results are the same on any number of workers, that is all it changes; workers that take turns on a
    /// core lose some microseconds at each of a step's four barriers.
    ///
    /// - failure: how `run` ends the job when it can't return, as where the number of threads is given.
    /// - Throws: `TeamError`, on all ranks that work alike, for more of them than lanes; `MPIError`.
    public convenience init(
      lanes: Lanes, ranks: Communicator, failure: @escaping @Sendable (any Error) -> Never = abortJob
    ) throws {
      let node = try ranks.splitShared()
      let works = try NodeCores(node).areEnough
      guard try ranks.allReduce(works ? UInt8(0) : 1, .max) == 1 else {
        try node.free()
        let threads = try Self.defaultThreads(lanes: lanes, ranks: ranks)
        try self.init(lanes: lanes, threads: threads, ranks: ranks, failure: failure)
        return
      }
      let crew = try Crew(ranks, node: node, works: works)
      if let working = crew.working {
        try self.init(lanes: lanes, threads: 1, ranks: working, failure: failure)
      } else {
        self.init(restingWith: failure)
      }
      self.crew = crew
    }
  }

  /// The ranks of a job of which some rest.
  final class Crew {
    /// Those that work; nil on one that rests.
    let working: Communicator?
    private let all, node: Communicator
    private let window: SharedWindow
    private let board: SharedProgress
    /// Where those of this node that rest sleep until the others come.
    private var gate: SharedBarrier

    /// - ranks: all; node: those of this node.
    init(_ ranks: Communicator, node: Communicator, works: Bool) throws {
      all = ranks
      self.node = node
      working = try ranks.split(color: works ? 0 : nil, key: ranks.rank)
      // Those that work have a core each.
      working?.yields = false
      let boardWords = SharedProgress.wordCount(workers: node.size)
      let gateWords = SharedBarrier.wordCount(workers: node.size)
      let byteCount = Arena.byteCount(boardWords, of: UInt64.self) + Arena.byteCount(gateWords, of: UInt64.self)
      window = try SharedWindow(byteCount: byteCount, communicator: node)
      // The window has so many bytes, aligned, and is kept.
      let arena = unsafe Arena(lent: window.base, byteCount: byteCount)
      board = SharedProgress(arena.take(boardWords), workers: node.size)
      gate = SharedBarrier(arena.take(gateWords), worker: node.rank, workers: node.size, hasCore: false)
    }

    /// Puts this process, which is rank `rank` of the job, on the board; what it is then to look after.
    func enter(rank: Int, limit: Double) -> Attendance {
      board.enter(node.rank, process: processNumber, rank: rank)
      return Attendance(board, ranks: node.size, own: node.rank, works: working != nil, limit: limit)
    }

    /// Returns when all ranks have come here. Who rests sleeps: looking for the others through MPI now and then, as `quietBarrier` does,
    /// takes a fortieth of a core.
    func meet() throws {
      // Nobody gives it up.
      _ = gate.wait()
      if node.size < all.size { try all.quietBarrier() }
    }

    /// Gives everything back; collective over all ranks, when the team of those that work is gone.
    func free() throws {
      try window.free()
      try working?.free()
      try node.free()
    }
  }
#endif
