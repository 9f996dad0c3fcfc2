/// A team that keeps its collective operations as waits in a log. Used only for traces and shares of time, so that
/// other runs don't pay for it.
package final class TracedTeam: Team {
  private let base: any Team
  package let log: SpanLog

  package init(_ base: any Team, log: SpanLog) {
    self.base = base
    self.log = log
  }

  package var rank: Int { base.rank }
  package var size: Int { base.size }
  package var lanes: Lanes { base.lanes }
  package var place: TeamPlace { base.place }

  package func record(step: Int) { base.record(step: step) }
  package func barrier() { log.wait { base.barrier() } }
  package func complete(_ exchange: TreeExchange) { log.wait { base.complete(exchange) } }
  package func reduceScatter(_ exchange: ParameterExchange) { log.wait { base.reduceScatter(exchange) } }
  package func allGather(_ exchange: ParameterExchange) {
    log.wait { base.allGather(exchange) }
  }

  package func makeTreeExchange(floats: Int, doubles: Int) -> TreeExchange {
    base.makeTreeExchange(floats: floats, doubles: doubles)
  }
  package func makeParameterExchange(count: Int, unit: Int) -> ParameterExchange {
    base.makeParameterExchange(count: count, unit: unit)
  }
  package func broadcast(_ bytes: [UInt8], from root: Int) -> [UInt8] { base.broadcast(bytes, from: root) }
  package func gather(_ bytes: [UInt8]) -> [[UInt8]] { base.gather(bytes) }
}
