package import Memory

/// One worker of an imagined team: the memory of its exchanges is counted instead of taken. Nothing can be exchanged.
package final class PlanningTeam: Team {
  package let rank: Int
  package let size: Int
  package let lanes: Lanes
  package let place: TeamPlace
  private let layout: TeamLayout
  private let node: Int
  private let shared, own: MemoryPlan
  /// Exchanges keep views of these.
  private var sections: [NodeSection] = []

  /// - nodeSizes: the number of workers on each node; worker: which one of all.
  /// - shared: counts what the workers of the node share; own: what is this worker's alone.
  package init(_ lanes: Lanes, nodeSizes: [Int], worker: Int, shared: MemoryPlan, own: MemoryPlan) {
    layout = TeamLayout(lanes, nodeSizes: nodeSizes)
    rank = worker
    size = layout.size
    self.lanes = lanes
    node = layout.node(of: worker)
    place = TeamPlace(nodeSizes: nodeSizes, node: layout.nodes[node], process: worker..<(worker + 1))
    self.shared = shared
    self.own = own
  }

  /// This worker's numbers of lanes, streams and subtree roots: workers with the same numbers take the same memory.
  package var shape: [Int] {
    [
      lanes.lanes(ofWorker: rank, of: size).count, lanes.streams(ofWorker: rank, of: size).count,
      layout.workerRoots[rank].count,
    ]
  }

  package func record(step: Int) {}
  package func barrier() {}

  package func makeTreeExchange(floats: Int, doubles: Int) -> TreeExchange {
    let section = section(TreeExchange.sizes(layout, floats: floats, doubles: doubles), [.messages])
    return TreeExchange(layout, worker: rank, section: section, floats: floats, doubles: doubles)
  }

  package func complete(_ exchange: TreeExchange) {}

  package func makeParameterExchange(count: Int, unit: Int) -> ParameterExchange {
    #if MPI
      if layout.nodes.count > 1 {
        let sizes = ParameterMessages.sizes(layout, node: node, count: count, unit: unit)
        let section = section(sizes, [.parameters, .gradients, .messages, .messages])
        let messages = ParameterMessages(layout, worker: rank, section: section, count: count, unit: unit)
        return ParameterExchange(layout, worker: rank, section: section, messages: messages, count: count, unit: unit)
      }
    #endif
    let sizes = ParameterExchange.sizes(layout, count: count, unit: unit)
    return ParameterExchange(
      layout, worker: rank, section: section(sizes, [.parameters, .gradients]), count: count, unit: unit)
  }

  package func reduceScatter(_ exchange: ParameterExchange) {}
  package func allGather(_ exchange: ParameterExchange) {}

  package func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8] { bytes }
  package func gather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }

  /// - uses: what each of `sizes.floats` is for.
  private func section(_ sizes: NodeSection.Sizes, _ uses: [MemoryUse]) -> NodeSection {
    for (floats, use) in zip(sizes.floats, uses) { shared.add(Arena.byteCount(floats, of: Float.self), for: use) }
    shared.add(
      Arena.byteCount(sizes.doubles, of: Double.self) + Arena.byteCount(sizes.bytes, of: UInt8.self), for: .messages)
    let section = NodeSection(sizes) { own.arena(byteCount: $0) }
    sections.append(section)
    return section
  }
}
