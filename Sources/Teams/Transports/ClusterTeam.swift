internal import Memory

#if MPI
  internal import Kernels
  internal import MPI

  /// A team on several nodes: shared memory inside each, messages between their first workers, which send tree nodes
  /// only after their node has added them up as far as the tree allows.
  ///
  /// A node of one rank with one thread is a worker that only sends messages. An MPI call that fails ends the job: no
  /// rank is left waiting.
  final class ClusterTeam: Team {
    private let worker: NodeWorker
    /// The nodes' first workers; nil on others.
    private let leaders: Communicator?
    let rank: Int
    let size: Int
    let lanes: Lanes
    var place: TeamPlace { worker.teamPlace }

    init(_ worker: NodeWorker) {
      self.worker = worker
      leaders = worker.isLeader ? worker.memory.leaders : nil
      rank = worker.rank
      size = worker.layout.size
      lanes = worker.layout.lanes
    }

    func record(step: Int) { worker.record(step: step) }

    func barrier() {
      betweenNodes(.barrier) { leaders throws(MPIError) in try leaders.barrier() }
    }

    func makeTreeExchange(floats: Int, doubles: Int) -> TreeExchange {
      let section = worker.makeSection(TreeExchange.sizes(worker.layout, floats: floats, doubles: doubles))
      return TreeExchange(worker.layout, worker: rank, section: section, floats: floats, doubles: doubles)
    }

    func complete(_ exchange: TreeExchange) {
      guard let messages = exchange.messages else { preconditionFailure("an exchange of another team") }
      betweenNodes(.sums) { leaders throws(MPIError) in
        if exchange.floatStride > 0 { try Self.allGather(exchange.floats, messages.floats, leaders) }
        if exchange.doubleStride > 0 { try Self.allGather(exchange.doubles, messages.doubles, leaders) }
      }
    }

    func makeParameterExchange(count: Int, unit: Int) -> ParameterExchange {
      let layout = worker.layout
      let section = worker.makeSection(
        ParameterMessages.sizes(layout, node: worker.memory.node, count: count, unit: unit))
      let messages = ParameterMessages(layout, worker: rank, section: section, count: count, unit: unit)
      return ParameterExchange(
        layout, worker: rank, section: section, messages: messages, count: count, unit: unit)
    }

    func reduceScatter(_ exchange: ParameterExchange) {
      guard let messages = exchange.messages else { preconditionFailure("an exchange of another team") }
      worker.synchronise(.reduceScatter)
      for run in messages.runs {
        reduceRows(
          run.nodes, stride: exchange.parameters.count, count: run.count, schedule: messages.nodeSchedule,
          into: run.roots, rootStride: run.rootStride, scratch: messages.scratch)
      }
      betweenNodes(.reduceScatter) { leaders throws(MPIError) in
        try messages.outgoing.withSpan { outgoing throws(MPIError) in
          try messages.incoming.withMutableSpan { incoming throws(MPIError) in
            try leaders.allToAllV(
              outgoing, sendCounts: messages.sent.counts, sendDisplacements: messages.sent.displacements, &incoming,
              receiveCounts: messages.received.counts, receiveDisplacements: messages.received.displacements)
          }
        }
      }
    }

    func allGather(_ exchange: ParameterExchange) {
      guard let messages = exchange.messages else { preconditionFailure("an exchange of another team") }
      betweenNodes(.allGather) { leaders throws(MPIError) in
        try Self.allGather(exchange.parameters, messages.slices, leaders)
      }
    }

    func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8] {
      relay(bytes, from: root, keeps: true)
    }

    func gather(_ bytes: [UInt8]) -> [[UInt8]] {
      let all = (0..<size).map { relay(bytes, from: $0, keeps: rank == 0) }
      return rank == 0 ? all : []
    }

    private func relay(_ bytes: [UInt8], from root: Int, keeps: Bool) -> [UInt8] {
      let memory = worker.memory
      let node = worker.layout.node(of: root)
      return worker.relay(bytes, isRoot: rank == root, keeps: keeps) { broadcastBuffer in
        if let leaders {
          attempt(.broadcastOrGather) { () throws(MPIError) in
            try memory.broadcastCount.withMutableSpan { count throws(MPIError) in
              try leaders.broadcast(&count, root: node)
            }
            let length = min(Int(memory.broadcastCount[0]), broadcastBuffer.count)
            try broadcastBuffer[0..<length].withMutableSpan { part throws(MPIError) in
              try leaders.broadcast(&part, root: node)
            }
          }
        }
        worker.synchronise(.broadcastOrGather)
      }
    }

    /// When all workers of the node have come here, its leader does `operation` with the other leaders; returns when
    /// that is done.
    @inline(__always)
    private func betweenNodes(_ name: TeamOperation, _ operation: (Communicator) throws(MPIError) -> Void) {
      worker.synchronise(name)
      if let leaders { attempt(name) { () throws(MPIError) in try operation(leaders) } }
      worker.synchronise(name)
    }

    @inline(__always)
    private func attempt(_ name: TeamOperation, _ operation: () throws(MPIError) -> Void) {
      worker.record(name, waitsForNodes: true)
      do { try operation() } catch { worker.end(error) }
      worker.record(name, waitsForNodes: false)
    }

    private static func allGather<Element: MPIDatatype>(
      _ view: BufferView<Element>, _ blocks: Blocks, _ leaders: Communicator
    ) throws(MPIError) {
      try view.withMutableSpan { span throws(MPIError) in
        try leaders.allGatherV(&span, counts: blocks.counts, displacements: blocks.displacements)
      }
    }
  }
#endif
