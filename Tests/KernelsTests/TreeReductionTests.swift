import Testing

@testable import Kernels
@testable import Memory

/// The canonical sums of rows against the tree's definition, bit by bit.
@Suite struct TreeReductionTests {
  /// S(lo, hi) = S(lo, mid) + S(mid, hi), mid = lo + the largest power of two below hi − lo.
  private static func naive<Number: BinaryFloatingPoint>(_ values: ArraySlice<Number>) -> Number {
    guard values.count > 1 else { return values.first ?? 0 }
    var half = 1
    while half * 2 < values.count { half *= 2 }
    return naive(values.prefix(half)) + naive(values.dropFirst(half))
  }

  /// Additions after each of `count` lanes where complete subtrees are added up, and with `isWhole` all of the tree.
  private static func schedule(_ count: Int, isWhole: Bool) -> ReductionSchedule {
    var additions = (1...count).map(\.trailingZeroBitCount)
    if isWhole { additions[count - 1] += count.nonzeroBitCount - 1 }
    return ReductionSchedule(additions: additions)
  }

  /// The lanes below each root: all, or the complete subtrees, the largest first.
  private static func roots(_ count: Int, isWhole: Bool) -> [Range<Int>] {
    if isWhole { return [0..<count] }
    var start = 0
    return (0..<Int.bitWidth).reversed().filter { count >> $0 & 1 == 1 }.map { bit in
      defer { start += 1 << bit }
      return start..<(start + 1 << bit)
    }
  }

  /// A number whose sum with others depends on the order.
  private static func value(_ node: Int, _ place: Int) -> Double {
    Double((node * 7919 + place * 104_729) % 1013 - 500) * (node % 3 == 0 ? 1e4 : 1e-3)
  }

  @Test(arguments: Array(1...17) + [31, 32, 33, 40], [false, true]) func rows(nodes: Int, isWhole: Bool) {
    let schedule = Self.schedule(nodes, isWhole: isWhole)
    let roots = Self.roots(nodes, isWhole: isWhole)
    #expect(schedule.roots == roots.count)
    for (count, stride) in [(16, 16), (64, 80), (112, 128)] {
      let arena = Arena(
        byteCount: Arena.byteCount(nodes * stride, of: Float.self) + Arena.byteCount(roots.count * 128, of: Float.self)
          + Arena.byteCount(reductionScratch * schedule.depth, of: Float.self))
      let rows: BufferView<Float> = arena.take(nodes * stride)
      for node in 0..<nodes { for place in 0..<count { rows[node * stride + place] = Float(Self.value(node, place)) } }
      let sums: BufferView<Float> = arena.take(roots.count * 128)
      reduceRows(
        rows, stride: stride, count: count, schedule: schedule, into: sums, rootStride: 128,
        scratch: arena.take(reductionScratch * schedule.depth))
      for (root, lanes) in roots.enumerated() {
        for place in 0..<count {
          let expected = Self.naive(lanes.map { Float(Self.value($0, place)) }[...])
          #expect(sums[root * 128 + place].bitPattern == expected.bitPattern, "\(root), \(place)")
        }
      }
      withExtendedLifetime(arena) {}
    }
  }

  @Test(arguments: Array(1...17) + [33], [false, true]) func doubles(nodes: Int, isWhole: Bool) {
    let schedule = Self.schedule(nodes, isWhole: isWhole)
    let roots = Self.roots(nodes, isWhole: isWhole)
    let arena = Arena(
      byteCount: Arena.byteCount(nodes * 4, of: Double.self) + Arena.byteCount(roots.count * 3, of: Double.self)
        + Arena.byteCount(schedule.depth, of: Double.self))
    let rows: BufferView<Double> = arena.take(nodes * 4)
    for node in 0..<nodes { for place in 0..<3 { rows[node * 4 + place] = Self.value(node, place) } }
    let sums: BufferView<Double> = arena.take(roots.count * 3)
    reduceDoubles(
      rows, stride: 4, count: 3, schedule: schedule, into: sums, rootStride: 3, scratch: arena.take(schedule.depth))
    for (root, lanes) in roots.enumerated() {
      for place in 0..<3 {
        let expected = Self.naive(lanes.map { Self.value($0, place) }[...])
        #expect(sums[root * 3 + place].bitPattern == expected.bitPattern)
      }
    }
    withExtendedLifetime(arena) {}
  }

  /// Merged means and squared deviations are those of all samples.
  @Test(arguments: [1, 2, 3, 5, 8, 13, 16]) func moments(nodes: Int) {
    let schedule = Self.schedule(nodes, isWhole: true)
    let counts = (0..<nodes).map { 3 + $0 % 4 }
    let merging = MomentSchedule(schedule, counts: counts)
    #expect(merging.rootCounts == [counts.reduce(0, +)])
    let count = 48
    func sample(_ node: Int, _ place: Int, _ index: Int) -> Double {
      Double((node * 31 + place * 17 + index * 7) % 23) / 8 - 1
    }
    func moments(_ samples: [Double]) -> (mean: Double, squares: Double) {
      let mean = samples.reduce(0, +) / Double(samples.count)
      return (mean, samples.map { ($0 - mean) * ($0 - mean) }.reduce(0, +))
    }
    let arena = Arena(
      byteCount: Arena.byteCount(nodes * 2 * count, of: Float.self) + Arena.byteCount(2 * count, of: Float.self)
        + Arena.byteCount(reductionScratch * schedule.depth, of: Float.self))
    let rows: BufferView<Float> = arena.take(nodes * 2 * count)
    let merged: BufferView<Float> = arena.take(2 * count)
    for node in 0..<nodes {
      for place in 0..<count {
        let own = moments((0..<counts[node]).map { sample(node, place, $0) })
        rows[node * 2 * count + place] = Float(own.mean)
        rows[node * 2 * count + count + place] = Float(own.squares)
      }
    }
    mergeMoments(
      rows, stride: 2 * count, count: count, schedule: merging, into: merged, rootStride: 2 * count,
      scratch: arena.take(reductionScratch * schedule.depth))
    for place in 0..<count {
      let all = moments((0..<nodes).flatMap { node in (0..<counts[node]).map { sample(node, place, $0) } })
      #expect(abs(Double(merged[place]) - all.mean) < 1e-5)
      #expect(abs(Double(merged[count + place]) - all.squares) < 1e-4 * max(1, all.squares))
    }
    withExtendedLifetime(arena) {}
  }
}
