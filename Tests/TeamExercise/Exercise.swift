public import Teams
internal import Memory
internal import Kernels

/// What a team is put through: every collective operation, a few rounds of them, with values that depend on lane, place
/// and round alone, so that the digest of all results must be the same for every team.
public struct Exercise: Sendable {
  /// Rounds of all operations.
  public var rounds = 3
  /// Floats in a row of the tree exchange.
  public var floats = 37
  /// Doubles in a row of the tree exchange.
  public var doubles = 3
  /// Parameters.
  public var count = 48 * 61
  /// Parameters in a unit.
  public var unit = 48
  /// Bytes broadcast in the last round.
  public var bytes = 600_001

  /// The exercise with default sizes.
  public init() {}

  /// The number that lane `lane` adds at `place` in round `round`: of mixed magnitudes and signs, so that the order of
  /// a sum shows.
  public static func value(lane: Int, place: Int, round: Int) -> Float {
    var bits =
      UInt64(truncatingIfNeeded: lane &* 1_000_003 &+ place &* 7919 &+ round &* 104_729) &* 0x9E37_79B9_7F4A_7C15
    bits ^= bits >> 29
    bits &*= 0xBF58_476D_1CE4_E5B9
    bits ^= bits >> 32
    let unit = Float(bits >> 40) / Float(1 << 24) - 0.5
    return unit * Float(1 << (bits & 15))
  }

  /// The bytes that are broadcast in round `round`; one round has none, the last one more than a mailful.
  public func message(round: Int) -> [UInt8] {
    let length = round == 0 ? 0 : round == rounds - 1 ? bytes : 1000
    return (0..<length).map { UInt8(truncatingIfNeeded: ($0 * 31 + round) >> 3) }
  }

  /// Runs everything as one worker of `team`; returns the digest of what this worker has seen.
  public func run(_ team: any Team) -> UInt64 {
    var digest = Digest()
    let own = team.lanes.lanes(ofWorker: team.rank, of: team.size)
    let laneSchedule = team.lanes.reductionSchedule(of: own.map { $0..<($0 + 1) })
    let tree = team.makeTreeExchange(floats: floats, doubles: doubles)
    let exchange = team.makeParameterExchange(count: count, unit: unit)
    for round in 0..<rounds {
      // All-reduce along the tree.
      for place in 0..<floats {
        let sums = reduceTree(own.map { Self.value(lane: $0, place: place, round: round) }, laneSchedule)
        for (row, sum) in zip(tree.ownRoots, sums) { tree.floats[row * tree.floatStride + place] = sum }
      }
      for place in 0..<doubles {
        // Not whole numbers, so that the order of the sum shows in Double too.
        let sums = reduceTree(own.map { Double(Self.value(lane: $0, place: place, round: round)) / 3 }, laneSchedule)
        for (row, sum) in zip(tree.ownRoots, sums) { tree.doubles[row * tree.doubleStride + place] = sum }
      }
      team.complete(tree)
      for place in 0..<floats {
        digest.add(
          reduceTree(tree.schedule.additions.indices.map { tree.floats[$0 * tree.floatStride + place] }, tree.schedule)[
            0])
      }
      for place in 0..<doubles {
        digest.add(
          reduceTree(
            tree.schedule.additions.indices.map { tree.doubles[$0 * tree.doubleStride + place] }, tree.schedule)[0])
      }

      // Reduce-scatter, update of the slice, all-gather.
      for place in 0..<count {
        let sums = reduceTree(own.map { Self.value(lane: $0, place: place, round: round) }, laneSchedule)
        for (root, sum) in sums.enumerated() { exchange.gradients[root * count + place] = sum }
      }
      team.reduceScatter(exchange)
      for place in exchange.slice {
        let roots = (0..<exchange.sliceRootCount).map {
          exchange.sliceRoots[$0 * exchange.sliceRootStride + place - exchange.slice.lowerBound]
        }
        exchange.parameters[place] = exchange.parameters[place] * 0.5 + reduceTree(roots, exchange.schedule)[0]
      }
      team.allGather(exchange)
      for place in 0..<count { digest.add(exchange.parameters[place]) }

      // The slow paths. Each lane has its own length; the first has none.
      let root = round * 5 % team.size
      for byte in team.broadcast(team.rank == root ? message(round: round) : [1, 2, 3], from: root) {
        digest.add(UInt64(byte))
      }
      // Some at once, with nothing between them, and one that goes in parts.
      let joined = [100, 1, 20_000, 10].map { length in
        let gathered = team.gather(
          own.flatMap { lane in [UInt8](repeating: UInt8(truncatingIfNeeded: lane + length), count: lane * length) })
        precondition(gathered.count == (team.rank == 0 ? team.size : 0), "worker 0 gathers from all")
        return gathered.flatMap(\.self)
      }
      for bytes in joined {
        for byte in team.broadcast(bytes, from: 0) { digest.add(UInt64(byte)) }
      }
      team.barrier()
    }
    return digest.value
  }

  private func reduceTree<Number: BinaryFloatingPoint>(_ nodes: [Number], _ schedule: ReductionSchedule) -> [Number] {
    var stack: [Number] = []
    for (node, additions) in zip(nodes, schedule.additions) {
      stack.append(node)
      for _ in 0..<additions {
        let right = stack.removeLast()
        stack.append(stack.removeLast() + right)
      }
    }
    return stack
  }
}

/// FNV-1a over the bits of numbers.
public struct Digest: Sendable {
  /// The digest so far.
  public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The digest of nothing.
  public init() {}

  /// Takes in a word.
  public mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01B3 }
  /// Takes in a number's bits.
  public mutating func add(_ number: Float) { add(UInt64(number.bitPattern)) }
  /// Takes in a number's bits.
  public mutating func add(_ number: Double) { add(number.bitPattern) }
}
