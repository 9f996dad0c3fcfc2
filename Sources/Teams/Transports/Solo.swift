internal import Memory

/// A team of one worker, which has nothing to exchange.
package final class Solo: Team {
  /// The run's lanes, all of them this worker's.
  package let lanes: Lanes
  private let layout: TeamLayout
  /// 0.
  package var rank: Int { 0 }
  /// 1.
  package var size: Int { 1 }
  /// One node with one process.
  package var place: TeamPlace { TeamPlace(nodeSizes: [1], node: 0..<1, process: 0..<1) }

  /// Takes the run's lanes.
  package init(lanes: Lanes) {
    self.lanes = lanes
    layout = TeamLayout(lanes, nodeSizes: [1])
  }

  package func record(step: Int) {}
  package func barrier() {}

  package func makeTreeExchange(floats: Int, doubles: Int) -> TreeExchange {
    let section = NodeSection(TreeExchange.sizes(layout, floats: floats, doubles: doubles)) { Arena(byteCount: $0) }
    return TreeExchange(layout, worker: 0, section: section, floats: floats, doubles: doubles)
  }

  package func complete(_ exchange: TreeExchange) {}

  package func makeParameterExchange(count: Int, unit: Int) -> ParameterExchange {
    let section = NodeSection(ParameterExchange.sizes(layout, count: count, unit: unit)) { Arena(byteCount: $0) }
    return ParameterExchange(layout, worker: 0, section: section, count: count, unit: unit)
  }

  package func reduceScatter(_ exchange: ParameterExchange) {}
  package func allGather(_ exchange: ParameterExchange) {}

  package func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8] { bytes }
  package func gather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }
}
