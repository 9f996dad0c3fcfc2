/// What precedes the tensors of a safetensors file: its metadata, and where each tensor is.
public struct SafetensorsHeader: Sendable {
  /// The strings of `__metadata__`; empty if the file has none.
  public let metadata: [String: String]
  /// The tensors in the order of their bytes.
  public let tensors: [SafetensorsFile.Tensor]

  private let indices: [String: Int]

  static let metadataName = "__metadata__"

  /// Bytes of a file up to its tensors, its first eight bytes given: these count the header after them.
  ///
  /// - Throws: if there are fewer than eight, or if the file hasn't as many bytes.
  package static func byteCount(_ start: some Collection<UInt8>, fileSize: Int) throws(SafetensorsError) -> Int {
    guard start.count >= 8, fileSize >= 8 else { throw .tooShort(bytes: min(start.count, fileSize)) }
    let length = start.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let available = fileSize - 8
    guard length <= UInt64(min(available, SafetensorsFile.maximumHeader)) else {
      throw .headerTooLong(length: length, available: available)
    }
    return 8 + Int(length)
  }

  /// Reads a header and checks it all against the file's size, so that every tensor's range is sound.
  ///
  /// Tensors must cover the data exactly: no gaps, no overlaps, nothing after the last.
  ///
  /// - bytes: the file from its start, at least `byteCount` of it.
  package init(_ bytes: [UInt8], fileSize: Int) throws(SafetensorsError) {
    let dataStart = try Self.byteCount(bytes, fileSize: fileSize)
    precondition(bytes.count >= dataStart, "a header that is cut")
    let header: JSONValue
    do { header = try JSONValue(parsing: bytes[8..<dataStart]) } catch { throw .headerNotJSON(error) }
    guard case .object(let members) = header, bytes[8] == UInt8(ascii: "{") else { throw .headerNotObject }

    var metadata: [String: String] = [:]
    var tensors: [SafetensorsFile.Tensor] = []
    for (name, value) in members {
      if name == Self.metadataName {
        metadata = try Self.metadata(value)
      } else {
        tensors.append(try Self.tensor(name, value, dataStart: dataStart, fileEnd: fileSize))
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
    guard end == fileSize else { throw .trailingBytes(fileSize - end) }

    self.metadata = metadata
    self.tensors = tensors
    // The parser refused names that come twice.
    indices = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
  }

  /// Whether there is a tensor of that name.
  package func has(_ name: String) -> Bool { indices[name] != nil }

  /// The shape of the tensor of that name; nil where there is none.
  package func shape(of name: String) -> [Int]? { indices[name].map { tensors[$0].shape } }

  /// The tensor of that name and shape, of a type that the format knows.
  package func tensor(_ name: String, shape: [Int]) throws(SafetensorsError) -> SafetensorsFile.Tensor {
    guard let index = indices[name] else { throw .missingTensor(name) }
    let tensor = tensors[index]
    guard Self.elementSize(tensor.dtype) != nil else { throw .unknownType(tensor: name, dtype: tensor.dtype) }
    guard tensor.shape == shape else { throw .wrongShape(tensor: name, shape: tensor.shape, expected: shape) }
    return tensor
  }
}

extension SafetensorsHeader {
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
  ) throws(SafetensorsError) -> SafetensorsFile.Tensor {
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
    return SafetensorsFile.Tensor(
      name: name, dtype: dtype, shape: shape, range: dataStart + offsets[0]..<dataStart + offsets[1])
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
