internal import Memory
package import Teams

/// A question to all workers between steps, where no step's exchange carries it.
@safe
package final class Agreement {
  private let team: any Team
  private let exchange: TreeExchange

  /// Collective.
  package init(_ team: any Team) {
    self.team = team
    exchange = team.makeTreeExchange(floats: 0, doubles: 1)
  }

  /// Whether `own` is true on any worker; the same answer on all. Collective.
  package func ask(_ own: Bool) -> Bool {
    let stride = exchange.doubleStride
    exchange.doubles[exchange.ownRoots.lowerBound * stride] = own ? 1 : 0
    team.complete(exchange)
    let rows = Swift.stride(from: 0, to: exchange.doubles.count, by: stride)
    let anyone = rows.contains { exchange.doubles[$0] > 0 }
    // All have read before anybody asks again.
    team.barrier()
    return anyone
  }
}
