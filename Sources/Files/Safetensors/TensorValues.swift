/// A tensor's elements in row-major order, of one of the types that are written and read back to the bit.
public enum TensorValues: Sendable, Equatable {
  /// `F32`.
  case floats([Float])
  /// `F64`.
  case doubles([Double])
  /// `I64`.
  case integers([Int64])
  /// `U8`.
  case bytes([UInt8])

  /// Number of elements.
  public var count: Int {
    switch self {
    case .floats(let values): values.count
    case .doubles(let values): values.count
    case .integers(let values): values.count
    case .bytes(let values): values.count
    }
  }

  /// The element type by the format's name.
  public var dtype: String {
    switch self {
    case .floats: "F32"
    case .doubles: "F64"
    case .integers: "I64"
    case .bytes: "U8"
    }
  }

  /// Bytes that the elements take in a file.
  var byteCount: Int {
    switch self {
    case .floats: 4 * count
    case .doubles, .integers: 8 * count
    case .bytes: count
    }
  }
}

/// A tensor to be written.
public struct NamedTensor: Sendable, Equatable {
  /// Once in a file, at most 256 bytes, not `__metadata__`.
  public let name: String
  /// The extents, the slowest first; empty for a scalar.
  public let shape: [Int]
  /// As many elements as the product of `shape`.
  public let values: TensorValues

  /// Takes elements that fill the shape, which is checked.
  public init(_ name: String, shape: [Int], _ values: TensorValues) {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count, "a tensor's values do not fill its shape")
    self.name = name
    self.shape = shape
    self.values = values
  }
}
