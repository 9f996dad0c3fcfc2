/// A file of named tensors in the safetensors format: eight bytes of header length, a JSON header, the tensors' bytes.
public struct SafetensorsFile: Sendable {
  /// Where one tensor is.
  public struct Tensor: Sendable, Equatable {
    /// The tensor's name, once in a file.
    public let name: String
    /// The element type by the format's name, such as `F32`.
    public let dtype: String
    /// The extents, the slowest first; empty for a scalar.
    public let shape: [Int]
    /// The tensor's bytes within the file.
    public let range: Range<Int>
  }

  /// The longest header that the format allows, in bytes: looked at before one is written, and when one is read.
  package static let maximumHeader = 100_000_000

  /// What stands before the tensors.
  package let header: SafetensorsHeader
  let bytes: [UInt8]

  /// Reads the header and checks it all against the file, so that every tensor's range is sound.
  ///
  /// Tensors must cover the data exactly: no gaps, no overlaps, nothing after the last.
  public init(_ bytes: [UInt8]) throws(SafetensorsError) {
    header = try SafetensorsHeader(bytes, fileSize: bytes.count)
    self.bytes = bytes
  }

  /// The strings of `__metadata__`; empty if the file has none.
  public var metadata: [String: String] { header.metadata }
  /// The tensors in the order of their bytes.
  public var tensors: [Tensor] { header.tensors }

  /// The tensor of that name and shape.
  func tensor(_ name: String, shape: [Int]) throws(SafetensorsError) -> Tensor {
    try header.tensor(name, shape: shape)
  }
}
