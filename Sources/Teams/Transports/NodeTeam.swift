/// A team whose workers share memory: threads of a process, ranks of a node, or both.
///
/// Roots are written into shared memory and read where they lie, so every exchange is one barrier and moves nothing.
final class NodeTeam: Team {
  private let worker: NodeWorker
  let rank: Int
  let size: Int
  let lanes: Lanes
  var place: TeamPlace { worker.teamPlace }

  init(_ worker: NodeWorker) {
    self.worker = worker
    rank = worker.rank
    size = worker.layout.size
    lanes = worker.layout.lanes
  }

  func record(step: Int) { worker.record(step: step) }

  func barrier() { worker.synchronise(.barrier) }

  func makeTreeExchange(floats: Int, doubles: Int) -> TreeExchange {
    let section = worker.makeSection(TreeExchange.sizes(worker.layout, floats: floats, doubles: doubles))
    return TreeExchange(worker.layout, worker: rank, section: section, floats: floats, doubles: doubles)
  }

  func complete(_ exchange: TreeExchange) { worker.synchronise(.sums) }

  func makeParameterExchange(count: Int, unit: Int) -> ParameterExchange {
    let section = worker.makeSection(ParameterExchange.sizes(worker.layout, count: count, unit: unit))
    return ParameterExchange(worker.layout, worker: rank, section: section, count: count, unit: unit)
  }

  func reduceScatter(_ exchange: ParameterExchange) { worker.synchronise(.reduceScatter) }

  func allGather(_ exchange: ParameterExchange) { worker.synchronise(.allGather) }

  func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8] {
    if size == 1 { return bytes }
    return worker.relay(bytes, isRoot: rank == root, keeps: true) { _ in }
  }

  func gather(_ bytes: [UInt8]) -> [[UInt8]] { size == 1 ? [bytes] : worker.collect(bytes) }
}
