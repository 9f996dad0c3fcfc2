#if MPI
  internal import Kernels
  public import MPI

  /// A team of MPI ranks, one worker each, that sends messages: tree nodes to the slices' owners by `MPI_Alltoallv`, roots and
  /// parameters by `MPI_Allgatherv`.
  ///
  /// An MPI call that fails leaves the team unusable: the rank prints one line and aborts the job, so that no other rank waits.
  public final class MessageTeam: Team {
    /// As `Team` describes it.
    public let rank: Int
    /// As `Team` describes it.
    public let size: Int
    /// As `Team` describes it.
    public let lanes: Lanes
    private let communicator: Communicator
    private let layout: RootLayout
    /// Counts and displacements of each exchange's messages, made once.
    private var plans: [ObjectIdentifier: MessagePlan] = [:]

    /// Takes the ranks of `communicator`, at most one for each lane.
    public init(lanes: Lanes, communicator: Communicator) {
      self.lanes = lanes
      self.communicator = communicator
      rank = communicator.rank
      size = communicator.size
      layout = RootLayout(lanes, size: communicator.size)
    }

    /// As `Team` describes it.
    public func barrier() {
      attempt { () throws(MPIError) in try communicator.barrier() }
    }

    /// As `Team` describes it.
    public func makeTreeExchange(floats: Int, doubles: Int) -> TreeExchange {
      let exchange = TreeExchange(floats: floats, doubles: doubles, layout: layout, rank: rank)
      plans[ObjectIdentifier(exchange)] = MessagePlan(exchange)
      return exchange
    }

    /// As `Team` describes it.
    public func complete(_ exchange: TreeExchange) {
      guard let plan = plans[ObjectIdentifier(exchange)] else { preconditionFailure("an exchange of another team") }
      if exchange.floatStride > 0 { gatherInPlace(exchange.floats, plan.first) }
      if exchange.doubleStride > 0 { gatherInPlace(exchange.doubles, plan.second) }
    }

    /// As `Team` describes it.
    public func makeParameterExchange(count: Int, unit: Int) -> ParameterExchange {
      let exchange = ParameterExchange(count: count, unit: unit, layout: layout, rank: rank)
      plans[ObjectIdentifier(exchange)] = MessagePlan(exchange, rank: rank)
      return exchange
    }

    /// As `Team` describes it.
    public func reduceScatter(_ exchange: ParameterExchange) {
      guard size > 1 else { return }
      guard let plan = plans[ObjectIdentifier(exchange)] else { preconditionFailure("an exchange of another team") }
      // Root by root: the r-th root of each worker, where it has one, to every slice's owner.
      for round in plan.rounds {
        exchange.gradients.withSpan { gradients in
          exchange.sliceRoots.withMutableSpan { received in
            attempt { () throws(MPIError) in
              try communicator.allToAllV(
                gradients, sendCounts: round.sent.counts, sendDisplacements: round.sent.displacements, &received,
                receiveCounts: round.received.counts, receiveDisplacements: round.received.displacements)
            }
          }
        }
      }
    }

    /// As `Team` describes it.
    public func allGather(_ exchange: ParameterExchange) {
      guard size > 1 else { return }
      guard let plan = plans[ObjectIdentifier(exchange)] else { preconditionFailure("an exchange of another team") }
      gatherInPlace(exchange.parameters, plan.first)
    }

    /// As `Team` describes it.
    public func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8] {
      var count = [Int64(bytes.count)]
      attempt { () throws(MPIError) in
        var span = count.mutableSpan
        try communicator.broadcast(&span, root: root)
      }
      var result = rank == root ? bytes : Array(repeating: 0, count: Int(count[0]))
      attempt { () throws(MPIError) in
        var span = result.mutableSpan
        try communicator.broadcast(&span, root: root)
      }
      return result
    }

    /// As `Team` describes it.
    public func gather(_ bytes: [UInt8]) -> [[UInt8]] {
      var counts = Array(repeating: Int64(0), count: size)
      let own = [Int64(bytes.count)]
      attempt { () throws(MPIError) in
        var span = counts.mutableSpan
        try communicator.allGather(own.span, &span)
      }
      let part = Blocks(counts: counts.map { Int($0) })
      var all = Array(repeating: UInt8(0), count: counts.reduce(0) { $0 + Int($1) })
      let start = Int(part.displacements[rank])
      all.replaceSubrange(start..<(start + bytes.count), with: bytes)
      attempt { () throws(MPIError) in
        var span = all.mutableSpan
        try communicator.allGatherV(&span, counts: part.counts, displacements: part.displacements)
      }
      guard rank == 0 else { return [] }
      return (0..<size).map { Array(all[Int(part.displacements[$0])...].prefix(Int(counts[$0]))) }
    }

    private func gatherInPlace<Element: MPIDatatype>(_ window: Window<Element>, _ blocks: Blocks) {
      window.withMutableSpan { span in
        attempt { () throws(MPIError) in
          try communicator.allGatherV(&span, counts: blocks.counts, displacements: blocks.displacements)
        }
      }
    }

    private func attempt(_ operation: () throws(MPIError) -> Void) {
      do { try operation() } catch { communicator.abort(with: error) }
    }
  }

  /// Counts and displacements of one collective, in elements.
  private struct Blocks {
    let counts: [Int32]
    let displacements: [Int32]

    init(counts: [Int32], displacements: [Int32]) {
      self.counts = counts
      self.displacements = displacements
    }

    /// Blocks one after the other.
    init(counts: [Int]) {
      self.counts = counts.map { Int32($0) }
      var sum = 0
      displacements = counts.map { count in
        defer { sum += count }
        return Int32(sum)
      }
    }
  }

  private struct MessagePlan {
    var first: Blocks
    var second: Blocks
    var rounds: [(sent: Blocks, received: Blocks)] = []

    /// The all-gathers of a tree exchange's rows.
    init(_ exchange: TreeExchange) {
      first = Blocks(counts: exchange.roots.map { $0.count * exchange.floatStride })
      second = Blocks(counts: exchange.roots.map { $0.count * exchange.doubleStride })
    }

    /// The all-gather of the slices, and the all-to-alls of the roots, one for the r-th root of every worker.
    init(_ exchange: ParameterExchange, rank: Int) {
      first = Blocks(counts: exchange.slices.map(\.count))
      second = first
      let size = exchange.slices.count
      let count = exchange.parameters.count
      let own = exchange.slice.count
      var firstRoots: [Int] = []
      var sum = 0
      for roots in exchange.rootCounts {
        firstRoots.append(sum)
        sum += roots
      }
      for round in 0..<(exchange.rootCounts.max() ?? 0) {
        let isSending = round < exchange.rootCounts[rank]
        let sent = Blocks(
          counts: exchange.slices.map { slice in isSending ? Int32(slice.count) : 0 },
          displacements: exchange.slices.map { slice in isSending ? Int32(round * count + slice.lowerBound) : 0 })
        let isReceived = (0..<size).map { round < exchange.rootCounts[$0] }
        let received = Blocks(
          counts: isReceived.map { sends in sends ? Int32(own) : 0 },
          displacements: (0..<size).map { worker in
            isReceived[worker] ? Int32((firstRoots[worker] + round) * own) : 0
          })
        rounds.append((sent, received))
      }
    }
  }
#endif
