internal import Kernels
package import Memory
package import Models
package import Teams

/// The norms of parts of an arena whose slices the workers own, such as its tensors.
///
/// Squared norms are taken in Double unit by unit (of a unit that several parts share, part by part) and summed for
/// each part by the canonical tree over its units, so they have the same bits whatever the slices. A worker adds up the
/// complete subtrees within its slice; the roots of all parts travel in one exchange.
@safe
package final class TensorNorms {
  /// A part of the arena, as the workers have it.
  private struct Part {
    /// In the arena, whole vectors of 16.
    let range: Range<Int>
    /// This worker's units of it, counted over the arena.
    let units: Range<Int>
    /// Add up this worker's units to its subtree roots, and those of all workers to the whole.
    let ownSums, allSums: ReductionSchedule
    /// The places of this worker's roots in the exchanged row, and of all.
    let ownRoots, roots: Range<Int>
  }

  /// (parts)
  package let norms: BufferView<Double>
  private let team: any Team
  private let exchange: TreeExchange
  private let parts: [Part]
  /// Where the slice starts in the arena.
  private let start: Int
  private let squares: BufferView<Double>  // (units of the longest part)
  private let sums: BufferView<Double>  // (roots of all parts and workers)
  private let scratch: BufferView<Double>

  /// Collective.
  ///
  /// - ranges: the parts, each of whole vectors of 16, in ascending order.
  package init(_ ranges: [Range<Int>], of parameters: ParameterExchange, team: any Team, context: ModelContext) {
    let unit = ParameterLayout.unit
    let slices = parameters.slices.map { ($0.lowerBound / unit)..<($0.upperBound / unit) }
    var end = 0
    parts = ranges.map { range in
      let units = (range.lowerBound / unit)..<((range.upperBound + unit - 1) / unit)
      // The tree over units has the shape of that over lanes.
      let tree = Lanes(batchSize: units.count, count: units.count)
      let owned = slices.map { slice -> Range<Int> in
        let part = slice.clamped(to: units)
        return (part.lowerBound - units.lowerBound)..<(part.upperBound - units.lowerBound)
      }
      let roots = owned.map { $0.isEmpty ? [] : tree.subtrees(of: $0) }
      let before = end + roots[..<team.rank].reduce(0) { $0 + $1.count }
      let first = end
      end += roots.reduce(0) { $0 + $1.count }
      let own = owned[team.rank]
      return Part(
        range: range, units: (own.lowerBound + units.lowerBound)..<(own.upperBound + units.lowerBound),
        ownSums: tree.reductionSchedule(of: own.map { $0..<($0 + 1) }),
        allSums: tree.reductionSchedule(of: roots.flatMap(\.self)),
        ownRoots: before..<(before + roots[team.rank].count), roots: first..<end)
    }
    self.team = team
    start = parameters.slice.lowerBound
    exchange = team.makeTreeExchange(floats: 0, doubles: end)
    let depth = parts.map { max($0.ownSums.depth, $0.allSums.depth) }.max() ?? 1
    squares = context.make(max(parts.map(\.units.count).max() ?? 0, 1))
    sums = context.make(end)
    norms = context.make(max(parts.count, 1))
    scratch = context.make(max(depth, exchange.schedule.depth, 1))
  }

  /// Takes the norms anew. Collective.
  ///
  /// - values: those of the unit that starts at the given place of the slice; asked for once for each part that the
  ///   unit belongs to.
  package func measure(_ values: (Int) -> BufferView<Float>) {
    let unit = ParameterLayout.unit
    let row = exchange.ownRoots.lowerBound * exchange.doubleStride
    for part in parts where !part.units.isEmpty {
      for (place, index) in part.units.enumerated() {
        let first = index * unit
        let range = part.range.clamped(to: first..<(first + unit))
        squares[place] = squaredNorm(
          values(first - start)[(range.lowerBound - first)..<(range.upperBound - first)])
      }
      reduceDoubles(
        squares, stride: 1, count: 1, schedule: part.ownSums,
        into: exchange.doubles[(row + part.ownRoots.lowerBound)..<(row + part.ownRoots.upperBound)], rootStride: 1,
        scratch: scratch)
    }
    team.complete(exchange)
    // Each place has one worker's number and the others' zeros.
    reduceDoubles(
      exchange.doubles, stride: exchange.doubleStride, count: sums.count, schedule: exchange.schedule, into: sums,
      rootStride: sums.count, scratch: scratch)
    for (index, part) in parts.enumerated() {
      let total = norms[index..<(index + 1)]
      reduceDoubles(
        sums[part.roots], stride: 1, count: 1, schedule: part.allSums, into: total, rootStride: 1, scratch: scratch)
      total[0] = total[0].squareRoot()
    }
  }
}
