internal import Kernels
package import Memory
package import Models
package import Teams

/// The global norm of a gradient whose slices the workers own.
///
/// Squared norms are taken unit by unit in Double and summed by the canonical tree over all units, so the norm has the same bits
/// whatever the slices. A worker folds the complete subtrees within its slice; their roots travel in one exchange.
@safe
package final class GradientNorm {
  private let team: any Team
  private let exchange: TreeExchange
  private let ownFolds, allFolds: FoldSchedule
  /// This worker's places among all workers' subtree roots.
  private let ownPlaces: Range<Int>
  /// Units of the slice.
  private let units: Int
  private let squares: Window<Double>  // (own units)
  private let total: Window<Double>  // (1)
  private let sums: Window<Double>  // (roots of all workers)
  private let scratch: Window<Double>

  /// Collective.
  package init(_ parameters: ParameterExchange, team: any Team, context: ModelContext) {
    self.team = team
    let unit = ParameterLayout.unit
    let units = parameters.parameters.count / unit
    // The tree over units has the shape of that over lanes.
    let tree = Lanes(batchSize: units, count: units)
    let slices = (0..<team.size).map { (units * $0 / team.size)..<(units * ($0 + 1) / team.size) }
    let own = slices[team.rank]
    precondition(own.lowerBound * unit == parameters.slice.lowerBound, "slices are those of the team's layout")
    let roots = slices.map { $0.isEmpty ? [] : tree.subtrees(of: $0) }
    let before = roots[..<team.rank].reduce(0) { $0 + $1.count }
    ownPlaces = before..<(before + roots[team.rank].count)
    ownFolds = tree.folds(of: own.map { $0..<($0 + 1) })
    allFolds = tree.folds(of: roots.flatMap(\.self))
    let count = allFolds.folds.count
    exchange = team.makeTreeExchange(floats: 0, doubles: count)
    self.units = own.count
    squares = context.make(max(own.count, 1))
    sums = context.make(count)
    total = context.make(1)
    scratch = context.make(max(ownFolds.depth, allFolds.depth, exchange.schedule.depth, 1))
  }

  /// The norm. Collective.
  ///
  /// - gradient: the finished gradient of the unit that starts at the given place of the slice; asked for in ascending order.
  package func measure(_ gradient: (Int) -> Window<Float>) -> Double {
    for index in 0..<units { squares[index] = squaredNorm(gradient(index * ParameterLayout.unit)) }
    let row = exchange.ownRoots.lowerBound * exchange.doubleStride
    let own = exchange.doubles[(row + ownPlaces.lowerBound)..<(row + ownPlaces.upperBound)]
    foldDoubles(squares, stride: 1, count: 1, schedule: ownFolds, into: own, rootStride: 1, scratch: scratch)
    team.complete(exchange)
    // Each place has one worker's number and the others' zeros.
    foldDoubles(
      exchange.doubles, stride: exchange.doubleStride, count: sums.count, schedule: exchange.schedule, into: sums,
      rootStride: sums.count, scratch: scratch)
    foldDoubles(sums, stride: 1, count: 1, schedule: allFolds, into: total, rootStride: 1, scratch: scratch)
    return total[0].squareRoot()
  }
}
