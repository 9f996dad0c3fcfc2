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

  /// The strings of `__metadata__`; empty if the file has none.
  public let metadata: [String: String]
  /// The tensors in the order of their bytes.
  public let tensors: [Tensor]

  let bytes: [UInt8]
  private let indices: [String: Int]

  /// The longest header that the format allows, in bytes: looked at before one is written, and when one is read.
  package static let maximumHeader = 100_000_000
  static let metadataName = "__metadata__"

  /// Reads the header and checks it all against the file, so that every tensor's range is sound.
  ///
  /// Tensors must cover the data exactly: no gaps, no overlaps, nothing after the last.
  public init(_ bytes: [UInt8]) throws(SafetensorsError) {
    guard bytes.count >= 8 else { throw .tooShort(bytes: bytes.count) }
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let available = bytes.count - 8
    guard length <= UInt64(min(available, Self.maximumHeader)) else {
      throw .headerTooLong(length: length, available: available)
    }
    let dataStart = 8 + Int(length)
    let header: JSONValue
    do { header = try JSONValue(parsing: bytes[8..<dataStart]) } catch { throw .headerNotJSON(error) }
    guard case .object(let members) = header, bytes[8] == UInt8(ascii: "{") else { throw .headerNotObject }

    var metadata: [String: String] = [:]
    var tensors: [Tensor] = []
    for (name, value) in members {
      if name == Self.metadataName {
        metadata = try Self.metadata(value)
      } else {
        tensors.append(try Self.tensor(name, value, dataStart: dataStart, fileEnd: bytes.count))
      }
    }
    // Empty tensors come before the one that starts at the same byte.
    tensors.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = dataStart
    for tensor in tensors {
      let start = tensor.range.lowerBound
      guard start >= end else { throw .overlap(tensor: tensor.name) }
      guard start == end else { throw .gap(tensor: tensor.name, bytes: start - end) }
      end = tensor.range.upperBound
    }
    guard end == bytes.count else { throw .trailingBytes(bytes.count - end) }

    self.metadata = metadata
    self.tensors = tensors
    self.bytes = bytes
    // The parser refused names that come twice.
    indices = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
  }

  /// The tensor of that name and shape, of a type that the format knows.
  func tensor(_ name: String, shape: [Int]) throws(SafetensorsError) -> Tensor {
    guard let index = indices[name] else { throw .missingTensor(name) }
    let tensor = tensors[index]
    guard Self.elementSize(tensor.dtype) != nil else { throw .unknownType(tensor: name, dtype: tensor.dtype) }
    guard tensor.shape == shape else { throw .wrongShape(tensor: name, shape: tensor.shape, expected: shape) }
    return tensor
  }
}

extension SafetensorsFile {
  private static func metadata(_ value: JSONValue) throws(SafetensorsError) -> [String: String] {
    guard case .object(let members) = value else { throw .badMetadata }
    var metadata: [String: String] = [:]
    for member in members {
      guard case .string(let text) = member.value else { throw .badMetadata }
      metadata[member.name] = text
    }
    return metadata
  }

  /// One entry of the header, checked on its own and against the end of the file.
  private static func tensor(
    _ name: String, _ entry: JSONValue, dataStart: Int, fileEnd: Int
  ) throws(SafetensorsError) -> Tensor {
    guard case .object(let members) = entry, members.count == 3, case .string(let dtype)? = entry["dtype"],
      let shapeValue = entry["shape"], let offsetsValue = entry["data_offsets"]
    else { throw .badEntry(tensor: name) }
    guard let shape = naturals(shapeValue) else { throw .badShape(tensor: name) }
    guard let offsets = naturals(offsetsValue), offsets.count == 2, offsets[0] <= offsets[1] else {
      throw .badOffsets(tensor: name)
    }
    // How much a tensor of an unknown type needs nobody knows; it is of no matter until somebody asks for the tensor.
    let elementSize = elementSize(dtype)
    var needed = elementSize ?? 1
    for extent in shape {
      let product = needed.multipliedReportingOverflow(by: extent)
      guard !product.overflow else { throw .hugeShape(tensor: name) }
      needed = product.partialValue
    }
    let available = fileEnd - dataStart
    guard offsets[1] <= available else { throw .outsideFile(tensor: name, end: offsets[1], available: available) }
    guard elementSize == nil || needed == offsets[1] - offsets[0] else {
      throw .wrongSize(tensor: name, needed: needed, spanned: offsets[1] - offsets[0])
    }
    return Tensor(name: name, dtype: dtype, shape: shape, range: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  /// The elements of an array of integers from zero; nil for anything else.
  private static func naturals(_ value: JSONValue) -> [Int]? {
    guard case .array(let elements) = value else { return nil }
    var naturals: [Int] = []
    for element in elements {
      guard case .integer(let natural) = element, natural >= 0 else { return nil }
      naturals.append(natural)
    }
    return naturals
  }

  /// Bytes of an element; nil for a dtype that the format does not name or that is not of whole bytes.
  private static func elementSize(_ dtype: String) -> Int? {
    // Compared only when short: comparing strings is quadratic in a run of combining marks.
    guard dtype.utf8.count <= 8 else { return nil }
    return switch dtype {
    case "BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0": 1
    case "U16", "I16", "F16", "BF16": 2
    case "U32", "I32", "F32": 4
    case "U64", "I64", "F64", "C64": 8
    default: nil
    }
  }
}
