#if MPI
  public import MPI

  extension LocalWorkers {
    /// This process's part of a team of `threads` workers on each of `ranks`; collective over them. Workers are
    /// numbered by node, then rank, then thread; nodes by their lowest rank.
    ///
    /// - ranksPerNode: nil for the real nodes; a number splits each of them into simulated nodes of that many ranks.
    /// - sleeps: whether a worker that waits leaves its core to others at once, whatever cores there are.
    /// - failure: how `run` ends the job when it can't return, also after a failed MPI call; by default with one line
    ///   and `MPI_Abort`.
    /// - Throws: `TeamError`, on all ranks alike, for numbers that don't fit; `MPIError`.
    public convenience init(
      lanes: Lanes, threads: Int, ranks: Communicator, ranksPerNode: Int? = nil, sleeps: Bool = false,
      failure: @escaping @Sendable (any Error) -> Never = abortJob
    ) throws {
      let least = Int(try ranks.allReduce(Int64(threads), .min))
      let most = Int(try ranks.allReduce(Int64(threads), .max))
      guard least == most else { throw TeamError.unequalThreads(least: least, most: most) }
      guard threads >= 1 else { throw TeamError.noThreads(threads) }
      if let ranksPerNode, ranksPerNode < 1 { throw TeamError.noRanksPerNode(ranksPerNode) }
      let size = ranks.size * threads
      guard size <= lanes.count else { throw TeamError.tooManyWorkers(size, lanes: lanes.count) }
      let report = WorkerFailure(report: failure)
      guard size > 1 else {
        self.init(alone: lanes, report)
        return
      }

      let place = try NodePlace(ranks, ranksPerNode: ranksPerNode)
      let layout = TeamLayout(lanes, nodeSizes: place.nodeRanks.map { $0 * threads })
      let hasCores =
        !sleeps && place.cores.ofNode >= place.cores.ranks * threads && place.cores.leastOfRank >= threads
      let yields = try ranks.allReduce(!hasCores && (sleeps || !World.yieldsByItself) ? UInt8(1) : 0, .max) == 1
      place.leaders?.yields = yields
      let memory = try ProcessMemory(
        layout, node: place.node, firstWorker: layout.nodes[place.node].lowerBound + place.communicator.rank * threads,
        hasCores: hasCores, failure: report, windows: NodeWindows(place.communicator))
      memory.leaders = place.leaders
      self.init(memory, threads: threads)
    }

    /// This process's part of a team in which each worker has a core; collective over `ranks`.
    ///
    /// A process has `defaultThreads` workers. But on a node with more ranks than cores only as many ranks work as
    /// there are cores, and the others are idle; all that work then have one thread. On an idle one `teams` is empty,
    /// `run` returns an empty array at once, and `free` sleeps until the working ranks call it. Results are the same on
    /// any number of workers, and workers that took turns on a core would lose some microseconds at each of a step's
    /// four barriers.
    ///
    /// - failure: how `run` ends the job when it can't return, as in the other initializer.
    /// - Throws: `TeamError`, on all ranks that work alike, for more of them than lanes; `MPIError`.
    public convenience init(
      lanes: Lanes, ranks: Communicator, failure: @escaping @Sendable (any Error) -> Never = abortJob
    ) throws {
      let node = try ranks.splitShared()
      let works = try NodeCores(node).hasOne
      guard try ranks.allReduce(works ? UInt8(0) : 1, .max) == 1 else {
        try node.free()
        let threads = try Self.defaultThreads(lanes: lanes, ranks: ranks)
        try self.init(lanes: lanes, threads: threads, ranks: ranks, failure: failure)
        return
      }
      let activeRanks = try ActiveRanks(ranks, node: node, works: works)
      if let working = activeRanks.working {
        try self.init(lanes: lanes, threads: 1, ranks: working, failure: failure)
      } else {
        self.init(idleWith: failure)
      }
      self.activeRanks = activeRanks
    }

    /// How many threads each of `ranks` runs unless told otherwise, the same on all; collective. See
    /// `defaultThreads(cores:ranksOnNode:lanes:ranks:)`.
    public static func defaultThreads(lanes: Lanes, ranks: Communicator) throws -> Int {
      let node = try ranks.splitShared()
      let cores = try NodeCores(node)
      // Ranks bound to cores of their own can't take others'; ranks that share cores divide them.
      let threads = min(
        Teams.defaultThreads(cores: cores.ofNode, ranksOnNode: node.size, lanes: lanes.count, ranks: ranks.size),
        max(1, cores.leastOfRank))
      try node.free()
      return Int(try ranks.allReduce(Int64(threads), .min))
    }

    /// Cores that are this process's to compute on, as a team has it in which each worker has one: its share of the
    /// node's, 0 where the node has fewer than ranks and this one has none; collective.
    public static func coreShare(of ranks: Communicator) throws -> Int {
      let node = try ranks.splitShared()
      let hasOne = try NodeCores(node).hasOne
      try node.free()
      let allHave = try ranks.allReduce(hasOne ? UInt8(0) : 1, .max) == 0
      guard allHave else { return hasOne ? 1 : 0 }
      let most = 4096 * ranks.size
      return try defaultThreads(lanes: Lanes(batchSize: most, count: most), ranks: ranks)
    }

    /// Cores that one or another rank of this node may use; collective.
    public static func coresOfNode(_ ranks: Communicator) throws -> Int {
      let node = try ranks.splitShared()
      let cores = try NodeCores(node).ofNode
      try node.free()
      return cores
    }

    /// Prints `error` on one line of standard error and ends all ranks with code 1.
    public static let abortJob: @Sendable (any Error) -> Never = { error in
      writeErrorLine(error)
      World.abort(code: 1)
    }
  }

  /// Where a rank stands among the nodes.
  private struct NodePlace {
    /// Number of ranks on each node.
    let nodeRanks: [Int]
    let node: Int
    /// The cores of the real node, also where it is split into simulated ones.
    let cores: NodeCores
    /// The ranks of this node.
    let communicator: Communicator
    /// The nodes' first ranks; nil on others, and where there is one node.
    let leaders: Communicator?

    init(_ ranks: Communicator, ranksPerNode: Int?) throws {
      var communicator = try ranks.splitShared()
      cores = try NodeCores(communicator)
      if let ranksPerNode,
        let part = try communicator.split(color: communicator.rank / ranksPerNode, key: communicator.rank)
      {
        try communicator.free()
        communicator = part
      }
      // A node is known by its lowest rank.
      let leader = try communicator.allReduce(Int64(ranks.rank), .min)
      let own = [leader]
      var all = [Int64](repeating: 0, count: ranks.size)
      var span = all.mutableSpan
      try ranks.allGather(own.span, &span)
      let nodes = Set(all).sorted()
      nodeRanks = nodes.map { node in all.count { $0 == node } }
      node = nodes.count { $0 < leader }
      let isLeader = communicator.rank == 0 && nodes.count > 1
      leaders = try ranks.split(color: isLeader ? 0 : nil, key: node)
      self.communicator = communicator
    }
  }

  /// The cores that a node's ranks may use.
  struct NodeCores {
    /// Those that any of the ranks may use.
    let ofNode: Int
    /// Those of the rank that may use the fewest.
    let leastOfRank: Int
    /// Number of ranks.
    let ranks: Int
    /// Whether there is a core for this rank: see `ranksWithCores`.
    let hasOne: Bool

    init(_ ranks: Communicator) throws {
      self.ranks = ranks.size
      let own = coreSet()
      var all = [UInt8](repeating: 0, count: own.count * ranks.size)
      var span = all.mutableSpan
      try ranks.allGather(own.span, &span)
      let counted = own.indices.reduce(0) { count, byte in
        count + (0..<ranks.size).reduce(UInt8(0)) { $0 | all[$1 * own.count + byte] }.nonzeroBitCount
      }
      let sets = (0..<ranks.size).map { Array(all[($0 * own.count)..<(($0 + 1) * own.count)]) }
      let cores = usableCores()
      hasOne = counted > 0 ? ranksWithCores(sets)[ranks.rank] : ranks.rank < cores
      // Where the system doesn't say, each rank counts all cores of the node.
      ofNode = counted > 0 ? counted : cores
      leastOfRank = Int(try ranks.allReduce(Int64(cores), .min))
    }
  }
#endif
