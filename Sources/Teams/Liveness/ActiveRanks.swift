internal import Memory

#if MPI
  internal import MPI

  /// The ranks of a job of which some are idle.
  final class ActiveRanks {
    /// Those that work; nil on an idle one.
    let working: Communicator?
    private let all, node: Communicator
    private let window: SharedWindow
    private let progressTable: SharedProgress
    /// Where the idle ones of this node sleep until the others come.
    private var sharedBarrier: SharedBarrier

    /// - ranks: all; node: those of this node.
    init(_ ranks: Communicator, node: Communicator, works: Bool) throws {
      all = ranks
      self.node = node
      working = try ranks.split(color: works ? 0 : nil, key: ranks.rank)
      // Those that work have a core each.
      working?.yields = false
      let progressTableWords = SharedProgress.wordCount(workers: node.size)
      let barrierWords = SharedBarrier.wordCount(workers: node.size)
      let byteCount =
        Arena.byteCount(progressTableWords, of: UInt64.self) + Arena.byteCount(barrierWords, of: UInt64.self)
      window = try SharedWindow(byteCount: byteCount, communicator: node)
      // The window has that many bytes, aligned, and is kept.
      let arena = unsafe Arena(lent: window.base, byteCount: byteCount)
      progressTable = SharedProgress(arena.take(progressTableWords), workers: node.size)
      sharedBarrier = SharedBarrier(arena.take(barrierWords), worker: node.rank, workers: node.size, hasCore: false)
    }

    /// Enters this process, which is rank `rank` of the job, in the progress table; returns the monitor that it has to
    /// run.
    func enter(rank: Int, limit: Double) -> IdleRankMonitor {
      progressTable.enter(node.rank, process: processNumber, rank: rank)
      return IdleRankMonitor(progressTable, ranks: node.size, own: node.rank, works: working != nil, limit: limit)
    }

    /// Returns when all ranks have come here. An idle one sleeps at the node's barrier: polling MPI, as `quietBarrier`
    /// does, takes a fortieth of a core.
    func meet() throws {
      // No rank abandons it.
      _ = sharedBarrier.wait()
      if node.size < all.size { try all.quietBarrier() }
    }

    /// Frees window and communicators; collective over all ranks, after the working ranks have freed their team.
    func free() throws {
      try window.free()
      try working?.free()
      try node.free()
    }
  }
#endif
