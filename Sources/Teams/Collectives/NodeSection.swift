internal import Memory

/// Memory of one exchange, shared by the workers of a node. Its views are valid as long as it is kept.
final class NodeSection: Sendable {
  /// How many elements each view has.
  struct Sizes: Sendable {
    var floats: [Int]
    var doubles = 0
    var bytes = 0

    var byteCount: Int {
      let others = Arena.byteCount(doubles, of: Double.self) + Arena.byteCount(bytes, of: UInt8.self)
      return floats.reduce(others) { $0 + Arena.byteCount($1, of: Float.self) }
    }
  }

  let floats: [BufferView<Float>]
  let doubles: BufferView<Double>
  let bytes: BufferView<UInt8>
  private let arena: Arena

  /// Cuts the views from an arena of at least `sizes.byteCount` bytes, which `allocate` makes.
  init(_ sizes: Sizes, allocate: (Int) throws -> Arena) rethrows {
    let arena = try allocate(max(sizes.byteCount, 64))
    floats = sizes.floats.map { arena.take($0) }
    doubles = arena.take(sizes.doubles)
    bytes = arena.take(sizes.bytes)
    self.arena = arena
  }
}
