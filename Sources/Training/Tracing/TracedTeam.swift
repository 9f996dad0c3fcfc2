internal import Kernels
internal import Teams

/// A team whose collective operations are kept as waits in a log. Used only where somebody asks for a trace or a benchmark's shares:
/// a plain team costs nothing more.
final class TracedTeam: Team {
  private let base: any Team
  let log: SpanLog

  init(_ base: any Team, log: SpanLog) {
    self.base = base
    self.log = log
  }

  var rank: Int { base.rank }
  var size: Int { base.size }
  var lanes: Lanes { base.lanes }

  func tell(step: Int) { base.tell(step: step) }
  func barrier() { log.wait { base.barrier() } }
  func complete(_ exchange: TreeExchange) { log.wait { base.complete(exchange) } }
  func reduceScatter(_ exchange: ParameterExchange) { log.wait { base.reduceScatter(exchange) } }
  func allGather(_ exchange: ParameterExchange, received: (Range<Int>) -> Void) {
    log.wait { base.allGather(exchange, received: received) }
  }

  func makeTreeExchange(floats: Int, doubles: Int) -> TreeExchange {
    base.makeTreeExchange(floats: floats, doubles: doubles)
  }
  func makeParameterExchange(count: Int, unit: Int) -> ParameterExchange {
    base.makeParameterExchange(count: count, unit: unit)
  }
  func makeShared(floats: Int) -> Window<Float> { base.makeShared(floats: floats) }
  func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8] { base.broadcast(bytes, from: root) }
  func gather(_ bytes: [UInt8]) -> [[UInt8]] { base.gather(bytes) }
}
